"""Find the line and column of triples in files.

Files of up to some megabytes are scanned whole. Larger ones are searched, line by line, for the
statements about the wanted nodes only.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from pyoxigraph import BlankNode, NamedNode, RdfFormat, parse

from factbook.rdf.parse import RdfFile, open_rdf, open_unpacked, read_bytes
from factbook.rdf.turtle_scanner import Offsets, scan_line, scan_turtle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from pyoxigraph import Quad

    from factbook.rdf.parse import RdfStream
    from factbook.rdf.terms import Term

_TURTLE = {RdfFormat.TURTLE, RdfFormat.TRIG}
_LINES = {RdfFormat.N_TRIPLES, RdfFormat.N_QUADS}
_SEARCHED = {RdfFormat.TURTLE, *_LINES}
_MOST_SCANNED_BYTES = 8 << 20
"""Larger Turtle files are searched for statements at the start of a line, which is faster."""
_MOST_STATEMENT_LINES = 2_000
"""Longer statements of large Turtle files have no line numbers."""
_SUBJECT = re.compile(rb"<[^<>\s]*>|_:[^\s]+|[^\s:<>\"'#@;,()\[\]]*:(?:\\.|[^\s;,()\[\]\"'<\\])*")
_DIRECTIVE = re.compile(rb"@(?:prefix|base)\s|(?:prefix|base)\s", re.IGNORECASE)


@dataclass(frozen=True, order=True)
class Place:
    """A line and a column, both counted from 1; columns are characters, not bytes."""

    line: int
    column: int


class PlacedQuad(NamedTuple):
    """A quad and the places of its terms."""

    quad: Quad
    subject: Place
    predicate: Place
    object: Place


class Places:
    """An index of placed quads by subject and object."""

    def __init__(self, quads: Iterable[PlacedQuad]) -> None:
        self._by_subject: dict[Term, list[PlacedQuad]] = {}
        self._by_object: dict[Term, PlacedQuad] = {}
        for placed in quads:
            self._by_subject.setdefault(placed.quad.subject, []).append(placed)
            self._by_object.setdefault(placed.quad.object, placed)

    def find(
        self, subject: Term, predicate: Term | None = None, value: Term | None = None
    ) -> Place | None:
        """Return the place of a triple, or of the closest match.

        This is the object of the triple. If the value is missing in the file, it is the last triple
        with that subject and predicate; if the predicate is missing, the first triple with that
        subject; if the subject is missing, the first triple with it as its object.
        """
        placed = self._by_subject.get(subject)
        if placed is None:
            mention = self._by_object.get(subject)
            return None if mention is None else mention.object
        same = [each for each in placed if each.quad.predicate == predicate]
        exact = next((each for each in same if each.quad.object == value), None)
        if exact is not None:
            return exact.object
        return same[-1].predicate if same else placed[0].subject


def places_of(file: RdfFile, nodes: frozenset[Term] | None = None) -> Places:
    """Return the places of the triples of a file.

    There are none in other syntaxes than those of the Turtle family, and in a file that has changed
    since it was parsed.

    Args:
        file: The file.
        nodes: The subjects and objects to be looked up; by default all.
    """
    syntax = file.syntax.parser
    if syntax not in _TURTLE | _LINES:
        return Places(())
    content = read_bytes(file.path)
    if not _has_quads(content, file):
        return Places(())
    if syntax == RdfFormat.TURTLE and len(content) > _MOST_SCANNED_BYTES:
        return Places(_search_statements(file, nodes or ()))
    text = content.decode(errors="replace")
    offsets = scan_turtle(text) if syntax in _TURTLE else _scan_lines(text)
    if len(offsets) != len(file.quads):
        return Places(())
    line_starts = _line_starts(text)
    return Places(
        PlacedQuad(quad, *(_place(line_starts, offset) for offset in three))
        for quad, three in zip(file.quads, offsets, strict=True)
        if nodes is None or quad.subject in nodes or quad.object in nodes
    )


def _has_quads(content: bytes, file: RdfFile) -> bool:
    """Tell whether a content still has the quads of a file, up to the names of blank nodes."""
    try:
        quads = list(parse(content, file.syntax.parser))
    except SyntaxError:
        return False
    return len(quads) == len(file.quads) and all(
        one == other or _differ_in_blank_nodes(one, other)
        for one, other in zip(quads, file.quads, strict=True)
    )


def _differ_in_blank_nodes(one: Quad, other: Quad) -> bool:
    return all(
        left == right or (isinstance(left, BlankNode) and isinstance(right, BlankNode))
        for left, right in zip(one, other, strict=True)
    )


def _scan_lines(text: str) -> list[Offsets]:
    found = []
    start = 0
    for line in text.split("\n"):
        found += [Offsets(*(each + start for each in offsets)) for offsets in scan_line(line)]
        start += len(line) + 1
    return found


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer("\n", text))]


def _place(line_starts: Sequence[int], offset: int, *, first_line: int = 1) -> Place:
    index = bisect_right(line_starts, offset) - 1
    return Place(first_line + index, offset - line_starts[index] + 1)


@dataclass(frozen=True)
class Extract:
    """What a large file states about some nodes, with the places that were found."""

    path: Path
    graph: NamedNode
    quads: tuple[Quad, ...]
    placed: tuple[PlacedQuad, ...]


SearchedFile: TypeAlias = RdfFile | Extract


def search_files(
    files: Iterable[RdfFile | RdfStream], nodes: frozenset[Term], *, required: frozenset[Term]
) -> list[SearchedFile]:
    """Return files; of large ones only what they state about some nodes.

    N-Triples, N-Quads and Turtle are searched for statements that begin at the start of a line with
    one of the nodes. Required nodes that no file describes are then searched for everywhere.

    Args:
        files: The files; those that are streams are opened again.
        nodes: The wanted subjects.
        required: The nodes to find at least a mention of.

    Raises:
        InputError: A file can no longer be read.
    """
    opened = list(files)
    found = [file if isinstance(file, RdfFile) else _search(file, nodes) for file in opened]
    missing = required - {quad.subject for file in found for quad in file.quads}
    if missing:
        found = [
            file if isinstance(file, RdfFile) else _search_everywhere(file, nodes, missing)
            for file in opened
        ]
    return found


def _search(file: RdfStream, nodes: frozenset[Term]) -> Extract:
    if file.syntax.parser not in _SEARCHED:
        return _search_everywhere(file, nodes, frozenset())
    placed = tuple(_search_statements(file, nodes))
    return Extract(file.path, file.graph, tuple(each.quad for each in placed), placed)


def _search_everywhere(
    file: RdfStream, nodes: frozenset[Term], mentioned: frozenset[Term]
) -> Extract:
    """Parse the whole file for statements about some nodes, or that mention others."""
    quads = tuple(
        quad
        for quad in open_rdf(file.path, rename=False).quads
        if quad.subject in nodes or quad.object in mentioned or quad.predicate in mentioned
    )
    placed: tuple[PlacedQuad, ...] = ()
    if file.syntax.parser in _SEARCHED:
        placed = tuple(_search_statements(file, nodes, mentioned))
    return Extract(file.path, file.graph, quads, placed)


def _search_statements(
    file: RdfFile | RdfStream, subjects: Iterable[Term], mentioned: Iterable[Term] = ()
) -> Iterator[PlacedQuad]:
    """Yield the statements about some nodes that begin at the start of a line.

    In N-Triples and N-Quads, also those that mention other nodes.
    """
    has_lines = file.syntax.parser in _LINES
    wanted = _spellings(file, subjects)
    others = _spellings(file, mentioned) if has_lines else set()
    directives = ""
    with open_unpacked(file.path) as lines:
        numbered = enumerate(lines, start=1)
        for number, line in numbered:
            if line[:1].isspace():
                continue
            if _DIRECTIVE.match(line):
                directives += line.decode(errors="replace")
                continue
            match = _SUBJECT.match(line)
            subject = match.group() if match is not None else b""
            if (
                subject in wanted
                # Escapes in prefixed names do not change them: base:company\/x
                or subject.replace(b"\\", b"") in wanted
                or (others and not others.isdisjoint(line.split(None, 3)[1:3]))
            ):
                statement = chain([(number, line)], numbered)
                yield from _place_statement(statement, directives, file.syntax.parser)


def _place_statement(
    lines: Iterator[tuple[int, bytes]], directives: str, syntax: RdfFormat
) -> Iterator[PlacedQuad]:
    """Read numbered lines until a statement is complete, and yield its quads."""
    has_lines = syntax in _LINES
    text = directives
    first_line = 0
    quads: list[Quad] = []
    for number, line in islice(lines, 1 if has_lines else _MOST_STATEMENT_LINES):
        first_line = first_line or number
        text += line.decode(errors="replace")
        if has_lines or line.rstrip().endswith(b"."):
            quads = _parse_quads(text, syntax)
            if quads:
                break
    offsets = scan_line(text) if has_lines else scan_turtle(text)
    if len(offsets) != len(quads):
        return
    line_starts = _line_starts(text)
    first_line -= directives.count("\n")
    for quad, three in zip(quads, offsets, strict=True):
        places = (_place(line_starts, offset, first_line=first_line) for offset in three)
        yield PlacedQuad(quad, *places)


def _spellings(file: RdfFile | RdfStream, terms: Iterable[Term]) -> set[bytes]:
    """Return the spellings of IRIs and blank nodes: in UTF-8, escaped, prefixed and relative."""
    found = set()
    base = file.graph.value if file.has_base else None
    for term in terms:
        if not isinstance(term, NamedNode | BlankNode):
            continue
        text = str(term)
        found |= {text, "".join(map(_escape, text))}
        if isinstance(term, BlankNode):
            continue
        iri = term.value
        for prefix, namespace in file.prefixes.items():
            if iri.startswith(namespace):
                found.add(f"{prefix}:{iri.removeprefix(namespace)}")
        if base is not None and iri.startswith(base):
            found.add(f"<{iri.removeprefix(base)}>")
    return {text.encode() for text in found}


def _escape(character: str) -> str:
    code = ord(character)
    if character.isascii():
        return character
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"  # noqa: PLR2004 - four digits


def _parse_quads(text: str, syntax: RdfFormat) -> list[Quad]:
    """Return the quads of a text, or none if it is not valid."""
    try:
        return list(parse(text, syntax))
    except SyntaxError:
        return []
