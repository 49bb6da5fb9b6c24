"""The remote engine: any SPARQL 1.1 endpoint, through SPARQLWrapper.

SPARQLWrapper builds the request (SPARQL 1.1 Protocol, section 2.1). The answer is read here, within
one deadline for the whole call and only if it is what was asked for: an HTML page, a body that was
cut or a list that the endpoint capped is an error, never an answer.
"""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pyoxigraph import (
    DefaultGraph,
    QueryBoolean,
    QueryResultsFormat,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

from factbook.errors import EndpointError, UsageError
from factbook.sparql.tokens import declaring, query_form
from factbook.store.answers import Graph, table_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.message import Message

    from factbook.store.answers import Answer

_AGENT = "factbook (+https://w3id.org/ai-infra/)"
_TRIES = 4
_CHUNK = 1 << 16
_MOST_BYTES = 1 << 30
_TOO_BUSY = {429, 502, 503, 504}
_OK, _PARTIAL, _REFUSED, _FIRST_ERROR = 200, 206, 400, 400
_SHOWN = 80
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
# The headers by which Virtuoso admits that it did not send every row
_CAPPED = ("X-SPARQL-MaxRows", "X-SQL-State")


@dataclass(frozen=True)
class _Reply:
    """One whole HTTP answer."""

    status: int
    headers: Message
    body: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get_content_type() if self.headers.get("Content-Type") else ""


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: a POST would lose its query and credentials would go elsewhere."""

    def redirect_request(self, *_: object) -> None:
        return None


class RemoteEngine:
    """Asks one endpoint; only ever reads.

    Args:
        address: The endpoint's http or https address.
        timeout: Seconds for one query, all tries, waiting and reading included.

    Raises:
        UsageError: The address is not one.
    """

    def __init__(self, address: str, *, timeout: float = 60) -> None:
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise UsageError(f"--endpoint: '{address}' is not an http or https address")
        self.address = address
        self.timeout = timeout
        self._opener = urllib.request.build_opener(_Redirects)

    def query(self, text: str, *, prefixes: Mapping[str, str] | None = None) -> Answer:
        """Run a query; it need not declare these prefixes.

        Raises:
            UsageError: The endpoint finds the query invalid, or it is no query.
            EndpointError: The endpoint cannot be reached, refused, or sent no whole answer.
        """
        form = query_form(text)
        if form is None:
            raise UsageError("only SELECT, ASK, CONSTRUCT and DESCRIBE can be asked of an endpoint")
        text = declaring(text, prefixes or {})
        wanted = ", ".join(_BINDINGS if form in {"SELECT", "ASK"} else _TRIPLES)
        reply = self._ask(self._request(text, wanted), time.monotonic() + self.timeout)
        return self._read(reply, form)

    def _request(self, text: str, wanted: str) -> urllib.request.Request:
        from SPARQLWrapper import POST, SPARQLWrapper

        wrapper = SPARQLWrapper(self.address, agent=_AGENT)
        wrapper.setMethod(POST)
        wrapper.setQuery(text)
        wrapper.setOnlyConneg(True)
        wrapper.addCustomHttpHeader("Accept", wanted)
        request: urllib.request.Request = wrapper._createRequest()  # noqa: SLF001 - see module
        return request

    def _ask(self, request: urllib.request.Request, deadline: float) -> _Reply:
        """Send a request until it is answered, as often and as late as is polite."""
        for attempt in range(1, _TRIES + 1):
            try:
                reply = self._send(request, deadline)
            except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
                if attempt == _TRIES or isinstance(error, TimeoutError) or _is_final(error):
                    raise self._failed(f"cannot be reached: {_reason(error)}") from None
                self._pause(0.2 * 2**attempt, deadline)
                continue
            if reply.status not in _TOO_BUSY:
                return reply
            if attempt == _TRIES:
                raise self._failed(f"is too busy: HTTP {reply.status} {attempt} times")
            self._pause(_told_to_wait(reply) or 0.2 * 2**attempt, deadline)
        raise AssertionError("unreachable")

    def _send(self, request: urllib.request.Request, deadline: float) -> _Reply:
        """Send once and read everything, each read within what is left of the time."""
        try:
            answer = self._opener.open(request, timeout=self._left(deadline))
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            chunks = []
            size = 0
            while chunk := answer.read1(_CHUNK):
                chunks.append(chunk)
                size += len(chunk)
                if size > _MOST_BYTES:
                    raise self._failed(f"sent more than {_MOST_BYTES >> 20} MiB")
                self._left(deadline)
            promised = answer.headers.get("Content-Length")
            if promised is not None and promised.isdigit() and size < int(promised):
                raise http.client.IncompleteRead(b"".join(chunks), int(promised) - size)
            return _Reply(answer.status or 0, answer.headers, b"".join(chunks))

    def _left(self, deadline: float) -> float:
        left = deadline - time.monotonic()
        if left <= 0:
            raise self._failed(f"did not answer within {self.timeout:g} seconds")
        return left

    def _pause(self, seconds: float, deadline: float) -> None:
        if seconds >= deadline - time.monotonic():
            raise self._failed(f"asks to wait {seconds:.0f} seconds, longer than it is given")
        time.sleep(seconds)

    def _read(self, reply: _Reply, form: str) -> Answer:
        """Turn a reply into an answer, or refuse it in words."""
        if reply.status == _REFUSED:
            raise UsageError(f"{self.address} refuses the query: {_start(reply.body)}")
        if reply.status != _OK:
            note = (
                "says that the answer is incomplete: " if reply.status == _PARTIAL else "answers "
            )
            raise self._failed(f"{note}HTTP {reply.status}: {_start(reply.body)}")
        capped = next((name for name in _CAPPED if reply.headers.get(name)), None)
        if capped:
            raise self._failed(
                f"says that the answer is incomplete ({capped}: {reply.headers[capped]})"
            )
        known = _BINDINGS if form in {"SELECT", "ASK"} else _TRIPLES
        if reply.media_type not in known:
            raise self._failed(
                f"sent {reply.media_type or 'no content type'} where a SPARQL answer was "
                f"expected: {_start(reply.body)}"
            )
        try:
            if form in {"SELECT", "ASK"}:
                return self._bindings(reply, form)
            quads = parse(reply.body, _TRIPLES[reply.media_type])
            return Graph(
                [
                    Triple(quad.subject, quad.predicate, quad.object)
                    for quad in quads
                    if isinstance(quad.graph_name, DefaultGraph)
                ]
            )
        except (SyntaxError, ValueError) as error:
            raise self._failed(f"sent an answer that cannot be read: {error}") from None

    def _bindings(self, reply: _Reply, form: str) -> Answer:
        body = reply.body.removeprefix(b"\xef\xbb\xbf")
        found = parse_query_results(body, _BINDINGS[reply.media_type])
        if isinstance(found, QueryBoolean):
            if form == "ASK":
                return bool(found)
        elif form == "SELECT":
            # Read to the end now: a fault in the last row must not follow the first to the user
            list(found)
            again = parse_query_results(body, _BINDINGS[reply.media_type])
            if not isinstance(again, QueryBoolean):
                return table_of(again)
        raise self._failed(f"sent an answer of the wrong kind to {form}")

    def _failed(self, said: str) -> EndpointError:
        return EndpointError(f"endpoint {self.address} {said}")


def _is_final(error: BaseException) -> bool:
    """Tell whether trying again cannot help: nobody listens, or the name is unknown."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    return isinstance(cause, ConnectionRefusedError | TimeoutError) or "resolution" in str(cause)


def _reason(error: BaseException) -> str:
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, http.client.IncompleteRead):
        return "the answer was cut off"
    return getattr(cause, "strerror", None) or str(cause) or type(cause).__name__


def _told_to_wait(reply: _Reply) -> float | None:
    """Return the seconds that Retry-After asks for (RFC 9110, section 10.2.3)."""
    value = reply.headers.get("Retry-After", "").strip()
    if value.isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def _start(body: bytes) -> str:
    """Return the beginning of a body as one harmless line."""
    text = body[: 4 * _SHOWN].decode("utf-8", "replace")
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return repr(line[:_SHOWN] + ("…" if len(line) > _SHOWN else ""))
