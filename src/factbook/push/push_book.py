"""Push a book: replace each of its named graphs, then the merge, and verify the counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from factbook.rdf.parse import read_any
from factbook.rdf.terms import note_local
from factbook.store.answers import select

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pyoxigraph import Quad

    from factbook.book import Book
    from factbook.push.target import Target
    from factbook.rdf.rdf_input import RdfInput

    Graph: TypeAlias = NamedNode | None

_COUNT = "SELECT (COUNT(*) AS ?triples) WHERE { ?subject ?property ?value }"
_COUNTS = """SELECT ?graph (COUNT(*) AS ?triples)
WHERE { GRAPH ?graph { ?subject ?property ?value } } GROUP BY ?graph ORDER BY ?graph"""


@dataclass(frozen=True)
class Difference:
    """A graph, or None for the merge, whose number of triples differs from what was sent."""

    graph: Graph
    sent: int
    found: int


@dataclass(frozen=True)
class Outcome:
    """The result of a push."""

    graphs: int
    triples: int
    """In the merge."""
    differences: tuple[Difference, ...]
    orphans: tuple[NamedNode, ...]
    """Graphs in the namespaces of the book's graphs that the book does not have."""
    pruned: bool
    """Whether the orphans were dropped."""


def push(
    book: Book,
    target: Target,
    *,
    batch_size: int | None = None,
    prune: bool = False,
    announce: Callable[[str], None],
) -> Outcome:
    """Replace the content of a store by a book and the triples derived from it.

    Args:
        book: The book.
        target: The store.
        batch_size: How many triples one request carries; the default suits the protocol.
        prune: Whether to drop graphs of earlier pushes that no file has any more.
        announce: Called with a line about the progress.

    Raises:
        InputError: A file cannot be read.
        EndpointError: The store failed or refused; running the push again is safe.
    """
    target.writer.check_access()
    sent: dict[Graph, set[int]] = {}
    size = batch_size or target.writer.batch_size
    files = book.inputs()
    for number, file in enumerate(files, 1):
        announce(f"Pushing file {number} of {len(files)}")
        _send(_in_graphs(read_any(file).named_quads()), target, size, sent)
    derived = list(book.derived())
    _send(_in_graphs(derived), target, size, sent)
    # The merge comes last, so that an interrupted push leaves the old answers in place
    _send(_read_merge(files, derived, announce), target, size, sent)
    announce("Counting")
    counts = _count_graphs(target)
    orphans = tuple(graph for graph in counts if graph and _is_orphan(graph, sent, target))
    for graph in orphans if prune else ():
        target.writer.drop(graph)
    return Outcome(
        graphs=len(sent.keys() - {None}),
        triples=len(sent.get(None, ())),
        differences=tuple(
            Difference(graph, len(triples), counts.get(graph, 0))
            for graph, triples in sent.items()
            if len(triples) != counts.get(graph, 0)
        ),
        orphans=orphans,
        pruned=prune,
    )


def _send(
    statements: Iterable[tuple[Graph, Triple]],
    target: Target,
    size: int,
    sent: dict[Graph, set[int]],
) -> None:
    """Send statements in batches; the first batch of a graph replaces the graph."""
    for graph, triples in split_batches(statements, size):
        name = target.merge if graph is None else graph
        (target.writer.add if graph in sent else target.writer.replace)(name, triples)
        sent.setdefault(graph, set()).update(map(hash, triples))


def _in_graphs(quads: Iterable[Quad]) -> Iterator[tuple[NamedNode, Triple]]:
    for quad in quads:
        if isinstance(quad.graph_name, NamedNode):
            yield quad.graph_name, quad.triple


def _read_merge(
    files: Sequence[RdfInput], derived: Iterable[Quad], announce: Callable[[str], None]
) -> Iterator[tuple[None, Triple]]:
    for number, file in enumerate(files, 1):
        announce(f"Pushing the merge: file {number} of {len(files)}")
        for quad in note_local(read_any(file).quads):
            yield None, quad.triple
    for quad in derived:
        yield None, quad.triple


def _count_graphs(target: Target) -> dict[Graph, int]:
    """Return how many triples each graph of the store holds; under None, the merge."""
    counts: dict[Graph, int] = {}
    for graph, number in select(target.engine, _COUNTS):
        if isinstance(graph, NamedNode) and isinstance(number, Literal):
            counts[graph] = int(number.value)
    for (number,) in select(target.engine, _COUNT):
        if isinstance(number, Literal):
            counts[None] = int(number.value)
    return counts


def _is_orphan(graph: NamedNode, sent: Iterable[Graph], target: Target) -> bool:
    """Tell whether a graph was not sent but is in the namespace of one that was."""
    if graph in sent or graph == target.merge:
        return False
    return _namespace(graph) in {
        _namespace(sent_graph) for sent_graph in sent if sent_graph is not None
    }


def _namespace(graph: NamedNode) -> str:
    name = graph.value
    return name[: max(name.rfind("/"), name.rfind("#"), name.rfind(":")) + 1]


def split_batches(
    statements: Iterable[tuple[Graph, Triple]], size: int
) -> Iterator[tuple[Graph, list[Triple]]]:
    """Yield all statements in batches of about a size, each with its graph; None is the merge.

    The label of a blank node has no meaning beyond one request, so triples that share blank nodes
    stay in one batch, however large it gets. They come last, because only the end shows which
    triples share them. Apart from these, memory holds one batch for each graph.
    """
    pending: dict[Graph, list[Triple]] = {}
    with_blank_nodes: dict[Graph, list[Triple]] = {}
    for graph, triple in statements:
        if _blank_nodes(triple):
            with_blank_nodes.setdefault(graph, []).append(triple)
            continue
        batch = pending.setdefault(graph, [])
        batch.append(triple)
        if len(batch) >= size:
            yield graph, pending.pop(graph)
    for graph, triples in with_blank_nodes.items():
        for component in _connected_components(triples):
            batch = pending.setdefault(graph, [])
            if batch and len(batch) + len(component) > size:
                yield graph, batch
                pending[graph] = component
            else:
                batch += component
    yield from pending.items()


def _blank_nodes(triple: Triple) -> list[BlankNode]:
    nodes: list[BlankNode] = []
    for node in (triple.subject, triple.object):
        if isinstance(node, BlankNode):
            nodes.append(node)
        elif isinstance(node, Triple):
            nodes += _blank_nodes(node)
    return nodes


def _connected_components(triples: Sequence[Triple]) -> Iterable[list[Triple]]:
    """Group triples that share blank nodes, directly or through others."""
    parents: dict[BlankNode, BlankNode] = {}

    def find_root(node: BlankNode) -> BlankNode:
        while parents.setdefault(node, node) != node:
            parents[node] = parents[parents[node]]
            node = parents[node]
        return node

    for triple in triples:
        first, *rest = _blank_nodes(triple)
        for other in rest:
            parents[find_root(other)] = find_root(first)
    groups: dict[BlankNode, list[Triple]] = {}
    for triple in triples:
        groups.setdefault(find_root(_blank_nodes(triple)[0]), []).append(triple)
    return groups.values()
