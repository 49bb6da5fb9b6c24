"""Search a file for the statements about some nodes that begin at the start of a line."""

from __future__ import annotations

import mmap
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import BlankNode, NamedNode, RdfFormat, parse

from factbook.rdf.places import Place, PlacedQuad, line_starts, place_at
from factbook.rdf.turtle_scanner import scan_line, scan_turtle
from factbook.rdf.unpack import BOM, GZIP, read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pyoxigraph import Quad

    from factbook.rdf.parse import RdfFile, RdfStream
    from factbook.rdf.terms import Term

LINE_SYNTAXES = {RdfFormat.N_TRIPLES, RdfFormat.N_QUADS}
"""Syntaxes of which each line is a statement."""
_MOST_STATEMENT_LINES = 2_000
"""Longer statements of large Turtle files have no line numbers."""
_PART_BYTES = 2 << 10
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
_WORD = re.compile(rb"[ \t]+([^\s]+)")
_ONE_PROPERTY = re.compile(rb"[ \t]+([^\s]+)[ \t][^;\n]*\.\s*?(?:\n|\Z)")
"""What follows the subject of a statement about one property on one line."""
PropertiesOf: TypeAlias = Mapping["Term", frozenset["NamedNode"]]


def search_statements(
    file: RdfFile | RdfStream,
    subjects: Iterable[Term],
    mentioned: Iterable[Term] = (),
    *,
    properties: PropertiesOf | None = None,
) -> Iterator[PlacedQuad]:
    """Yield the statements about some nodes that begin at the start of a line.

    In N-Triples and N-Quads, also those that mention other nodes.
    """
    has_lines = file.syntax.parser in LINE_SYNTAXES
    with _open_content(file.path) as content:
        directives = [] if has_lines else list(_find_directives(content))
        wanted = _spell_nodes(file, subjects, properties or {})
        others = _spellings(file, mentioned) if has_lines else set()
        number, counted = 1, 0  # the line of an offset
        second = _WORD if has_lines else _ONE_PROPERTY
        for start in _find_statements(content, wanted, others, second):
            number += content[counted:start].count(b"\n")
            counted = start
            line = content[start : content.find(b"\n", start) + 1 or len(content)]
            plain = _place_plain(line, number, file)
            if plain is not None:
                yield plain
                continue
            before = b"".join(text for at, text in directives if at < start)
            lines = enumerate(_lines_from(content, start), start=number)
            yield from _place_statement(lines, before.decode(errors="replace"), file)


@contextmanager
def _open_content(path: Path) -> Iterator[bytes | mmap.mmap]:
    """Open the bytes of a file, mapped from disk, or in memory if the file is compressed."""
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
    content: bytes | mmap.mmap,
    wanted: Mapping[bytes, AbstractSet[bytes] | None],
    others: AbstractSet[bytes],
    property_: re.Pattern[bytes],
) -> Iterator[int]:
    """Yield the offsets of the lines that begin with a wanted node or mention another.

    Of a node with properties of interest, only the first statement and those with one of them.
    """
    pattern = _LINE_STARTS[bool(others)]
    start = len(BOM) if content[: len(BOM)] == BOM else 0
    end = content.find(b"\n") + 1 or len(content)
    first = pattern.match(b"\n" + content[start:end])
    parts = [(0, len(content))] if others else _parts_with(content, pattern, wanted.keys())
    matches = chain.from_iterable(pattern.finditer(content, *part) for part in parts)
    seen: set[bytes] = set()
    for match in matches if first is None else chain((first,), matches):
        node = match[1]
        if node in seen:
            of_interest = wanted[node]
            named = property_.match(content, match.end()) if of_interest is not None else None
            if named is not None and of_interest is not None and named[1] not in of_interest:
                continue
        elif node in wanted:
            seen.add(node)
        elif not (
            # Escapes in prefixed names do not change them: base:company\/x
            (b"\\" in node and node.replace(b"\\", b"") in wanted)
            or (others and (match[2] in others or match[3] in others))
        ):
            continue
        yield start if match is first else match.start() + 1


def _parts_with(
    content: bytes | mmap.mmap, pattern: re.Pattern[bytes], wanted: AbstractSet[bytes]
) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each part of a content with lines that may begin with a node.

    To look at a part as a whole takes a fraction of the time of looking at its lines in turn.
    """
    start, size = 0, len(content)
    while start < size:
        end = content.find(b"\n", start + _PART_BYTES)
        end = size if end < 0 else end
        nodes = pattern.findall(content, start, end)
        if not wanted.isdisjoint(nodes) or b"\\" in b"".join(nodes):
            yield start, end
        start = end


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
    starts = [match.start(group) for group in (1, 2, 3)]
    if not line.isascii():
        starts = [len(line[:start].decode(errors="replace")) for start in starts]
    return PlacedQuad(quads[0], *(Place(number, start + 1) for start in starts))


def _place_statement(
    lines: Iterator[tuple[int, bytes]], directives: str, file: RdfFile | RdfStream
) -> Iterator[PlacedQuad]:
    """Read numbered lines until a statement is complete, and yield its quads."""
    syntax = file.syntax.parser
    has_lines = syntax in LINE_SYNTAXES
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
    starts = line_starts(text)
    first_line -= directives.count("\n")
    for quad, three in zip(quads, offsets, strict=True):
        places = (place_at(starts, offset, first_line=first_line) for offset in three)
        yield PlacedQuad(quad, *places)


def _spellings(file: RdfFile | RdfStream, terms: Iterable[Term]) -> set[bytes]:
    """Return the spellings of IRIs and blank nodes: in UTF-8, escaped, prefixed and relative."""
    found = set()
    base = file.base
    for term in terms:
        if not isinstance(term, NamedNode | BlankNode):
            continue
        text = str(term)
        found |= {text} if text.isascii() else {text, "".join(map(_escape, text))}
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


def _spell_nodes(
    file: RdfFile | RdfStream, nodes: Iterable[Term], properties: PropertiesOf
) -> dict[bytes, set[bytes] | None]:
    """Return the spellings of nodes, each with those of the properties of interest, or None."""
    spelt: dict[frozenset[NamedNode], set[bytes]] = {}
    found: dict[bytes, set[bytes] | None] = {}
    for node in nodes:
        predicates = properties.get(node)
        if predicates is not None and predicates not in spelt:
            spelt[predicates] = {b"a", *_spellings(file, predicates)}
        of_interest = None if predicates is None else spelt[predicates]
        found |= dict.fromkeys(_spellings(file, [node]), of_interest)
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
