"""Find out where an endpoint takes data, and in which graph the merge belongs there."""

from __future__ import annotations

import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit, urlunsplit

from factbook.errors import UsageError
from factbook.push.writers import GraphStoreWriter, UpdateWriter
from factbook.store.remote import RemoteEngine
from factbook.store.transport import AGENT, Transport

if TYPE_CHECKING:
    from pyoxigraph import NamedNode

    from factbook.push.writers import Writer

# By the first word of the header Server: the graph store beside the query endpoint
_GRAPH_STORES = {"oxigraph": "store", "virtuoso": "sparql-graph-crud-auth"}
_WITHOUT_DEFAULT_GRAPH = {"virtuoso"}
_MERGE = "urn:factbook:merge"
_TIMEOUT = 30.0


@dataclass(frozen=True)
class Target:
    """A store to fill: what asks it, what writes to it, and the graph of the merge."""

    engine: RemoteEngine
    writer: Writer
    merge: NamedNode | None
    """None for the default graph."""


def target_of(
    endpoint: str, *, graph_store: str | None = None, update: str | None = None
) -> Target:
    """Return the store behind an endpoint.

    Args:
        endpoint: Where the store answers queries; with default-graph-uri where it has no default
            graph.
        graph_store: Where it speaks the Graph Store Protocol.
        update: Where it takes updates.

    Raises:
        UsageError: An address is wrong or missing.
        EndpointError: The endpoint does not answer.
    """
    if graph_store is not None and update is not None:
        raise UsageError("--graph-store and --update are two ways to write: name one")
    engine = RemoteEngine(endpoint, timeout=_TIMEOUT * 10, login=True)
    product = _product(endpoint)
    if product in _WITHOUT_DEFAULT_GRAPH and engine.merge is None:
        address = urlsplit(endpoint)._replace(query=urlencode({"default-graph-uri": _MERGE}))
        raise UsageError(
            "the store has no default graph: name a graph for the merge in its address, here and "
            f"whenever you ask it: --endpoint '{urlunsplit(address)}'"
        )
    writer: Writer
    if update is not None:
        writer = UpdateWriter(update)
    elif graph_store is not None:
        writer = GraphStoreWriter(graph_store)
    elif product in _GRAPH_STORES:
        writer = GraphStoreWriter(_beside(endpoint, _GRAPH_STORES[product]))
    else:
        raise UsageError(
            f"cannot tell where {endpoint} takes data: say --graph-store URL or --update URL"
        )
    return Target(engine, writer, engine.merge)


def _product(endpoint: str) -> str:
    """Return the name of the server's program in lower case, as far as it says one."""
    address = urlsplit(endpoint)
    transport = Transport(endpoint, timeout=_TIMEOUT, login=True)
    request = urllib.request.Request(  # noqa: S310 - the transport lets only http(s) pass
        urlunsplit(address),
        data=urlencode({"query": "ASK {}"}).encode(),
        headers={"Accept": "application/sparql-results+json", "User-Agent": AGENT},
    )
    return transport.send(request).headers.get("Server", "").partition("/")[0].strip().lower()


def _beside(endpoint: str, name: str) -> str:
    address = urlsplit(endpoint)
    folder = address.path.rpartition("/")[0]
    return urlunsplit(address._replace(path=f"{folder}/{name}", query="", fragment=""))
