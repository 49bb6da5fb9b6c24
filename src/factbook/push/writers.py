"""Write to a store over HTTP: by the Graph Store Protocol, or by SPARQL Update.

Both replace a graph with its first piece and add the others. Sending a piece again changes nothing
unless it holds blank nodes, so that what was interrupted can simply be done again from the start.
"""

from __future__ import annotations

import urllib.request
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlencode, urlsplit

import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat

from factbook.errors import UsageError
from factbook.push.batches import has_blanks
from factbook.rdf.terms import to_sparql
from factbook.store.transport import AGENT, Transport

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyoxigraph import Triple

    from factbook.rdf.terms import Term

TIMEOUT = 600.0
_DONE = {200, 201, 202, 204}
_ABSENT = 404
# What a server was seen to take in one request; Virtuoso compiles an update to SQL, of a limited
# number of lines
_PIECE_FOR_GRAPH_STORE = 100_000
_PIECE_FOR_UPDATE = 1_000


class Writer(Protocol):
    """A store that can be written to; None stands for its default graph."""

    piece: int
    """How many triples one request should carry."""

    def greet(self) -> None:
        """Make sure that the store answers and lets us write, before anything large is sent."""

    def replace(self, graph: NamedNode | None, triples: Sequence[Triple]) -> None:
        """Make triples all that a graph holds."""

    def add(self, graph: NamedNode | None, triples: Sequence[Triple]) -> None:
        """Add triples to a graph."""

    def drop(self, graph: NamedNode) -> None:
        """Remove a graph, if it is there."""


class GraphStoreWriter:
    """Writes by the SPARQL 1.1 Graph Store HTTP Protocol.

    Args:
        address: The graph store's; graphs are named indirectly (section 4.2).

    Raises:
        UsageError: The address is not one.
    """

    piece = _PIECE_FOR_GRAPH_STORE

    def __init__(self, address: str) -> None:
        self._transport = Transport(address, timeout=TIMEOUT, login=True, option="--graph-store")

    def greet(self) -> None:
        """Read a graph that does not exist, which needs the same login."""
        self._send("GET", NamedNode("urn:factbook:greeting"), may_be_absent=True)

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
        joint = "&" if urlsplit(self._transport.address).query else "?"
        request = urllib.request.Request(  # noqa: S310 - the transport lets only http(s) pass
            f"{self._transport.address}{joint}{name}",
            data=None
            if triples is None
            else pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES),
            headers={"Content-Type": "application/n-triples", "User-Agent": AGENT},
            method=method,
        )
        reply = self._transport.send(request)
        if reply.status not in _DONE and not (may_be_absent and reply.status == _ABSENT):
            raise self._transport.failure(f"refuses {method}: {reply.refusal}")


class UpdateWriter:
    """Writes by SPARQL 1.1 Update.

    Args:
        address: Where updates are posted to.

    Raises:
        UsageError: The address is not one.
    """

    piece = _PIECE_FOR_UPDATE

    def __init__(self, address: str) -> None:
        self._transport = Transport(address, timeout=TIMEOUT, login=True, option="--update")

    def greet(self) -> None:
        """Insert nothing."""
        self._send("INSERT DATA {}")

    def replace(self, graph: NamedNode | None, triples: Sequence[Triple]) -> None:
        """Drop the graph and insert the triples in one request."""
        name = "DEFAULT" if graph is None else f"GRAPH {to_sparql(graph)}"
        self._send(f"DROP SILENT {name} ;\n{_insertion(graph, triples)}")

    def add(self, graph: NamedNode | None, triples: Sequence[Triple]) -> None:
        """Insert the triples."""
        self._send(_insertion(graph, triples))

    def drop(self, graph: NamedNode) -> None:
        """Drop the graph."""
        self._send(f"DROP SILENT GRAPH {to_sparql(graph)}")

    def _send(self, text: str) -> None:
        request = urllib.request.Request(  # noqa: S310 - the transport lets only http(s) pass
            self._transport.address,
            data=text.encode(),
            headers={"Content-Type": "application/sparql-update", "User-Agent": AGENT},
            method="POST",
        )
        reply = self._transport.send(request)
        if reply.status not in _DONE:
            raise self._transport.failure(f"refuses the update: {reply.refusal}")


def _insertion(graph: NamedNode | None, triples: Sequence[Triple]) -> str:
    lines = "\n".join(
        f"{_form(t.subject)} {_form(t.predicate)} {_form(t.object)} ." for t in triples
    )
    if graph is not None:
        lines = f"GRAPH {to_sparql(graph)} {{\n{lines}\n}}"
    # Blank nodes are fine in both by the standard; Virtuoso takes them in a template only
    if has_blanks(triples):
        return f"INSERT {{\n{lines}\n}} WHERE {{}}"
    return f"INSERT DATA {{\n{lines}\n}}"


def _form(term: Term) -> str:
    if isinstance(term, NamedNode) or (isinstance(term, Literal) and term.direction is None):
        return to_sparql(term)
    if isinstance(term, BlankNode):
        return f"_:{term.value}"
    raise UsageError(f"SPARQL 1.1 has no form for {term}; push it by --graph-store")
