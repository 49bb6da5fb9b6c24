"""Give blank nodes labels that are the same on every run: b1, b2 … in order of appearance."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from pyoxigraph import BlankNode, Quad, Triple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from factbook.rdf.terms import Term

T = TypeVar("T", BlankNode, "Term")

_LABEL = re.compile(rb"_:")  # three times faster than `b"_:" in text`


def may_have_blank_nodes(text: bytes) -> bool:
    """Tell whether N-Triples or N-Quads may have blank nodes: only literals can look like them."""
    return _LABEL.search(text) is not None


def relabelled(quads: Iterable[Quad], labels: dict[str, BlankNode] | None = None) -> Iterator[Quad]:
    """Yield the quads with their blank nodes labelled anew.

    Args:
        quads: The quads.
        labels: The new nodes by the old labels, to go on from and to add to.
    """
    labels = {} if labels is None else labels

    def blank(node: BlankNode) -> BlankNode:
        return labels.setdefault(node.value, BlankNode(f"b{len(labels) + 1}"))

    def term(old: Term) -> Term:
        if isinstance(old, BlankNode):
            return blank(old)
        if isinstance(old, Triple):
            subject, object_ = old.subject, term(old.object)
            return Triple(
                blank(subject) if isinstance(subject, BlankNode) else subject,
                old.predicate,
                object_,
            )
        return old

    inside = (BlankNode, Triple)
    for quad in quads:
        subject, value, graph = quad.subject, quad.object, quad.graph_name
        if (
            isinstance(value, inside)
            or isinstance(subject, BlankNode)
            or isinstance(graph, BlankNode)
        ):
            yield Quad(
                blank(subject) if isinstance(subject, BlankNode) else subject,
                quad.predicate,
                term(value),
                blank(graph) if isinstance(graph, BlankNode) else graph,
            )
        else:
            yield quad
