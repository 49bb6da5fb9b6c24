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
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from factbook.rdf.lexical import is_ill_typed, is_well_formed
from factbook.rdf.terms import XSD
from factbook.store.literal_forms import DERIVED_INTEGERS, keeps

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyoxigraph import BlankNode, Store

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

ENCODED_GRAPH = NamedNode("urn:factbook:encoded")
STORED_GRAPH = NamedNode("urn:factbook:stored")
_DEFAULT = DefaultGraph()


@dataclass
class DataGraph:
    """A store, with facts about its literals."""

    store: Store
    noncanonical: set[str] = field(default_factory=set)
    """The properties with values that the store would rewrite."""
    ill_typed: dict[tuple[NamedNode, Literal], None] = field(default_factory=dict)
    """The properties and values that are not valid for their datatype; see `rdf.lexical`."""
    size: int = 0
    """The number of quads that were loaded, duplicates included."""
    files: tuple[Path, ...] = ()
    """The files whose text tells how language tags are spelled."""

    def graphs(self, view: View) -> list[NamedNode | DefaultGraph]:
        """Return the graphs that make up a view."""
        if view == "plain" or not self.noncanonical:
            return [_DEFAULT]
        return [_DEFAULT, ENCODED_GRAPH if view == "encoded" else STORED_GRAPH]

    def quads(self) -> Iterator[Quad]:
        """Yield the data in its own lexical forms."""
        return self.describe(None)

    def describe(self, subject: BlankNode | None) -> Iterator[Quad]:
        """Yield the triples about a blank node, or all triples, in their own lexical forms."""
        for graph in self.graphs("encoded"):
            yield from self._decoded(subject, None, None, graph)

    def noncanonical_quads(self) -> Iterator[Quad]:
        """Yield the quads whose literal the store would rewrite."""
        return self._decoded(None, None, None, ENCODED_GRAPH)

    def ill_typed_quads(self) -> Iterator[Quad]:
        """Yield the quads whose literal is not valid for its datatype."""
        for predicate, literal in self.ill_typed:
            held = encode(literal)
            graph = _DEFAULT if held is literal else ENCODED_GRAPH
            yield from self._decoded(None, predicate, held, graph)

    def _decoded(
        self,
        subject: BlankNode | None,
        predicate: NamedNode | None,
        value: Literal | None,
        graph: NamedNode | DefaultGraph,
    ) -> Iterator[Quad]:
        for quad in self.store.quads_for_pattern(subject, predicate, value, graph):
            yield Quad(quad.subject, quad.predicate, decode(quad.object))


class Judgement(NamedTuple):
    """How the store represents a literal."""

    encoded: str | None
    """The datatype that encodes it, or None if the store keeps its lexical form."""
    is_ill_typed: bool


@lru_cache(maxsize=1 << 16)
def judge(text: str, datatype: str) -> Judgement:
    """Return what becomes of a literal with a text and a datatype."""
    if keeps(text, datatype):
        is_ill = datatype not in _VALID_IF_CANONICAL and is_ill_typed(text, datatype)
        return Judgement(None, is_ill)
    if not is_well_formed(text, datatype):
        return Judgement(ILL_TYPED + datatype, is_ill_typed=True)
    prefix = OUT_OF_RANGE if is_out_of_range(text, datatype) else ENCODED
    return Judgement(prefix + datatype, is_ill_typed=False)


def encode(literal: Literal) -> Literal:
    """Return a literal in the form that the store holds it in."""
    encoded = judge(literal.value, literal.datatype.value).encoded
    return literal if encoded is None else Literal(literal.value, datatype=NamedNode(encoded))


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
