"""Write to a SPARQL store over HTTP: by the Graph Store Protocol, or by SPARQL Update.

Both ways replace a graph with its first batch and add the others. Sending a batch again changes
nothing unless it has blank nodes, so an interrupted push can simply be run again from the start.
"""

from __future__ import annotations

import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlencode, urlsplit, urlunsplit

import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat

from factbook.errors import UsageError
from factbook.rdf.terms import to_sparql
from factbook.store.remote import RemoteEngine
from factbook.store.transport import AGENT, Transport

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyoxigraph import Triple

    from factbook.rdf.terms import Term

# By the first word of the header Server: the graph store beside the query endpoint
_GRAPH_STORES = {"oxigraph": "store", "virtuoso": "sparql-graph-crud-auth"}
_WITHOUT_DEFAULT_GRAPH = {"virtuoso"}
_MERGE = "urn:factbook:merge"
_TIMEOUT = 30.0
_WRITE_TIMEOUT = 600.0
_OK = {200, 201, 202, 204}
_NOT_FOUND = 404


class Writer(Protocol):
    """A store that can be written to; None stands for its default graph."""

    batch_size: int
    """How many triples one request should carry."""

    def check_access(self) -> None:
        """Check that the store answers and accepts the login before anything is sent."""

    def replace(self, graph: NamedNode | None, triples: Sequence[Triple]) -> None:
        """Replace the content of a graph."""

    def add(self, graph: NamedNode | None, triples: Sequence[Triple]) -> None:
        """Add triples to a graph."""

    def drop(self, graph: NamedNode) -> None:
        """Remove a graph if it exists."""


@dataclass(frozen=True)
class Target:
    """A store to fill: the engine that queries it, its writer, and the graph of the merge."""

    engine: RemoteEngine
    writer: Writer
    merge: NamedNode | None
    """None for the default graph."""


def find_target(
    endpoint: str, *, graph_store: str | None = None, update: str | None = None
) -> Target:
    """Return the store behind a query endpoint.

    Args:
        endpoint: The query endpoint; with default-graph-uri if the store has no default graph.
        graph_store: The address for the Graph Store Protocol.
        update: The address for SPARQL Update.

    Raises:
        UsageError: An address is wrong or missing.
        EndpointError: The endpoint does not answer.
    """
    if graph_store is not None and update is not None:
        raise UsageError("--graph-store cannot be combined with --update")
    engine = RemoteEngine(endpoint, timeout=_TIMEOUT * 10, login=True)
    product = _product(endpoint)
    if product in _WITHOUT_DEFAULT_GRAPH and engine.merge is None:
        address = urlsplit(endpoint)._replace(query=urlencode({"default-graph-uri": _MERGE}))
        raise UsageError(
            "the store has no default graph: name the graph of the merge in the address, for push "
            f"and for every query: --endpoint '{urlunsplit(address)}'"
        )
    writer: Writer
    if update is not None:
        writer = UpdateWriter(update)
    elif graph_store is not None:
        writer = GraphStoreWriter(graph_store)
    elif product in _GRAPH_STORES:
        writer = GraphStoreWriter(_sibling_address(endpoint, _GRAPH_STORES[product]))
    else:
        raise UsageError(
            f"no address for writing to {endpoint} is known: add --graph-store URL or --update URL"
        )
    return Target(engine, writer, engine.merge)


def _product(endpoint: str) -> str:
    """Return the name of the server software in lower case, or an empty string if unknown."""
    transport = Transport(endpoint, timeout=_TIMEOUT, login=True)
    request = urllib.request.Request(  # noqa: S310 - the transport allows only http(s)
        endpoint,
        data=urlencode({"query": "ASK {}"}).encode(),
        headers={"Accept": "application/sparql-results+json", "User-Agent": AGENT},
    )
    return transport.send(request).headers.get("Server", "").partition("/")[0].strip().lower()


def _sibling_address(endpoint: str, name: str) -> str:
    """Return the address of another service in the folder of an endpoint."""
    address = urlsplit(endpoint)
    folder = address.path.rpartition("/")[0]
    return urlunsplit(address._replace(path=f"{folder}/{name}", query="", fragment=""))


