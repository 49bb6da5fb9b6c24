"""Where a file states a triple: the line and column of a term, counted as editors count."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import BlankNode, RdfFormat

from factbook.rdf.parse import read_bytes
from factbook.rdf.positions.scanner import scan

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from pyoxigraph import Quad

    from factbook.rdf.parse import RdfFile
    from factbook.rdf.positions.scanner import Statement
    from factbook.rdf.terms import Term

_BLOCKS = {RdfFormat.TURTLE, RdfFormat.TRIG}
_LINES = {RdfFormat.N_TRIPLES, RdfFormat.N_QUADS}
_MOST_BYTES = 8 << 20
"""Above this a Turtle file takes longer to scan than anybody would wait for a line number."""


@dataclass(frozen=True, order=True)
class Place:
    """A line and a column, both counted from 1; a column is a character, not a byte."""

    line: int
    column: int


class _Stated(NamedTuple):
    """A quad as it was parsed, and where it stands: three offsets behind a point of the text."""

    quad: Quad
    behind: int
    offsets: Statement | None


class Places:
    """The places of triples of one file, under the very terms that were parsed from it.

    There are none in other syntaxes than those of the Turtle kind, in Turtle of many megabytes,
    and in a file that was changed since it was parsed.
    """

    def __init__(self, file: RdfFile, wanted: Container[Term] | None = None) -> None:
        self._text = ""
        self._line_starts = [0]
        self._by_subject: dict[Term, list[_Stated]] = {}
        self._by_object: dict[Term, _Stated] = {}
        syntax = file.syntax.parser
        if syntax not in _BLOCKS | _LINES:
            return
        content = read_bytes(file.path)
        if syntax in _BLOCKS and len(content) > _MOST_BYTES:
            return
        self._text = content.decode(errors="replace")
        self._line_starts += [match.end() for match in re.finditer("\n", self._text)]
        read = self._lines if syntax in _LINES else self._blocks
        for stated in read(file):
            subject, value = stated.quad.subject, stated.quad.object
            if wanted is None or subject in wanted:
                self._by_subject.setdefault(subject, []).append(stated)
            if wanted is None or value in wanted:
                self._by_object.setdefault(value, stated)

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
            mention = self._by_object.get(subject)
            return None if mention is None else self._place(mention, "object")
        same = [each for each in stated if each.quad.predicate == predicate]
        exact = next((each for each in same if each.quad.object == value), None)
        if exact is not None:
            return self._place(exact, "object")
        return self._place(same[-1], "predicate") if same else self._place(stated[0], "subject")

    def _blocks(self, file: RdfFile) -> Iterator[_Stated]:
        """Scan the whole text; the scanner yields what the parser yields, in the same order."""
        found = scan(self._text, file.syntax.parser)
        if _agree(file.quads, found):
            for quad, statement in zip(file.quads, found, strict=True):
                yield _Stated(quad, 0, statement)

    def _lines(self, file: RdfFile) -> Iterator[_Stated]:
        """Take the lines that hold a statement; each is only scanned when it is asked for."""
        lines = zip(self._line_starts, self._text.split("\n"), strict=True)
        starts = [start for start, line in lines if line.lstrip() and line.lstrip()[0] != "#"]
        if len(starts) == len(file.quads):
            for quad, start in zip(file.quads, starts, strict=True):
                yield _Stated(quad, start, None)

    def _place(self, stated: _Stated, part: str) -> Place | None:
        statement = stated.offsets
        if statement is None:
            line = self._text[stated.behind :].partition("\n")[0]
            scanned = scan(line, RdfFormat.N_QUADS)
            if not _agree([stated.quad], scanned):
                return None
            statement = scanned[0]
        offset = (
            stated.behind
            + {
                "subject": statement.subject,
                "predicate": statement.predicate,
                "object": statement.object,
            }[part]
        )
        number = bisect_right(self._line_starts, offset)
        return Place(number, offset - self._line_starts[number - 1] + 1)


def _agree(quads: Iterable[Quad], found: list[Statement]) -> bool:
    """Tell whether the parser and the scanner read the same, whatever they call blank nodes."""
    parsed = list(quads)
    return len(parsed) == len(found) and all(
        one == other or (isinstance(one, BlankNode) and isinstance(other, BlankNode))
        for quad, statement in zip(parsed, found, strict=True)
        for one, other in zip(_terms(quad), _terms(statement.quad), strict=True)
    )


def _terms(quad: Quad) -> tuple[object, ...]:
    return (quad.subject, quad.predicate, quad.object, quad.graph_name)
