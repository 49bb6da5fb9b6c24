"""The index that shapes are run on: a store of the merged data that knows how files spell it.

Nearly all quads stand in the default graph. Those with a literal that the store would rewrite stand
in two graphs of our own: in disguise, for everything that SHACL itself asks, and rewritten, for the
queries inside shapes, whose authors know nothing of disguises. Either graph joins the default graph
to make a view; no triple is in a view twice.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from itertools import islice
from queue import Queue
from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from factbook.rdf.lexical import is_doubtful
from factbook.shacl.spelling import disguise, is_kept, is_surely_sound, reveal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import BlankNode

    from factbook.shacl.forms import View

DISGUISED = NamedNode("urn:factbook:disguised")
STORED = NamedNode("urn:factbook:stored")
_DEFAULT = DefaultGraph()
_CHUNK = 20_000
_AHEAD = 3
_VERBATIM = frozenset(
    {
        "http://www.w3.org/2001/XMLSchema#string",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString",
    }
)


@dataclass(frozen=True)
class Index:
    """A store, and the quads whose literals it would rewrite."""

    store: Store
    respelled: tuple[Quad, ...] = ()
    properties: frozenset[str] | None = None
    """All properties that there are, where they have been noted."""
    doubtful: tuple[Quad, ...] = ()
    """The quads whose literal is not what its datatype promises; see `rdf.lexical`."""
    size: int = 0
    """How many quads came in, repeated ones counted again."""

    def graphs(self, view: View) -> list[NamedNode | DefaultGraph]:
        """Return the graphs that make up a view."""
        if view == "plain" or not self.respelled:
            return [_DEFAULT]
        return [_DEFAULT, DISGUISED if view == "spelled" else STORED]

    def quads(self) -> Iterator[Quad]:
        """Yield the data as it came in."""
        return self.about(None)

    def about(self, subject: BlankNode | None) -> Iterator[Quad]:
        """Yield what the data says of a blank node, or of everything, as it came in."""
        for graph in self.graphs("spelled"):
            for quad in self.store.quads_for_pattern(subject, None, None, graph):
                yield Quad(quad.subject, quad.predicate, reveal(quad.object))


def index_of(data: Iterable[Quad]) -> Index:
    """Return an index of some data, its named graphs laid together.

    Parsing and storing go on side by side: the store takes its quads without Python's lock.
    """
    store = Store()
    sorter = Sorter()
    for chunk in _ahead(sorter.chunks(data)):
        store.extend(chunk)
    put_respelled(store, sorter.respelled)
    return sorter.index(store)


def put_respelled(store: Store, quads: Iterable[Quad]) -> None:
    """Put quads that a store would rewrite into the two graphs for them."""
    found = [*quads]
    store.extend(
        Quad(quad.subject, quad.predicate, quad.object, STORED)
        for quad in found
        if quad not in store
    )
    store.extend(
        Quad(quad.subject, quad.predicate, _hidden(quad.object), DISGUISED) for quad in found
    )


def _hidden(term: object) -> Literal:
    assert isinstance(term, Literal)  # noqa: S101 - only literals are respelled
    return disguise(term)


class Sorter:
    """Tells the quads that the store keeps as they are from the others, and notes what else counts.

    One look at each quad has to do: with millions of them it is what a check takes longest over.
    """

    def __init__(self) -> None:
        self.respelled: list[Quad] = []
        self.doubtful: list[Quad] = []
        self.properties: set[NamedNode] = set()
        self.size = 0

    def index(self, store: Store) -> Index:
        """Return the index that a store of the kept quads makes."""
        properties = frozenset(property_.value for property_ in self.properties)
        respelled, doubtful = tuple(self.respelled), tuple(self.doubtful)
        return Index(store, respelled, properties, doubtful, self.size)

    def chunks(self, data: Iterable[Quad], *, size: int = _CHUNK) -> Iterator[list[Quad]]:
        """Yield chunks of the quads that are kept; collect the others, and the properties."""
        quads = iter(data)
        respelled, properties = self.respelled, self.properties
        while chunk := list(islice(quads, size)):
            self.size += len(chunk)
            kept = []
            for each in chunk:
                quad = each
                if quad.graph_name != _DEFAULT:
                    quad = Quad(quad.subject, quad.predicate, quad.object)
                properties.add(quad.predicate)
                value = quad.object
                if type(value) is not Literal or (name := value.datatype.value) in _VERBATIM:
                    kept.append(quad)
                    continue
                is_as_spelled = is_kept(value)
                (kept if is_as_spelled else respelled).append(quad)
                if not (is_as_spelled and is_surely_sound(name)) and is_doubtful(value.value, name):
                    self.doubtful.append(quad)
            yield kept


def _ahead(chunks: Iterator[list[Quad]]) -> Iterator[list[Quad]]:
    """Yield what an iterator gives, prepared in a thread of its own once there is much of it."""
    first = next(chunks, None)
    if first is None:
        return
    yield first
    if len(first) < _CHUNK // 2:
        yield from chunks
        return
    ready: Queue[list[Quad] | BaseException | None] = Queue(_AHEAD)
    stopped = threading.Event()

    def prepare() -> None:
        try:
            for chunk in chunks:
                if stopped.is_set():
                    return
                ready.put(chunk)
            ready.put(None)
        except BaseException as error:  # noqa: BLE001 - raised again where the chunks are used
            ready.put(error)

    thread = threading.Thread(target=prepare, daemon=True)
    thread.start()
    try:
        while (chunk := ready.get()) is not None:
            if isinstance(chunk, BaseException):
                raise chunk
            yield chunk
    finally:
        stopped.set()
