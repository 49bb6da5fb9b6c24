"""Find the file, line and column that a fault stands at."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import NamedNode

from factbook.rdf.parse import RdfFile
from factbook.rdf.positions.places import Place, Places, places_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyoxigraph import Quad

    from factbook.check.faults import Fault
    from factbook.rdf.positions.excerpt import Excerpt
    from factbook.rdf.terms import Term

_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


class Location(NamedTuple):
    """Where a fault stands; `exact` where that is the very triple, not its surroundings."""

    file: RdfFile | Excerpt
    place: Place | None
    exact: bool


def subjects_of(faults: Iterable[Fault]) -> frozenset[Term]:
    """Return the terms that have to be looked for to find some faults: both ends of each."""
    ends = (end for fault in faults for end in (fault.focus, fault.value))
    return frozenset(end for end in ends if end is not None)


class Locator:
    """Knows which file says what of the things that faults are about; looks no further."""

    def __init__(self, files: Sequence[RdfFile | Excerpt], faults: Iterable[Fault]) -> None:
        self._files = files
        self._wanted = subjects_of(faults)
        # By subject and by the number of the file
        self._quads: dict[Term, dict[int, list[Quad]]] = {}
        for index, file in enumerate(files if self._wanted else ()):
            for quad in file.quads:
                subject = quad.subject
                if subject in self._wanted:
                    self._quads.setdefault(subject, {}).setdefault(index, []).append(quad)
        # By the number of the file, each made when a fault first leads there
        self._places: dict[int, Places] = {}
        self._predicates: dict[int, Counter[Term]] = {}

    def locate(self, fault: Fault) -> Location | None:
        """Return where a fault stands, or None where no file speaks of it.

        It is the triple that is wrong. Where one is missing, it is the file that says most of the
        like: that uses the property of other things, or else that says what the thing is.
        """
        predicate, backward = fault.first_step
        mentions = self._mentions(fault)
        if not mentions:
            return None
        if fault.value is not None:
            for index in mentions:
                found = self._stated(index, fault, predicate, backward=backward)
                if found is not None:
                    place = self._places_of(index).find(
                        found.subject, found.predicate, found.object
                    )
                    return Location(self._files[index], place, exact=True)
        best = mentions[0]
        if len(mentions) > 1:
            best = max(mentions, key=lambda index: self._weight(index, fault, predicate))
        place = self._places_of(best).find(fault.focus, None if backward else predicate)
        return Location(self._files[best], place, exact=False)

    def _mentions(self, fault: Fault) -> list[int]:
        """Return the files that speak of the focus node, in order, or at least mention it."""
        if fault.graph is not None:
            named = [i for i, file in enumerate(self._files) if file.graph == fault.graph]
            if named:
                return named
        return list(self._quads.get(fault.focus, ())) or self._mentioned.get(fault.focus, [])

    def _stated(
        self, index: int, fault: Fault, predicate: NamedNode | None, *, backward: bool
    ) -> Quad | None:
        """Return the triple of focus node and value; of any property, if not of this one."""
        ends = (fault.value, fault.focus) if backward else (fault.focus, fault.value)
        found = [quad for quad in self._about(index, ends[0]) if quad.object == ends[1]]
        exact = (quad for quad in found if quad.predicate == predicate)
        return next(exact, next(iter(found), None))

    def _weight(
        self, index: int, fault: Fault, predicate: NamedNode | None
    ) -> tuple[int, int, int]:
        own = self._about(index, fault.focus)
        return (
            sum(quad.predicate == predicate for quad in own),
            self._uses(index)[predicate] if predicate is not None else 0,
            sum(1 + (quad.predicate == _TYPE) for quad in own),
        )

    def _about(self, index: int, subject: Term | None) -> list[Quad]:
        return self._quads.get(subject, {}).get(index, []) if subject is not None else []

    def _uses(self, index: int) -> Counter[Term]:
        if index not in self._predicates:
            self._predicates[index] = Counter(quad.predicate for quad in self._files[index].quads)
        return self._predicates[index]

    def _places_of(self, index: int) -> Places:
        if index not in self._places:
            file = self._files[index]
            if isinstance(file, RdfFile):
                self._places[index] = places_of(file, self._wanted)
            else:
                self._places[index] = file.places()
        return self._places[index]

    @cached_property
    def _mentioned(self) -> dict[Term, list[int]]:
        """The files in which a thing stands without being the subject of anything."""
        found: dict[Term, list[int]] = {}
        missing = self._wanted - self._quads.keys()
        for index, file in enumerate(self._files):
            for quad in file.quads:
                for term in (quad.predicate, quad.object):
                    if term in missing and index not in found.setdefault(term, []):
                        found[term].append(index)
        return found
