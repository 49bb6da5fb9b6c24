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
    from collections.abc import Container, Iterable, Iterator, Sequence

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


class Stated(NamedTuple):
    """A quad as it was parsed, and where it stands: three offsets behind a point of the text.

    Without offsets it is the only one on its line, which is scanned when somebody asks for it.
    """

    quad: Quad
    behind: int
    offsets: Statement | None


class Places:
    """The places of the triples of a text, under the very terms that were parsed from it.

    Args:
        text: The text, or those of its lines that matter.
        stated: What it states.
        wanted: The subjects and objects to be asked for; by default all.
        numbers: The numbers of the lines; by default they are counted.
    """

    def __init__(
        self,
        text: str,
        stated: Iterable[Stated],
        *,
        wanted: Container[Term] | None = None,
        numbers: Sequence[int] | None = None,
    ) -> None:
        self._text = text
        self._line_starts = _line_starts(text)
        self._numbers = numbers
        self._by_subject: dict[Term, list[Stated]] = {}
        self._by_object: dict[Term, Stated] = {}
        for each in stated:
            subject, value = each.quad.subject, each.quad.object
            if wanted is None or subject in wanted:
                self._by_subject.setdefault(subject, []).append(each)
            if wanted is None or value in wanted:
                self._by_object.setdefault(value, each)

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

    def _place(self, stated: Stated, part: str) -> Place | None:
        statement = stated.offsets
        if statement is None:
            end = self._text.find("\n", stated.behind)
            line = self._text[stated.behind : end if end >= 0 else None]
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
        column = offset - self._line_starts[number - 1] + 1
        return Place(number if self._numbers is None else self._numbers[number - 1], column)


def places_of(file: RdfFile, wanted: Container[Term] | None = None) -> Places:
    """Return the places of the triples of a file, or of those about some terms.

    There are none in other syntaxes than those of the Turtle kind, in Turtle of many megabytes,
    and in a file that was changed since it was parsed.
    """
    syntax = file.syntax.parser
    if syntax not in _BLOCKS | _LINES:
        return Places("", ())
    content = read_bytes(file.path)
    if syntax in _BLOCKS and len(content) > _MOST_BYTES:
        return Places("", ())
    text = content.decode(errors="replace")
    found = _on_lines(file, text) if syntax in _LINES else _in_blocks(file, text)
    return Places(text, found, wanted=wanted)


def _in_blocks(file: RdfFile, text: str) -> Iterator[Stated]:
    """Scan the whole text; the scanner yields what the parser yields, in the same order."""
    found = scan(text, file.syntax.parser)
    if _agree(file.quads, found):
        for quad, statement in zip(file.quads, found, strict=True):
            yield Stated(quad, 0, statement)


def _on_lines(file: RdfFile, text: str) -> Iterator[Stated]:
    """Take the lines that hold a statement."""
    lines = zip(_line_starts(text), text.split("\n"), strict=True)
    starts = [start for start, line in lines if line.lstrip() and line.lstrip()[0] != "#"]
    if len(starts) == len(file.quads):
        for quad, start in zip(file.quads, starts, strict=True):
            yield Stated(quad, start, None)


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer("\n", text))]


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
