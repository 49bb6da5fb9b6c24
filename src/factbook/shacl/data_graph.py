"""The data graph: a store of the merged data that keeps the lexical form of each literal.

Nearly all quads are in the default graph. Quads with a literal that the store would rewrite are in
two named graphs: encoded (see `lexical`) for the constraints of SHACL Core, and rewritten for the
queries inside shapes, whose authors know nothing of the encoding. The default graph with one of
the two is a view; no triple is in a view twice.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from factbook.rdf.lexical import is_doubtful
from factbook.shacl.lexical import decode, encode, is_canonical, is_valid_if_canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import BlankNode

    from factbook.shacl.dialect import View

_ENCODED = NamedNode("urn:factbook:encoded")
_STORED = NamedNode("urn:factbook:stored")
_DEFAULT = DefaultGraph()
_CHUNK = 20_000
_TEXT_DATATYPES = frozenset(
    {
        "http://www.w3.org/2001/XMLSchema#string",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString",
    }
)


@dataclass
class DataGraph:
    """A store, and the quads with literals that need attention."""

    store: Store
    noncanonical: list[Quad] = field(default_factory=list)
    """The quads whose literal the store would rewrite."""
    ill_typed: list[Quad] = field(default_factory=list)
    """The quads whose literal is not valid for its datatype; see `rdf.lexical`."""
    properties: set[NamedNode] | None = None
    """All properties of the data, where they are known."""
    size: int = 0
    """The number of quads that were loaded, duplicates included."""

    def graphs(self, view: View) -> list[NamedNode | DefaultGraph]:
        """Return the graphs that make up a view."""
        if view == "plain" or not self.noncanonical:
            return [_DEFAULT]
        return [_DEFAULT, _ENCODED if view == "encoded" else _STORED]

    def quads(self) -> Iterator[Quad]:
        """Yield the data in its own lexical forms."""
        return self.describe(None)

    def describe(self, subject: BlankNode | None) -> Iterator[Quad]:
        """Yield the triples about a blank node, or all triples, in their own lexical forms."""
        for graph in self.graphs("encoded"):
            for quad in self.store.quads_for_pattern(subject, None, None, graph):
                yield Quad(quad.subject, quad.predicate, decode(quad.object))


def load_data(quads: Iterable[Quad], *, store: Store | None = None) -> DataGraph:
    """Return a data graph, its named graphs merged.

    Args:
        quads: The data as parsed, in any number: it is read once and not kept.
        store: A store with the same data in its default graph. It is used instead of a new one if
            it holds all literals in their lexical form; the quads must then be repeatable.
    """
    if store is not None and all(
        not isinstance(quad.object, Literal) or is_canonical(quad.object) for quad in quads
    ):
        return DataGraph(store)
    graph = DataGraph(Store(), properties=set())
    source = iter(quads)
    # The store takes quads without Python's lock: the next chunk is parsed in the meantime
    with ThreadPoolExecutor(1) as loader:
        pending = None
        while chunk := list(islice(source, _CHUNK)):
            canonical = _sort_chunk(chunk, graph)
            if pending is not None:
                pending.result()
            pending = loader.submit(graph.store.extend, canonical)
        if pending is not None:
            pending.result()
    graph.store.extend(
        Quad(quad.subject, quad.predicate, quad.object, _STORED)
        for quad in graph.noncanonical
        if quad not in graph.store
    )
    graph.store.extend(
        Quad(quad.subject, quad.predicate, encode(quad.object), _ENCODED)
        for quad in graph.noncanonical
        if isinstance(quad.object, Literal)
    )
    return graph


def _sort_chunk(chunk: list[Quad], graph: DataGraph) -> list[Quad]:
    """Return the quads with canonical literals; note the others, and the properties.

    This looks at each quad once: with millions of them it takes most of the time of a check.
    """
    noncanonical, ill_typed = graph.noncanonical, graph.ill_typed
    properties: set[NamedNode] = set()
    canonical = []
    for each in chunk:
        quad = each
        if quad.graph_name != _DEFAULT:
            quad = Quad(quad.subject, quad.predicate, quad.object)
        properties.add(quad.predicate)
        value = quad.object
        if type(value) is not Literal or (datatype := value.datatype.value) in _TEXT_DATATYPES:
            canonical.append(quad)
            continue
        is_kept = is_canonical(value)
        (canonical if is_kept else noncanonical).append(quad)
        if not (is_kept and is_valid_if_canonical(datatype)) and is_doubtful(value.value, datatype):
            ill_typed.append(quad)
    graph.properties = (graph.properties or set()) | properties
    graph.size += len(chunk)
    return canonical
