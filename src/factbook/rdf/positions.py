"""Find the line and column of triples in files.

A file is searched for the statements about the wanted nodes that begin at the start of a line. A
file of up to some megabytes is scanned whole for what is not found so.
"""

from __future__ import annotations

import mmap
import re
from bisect import bisect_right
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from pyoxigraph import BlankNode, NamedNode, RdfFormat, parse

from factbook.rdf.parse import RdfFile, open_rdf
from factbook.rdf.rdf_input import RdfInput
from factbook.rdf.turtle_scanner import Offsets, scan_line, scan_turtle
from factbook.rdf.unpack import BOM, GZIP, read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from pyoxigraph import Quad

    from factbook.rdf.parse import RdfStream
    from factbook.rdf.terms import Term

_TURTLE = {RdfFormat.TURTLE, RdfFormat.TRIG}
_LINES = {RdfFormat.N_TRIPLES, RdfFormat.N_QUADS}
_SEARCHED = {RdfFormat.TURTLE, *_LINES}
_LEAST_SEARCHED_BYTES = 64 << 10
"""Smaller files are scanned at once."""
_MOST_SCANNED_BYTES = 8 << 20
"""Larger Turtle files are not scanned for what a search did not find."""
_MOST_STATEMENT_LINES = 2_000
"""Longer statements of large Turtle files have no line numbers."""
_NAME = rb"[^\s:<>\"'#@;,()\[\]]*:(?:\\.|[^\s;,()\[\]\"'<\\])*"
_DIRECTIVE = re.compile(rb"\n@?(?:prefix|base)\s[^\n]*", re.IGNORECASE)
_LINE_STARTS = {
    False: re.compile(rb"\n(<[^<>\s]*>|_:[^\s]+|" + _NAME + rb")"),
    True: re.compile(rb"\n([^\s#]+)[ \t]*([^\s]+)[ \t]*([^\s]+)"),
}
"""What stands at the start of a line: the subject; or also the predicate and the object."""
_IRI = rb"<[A-Za-z][A-Za-z0-9+.-]*:[^<>\s]*>"
_PLAIN = re.compile(
    rb"(" + _IRI + rb"|_:[^\s]+)[ \t]+(" + _IRI + rb")[ \t]+"
    rb"(" + _IRI + rb"|_:[^\s]+|\"[^\"\\\n]*\"(?:@[A-Za-z0-9-]+|\^\^" + _IRI + rb")?)[ \t]*\.\s*"
)
"""A statement of one triple on one line that depends on no directive."""
_ONE_TRIPLE = re.compile(rb"[^\s]+[ \t]+([^\s]+)[ \t][^;]*\.\s*")
"""A statement about one property on one line."""


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
    placed: list[PlacedQuad] = []
    if nodes is not None and syntax in _SEARCHED and len(content) > _LEAST_SEARCHED_BYTES:
        placed = list(_search_statements(file, nodes))
        wanted = [q for q in file.quads if q.subject in nodes or q.object in nodes]
        if {each.quad for each in placed}.issuperset(wanted):
            return Places(placed)
    if len(content) > _MOST_SCANNED_BYTES and syntax == RdfFormat.TURTLE:
        return Places(placed)
    if not _has_quads(content, file):
        return Places(())
    text = content.decode(errors="replace")
    offsets = scan_turtle(text) if syntax in _TURTLE else _scan_lines(text)
    if len(offsets) != len(file.quads):
        return Places(placed)
    line_starts = _line_starts(text)
    return Places(
        PlacedQuad(quad, *(_place(line_starts, offset) for offset in three))
        for quad, three in zip(file.quads, offsets, strict=True)
        if nodes is None or quad.subject in nodes or quad.object in nodes
    )


def _has_quads(content: bytes, file: RdfFile) -> bool:
    """Tell whether a content still has the quads of a file, up to the names of blank nodes."""
    try:
        quads = list(parse(content, file.syntax.parser, base_iri=file.address))
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
PropertiesOf: TypeAlias = Mapping["Term", frozenset["NamedNode"]]


