"""The remote engine: any SPARQL 1.1 endpoint, through SPARQLWrapper.

SPARQLWrapper sends the request (SPARQL 1.1 Protocol, section 2.1), through the opener of
`transport`. The answer is read here, within one deadline for the whole call. An HTML page, a
truncated body or a list that the endpoint truncated is an error, never an answer.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit, urlunsplit

from pyoxigraph import (
    DefaultGraph,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

from factbook.errors import EndpointError, FactbookError, UsageError
from factbook.sparql.rewrite import count_rows, exclude_graph
from factbook.sparql.tokens import declare_prefixes, query_form, uses_graph
from factbook.store.answers import Graph, Table, select, table_from
from factbook.store.transport import AGENT, Transport
from factbook.store.virtuoso import adapt_query, is_virtuoso, normalize_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from http.client import HTTPResponse

    from factbook.store.answers import Answer
    from factbook.store.transport import Reply

_OK, _PARTIAL, _REFUSED = 200, 206, 400
_BINDINGS = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
}
_TRIPLES = {
    "application/n-triples": RdfFormat.N_TRIPLES,
    "text/turtle": RdfFormat.TURTLE,
    "application/rdf+xml": RdfFormat.RDF_XML,
}
# Virtuoso labels blank nodes with an invalid label
_BLANK = re.compile(rb'("type":\s*"bnode",\s*"value":\s*")nodeID://')
# … and answers ASK with a table of one row for true and none for false
_ASKED = "__ASK_RETVAL"
_ANY_NAMED = "ASK { GRAPH ?graph { ?subject ?property ?value } }"
_NAMED = (
    "SELECT DISTINCT ?graph WHERE { GRAPH ?graph { ?subject ?property ?value } } ORDER BY ?graph"
)
# Endpoints truncate long answers at a round number of rows
_ROUND = 100
_SMALLEST_POWER = 64
# Headers of Virtuoso when it did not send every row
_CAPPED = ("X-SPARQL-MaxRows", "X-SQL-State")


class RemoteEngine:
    """Queries one endpoint, read-only.

    Args:
        address: The endpoint's http or https address.
        timeout: Seconds for one query, all tries, waiting and reading included.
        login: Whether to log in where the endpoint asks for it; see `credentials`.

    Raises:
        UsageError: The address is not one.
    """

    def __init__(self, address: str, *, timeout: float = 60, login: bool = False) -> None:
        self.address = address
        self.timeout = timeout
        self.login = login
        self._is_virtuoso = False
        self._transport = Transport(address, timeout=timeout, login=login)

    def query(self, text: str, *, prefixes: Mapping[str, str] | None = None) -> Answer:
        """Run a query that need not declare these prefixes.

        Raises:
            UsageError: The endpoint finds the query invalid, or it is no query.
            EndpointError: The endpoint cannot be reached, refused, or sent no whole answer.
        """
        form = query_form(text)
        if form is None:
            raise UsageError("the query has no SELECT, ASK, CONSTRUCT or DESCRIBE in it")
        text = declare_prefixes(text, prefixes or {})
        named: Sequence[str] = ()
        if self.merge is not None and uses_graph(text):
            text = exclude_graph(text, self.merge)
            named = self._named_graphs
        answer = self._answer(text, form, named)
        try:
            if isinstance(answer, Table) and not answer.variables and "*" not in text:
                raise self._transport.failure("sent an answer without the columns of the query")
            if isinstance(answer, Table) and answer.length:
                self._require_all_rows(answer.length, text, named)
        except EndpointError:
            del answer  # as in `_read_results`
            raise
        return answer

    def query_as_standard(self, text: str, *, prefixes: Mapping[str, str] | None = None) -> Answer:
        """Run a query unchanged: the endpoint is responsible for its semantics."""
        return self.query(text, prefixes=prefixes)

    @cached_property
    def merge(self) -> NamedNode | None:
        """The graph that the address names as the default graph (default-graph-uri)."""
        chosen = parse_qs(urlsplit(self.address).query).get("default-graph-uri")
        return NamedNode(chosen[0]) if chosen else None

    @cached_property
    def _named_graphs(self) -> tuple[str, ...]:
        """The named graphs, which must be given because the address has a default graph.

        By the protocol (section 2.1.4) there is then no other; Virtuoso shows all of them still.
        """
        if self._answer(_ANY_NAMED, "ASK", ()) is True:
            return ()
        whole = RemoteEngine(
            urlunsplit(urlsplit(self.address)._replace(query="")),
            timeout=self.timeout,
            login=self.login,
        )
        graphs = (row[0] for row in select(whole, _NAMED))
        return tuple(g.value for g in graphs if isinstance(g, NamedNode) and g != self.merge)

    def _answer(self, text: str, form: str, named: Sequence[str]) -> Answer:
        wanted = ", ".join(_BINDINGS if form in {"SELECT", "ASK"} else _TRIPLES)
        reply = self._transport.send_by_urlopen(self._call(text, form, wanted, named))
        if is_virtuoso(reply) and not self._is_virtuoso:  # run the query again, rewritten
            self._is_virtuoso = True
            reply = self._transport.send_by_urlopen(self._call(text, form, wanted, named))
        answer = self._read(reply, form)
        return normalize_answer(answer) if self._is_virtuoso else answer

    def _require_all_rows(self, rows: int, text: str, named: Sequence[str]) -> None:
        """Count the rows of a query on the endpoint if their number may be a limit of it."""
        query = count_rows(text) if _may_be_truncated(rows) else None
        if query is None:
            return
        try:
            counted = self._answer(query, "SELECT", named)
            found = list(counted.rows) if isinstance(counted, Table) else []
            del counted  # as in `_read_results`
            (total,) = (int(cell.value) for (cell,) in found if isinstance(cell, Literal))
        except (FactbookError, ValueError) as error:
            reason = f" ({error})" if isinstance(error, FactbookError) else ""
            raise self._transport.failure(
                f"sent {rows} rows, which may be its limit, and does not count them{reason}: give "
                "the query a LIMIT"
            ) from None
        if total > rows:
            raise self._transport.failure(f"truncated the answer: it sent {rows} of {total} rows")

    def _call(
        self, text: str, form: str, wanted: str, named: Sequence[str]
    ) -> Callable[[], HTTPResponse]:
        """Return a function that sends a query and returns the unread answer."""
        from SPARQLWrapper import POST, SPARQLWrapper

        wrapper = SPARQLWrapper(self.address, agent=AGENT)
        wrapper.setMethod(POST)
        # Not setQuery, which guesses the form and takes a word such as 'workload' for an update
        wrapper.queryString = adapt_query(text) if self._is_virtuoso else text
        wrapper.queryType = form
        wrapper.setOnlyConneg(True)
        wrapper.addCustomHttpHeader("Accept", wanted)
        for graph in named:
            wrapper.addNamedGraph(graph)
        return lambda: wrapper.query().response

    def _read(self, reply: Reply, form: str) -> Answer:
        """Return the answer in a reply, or raise an error that describes the reply."""
        if reply.status == _REFUSED:
            raise UsageError(f"{self.address} refuses the query: {reply.beginning}")
        if reply.status != _OK:
            note = (
                "says that the answer is incomplete: " if reply.status == _PARTIAL else "answers "
            )
            raise self._transport.failure(f"{note}{reply.refusal}")
        capped = next((name for name in _CAPPED if reply.headers.get(name)), None)
        if capped:
            raise self._transport.failure(
                f"says that the answer is incomplete ({capped}: {reply.headers[capped]})"
            )
        packed = reply.headers.get("Content-Encoding", "identity")
        if packed != "identity":
            raise self._transport.failure(
                f"packed its answer with {packed}, which nobody asked for"
            )
        known = _BINDINGS if form in {"SELECT", "ASK"} else _TRIPLES
        if reply.media_type not in known:
            raise self._transport.failure(
                f"sent {reply.media_type or 'no content type'} where a SPARQL answer was "
                f"expected: {reply.beginning}"
            )
        try:
            _require_bounds(reply)
            if form in {"SELECT", "ASK"}:
                return self._bindings(reply, form)
            if not reply.has_known_length:  # triples end anywhere, and a cut would not be seen
                raise self._transport.failure("sent an answer that does not say where it ends")
            quads = parse(reply.body, _TRIPLES[reply.media_type])
            return Graph(
                [
                    Triple(quad.subject, quad.predicate, quad.object)
                    for quad in quads
                    if isinstance(quad.graph_name, DefaultGraph)
                ]
            )
        except (SyntaxError, ValueError) as error:
            raise self._transport.failure(f"sent an answer that cannot be read: {error}") from None

    def _bindings(self, reply: Reply, form: str) -> Answer:
        body = _BLANK.sub(rb"\1", reply.body.removeprefix(b"\xef\xbb\xbf"))
        answer = _read_results(body, _BINDINGS[reply.media_type], form)
        if answer is None:
            raise self._transport.failure(f"sent an answer of the wrong kind to {form}")
        return answer


def _require_bounds(reply: Reply) -> None:
    """Check that XML is complete, and not nested so deeply that it would crash the process.

    Raises:
        ValueError: It is not.
    """
    from xml.parsers import expat

    from factbook.rdf.bounds import BoundError, check_jsonld, check_turtle, check_xml

    try:
        if reply.media_type.endswith("+xml"):
            check_xml(reply.body)
        elif reply.media_type in _TRIPLES:
            check_turtle(reply.body)
        elif b'"triple"' in reply.body:
            check_jsonld(reply.body)
    except (expat.ExpatError, BoundError) as error:
        raise ValueError(str(error)) from None


def _may_be_truncated(rows: int) -> bool:
    """Tell whether a number of rows is round, so that it may be a limit of the endpoint."""
    is_power_of_two = rows >= _SMALLEST_POWER and rows & (rows - 1) == 0
    return is_power_of_two or (rows > 0 and rows % _ROUND == 0)


def _read_results(body: bytes, syntax: QueryResultsFormat, form: str) -> Answer | None:
    """Return a completely read answer, or None if it does not fit the form of the query.

    An error must not come after the first rows were given out. An error must not carry the engine's
    results out of this call, because they must be deleted in the thread that made them.
    """
    found = parse_query_results(body, syntax)
    try:
        if isinstance(found, QueryBoolean):
            return bool(found) if form == "ASK" else None
        names = [variable.value for variable in found.variables]
        rows = 0
        for _ in found:
            rows += 1
    finally:
        del found
    if form == "ASK":
        return rows > 0 if names == [_ASKED] else None
    again = parse_query_results(body, syntax)
    return None if isinstance(again, QueryBoolean) else replace(table_from(again), length=rows)