class GraphStoreWriter:
    """Writes by the SPARQL 1.1 Graph Store HTTP Protocol.

    Args:
        address: The graph store's; graphs are named indirectly (section 4.2).

    Raises:
        UsageError: The address is not valid.
    """

    batch_size = 100_000

    def __init__(self, address: str) -> None:
        self._transport = Transport(
            address, timeout=_WRITE_TIMEOUT, login=True, option="--graph-store"
        )

    def check_access(self) -> None:
        """Read a graph that does not exist, which needs the same login as writing."""
        self._send("GET", NamedNode("urn:factbook:access"), may_be_absent=True)

    def replace(self, graph: NamedNode | None, triples: Sequence[Triple]) -> None:
        """Put the triples."""
        self._send("PUT", graph, triples)

    def add(self, graph: NamedNode | None, triples: Sequence[Triple]) -> None:
        """Post the triples."""
        self._send("POST", graph, triples)

    def drop(self, graph: NamedNode) -> None:
        """Delete the graph."""
        self._send("DELETE", graph, may_be_absent=True)

    def _send(
        self,
        method: str,
        graph: NamedNode | None,
        triples: Sequence[Triple] | None = None,
        *,
        may_be_absent: bool = False,
    ) -> None:
        name = "default" if graph is None else urlencode({"graph": graph.value})
        separator = "&" if urlsplit(self._transport.address).query else "?"
        body = None
        if triples is not None:
            body = pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES)
        request = urllib.request.Request(  # noqa: S310 - the transport allows only http(s)
            f"{self._transport.address}{separator}{name}",
            data=body,
            headers={"Content-Type": "application/n-triples", "User-Agent": AGENT},
            method=method,
        )
        reply = self._transport.send(request)
        if reply.status not in _OK and not (may_be_absent and reply.status == _NOT_FOUND):
            raise self._transport.failure(f"refuses {method}: {reply.refusal}")


class UpdateWriter:
    """Writes by SPARQL 1.1 Update.

    Args:
        address: Where updates are posted to.

    Raises:
        UsageError: The address is not valid.
    """

    batch_size = 1_000  # Virtuoso compiles an update to SQL with a limited number of lines

    def __init__(self, address: str) -> None:
        self._transport = Transport(address, timeout=_WRITE_TIMEOUT, login=True, option="--update")

    def check_access(self) -> None:
        """Insert nothing."""
        self._send("INSERT DATA {}")

    def replace(self, graph: NamedNode | None, triples: Sequence[Triple]) -> None:
        """Drop the graph and insert the triples in one request."""
        name = "DEFAULT" if graph is None else f"GRAPH {to_sparql(graph)}"
        self._send(f"DROP SILENT {name} ;\n{_insert_data(graph, triples)}")

    def add(self, graph: NamedNode | None, triples: Sequence[Triple]) -> None:
        """Insert the triples."""
        self._send(_insert_data(graph, triples))

    def drop(self, graph: NamedNode) -> None:
        """Drop the graph."""
        self._send(f"DROP SILENT GRAPH {to_sparql(graph)}")

    def _send(self, text: str) -> None:
        request = urllib.request.Request(  # noqa: S310 - the transport allows only http(s)
            self._transport.address,
            data=text.encode(),
            headers={"Content-Type": "application/sparql-update", "User-Agent": AGENT},
            method="POST",
        )
        reply = self._transport.send(request)
        if reply.status not in _OK:
            raise self._transport.failure(f"refuses the update: {reply.refusal}")


def _insert_data(graph: NamedNode | None, triples: Sequence[Triple]) -> str:
    lines = "\n".join(
        f"{_form(t.subject)} {_form(t.predicate)} {_form(t.object)} ." for t in triples
    )
    if graph is not None:
        lines = f"GRAPH {to_sparql(graph)} {{\n{lines}\n}}"
    # The standard allows blank nodes in both forms, Virtuoso only in a template
    if any(isinstance(node, BlankNode) for t in triples for node in (t.subject, t.object)):
        return f"INSERT {{\n{lines}\n}} WHERE {{}}"
    return f"INSERT DATA {{\n{lines}\n}}"


def _form(term: Term) -> str:
    if isinstance(term, NamedNode) or (isinstance(term, Literal) and term.direction is None):
        return to_sparql(term)
    if isinstance(term, BlankNode):
        return f"_:{term.value}"
    raise UsageError(f"SPARQL 1.1 cannot express {term}; use --graph-store")
