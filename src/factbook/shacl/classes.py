"""The classes of the data, so that a query can name all subclasses of one at once."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from factbook.rdf.terms import Term

_MOST = 500


class Classes:
    """Which classes are below which, by rdfs:subClassOf in the data graph."""

    def __init__(self, pairs: Iterable[tuple[Term | None, Term | None]]) -> None:
        self._subclasses: dict[Term, list[Term]] = defaultdict(list)
        for subclass, superclass in pairs:
            if subclass is not None and superclass is not None:
                self._subclasses[superclass].append(subclass)

    def below(self, class_: Term) -> frozenset[NamedNode] | None:
        """Return a class with all classes below it, or None where a query has to walk them."""
        found: set[NamedNode] = set()
        waiting = [class_]
        while waiting:
            each = waiting.pop()
            if not isinstance(each, NamedNode) or len(found) > _MOST:
                return None
            if each not in found:
                found.add(each)
                waiting += self._subclasses.get(each, ())
        return frozenset(found)
