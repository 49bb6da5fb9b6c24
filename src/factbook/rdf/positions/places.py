"""Where a file states a triple: the line and column of a term, counted as editors count."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import BlankNode, RdfFormat

from factbook.rdf.parse import read_bytes
from factbook.rdf.positions.scanner import scan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Quad

    from factbook.rdf.parse import RdfFile
    from factbook.rdf.positions.scanner import Statement
    from factbook.rdf.terms import Term

    Stated: TypeAlias = tuple[Quad, Statement]

SCANNED = {RdfFormat.TURTLE, RdfFormat.TRIG, RdfFormat.N_TRIPLES, RdfFormat.N_QUADS}


@dataclass(frozen=True, order=True)
class Place:
    """A line and a column, both counted from 1; a column is a character, not a byte."""

    line: int
    column: int


class Places:
    """The places of all triples of one file, under the very terms that were parsed from it.

    A file in another syntax than those of the Turtle kind, or one that was changed since it was
    parsed, has no places.
    """

    def __init__(self, file: RdfFile) -> None:
        self._line_starts = [0]
        self._by_subject: dict[Term, list[Stated]] = {}
        self._by_object: dict[Term, int] = {}
        if file.syntax.parser not in SCANNED:
            return
        text = read_bytes(file.path).decode(errors="replace")
        found = scan(text, file.syntax.parser)
        if not _agree(file.quads, found):
            return
        self._line_starts += [
            index + 1 for index, character in enumerate(text) if character == "\n"
        ]
        for quad, statement in zip(file.quads, found, strict=True):
            self._by_subject.setdefault(quad.subject, []).append((quad, statement))
            self._by_object.setdefault(quad.object, statement.object)

    def find(
        self, subject: Term, predicate: Term | None = None, value: Term | None = None
    ) -> Place | None:
        """Return where a triple stands, or the nearest thing to it in this file.

        That is the object of the triple; without a value that fits, the last triple of that
        subject and predicate; without a predicate that fits, the subject where it begins, or the
        first triple that has it as its object.
        """
        stated = self._by_subject.get(subject)
        if stated is None:
            offset = self._by_object.get(subject)
            return None if offset is None else self._place(offset)
        same = [(quad, places) for quad, places in stated if quad.predicate == predicate]
        for quad, places in same:
            if quad.object == value:
                return self._place(places.object)
        return self._place(same[-1][1].predicate if same else stated[0][1].subject)

    def _place(self, offset: int) -> Place:
        line = bisect_right(self._line_starts, offset)
        return Place(line, offset - self._line_starts[line - 1] + 1)


def _agree(quads: tuple[Quad, ...], found: list[Statement]) -> bool:
    """Tell whether the parser and the scanner read the same, whatever they call blank nodes."""
    if len(quads) != len(found):
        return False
    return all(
        _same(_terms(quad), _terms(statement.quad))
        for quad, statement in zip(quads, found, strict=True)
    )


def _terms(quad: Quad) -> tuple[object, ...]:
    return (quad.subject, quad.predicate, quad.object, quad.graph_name)


def _same(left: Iterable[object], right: Iterable[object]) -> bool:
    return all(
        one == other or (isinstance(one, BlankNode) and isinstance(other, BlankNode))
        for one, other in zip(left, right, strict=True)
    )