def search_files(
    files: Iterable[RdfFile | RdfStream],
    nodes: frozenset[Term],
    *,
    required: frozenset[Term],
    properties: PropertiesOf | None = None,
) -> list[SearchedFile]:
    """Return files; of large ones only what they state about some nodes.

    N-Triples, N-Quads and Turtle are searched for statements that begin at the start of a line with
    one of the nodes. Required nodes that no file describes are then searched for everywhere.

    Args:
        files: The files; those that are streams are opened again.
        nodes: The wanted subjects.
        required: The nodes to find at least a mention of.
        properties: For some nodes all properties of interest: their first statement and those with
            one of the properties will do, where statements stand on lines of their own.

    Raises:
        InputError: A file can no longer be read.
    """
    opened = list(files)
    of = properties or {}
    found = [file if isinstance(file, RdfFile) else _search(file, nodes, of) for file in opened]
    missing = required - {quad.subject for file in found for quad in file.quads}
    if missing:
        found = [
            file if isinstance(file, RdfFile) else _search_everywhere(file, nodes, missing)
            for file in opened
        ]
    return found


def _search(file: RdfStream, nodes: frozenset[Term], properties: PropertiesOf) -> Extract:
    if file.syntax.parser not in _SEARCHED:
        return _search_everywhere(file, nodes, frozenset())
    placed = tuple(_search_statements(file, nodes, properties=properties))
    return Extract(file.path, file.graph, tuple(each.quad for each in placed), placed)


def _search_everywhere(
    file: RdfStream, nodes: frozenset[Term], mentioned: frozenset[Term]
) -> Extract:
    """Parse the whole file for statements about some nodes, or that mention others."""
    quads = tuple(
        quad
        for quad in open_rdf(RdfInput(file.path, file.address), rename=False).quads
        if quad.subject in nodes or quad.object in mentioned or quad.predicate in mentioned
    )
    placed: tuple[PlacedQuad, ...] = ()
    if file.syntax.parser in _SEARCHED:
        placed = tuple(_search_statements(file, nodes, mentioned))
    return Extract(file.path, file.graph, quads, placed)


def _search_statements(
    file: RdfFile | RdfStream,
    subjects: Iterable[Term],
    mentioned: Iterable[Term] = (),
    *,
    properties: PropertiesOf | None = None,
) -> Iterator[PlacedQuad]:
    """Yield the statements about some nodes that begin at the start of a line.

    In N-Triples and N-Quads, also those that mention other nodes.
    """
    has_lines = file.syntax.parser in _LINES
    with _open_content(file.path) as content:
        directives = [] if has_lines else list(_find_directives(content))
        wanted = _spellings(file, subjects)
        others = _spellings(file, mentioned) if has_lines else set()
        narrowed = _spell_properties(file, properties or {})
        number, counted = 1, 0  # the line of an offset
        seen: set[bytes] = set()
        for start, node in _find_statements(content, wanted, others):
            line = content[start : content.find(b"\n", start) + 1 or len(content)]
            one = _ONE_TRIPLE.fullmatch(line) if node in narrowed and node in seen else None
            if one is not None and one[1] not in narrowed[node]:
                continue
            seen.add(node)
            number += content[counted:start].count(b"\n")
            counted = start
            plain = _place_plain(line, number, file)
            if plain is not None:
                yield plain
                continue
            before = b"".join(text for at, text in directives if at < start)
            lines = enumerate(_lines_from(content, start), start=number)
            yield from _place_statement(lines, before.decode(errors="replace"), file)


@contextmanager
def _open_content(path: Path) -> Iterator[bytes | mmap.mmap]:
    """Give the bytes of a file: those on disk, or in memory where the file is packed."""
    with path.open("rb") as opened:
        is_packed = opened.read(len(GZIP)) == GZIP
        if is_packed or not path.stat().st_size:
            yield read_bytes(path)
            return
        with mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
            yield content


