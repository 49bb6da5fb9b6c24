"""Find the line and column of triples in files.

Files of up to some megabytes are scanned whole. Larger ones are searched, line by line, for the
statements about the wanted nodes only.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
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
        return Places(_search_turtle(file, nodes or ()))
    text = content.decode(errors="replace")
    offsets = scan_turtle(text) if syntax in _TURTLE else _scan_lines(text)
    if len(offsets) != len(file.quads):
        return Places(())
    line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
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
        if line.lstrip() and line.lstrip()[0] != "#":
            offsets = scan_line(line)
            if offsets is not None:
                found.append(_shift(offsets, start))
        start += len(line) + 1
    return found


def _shift(offsets: Offsets, by: int) -> Offsets:
    return Offsets(*(offset + by for offset in offsets))


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
            file if isinstance(file, RdfFile) else _search_mentions(file, nodes, missing)
            for file in opened
        ]
    return found


def _search(file: RdfStream, nodes: frozenset[Term]) -> Extract:
    if file.syntax.parser in _LINES:
        return _extract(file, _search_lines(file, nodes))
    if file.syntax.parser == RdfFormat.TURTLE:
        return _extract(file, _search_turtle(file, nodes))
    return _search_mentions(file, nodes, frozenset())


def _search_mentions(file: RdfStream, nodes: frozenset[Term], missing: frozenset[Term]) -> Extract:
    if file.syntax.parser in _LINES:
        return _extract(file, _search_lines(file, nodes, missing))
    placed = _search_turtle(file, nodes) if file.syntax.parser == RdfFormat.TURTLE else ()
    quads = (
        quad
        for quad in open_rdf(file.path, rename=False).quads
        if quad.subject in nodes or quad.object in missing or quad.predicate in missing
    )
    return _extract(file, placed, quads)


def _extract(
    file: RdfStream, placed: Iterable[PlacedQuad], quads: Iterable[Quad] | None = None
) -> Extract:
    found = tuple(placed)
    stated = tuple(each.quad for each in found) if quads is None else tuple(quads)
    return Extract(file.path, file.graph, stated, found)


def _search_lines(
    file: RdfStream, subjects: Iterable[Term], mentions: Iterable[Term] = ()
) -> Iterator[PlacedQuad]:
    """Yield the statements of N-Triples or N-Quads about some nodes, or that mention others."""
    wanted, mentioned = _spell_in_lines(subjects), _spell_in_lines(mentions)
    with open_unpacked(file.path) as lines:
        for number, line in enumerate(lines, start=1):
            end = line.find(b">") + 1 if line[:1] == b"<" else line.find(b" ")
            if line[:end] in wanted or (
                mentioned and not mentioned.isdisjoint(line.split(None, 3)[1:3])
            ):
                yield from _place_line(line, number, file.syntax.parser)


def _place_line(line: bytes, number: int, syntax: RdfFormat) -> Iterator[PlacedQuad]:
    text = line.decode(errors="replace")
    offsets = scan_line(text)
    if offsets is not None:
        for quad in _parse_quads(text, syntax):
            yield PlacedQuad(quad, *(Place(number, offset + 1) for offset in offsets))


def _spell_in_lines(terms: Iterable[Term]) -> set[bytes]:
    """Return the spellings of IRIs and blank nodes in N-Triples: in UTF-8 and escaped."""
    found = set()
    for term in terms:
        if isinstance(term, NamedNode | BlankNode):
            text = str(term)
            found |= {text.encode(), "".join(map(_escape, text)).encode()}
    return found


def _escape(character: str) -> str:
    code = ord(character)
    if character.isascii():
        return character
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"  # noqa: PLR2004 - four digits


def _search_turtle(file: RdfFile | RdfStream, subjects: Iterable[Term]) -> Iterator[PlacedQuad]:
    """Yield the statements of Turtle about some nodes that begin at the start of a line."""
    wanted = _spell_in_turtle(file, subjects)
    directives = ""
    with open_unpacked(file.path) as lines:
        numbered = enumerate(lines, start=1)
        for number, line in numbered:
            if line[:1].isspace():
                continue
            if _DIRECTIVE.match(line):
                directives += line.decode(errors="replace")
                continue
            subject = _SUBJECT.match(line)
            # Escapes in prefixed names do not change them: base:company\/x
            if subject is not None and subject.group().replace(b"\\", b"") in wanted:
                yield from _place_statement(line, numbered, directives, first_line=number)


def _place_statement(
    line: bytes, following: Iterator[tuple[int, bytes]], directives: str, *, first_line: int
) -> Iterator[PlacedQuad]:
    """Read the lines of a statement until it is complete, and yield its quads."""
    text = directives
    for _ in range(_MOST_STATEMENT_LINES):
        text += line.decode(errors="replace")
        quads = _parse_quads(text, RdfFormat.TURTLE) if line.rstrip().endswith(b".") else []
        if quads:
            break
        _, line = next(following, (0, b""))
        if not line:
            return
    offsets = scan_turtle(text)
    if len(offsets) != len(quads):
        return
    line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
    first_line -= directives.count("\n")
    for quad, three in zip(quads, offsets, strict=True):
        places = (_place(line_starts, offset, first_line=first_line) for offset in three)
        yield PlacedQuad(quad, *places)


def _spell_in_turtle(file: RdfFile | RdfStream, terms: Iterable[Term]) -> set[bytes]:
    """Return the spellings of IRIs and blank nodes in a Turtle file."""
    found = set()
    base = file.graph.value if file.has_base else None
    for term in terms:
        if isinstance(term, BlankNode):
            found.add(str(term))
        elif isinstance(term, NamedNode):
            iri = term.value
            found.add(f"<{iri}>")
            for prefix, namespace in file.prefixes.items():
                if iri.startswith(namespace):
                    found.add(f"{prefix}:{iri.removeprefix(namespace)}")
            if base is not None and iri.startswith(base):
                found.add(f"<{iri.removeprefix(base)}>")
    return {text.encode() for text in found}


def _parse_quads(text: str, syntax: RdfFormat) -> list[Quad]:
    """Return the quads of a text, or none if it is not valid."""
    try:
        return list(parse(text, syntax))
    except SyntaxError:
        return []
