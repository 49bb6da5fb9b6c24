"""Sort quads in document order, and label blank nodes reproducibly."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Triple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
TYPE = NamedNode(f"{RDF}type")


def sort_quads(quads: Iterable[Quad]) -> list[Quad]:
    """Return distinct quads in document order: by graph and subject, classes first."""
    return sorted(set(quads), key=_place)


def _place(quad: Quad) -> tuple[str, str, bool, str]:
    graph = "" if isinstance(quad.graph_name, DefaultGraph) else str(quad.graph_name)
    return graph, str(quad.subject), quad.predicate != TYPE, str(quad)


def relabel_blank_nodes(
    quads: Iterable[Quad], labels: dict[str, BlankNode] | None = None
) -> Iterator[Quad]:
    """Yield the quads with blank nodes labelled b1, b2 … in order of appearance.

    Args:
        quads: The quads.
        labels: The new nodes by old label, from earlier calls; this one adds its own.
    """
    new_labels = {} if labels is None else labels

    def relabel(term: T) -> T:
        if isinstance(term, BlankNode):
            return cast(
                "T", new_labels.setdefault(term.value, BlankNode(f"b{len(new_labels) + 1}"))
            )
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
