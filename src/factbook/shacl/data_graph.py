"""The data graph: a store of the merged data that keeps the lexical form of each literal.

Oxigraph stores "1.50" as 1.5 and an xsd:int as an xsd:integer. The result of a validation can
depend on the difference: on the datatype, on a pattern, on whether 1.0 and 1.00 are one or two
values. Such a literal is therefore encoded: it gets a datatype of ours, which the store does not
interpret. Tests of terms (equality, counts, datatypes, text) then give the right answer as they
are; only tests that compare values have to decode it.

Nearly all quads are in the default graph. Quads with a literal that the store would rewrite are in
two named graphs: encoded for the constraints of SHACL Core, and rewritten for the queries inside
shapes, which are not written for the encoding. The default graph with one of the two is a view;
no triple is in a view twice.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from factbook.rdf.lexical import is_ill_typed, is_well_formed
from factbook.rdf.terms import XSD
from factbook.store.literal_forms import DERIVED_INTEGERS, is_canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pyoxigraph import BlankNode

    from factbook.rdf.terms import Term
    from factbook.shacl.dialect import View

ENCODED = "urn:factbook:encoded:"
"""Precedes the datatype of a literal that the store would rewrite."""
OUT_OF_RANGE = "urn:factbook:out-of-range:"
"""The same for numbers beyond the store's 64 bits (integers) and 128 bits (decimals)."""
ILL_TYPED = "urn:factbook:ill-typed:"
"""The same for texts outside the lexical space of their datatype, which have no value."""

_NUMBER = re.compile(r"[+-]?0*([0-9]*)(?:\.([0-9]*?)0*)?", re.ASCII)
_INTEGER_DIGITS = 18
_WHOLE_DIGITS = 20
_FRACTION_DIGITS = 18
_DECIMAL = f"{XSD}decimal"
_INTEGERS = frozenset(XSD + name for name in (*DERIVED_INTEGERS, "integer"))
_NUMERIC = _INTEGERS | {_DECIMAL, f"{XSD}double", f"{XSD}float"}
_VALID_IF_CANONICAL = frozenset(
    XSD + name for name in ("boolean", "integer", "decimal", "float", "double", "gYear")
)

_ENCODED_GRAPH = NamedNode("urn:factbook:encoded")
_STORED_GRAPH = NamedNode("urn:factbook:stored")
_DEFAULT = DefaultGraph()
_CHUNK = 20_000
_TEXT_DATATYPES = frozenset(
    {
        "http://www.w3.org/2001/XMLSchema#string",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString",
    }
)


@dataclass
class DataGraph:
    """A store, and the quads with literals that need attention."""

    store: Store
    noncanonical: list[Quad] = field(default_factory=list)
    """The quads whose literal the store would rewrite."""
    ill_typed: list[Quad] = field(default_factory=list)
    """The quads whose literal is not valid for its datatype; see `rdf.lexical`."""
    size: int = 0
    """The number of quads that were loaded, duplicates included."""
    files: tuple[Path, ...] = ()
    """The files whose text tells how language tags are spelled."""

    def graphs(self, view: View) -> list[NamedNode | DefaultGraph]:
        """Return the graphs that make up a view."""
        if view == "plain" or not self.noncanonical:
            return [_DEFAULT]
        return [_DEFAULT, _ENCODED_GRAPH if view == "encoded" else _STORED_GRAPH]

    def quads(self) -> Iterator[Quad]:
        """Yield the data in its own lexical forms."""
        return self.describe(None)

    def describe(self, subject: BlankNode | None) -> Iterator[Quad]:
        """Yield the triples about a blank node, or all triples, in their own lexical forms."""
        for graph in self.graphs("encoded"):
            for quad in self.store.quads_for_pattern(subject, None, None, graph):
                yield Quad(quad.subject, quad.predicate, decode(quad.object))


