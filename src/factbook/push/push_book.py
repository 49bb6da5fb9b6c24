"""Push a book: replace each of its named graphs, then the merge, and count what has arrived."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Triple

from factbook.push.batches import batches
from factbook.rdf.parse import read_any
from factbook.store.answers import select

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from factbook.push.target import Target

_COUNT = "SELECT (COUNT(*) AS ?triples) WHERE { ?subject ?property ?value }"
_COUNTS = """SELECT ?graph (COUNT(*) AS ?triples)
WHERE { GRAPH ?graph { ?subject ?property ?value } } GROUP BY ?graph ORDER BY ?graph"""


@dataclass(frozen=True)
class Difference:
    """A graph that does not hold as many triples as it was sent; None for the merge."""

    graph: NamedNode | None
    sent: int
    there: int


@dataclass(frozen=True)
class Outcome:
    """What a push did and found."""

    graphs: int
    triples: int
    """In the merge."""
    differences: tuple[Difference, ...]
    strangers: tuple[NamedNode, ...]
    """Graphs that are named like the book's and are not in it."""
    pruned: bool
    """Whether the strangers were dropped."""


def push(
    paths: Sequence[Path],
    target: Target,
    *,
    piece: int | None = None,
    prune: bool = False,
    announce: Callable[[str], None],
) -> Outcome:
    """Make a store hold what files say.

    Args:
        paths: The files, in loading order.
        target: The store.
        piece: How many triples go into one request, if not what suits the store.
        prune: Whether to drop graphs that earlier pushes have left and no file says any more.
        announce: Called with a line about the progress.

    Raises:
        InputError: A file cannot be read.
        EndpointError: The store failed or refused; doing it again is safe.
    """
    target.writer.greet()
    sent: dict[NamedNode | None, set[int]] = {}
    size = piece or target.writer.piece
    for number, path in enumerate(paths, 1):
        announce(f"Pushing file {number} of {len(paths)}")
        _send(_of_sources(path), target, size, sent)
    # The merge comes last, so that what was interrupted before still answers as before
    _send(_of_merge(paths, announce), target, size, sent)
    announce("Counting")
    there = _counts(target)
    strangers = tuple(graph for graph in there if graph and _is_ours(graph, sent, target))
    for graph in strangers if prune else ():
        target.writer.drop(graph)
    return Outcome(
        graphs=len(sent.keys() - {None}),
        triples=len(sent.get(None, ())),
        differences=tuple(
            Difference(graph, len(triples), there.get(graph, 0))
            for graph, triples in sent.items()
            if len(triples) != there.get(graph, 0)
        ),
        strangers=strangers,
        pruned=prune,
    )


def _send(
    statements: Iterable[tuple[NamedNode | None, Triple]],
    target: Target,
    size: int,
    sent: dict[NamedNode | None, set[int]],
) -> None:
    """Send statements piece by piece; the first one for a graph replaces it."""
    for graph, triples in batches(statements, size):
        name = target.merge if graph is None else graph
        (target.writer.add if graph in sent else target.writer.replace)(name, triples)
        sent.setdefault(graph, set()).update(map(hash, triples))


def _of_sources(path: Path) -> Iterator[tuple[NamedNode, Triple]]:
    for quad in read_any(path).named_quads():
        if isinstance(quad.graph_name, NamedNode):
            yield quad.graph_name, Triple(quad.subject, quad.predicate, quad.object)


def _of_merge(
    paths: Sequence[Path], announce: Callable[[str], None]
) -> Iterator[tuple[None, Triple]]:
    for number, path in enumerate(paths, 1):
        announce(f"Pushing the merge: file {number} of {len(paths)}")
        for quad in read_any(path).quads:
            yield None, Triple(quad.subject, quad.predicate, quad.object)


def _counts(target: Target) -> dict[NamedNode | None, int]:
    """Return how many triples each graph of the store holds; under None, the merge."""
    counts: dict[NamedNode | None, int] = {}
    for graph, number in select(target.engine, _COUNTS):
        if isinstance(graph, NamedNode) and isinstance(number, Literal):
            counts[graph] = int(number.value)
    for (number,) in select(target.engine, _COUNT):
        if isinstance(number, Literal):
            counts[None] = int(number.value)
    return counts


def _is_ours(graph: NamedNode, sent: dict[NamedNode | None, set[int]], target: Target) -> bool:
    """Tell whether a graph that was not sent is named as one that was: in the same namespace."""
    if graph in sent or graph == target.merge:
        return False
    return _namespace(graph) in {_namespace(known) for known in sent if known is not None}


def _namespace(graph: NamedNode) -> str:
    name = graph.value
    return name[: max(name.rfind("/"), name.rfind("#"), name.rfind(":")) + 1]
