"""Find the file, line and column of a finding."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from pyoxigraph import BlankNode, NamedNode

from factbook.rdf.parse import RdfFile
from factbook.rdf.places import Places
from factbook.rdf.positions import SearchedFile, places_of
from factbook.shacl import INVERSE, PathExpression

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyoxigraph import Quad, Store

    from factbook.check.findings import RawFinding
    from factbook.rdf.places import Place
    from factbook.rdf.terms import Term

_MOST_STEPS = 100
_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


class Location(NamedTuple):
    """The place of a finding; exact if it is the wrong triple itself."""

    file: SearchedFile
    place: Place | None
    is_exact: bool


Located: TypeAlias = "tuple[RawFinding, Location | None]"


def nodes_of(findings: Iterable[RawFinding]) -> frozenset[Term]:
    """Return the focus nodes and values of findings: the nodes to look up in files."""
    ends = (end for finding in findings for end in (finding.focus, finding.value))
    return frozenset(end for end in ends if end is not None)


def properties_of(findings: Iterable[RawFinding]) -> dict[Term, frozenset[NamedNode]]:
    """Return the relevant properties of the nodes of findings, unless all are relevant."""
    found: dict[Term, set[NamedNode]] = defaultdict(set)
    whole: set[Term] = set()
    for finding in findings:
        predicate, backward = finding.first_step
        focus, value = finding.focus, finding.value
        ends = {focus} if value is None else {focus, value}
        for end in ends:
            found[end].update(())
        is_simple = isinstance(finding.path, NamedNode) or (
            isinstance(finding.path, PathExpression)
            and finding.path.operator == INVERSE
            and isinstance(finding.path.parts[0], NamedNode)
        )
        if predicate is None or not is_simple:
            whole |= ends if len(ends) > 1 or predicate is not None else set()
            continue
        subject = value if backward else focus
        if subject is not None:
            found[subject].add(predicate)
    return {node: frozenset(each) for node, each in found.items() if node not in whole}


def anchor(finding: RawFinding, store: Store) -> RawFinding:
    """Return a finding about a blank node as one about the named node that leads to it.

    Where a large file has been loaded, no label of the file tells its blank nodes apart.
    """
    node = finding.focus
    found = finding
    for _ in range(_MOST_STEPS):
        if not isinstance(node, BlankNode):
            break
        above = next(iter(store.quads_for_pattern(None, None, node, None)), None)
        if above is None:
            break
        node = above.subject
        found = replace(finding, focus=node, path=above.predicate, value=None)
    return found


class Locator:
    """An index of what files state about the nodes of findings."""

    def __init__(self, files: Sequence[SearchedFile], findings: Iterable[RawFinding]) -> None:
        self._files = files
        self._wanted = nodes_of(findings)
        # By subject, then by the index of the file
        self._quads: dict[Term, dict[int, list[Quad]]] = {}
        for index, file in enumerate(files if self._wanted else ()):
            for quad in file.quads:
                subject = quad.subject
                if subject in self._wanted:
                    self._quads.setdefault(subject, {}).setdefault(index, []).append(quad)
        # By the index of the file; filled when a finding is first located there
        self._places: dict[int, Places] = {}
        self._predicates: dict[int, Counter[Term]] = {}

    def locate(self, finding: RawFinding) -> Location | None:
        """Return the place of a finding, or None if no file mentions its focus node.

        This is the wrong triple. If a triple is missing, it is the focus node in the file where the
        triple most likely belongs: the file that uses the property for other nodes, or else the
        file that states the class of the node.
        """
        predicate, backward = finding.first_step
        mentions = self._mentions(finding)
        if not mentions:
            return None
        if finding.value is not None:
            for index in mentions:
                found = self._stated(index, finding, predicate, backward=backward)
                if found is not None:
                    place = self._places_of(index).find(
                        found.subject, found.predicate, found.object
                    )
                    return Location(self._files[index], place, is_exact=True)
        best = mentions[0]
        if len(mentions) > 1:
            best = max(mentions, key=lambda index: self._weight(index, finding, predicate))
        place = self._places_of(best).find(finding.focus, None if backward else predicate)
        return Location(self._files[best], place, is_exact=False)

    def _mentions(self, finding: RawFinding) -> list[int]:
        """Return the indexes of the files that describe the focus node, or else mention it."""
        if finding.graph is not None:
            named = [i for i, file in enumerate(self._files) if file.graph == finding.graph]
            if named:
                return named
        return list(self._quads.get(finding.focus, ())) or self._mentioned.get(finding.focus, [])

    def _stated(
        self, index: int, finding: RawFinding, predicate: NamedNode | None, *, backward: bool
    ) -> Quad | None:
        """Return the triple of focus node and value, with the given property if there is one."""
        ends = (finding.value, finding.focus) if backward else (finding.focus, finding.value)
        found = [quad for quad in self._about(index, ends[0]) if quad.object == ends[1]]
        exact = (quad for quad in found if quad.predicate == predicate)
        return next(exact, next(iter(found), None))

    def _weight(
        self, index: int, finding: RawFinding, predicate: NamedNode | None
    ) -> tuple[int, int, int]:
        own = self._about(index, finding.focus)
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
                self._places[index] = Places(file.placed)
        return self._places[index]

    @cached_property
    def _mentioned(self) -> dict[Term, list[int]]:
        """The files in which a node is mentioned without being a subject."""
        found: dict[Term, list[int]] = {}
        missing = self._wanted - self._quads.keys()
        for index, file in enumerate(self._files):
            for quad in file.quads:
                for term in (quad.predicate, quad.object):
                    if term in missing and index not in found.setdefault(term, []):
                        found[term].append(index)
        return found
