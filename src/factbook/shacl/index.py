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

from factbook.shacl.spelling import disguise, is_kept, reveal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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

    @property
    def properties(self) -> frozenset[str]:
        """The properties with values that the store rewrites."""
        return frozenset(quad.predicate.value for quad in self.respelled)

    def view(self, *, spelled: bool) -> list[NamedNode | DefaultGraph]:
        """Return the graphs to query: with literals as spelled, or as the store rewrites them."""
        if not self.respelled:
            return [_DEFAULT]
        return [_DEFAULT, DISGUISED if spelled else STORED]

    def quads(self) -> Iterator[Quad]:
        """Yield the data as it came in."""
        for graph in self.view(spelled=True):
            for quad in self.store.quads_for_pattern(None, None, None, graph):
                yield Quad(quad.subject, quad.predicate, reveal(quad.object))


def index_of(data: Iterable[Quad], *, properties: frozenset[str] | None = None) -> Index:
    """Return an index of some data, its named graphs laid together.

    Parsing and storing go on side by side: the store takes its quads without Python's lock.

    Args:
        data: The quads, as parsed.
        properties: The properties that matter; triples with others are left out.
    """
    store = Store()
    respelled: list[Quad] = []
    for chunk in _ahead(_sorted(data, properties, respelled)):
        store.extend(chunk)
    for quad in respelled:
        if quad not in store:
            store.add(Quad(quad.subject, quad.predicate, quad.object, STORED))
        store.add(Quad(quad.subject, quad.predicate, _hidden(quad.object), DISGUISED))
    return Index(store, tuple(respelled))


def _hidden(term: object) -> Literal:
    assert isinstance(term, Literal)  # noqa: S101 - only literals are respelled
    return disguise(term)


def _sorted(
    data: Iterable[Quad], properties: frozenset[str] | None, respelled: list[Quad]
) -> Iterator[list[Quad]]:
    """Yield chunks of the quads that the store keeps as they are; collect the others."""
    quads = iter(data)
    while chunk := list(islice(quads, _CHUNK)):
        kept = []
        for each in chunk:
            quad = each
            if properties is not None and quad.predicate.value not in properties:
                continue
            if quad.graph_name != _DEFAULT:
                quad = Quad(quad.subject, quad.predicate, quad.object)
            value = quad.object
            if (
                type(value) is Literal
                and value.datatype.value not in _VERBATIM
                and not is_kept(value)
            ):
                respelled.append(quad)
            else:
                kept.append(quad)
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
