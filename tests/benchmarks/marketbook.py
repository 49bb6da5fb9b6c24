"""Make books of any size that are like the bundled one: copies of its market, side by side.

Each copy has companies, products, figures, events and sources of its own, under names of its own,
as often linked and as richly qualified as the bundled ones, because it is made of them. What comes
out is streamed as N-Quads, each source a named graph. Terms and concepts are the bundled ones.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph, Literal, NamedNode

from factbook.layout import layout_of
from factbook.rdf.parse import read_rdf
from factbook.rdf.terms import XSD

if TYPE_CHECKING:
    from pathlib import Path
    from typing import IO

    from pyoxigraph import Quad

    from factbook.layout import Layout
    from factbook.rdf.terms import Term

BASE = "https://w3id.org/ai-infra/"
SCHEMA = "https://schema.org/"
_OWN = ("company", "event", "observation", "organization", "person", "place", "product", "source")
_NAMES = {SCHEMA + name for name in ("name", "alternateName", "legalName")}
_VALUES = {SCHEMA + name for name in ("value", "minValue", "maxValue")}
# A party of an event, or what it is about, may belong to another copy: markets are not islands
_ACROSS = {f"{BASE}def#{name}" for name in ("counterparty", "investor", "leadInvestor", "product")}
_ACROSS_PART = 0.1
_NUMBERS = {XSD + "integer", XSD + "decimal"}
_COPY = "\ue000"
"""Stands in a pattern for what tells a copy from the others."""


@dataclass(frozen=True)
class _Source:
    """The lines of one file, in pieces: between each two of them a hole is filled copy by copy."""

    pieces: tuple[str, ...]
    holes: tuple[Decimal | str, ...]
    """A number that is scaled, or the name of a thing that may belong to another copy."""
    triples: int


@dataclass
class _Lines:
    pieces: list[str] = field(default_factory=lambda: [""])
    holes: list[Decimal | str] = field(default_factory=list)

    def add(self, text: str) -> None:
        self.pieces[-1] += text

    def hole(self, filled_with: Decimal | str) -> None:
        self.holes.append(filled_with)
        self.pieces.append("")


def make_book(folder: Path, triples: int) -> tuple[Layout, Path]:
    """Make a book of the bundled ontology and queries, and a file of data beside it.

    Args:
        folder: A folder that does not exist yet.
        triples: How many the data have, but for at most one file's.

    Returns:
        The book, and the N-Quads file of its data.
    """
    bundled = layout_of(None).root
    folder.mkdir()
    for name in ("ontology", "queries"):
        (folder / name).symlink_to(bundled / name)
    data = folder / "market.nq"
    with data.open("w", encoding="utf-8") as file:
        write_market(file, triples)
    return layout_of(folder), data


def write_market(out: IO[str], triples: int) -> int:
    """Write a market of about so many triples; return how many they are."""
    layout = layout_of(None)
    kept = _concepts(layout)
    sources = [_source(path, kept) for path in layout.data_files(leads=False)]
    copies = max(1, triples // sum(source.triples for source in sources))
    written = copy = 0
    while True:
        dice = random.Random(copy)  # noqa: S311 - the same market each time
        scale = Decimal(1) if copy == 0 else Decimal(dice.randrange(8, 33)) / 16
        for source in sources:
            if written >= triples:
                return written
            out.write(_filled(source, copy, copies, scale, dice))
            written += source.triples
        copy += 1


def _concepts(layout: Layout) -> set[str]:
    """Return the IRIs that are the same in all copies: what the ontology describes."""
    quads = (quad for path in layout.ontology_files() for quad in read_rdf(path).quads)
    return {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}


def _source(path: Path, kept: set[str]) -> _Source:
    lines = _Lines()
    quads = list(read_rdf(path).named_quads())
    for quad in quads:
        predicate = quad.predicate.value
        lines.add(f"<{_renamed(quad.subject.value, kept)}> <{predicate}> ")  # type: ignore[union-attr] # no blank nodes in data
        _add_object(lines, quad, kept)
        graph = quad.graph_name
        assert not isinstance(graph, DefaultGraph)
        lines.add(f" <{_renamed(graph.value, kept)}> .\n")
    return _Source(tuple(lines.pieces), tuple(lines.holes), len(quads))


def _add_object(lines: _Lines, quad: Quad, kept: set[str]) -> None:
    predicate, value = quad.predicate.value, quad.object
    if isinstance(value, NamedNode):
        if predicate in _ACROSS and value.value not in kept:
            lines.add("<")
            lines.hole(value.value)
            lines.add(">")
        else:
            is_kept = predicate.endswith("#type") or value.value in kept
            lines.add(f"<{value.value if is_kept else _renamed(value.value, kept)}>")
    elif isinstance(value, Literal) and predicate in _VALUES and value.datatype.value in _NUMBERS:
        lines.add('"')
        lines.hole(Decimal(value.value))
        lines.add(f'"^^<{value.datatype.value}>')
    elif isinstance(value, Literal) and predicate in _NAMES:
        lines.add(str(Literal(f"{value.value}{_COPY}", language=value.language)))
    else:
        lines.add(_nt(value))


def _nt(term: Term) -> str:
    return str(term)


def _renamed(iri: str, kept: set[str]) -> str:
    """Return the pattern of an IRI: one of each copy's own, unless it is a concept or a unit."""
    if iri in kept or "qudt.org" in iri or iri.startswith("urn:"):
        return iri
    return iri + _COPY


def _filled(source: _Source, copy: int, copies: int, scale: Decimal, dice: random.Random) -> str:
    parts = [source.pieces[0]]
    for piece, hole in zip(source.pieces[1:], source.holes, strict=True):
        if isinstance(hole, Decimal):
            scaled = hole * scale
            parts.append(str(scaled.quantize(hole) if hole == hole.to_integral() else scaled))
        elif copies > 1 and dice.random() < _ACROSS_PART:
            parts.append(hole + _mark(dice.randrange(copies)))
        else:
            parts.append(hole + _COPY)
        parts.append(piece)
    return "".join(parts).replace(_COPY, _mark(copy))


def _mark(copy: int) -> str:
    """Return what tells a copy; a number alone would make the second family the second chip."""
    return f"-m{copy}" if copy else ""
