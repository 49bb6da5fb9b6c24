"""Say observations the RDF 1.2 way: each reifies the direct triple of its thing, measure and value.

The observation itself is the reifier, so that all that is said of it annotates the triple. A triple
that is reified is not thereby stated: only those that a book asserts as its latest figures are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from factbook.export.names import RDF

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from factbook.rdf.terms import Term

_REIFIES = NamedNode(f"{RDF}reifies")
_SCHEMA = "https://schema.org/"
_ABOUT, _MEASURE, _VALUE = _PARTS = (
    NamedNode(f"{_SCHEMA}observationAbout"),
    NamedNode(f"{_SCHEMA}measuredProperty"),
    NamedNode(f"{_SCHEMA}value"),
)


def reified(quads: Iterable[Quad], asserted: Collection[Triple]) -> Iterator[Quad]:
    """Yield the quads, and for each observation of one value its triple.

    Memory grows only with the observations that are not read to their end.

    Args:
        quads: The quads.
        asserted: The triples to state as well, in the forms that the query engine gives them.
    """
    forms = _EngineForms()
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
            if asserted and Triple(thing, measure, forms(value)) in asserted:
                yield Quad(thing, measure, value, quad.graph_name)


class _EngineForms:
    """Gives terms the forms that they have in answers: the engine rewrites some literals."""

    def __init__(self) -> None:
        self._store = Store()
        self._node = NamedNode("urn:factbook:form")

    def __call__(self, term: Term) -> Term:
        if not isinstance(term, Literal):
            return term
        quad = Quad(self._node, self._node, term)
        self._store.add(quad)
        found: Term = next(iter(self._store)).object
        self._store.remove(quad)
        return found