def _find_directives(content: bytes | mmap.mmap) -> Iterator[tuple[int, bytes]]:
    """Yield the directives that begin at the start of a line, each with its offset."""
    first = _DIRECTIVE.match(b"\n" + content[: content.find(b"\n") + 1].removeprefix(BOM))
    if first is not None:
        yield 0, first.group()[1:] + b"\n"
    for match in _DIRECTIVE.finditer(content):
        yield match.start() + 1, match.group()[1:] + b"\n"


def _find_statements(
    content: bytes | mmap.mmap, wanted: set[bytes], others: set[bytes]
) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that begin with a wanted node or mention another: offset and first word."""
    pattern = _LINE_STARTS[bool(others)]
    start = len(BOM) if content[: len(BOM)] == BOM else 0
    end = content.find(b"\n") + 1 or len(content)
    first = pattern.match(b"\n" + content[start:end])
    matches = pattern.finditer(content, start)
    for match in matches if first is None else chain((first,), matches):
        node = match[1]
        if (
            node in wanted
            # Escapes in prefixed names do not change them: base:company\/x
            or (b"\\" in node and node.replace(b"\\", b"") in wanted)
            or (others and (match[2] in others or match[3] in others))
        ):
            yield start if match is first else match.start() + 1, node


def _lines_from(content: bytes | mmap.mmap, start: int) -> Iterator[bytes]:
    size = len(content)
    while start < size:
        end = content.find(b"\n", start) + 1 or size
        yield content[start:end]
        start = end


def _place_plain(line: bytes, number: int, file: RdfFile | RdfStream) -> PlacedQuad | None:
    """Return the quad of a line that is a plain triple, with its places."""
    match = _PLAIN.fullmatch(line)
    if match is None:
        return None
    quads = _parse_quads(line.decode(errors="replace"), file.syntax.parser, file.address)
    if len(quads) != 1:
        return None
    places = (
        Place(number, len(line[: match.start(group)].decode(errors="replace")) + 1)
        for group in (1, 2, 3)
    )
    return PlacedQuad(quads[0], *places)


def _place_statement(
    lines: Iterator[tuple[int, bytes]], directives: str, file: RdfFile | RdfStream
) -> Iterator[PlacedQuad]:
    """Read numbered lines until a statement is complete, and yield its quads."""
    syntax = file.syntax.parser
    has_lines = syntax in _LINES
    text = directives
    first_line = 0
    quads: list[Quad] = []
    for number, line in islice(lines, 1 if has_lines else _MOST_STATEMENT_LINES):
        first_line = first_line or number
        text += line.decode(errors="replace")
        if has_lines or line.rstrip().endswith(b"."):
            quads = _parse_quads(text, syntax, file.address)
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
    base = file.base
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
        if iri.startswith(base):
            found.add(f"<{iri.removeprefix(base)}>")
        folder = base[: base.rfind("/") + 1]
        if folder and iri.startswith(folder):
            found.add(f"<{iri.removeprefix(folder)}>")
    return {text.encode() for text in found}


def _spell_properties(
    file: RdfFile | RdfStream, properties: PropertiesOf
) -> dict[bytes, set[bytes]]:
    """Return the spellings of the properties of interest, by those of their subjects."""
    spelt: dict[frozenset[NamedNode], set[bytes]] = {}
    found: dict[bytes, set[bytes]] = {}
    for node, predicates in properties.items():
        if predicates not in spelt:
            spelt[predicates] = {b"a", *_spellings(file, predicates)}
        for spelling in _spellings(file, [node]):
            found[spelling] = spelt[predicates]
    return found


def _escape(character: str) -> str:
    code = ord(character)
    if character.isascii():
        return character
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"  # noqa: PLR2004 - four digits


def _parse_quads(text: str, syntax: RdfFormat, base: str) -> list[Quad]:
    """Return the quads of a text, or none if it is not valid."""
    try:
        return list(parse(text, syntax, base_iri=base))
    except SyntaxError:
        return []
