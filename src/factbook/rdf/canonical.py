"""Canonical labels of blank nodes (RDFC-1.0), with an error if they would take too long.

The algorithm tries all orders of blank nodes that look alike from a blank node that looks like
others itself (RDFC-1.0, section 4.8). A few statements can be made to take days that way.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, CanonicalizationAlgorithm

from factbook.errors import InputError

if TYPE_CHECKING:
    from pyoxigraph import Dataset, Quad

_MOST_ALIKE = 7
"""The most blank nodes whose orders are tried: 5,040 for each node that looks like another."""
_MOST_SECONDS = 5
_QUADS_IN_A_SECOND = 10_000


def canonicalize(data: Dataset) -> None:
    """Give the blank nodes of a dataset their canonical labels.

    Raises:
        InputError: Too many blank nodes look alike.
    """
    alike = _most_alike(data)
    if alike > _MOST_ALIKE or (alike and not _ends_soon(data)):
        raise InputError(
            f"{max(alike, 2)} blank nodes around one look alike: their canonical labels (RDFC-1.0) "
            "would take too long; give them names, or values that differ"
        )
    data.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)


def _ends_soon(data: Dataset) -> bool:
    """Tell whether a child process labels the nodes within some seconds of its own time.

    No rule tells beforehand, and the engine cannot be interrupted.
    """
    if not hasattr(os, "fork"):
        return True
    child = os.fork()
    if not child:
        try:
            import resource

            seconds = _MOST_SECONDS + len(data) // _QUADS_IN_A_SECOND
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
            data.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def _most_alike(data: Dataset) -> int:
    """Return the size of the largest group of similar neighbours of a blank node with a twin."""
    about: dict[BlankNode, list[str]] = defaultdict(list)
    related: dict[BlankNode, list[tuple[str, BlankNode]]] = defaultdict(list)
    for quad in data:
        nodes = [term for term in _terms(quad) if isinstance(term, BlankNode)]
        for node in nodes:
            about[node].append(" ".join(_text(term, node) for term in _terms(quad)))
        for node in nodes if len(nodes) > 1 else ():
            related[node] += (
                (f"{place} {quad.predicate}", other)
                for place, other in enumerate(_terms(quad))
                if isinstance(other, BlankNode) and other != node
            )
    looks = {node: "\n".join(sorted(lines)) for node, lines in about.items()}
    shared = {look for look, number in Counter(looks.values()).items() if number > 1}
    most = 0
    for node, others in related.items():
        if looks[node] in shared:
            kinds = Counter((place, looks[other]) for place, other in others)
            most = max(most, *(kinds[kind] for kind in kinds if kind[1] in shared), 0)
    return most


def _terms(quad: Quad) -> tuple[object, ...]:
    return (quad.subject, quad.predicate, quad.object, quad.graph_name)


def _text(term: object, node: BlankNode) -> str:
    if isinstance(term, BlankNode):
        return "_:a" if term == node else "_:z"
    return str(term)
