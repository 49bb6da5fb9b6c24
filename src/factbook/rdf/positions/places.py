"""Where a file states a triple: the line and column of a term, counted as editors count."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, RdfFormat

from factbook.rdf.parse import read_bytes
from factbook.rdf.positions.scanner import scan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Quad

    from factbook.rdf.parse import RdfFile
    from factbook.rdf.positions.scanner import Statement
    from factbook.rdf.terms import Term

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
        self._statements: list[tuple[Quad, Statement]] = []
        if file.syntax.parser not in SCANNED:
            return
        text = read_bytes(file.path).decode(errors="replace")
        found = scan(text, file.syntax.parser)
        if not _agree(file.quads, found):
            return
        self._line_starts += [
            index + 1 for index, character in enumerate(text) if character == "\n"
        ]
        self._statements = list(zip(file.quads, found, strict=True))

    def find(
        self, subject: Term, predicate: Term | None = None, value: Term | None = None
    ) -> Place | None:
        """Return where a triple stands, or the nearest thing to it in this file.

        That is the object of the triple; without a value that fits, the last triple of that
        subject and predicate; without a predicate that fits, the first mention of the subject.
        """
        first: Statement | None = None
        last: Statement | None = None
        for quad, statement in self._statements:
            if quad.subject != subject:
                continue
            first = first or statement
            if quad.predicate == predicate:
                last = statement
                if quad.object == value:
                    return self._place(statement.object)
        if last is not None:
            return self._place(last.predicate)
        return self._place(first.subject) if first is not None else self._as_object(subject)

    def _as_object(self, node: Term) -> Place | None:
        found = (places.object for quad, places in self._statements if quad.object == node)
        return next(map(self._place, found), None)

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