def load_data(quads: Iterable[Quad], *, store: Store | None = None) -> DataGraph:
    """Return a data graph, its named graphs merged.

    Args:
        quads: The data as parsed, in any number: it is read once and not kept.
        store: A store with the same data in its default graph. It is used instead of a new one if
            it holds all literals in their lexical form; the quads must then be repeatable.
    """
    if store is not None and all(
        not isinstance(quad.object, Literal) or is_canonical(quad.object) for quad in quads
    ):
        return DataGraph(store)
    graph = DataGraph(Store())
    source = iter(quads)
    # The store takes quads without Python's lock: the next chunk is parsed in the meantime
    with ThreadPoolExecutor(1) as loader:
        pending = None
        while chunk := list(islice(source, _CHUNK)):
            canonical = _sort_chunk(chunk, graph)
            if pending is not None:
                pending.result()
            pending = loader.submit(graph.store.extend, canonical)
        if pending is not None:
            pending.result()
    add_noncanonical(graph)
    return graph


def add_noncanonical(graph: DataGraph) -> None:
    """Add the quads with literals that the store rewrites, in both forms."""
    graph.store.extend(
        Quad(quad.subject, quad.predicate, quad.object, _STORED_GRAPH)
        for quad in graph.noncanonical
        if quad not in graph.store
    )
    graph.store.extend(
        Quad(quad.subject, quad.predicate, encode(quad.object), _ENCODED_GRAPH)
        for quad in graph.noncanonical
        if isinstance(quad.object, Literal)
    )


def _sort_chunk(chunk: list[Quad], graph: DataGraph) -> list[Quad]:
    """Return the quads with canonical literals; note the others.

    This looks at each quad once: with millions of them it takes most of the time of a check.
    """
    noncanonical, ill_typed = graph.noncanonical, graph.ill_typed
    canonical = []
    for each in chunk:
        quad = each
        if quad.graph_name != _DEFAULT:
            quad = Quad(quad.subject, quad.predicate, quad.object)
        value = quad.object
        if type(value) is not Literal or (datatype := value.datatype.value) in _TEXT_DATATYPES:
            canonical.append(quad)
            continue
        is_kept = is_canonical(value)
        (canonical if is_kept else noncanonical).append(quad)
        if not (is_kept and is_valid_if_canonical(datatype)) and is_ill_typed(
            value.value, datatype
        ):
            ill_typed.append(quad)
    graph.size += len(chunk)
    return canonical


def is_valid_if_canonical(datatype: str) -> bool:
    """Tell whether all canonical forms of a datatype are in its lexical space."""
    return datatype in _VALID_IF_CANONICAL


def encode(literal: Literal) -> Literal:
    """Return a literal in the form that the store holds it in."""
    return literal if is_canonical(literal) else _encode(literal.value, literal.datatype.value)


@lru_cache(maxsize=4096)
def _encode(value: str, datatype: str) -> Literal:
    if is_well_formed(value, datatype):
        prefix = OUT_OF_RANGE if is_out_of_range(value, datatype) else ENCODED
    else:
        prefix = ILL_TYPED
    return Literal(value, datatype=NamedNode(prefix + datatype))


def decode(term: Term) -> Term:
    """Return a term of the store in the lexical form of the data."""
    if not isinstance(term, Literal):
        return term
    datatype = term.datatype.value
    for prefix in (ENCODED, OUT_OF_RANGE, ILL_TYPED):
        if datatype.startswith(prefix):
            return Literal(term.value, datatype=NamedNode(datatype.removeprefix(prefix)))
    return term


def is_numeric(datatype: str) -> bool:
    """Tell whether a datatype is one of numbers."""
    return datatype in _NUMERIC


def is_out_of_range(value: str, datatype: str) -> bool:
    """Tell whether a number exceeds what the store can calculate with."""
    if datatype not in _INTEGERS and datatype != _DECIMAL:
        return False
    match = _NUMBER.fullmatch(value)
    if match is None:
        return False
    whole, fraction = match.group(1), match.group(2) or ""
    if datatype in _INTEGERS:
        return len(whole) > _INTEGER_DIGITS
    return len(whole) > _WHOLE_DIGITS or len(fraction) > _FRACTION_DIGITS
