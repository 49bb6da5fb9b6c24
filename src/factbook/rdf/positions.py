"""Find the line and column of triples in files.

A file is searched for the statements about the wanted nodes that begin at the start of a line. A
file of up to some megabytes is scanned whole for what is not found so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import BlankNode, NamedNode, RdfFormat, parse

from factbook.rdf.parse import RdfFile, open_rdf
from factbook.rdf.places import PlacedQuad, Places, line_starts, place_at
from factbook.rdf.rdf_input import RdfInput
from factbook.rdf.statement_search import LINE_SYNTAXES, search_statements
from factbook.rdf.turtle_scanner import Offsets, scan_line, scan_turtle
from factbook.rdf.unpack import read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pyoxigraph import Quad

    from factbook.rdf.parse import RdfStream
    from factbook.rdf.statement_search import PropertiesOf
    from factbook.rdf.terms import Term

_TURTLE = {RdfFormat.TURTLE, RdfFormat.TRIG}
_SEARCHED = {RdfFormat.TURTLE, *LINE_SYNTAXES}
_LEAST_SEARCHED_BYTES = 64 << 10
"""Smaller files are scanned at once."""
_MOST_SCANNED_BYTES = 8 << 20
"""Larger Turtle files are not scanned if the search fails."""


def places_of(file: RdfFile, nodes: frozenset[Term] | None = None) -> Places:
    """Return the places of the triples of a file.

    There are none in other syntaxes than those of the Turtle family, and in a file that has changed
    since it was parsed.

    Args:
        file: The file.
        nodes: The subjects and objects to be looked up; by default all.
    """
    syntax = file.syntax.parser
    if syntax not in _TURTLE | LINE_SYNTAXES:
        return Places(())
    content = read_bytes(file.path)
    placed: list[PlacedQuad] = []
    if nodes is not None and syntax in _SEARCHED and len(content) > _LEAST_SEARCHED_BYTES:
        placed = list(search_statements(file, nodes))
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
    starts = line_starts(text)
    return Places(
        PlacedQuad(quad, *(place_at(starts, offset) for offset in three))
        for quad, three in zip(file.quads, offsets, strict=True)
        if nodes is None or quad.subject in nodes or quad.object in nodes
    )


def _has_quads(content: bytes, file: RdfFile) -> bool:
    """Tell whether content still has the quads of a file, up to the labels of blank nodes."""
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


@dataclass(frozen=True)
class Extract:
    """What a large file states about some nodes, with the places that were found."""

    path: Path
    graph: NamedNode
    quads: tuple[Quad, ...]
    placed: tuple[PlacedQuad, ...]


SearchedFile: TypeAlias = RdfFile | Extract


def search_files(
    files: Iterable[RdfFile | RdfStream],
    nodes: frozenset[Term],
    *,
    required: frozenset[Term],
    properties: PropertiesOf | None = None,
) -> list[SearchedFile]:
    """Return files, and for large ones only their statements about some nodes.

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
    placed = tuple(search_statements(file, nodes, properties=properties))
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
        placed = tuple(search_statements(file, nodes, mentioned))
    return Extract(file.path, file.graph, quads, placed)
