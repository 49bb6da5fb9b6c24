"""Say observations the RDF 1.2 way: each reifies the direct triple of its thing, measure and value.

The observation itself is the reifier, so that all that is said of it annotates the triple. A triple
that is reified is not thereby stated: only those that a book asserts as its latest figures are.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Quad, Triple

from factbook.export.names import RDF

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from factbook.rdf.terms import Term

_REIFIES = NamedNode(f"{RDF}reifies")
_SCHEMA = "https://schema.org/"
_ABOUT, _MEASURE, _VALUE = _PARTS = (
    NamedNode(f"{_SCHEMA}observationAbout"),
    NamedNode(f"{_SCHEMA}measuredProperty"),
    NamedNode(f"{_SCHEMA}value"),
)


def reified(quads: Iterable[Quad], asserted: Iterable[Triple]) -> Iterator[Quad]:
    """Yield the quads, and for each observation of one value its triple.

    Memory grows only with the observations that are not read to their end.

    Args:
        quads: The quads.
        asserted: The triples to state as well; their numbers may be spelled otherwise, because the
            query engine rewrites some.
    """
    stated: dict[tuple[Term, Term], list[Term]] = {}
    for triple in asserted:
        stated.setdefault((triple.subject, triple.predicate), []).append(triple.object)
    begun: dict[Term, dict[NamedNode, Term]] = {}
    for quad in quads:
        yield quad
        if quad.predicate not in _PARTS:
            continue
        parts = begun.setdefault(quad.subject, {})
        parts[quad.predicate] = quad.object
        if len(parts) < len(_PARTS):
            continue
        del begun[quad.subject]
        thing, measure, value = parts[_ABOUT], parts[_MEASURE], parts[_VALUE]
        if isinstance(measure, NamedNode) and not isinstance(thing, Literal | Triple):
            direct = Triple(thing, measure, value)
            yield Quad(quad.subject, _REIFIES, direct, quad.graph_name)
            if any(_same(value, other) for other in stated.get((thing, measure), ())):
                yield Quad(thing, measure, value, quad.graph_name)


def _same(one: Term, other: Term) -> bool:
    """Tell whether two terms are one value, however they are spelled."""
    if one == other:
        return True
    if not isinstance(one, Literal) or not isinstance(other, Literal):
        return False
    try:
        return Decimal(one.value) == Decimal(other.value)
    except InvalidOperation:
        return False
