"""Sort quads as documents show them, and label blank nodes the same on every run."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Triple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
TYPE = NamedNode(f"{RDF}type")


def ordered(quads: Iterable[Quad]) -> list[Quad]:
    """Return quads in the order of documents: each once, by graph, by subject, classes first."""
    return sorted(set(quads), key=_place)


def _place(quad: Quad) -> tuple[str, str, bool, str]:
    graph = "" if isinstance(quad.graph_name, DefaultGraph) else str(quad.graph_name)
    return graph, str(quad.subject), quad.predicate != TYPE, str(quad)


def relabel_blank_nodes(
    quads: Iterable[Quad], labels: dict[str, BlankNode] | None = None
) -> Iterator[Quad]:
    """Yield the quads with blank nodes b1, b2 … in order of appearance: the same on every run.

    Args:
        quads: The quads.
        labels: The new nodes by their old labels, to continue with; new ones are added.
    """
    known = {} if labels is None else labels

    def relabel(term: T) -> T:
        if isinstance(term, BlankNode):
            return cast("T", known.setdefault(term.value, BlankNode(f"b{len(known) + 1}")))
        if isinstance(term, Triple):
            return cast("T", Triple(relabel(term.subject), term.predicate, relabel(term.object)))
        return term

    for quad in quads:
        subject, value, graph = quad.subject, quad.object, quad.graph_name
        if not isinstance(subject, NamedNode) or isinstance(value, BlankNode | Triple):
            yield Quad(relabel(subject), quad.predicate, relabel(value), relabel(graph))
        elif isinstance(graph, BlankNode):
            yield Quad(subject, quad.predicate, value, relabel(graph))
        else:
            yield quad
