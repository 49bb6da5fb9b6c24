"""Cut statements into pieces that a store takes in one request.

A blank node's label means something inside one request only. What hangs together by blank nodes
therefore stays in one piece, however large that is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import BlankNode, Triple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import NamedNode

    Graph: TypeAlias = NamedNode | None


def batches(
    statements: Iterable[tuple[Graph, Triple]], size: int
) -> Iterator[tuple[Graph, list[Triple]]]:
    """Yield all statements in pieces of about a size, each with its graph; None is the merge.

    No more is held at a time than one piece of each graph, and what has blank nodes: that comes
    last, for only at the end is it known what hangs together.
    """
    open_: dict[Graph, list[Triple]] = {}
    with_blanks: dict[Graph, list[Triple]] = {}
    for graph, triple in statements:
        if _blanks(triple):
            with_blanks.setdefault(graph, []).append(triple)
            continue
        batch = open_.setdefault(graph, [])
        batch.append(triple)
        if len(batch) >= size:
            yield graph, open_.pop(graph)
    for graph, triples in with_blanks.items():
        for together in _components(triples):
            batch = open_.setdefault(graph, [])
            if batch and len(batch) + len(together) > size:
                yield graph, batch
                open_[graph] = together
            else:
                batch += together
    yield from open_.items()


def has_blanks(triples: Iterable[Triple]) -> bool:
    """Tell whether any of the triples has a blank node."""
    return any(_blanks(triple) for triple in triples)


def _blanks(triple: Triple) -> list[BlankNode]:
    found = [node for node in (triple.subject, triple.object) if isinstance(node, BlankNode)]
    for node in (triple.subject, triple.object):
        if isinstance(node, Triple):
            found += _blanks(node)
    return found


def _components(triples: Iterable[Triple]) -> Iterable[list[Triple]]:
    """Group triples that share blank nodes, directly or through others."""
    leader: dict[BlankNode, BlankNode] = {}

    def find(node: BlankNode) -> BlankNode:
        while leader.setdefault(node, node) != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    kept = list(triples)
    for triple in kept:
        first, *others = _blanks(triple)
        for other in others:
            leader[find(other)] = find(first)
    groups: dict[BlankNode, list[Triple]] = {}
    for triple in kept:
        groups.setdefault(find(_blanks(triple)[0]), []).append(triple)
    return groups.values()
