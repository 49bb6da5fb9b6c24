"""A server that misbehaves: real sockets, one fault for each path."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

JSON = "application/sparql-results+json"
XML = "application/sparql-results+xml"
TURTLE = "text/turtle"
NTRIPLES = "application/n-triples"
ROWS = 250
CAP = 100


def table(rows: int, *, start: int = 0) -> bytes:
    """Return an answer of so many rows."""
    bindings = [
        {"n": {"type": "uri", "value": f"https://a.example/{number}"}}
        for number in range(start, start + rows)
    ]
    return json.dumps({"head": {"vars": ["n"]}, "results": {"bindings": bindings}}).encode()


GOOD = table(3)
GOOD_XML = (
    b'<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head>'
    b'<variable name="n"/></head><results>'
    + b"".join(
        b'<result><binding name="n"><uri>https://a.example/%d</uri></binding></result>' % n
        for n in range(3)
    )
    + b"</results></sparql>"
)
TRIPLES = b"".join(
    b"<https://a.example/%d> <https://a.example/p> <https://a.example/o> .\n" % n for n in range(3)
)
BOMB = b"<!DOCTYPE r [<!ENTITY b0 'aaaaaaaaaa'>%s]>" % b"".join(
    b"<!ENTITY b%d '%s'>" % (n, b"&b%d;" % (n - 1) * 10) for n in range(1, 10)
)
LEVELS = 50_000
DEEPER = b"<https://a.example/0> <https://a.example/p> <<( "


class Handler(BaseHTTPRequestHandler):
    """Answers as the path says."""

    protocol_version = "HTTP/1.1"
    server: Faulty

    def do_POST(self) -> None:
        """Read the query and misbehave."""
        length = int(self.headers.get("Content-Length") or 0)
        self.query = unquote_plus(self.rfile.read(length).decode())
        name = self.path.strip("/").split("?")[0]
        count = self.server.seen[name] = self.server.seen.get(name, 0) + 1
        with contextlib.suppress(OSError):
            FAULTS[name](self, count)

    def do_GET(self) -> None:
        """Show a query that came without a body, as after a redirect."""
        self.server.seen["get"] = self.server.seen.get("get", 0) + 1
        self.whole(table(0))

    def whole(self, body: bytes, kind: str | None = JSON, status: int = 200, **more: str) -> None:
        """Send a whole answer."""
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in more.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def cut(self) -> None:
        """End the connection now."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - as inherited
        """Say nothing."""


class Faulty(ThreadingHTTPServer):
    """The server, which counts what it is asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: dict[str, int] = {}
        self.over = threading.Event()

    def address(self, fault: str) -> str:
        """Return the address that misbehaves in a way."""
        return f"http://127.0.0.1:{self.server_address[1]}/{fault}"

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - inherited
        """Let clients leave as they like."""


@contextlib.contextmanager
def serving() -> Iterator[Faulty]:
    """Serve until the block ends."""
    server = Faulty()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _raw(handler: Handler, head: str, body: bytes = b"") -> None:
    handler.wfile.write(head.replace("\n", "\r\n").encode() + body)
    handler.wfile.flush()


def _drip(handler: Handler, text: bytes, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and not handler.server.over.is_set():
        handler.wfile.write(text)
        handler.wfile.flush()
        handler.server.over.wait(0.1)


def _slow(handler: Handler, _: int) -> None:
    handler.server.over.wait(10)


def _dripping_body(handler: Handler, _: int) -> None:
    _raw(handler, f"HTTP/1.1 200 OK\nContent-Type: {JSON}\nConnection: close\n\n", GOOD[:-1])
    _drip(handler, b" ")


def _dripping_head(handler: Handler, _: int) -> None:
    _raw(handler, f"HTTP/1.1 200 OK\nContent-Type: {JSON}\nX-Slow: ")
    _drip(handler, b"x")


def _stalled(handler: Handler, _: int) -> None:
    _raw(handler, f"HTTP/1.1 200 OK\nContent-Type: {JSON}\nContent-Length: 999\n\n", GOOD[:40])
    handler.server.over.wait(10)


def _busy(status: int, after: str | None, good_after: int) -> Callable[[Handler, int], None]:
    def answer(handler: Handler, count: int) -> None:
        if count > good_after:
            handler.whole(GOOD)
        else:
            more = {"Retry_After": after} if after else {}
            handler.whole(b"busy", "text/plain", status, **more)

    return answer


def _cut_with_length(handler: Handler, _: int) -> None:
    length = f"Content-Length: {len(GOOD)}"
    _raw(handler, f"HTTP/1.1 200 OK\nContent-Type: {JSON}\n{length}\n\n", GOOD[:60])
    handler.cut()


def _cut_once(handler: Handler, count: int) -> None:
    _cut_with_length(handler, count) if count == 1 else handler.whole(GOOD)


def _cut_chunked(kind: str, body: bytes) -> Callable[[Handler, int], None]:
    def answer(handler: Handler, _: int) -> None:
        head = f"HTTP/1.1 200 OK\nContent-Type: {kind}\nTransfer-Encoding: chunked\n\n"
        _raw(handler, head, b"%x\r\n%s\r\n" % (len(body), body))
        handler.cut()

    return answer


def _cut_unmeasured(kind: str, body: bytes) -> Callable[[Handler, int], None]:
    def answer(handler: Handler, _: int) -> None:
        _raw(handler, f"HTTP/1.1 200 OK\nContent-Type: {kind}\nConnection: close\n\n", body)
        handler.cut()

    return answer


def _not_http(handler: Handler, _: int) -> None:
    _raw(handler, "SSH-2.0-OpenSSH_9\n\n")
    handler.cut()


def _counted(number: str) -> bytes:
    cell = {"type": "literal", "value": number}
    return json.dumps({"head": {"vars": ["n"]}, "results": {"bindings": [{"n": cell}]}}).encode()


def _capped(counted: Callable[[Handler, int], None]) -> Callable[[Handler, int], None]:
    """Return a fault that sends some of the rows, and answers in a way when asked for a count."""

    def answer(handler: Handler, count: int) -> None:
        if "COUNT" in handler.query:
            counted(handler, count)
        else:
            handler.whole(table(CAP))

    return answer


def _measured(kind: str, body: bytes, *lengths: str) -> Callable[[Handler, int], None]:
    """Return a fault that sends an answer with some headers about its length."""
    head = "".join(f"{each}\n" for each in lengths)

    def answer(handler: Handler, _: int) -> None:
        _raw(handler, f"HTTP/1.1 200 OK\nContent-Type: {kind}\n{head}\n", body)
        handler.cut()

    return answer


def _redirect(status: int, where: str) -> Callable[[Handler, int], None]:
    return lambda handler, _: handler.whole(b"", "text/plain", status, Location=where)


def _sent(
    body: bytes, kind: str | None = JSON, status: int = 200, **more: str
) -> Callable[[Handler, int], None]:
    return lambda handler, _: handler.whole(body, kind, status, **more)


FAULTS: dict[str, Callable[[Handler, int], None]] = {
    "good": _sent(GOOD),
    "good-bom": _sent(b"\xef\xbb\xbf" + GOOD),
    "good-xml": _sent(GOOD_XML, XML),
    "good-triples": _sent(TRIPLES, NTRIPLES),
    "good-chunked": lambda handler, _: _raw(
        handler,
        f"HTTP/1.1 200 OK\nContent-Type: {JSON}\nTransfer-Encoding: chunked\n\n",
        b"%x\r\n%s\r\n0\r\n\r\n" % (len(GOOD), GOOD),
    ),
    "without-columns": _sent(b'{"head":{"vars":[]},"results":{"bindings":[{}]}}'),
    "slow": _slow,
    "dripping-body": _dripping_body,
    "dripping-head": _dripping_head,
    "stalled": _stalled,
    "429-then-good": _busy(429, "0", 1),
    "503-then-good": _busy(503, None, 1),
    "429-date": _busy(429, "Wed, 01 Jan 2098 00:00:00 GMT", 9),
    "429-long": _busy(429, "3600", 9),
    "503-for-ever": _busy(503, "0", 99),
    "cut-once": _cut_once,
    "cut-with-length": _cut_with_length,
    "cut-chunked": _cut_chunked(JSON, GOOD[:60]),
    "cut-chunked-triples": _cut_chunked(NTRIPLES, TRIPLES),
    "cut-unmeasured": _cut_unmeasured(JSON, GOOD[:60]),
    "cut-unmeasured-xml": _cut_unmeasured(XML, GOOD_XML.removesuffix(b"</results></sparql>")),
    "cut-xml-of-right-length": _sent(GOOD_XML.removesuffix(b"</sparql>"), XML),
    "cut-unmeasured-triples": _cut_unmeasured(NTRIPLES, TRIPLES),
    "no-length-triples": _measured(NTRIPLES, TRIPLES, "Content-Length: many"),
    "two-lengths-triples": _measured(
        NTRIPLES, TRIPLES, f"Content-Length: {len(TRIPLES) // 3}", f"Content-Length: {len(TRIPLES)}"
    ),
    "no-coding-triples": _measured(NTRIPLES, TRIPLES, "Transfer-Encoding: identity"),
    "bad-chunk": _measured(JSON, b"zz\r\n" + GOOD, "Transfer-Encoding: chunked"),
    "negative-chunk-triples": _measured(
        NTRIPLES, b"-5\r\n" + TRIPLES, "Transfer-Encoding: chunked"
    ),
    "deep-triples": _sent(
        DEEPER * LEVELS + b"<https://a.example/0>" + b" )>>" * LEVELS + b" .", NTRIPLES
    ),
    "deep-term": _sent(
        GOOD.replace(b'{"type": "uri"', b'{"type": "triple", "value": {"subject": ' * LEVELS)
    ),
    "html": _sent(b"<html><title>Sign in</title>", "text/html"),
    "html-as-json": _sent(b"<html>oops</html>"),
    "no-type": _sent(GOOD, None),
    "wrong-type": _sent(GOOD, "text/plain"),
    "turtle-for-select": _sent(TRIPLES, TURTLE),
    "xml-as-json": _sent(
        b'<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"/>'
    ),
    "empty": _sent(b""),
    "no-content": _sent(b"", JSON, 204),
    "error-object": _sent(b'{"error": "no"}'),
    "no-bindings": _sent(b'{"head": {"vars": ["n"]}}'),
    "no-head": _sent(b'{"results": {"bindings": []}}'),
    "boolean-for-select": _sent(b'{"head": {}, "boolean": true}'),
    "error-behind": _sent(GOOD[:-1] + b', "error": "timeout"}'),
    "bindings-twice": _sent(GOOD.replace(b'"results": {', b'"results": {"bindings": [], ')),
    "other-variable": _sent(GOOD.replace(b'"vars": ["n"]', b'"vars": ["m"]')),
    "no-iri": _sent(GOOD.replace(b"/2", b"/ 2")),
    "half-a-character": _sent(GOOD.replace(b"/2", b"/\\ud800")),
    "error-among-rows": _sent(GOOD_XML.replace(b"</results>", b"<error/></results>"), XML),
    "entity-bomb": _sent(BOMB + GOOD_XML.partition(b"?>")[2].replace(b"/2", b"/&b9;"), XML),
    "garbage-behind": _sent(GOOD + b"\nTimeout exceeded"),
    "twice": _sent(GOOD + GOOD),
    "not-utf-8": _sent(GOOD.replace(b"/2", b"/\xff")),
    "gzip-unasked": _sent(b"\x1f\x8b\x08\x00broken", JSON, 200, Content_Encoding="gzip"),
    "partial": _sent(GOOD, JSON, 206),
    "capped-loudly": _sent(GOOD, JSON, 200, X_SPARQL_MaxRows="3"),
    "anytime": _sent(GOOD, JSON, 200, X_SQL_State="S1TAT"),
    "capped-silently": _capped(_sent(_counted(str(ROWS)))),
    "capped-uncountable": _capped(_sent(b"no", "text/plain", 400)),
    "capped-uncounted": _capped(_sent(table(0))),
    "capped-miscounted": _capped(_sent(_counted("2.5E2"))),
    "capped-always": _sent(table(CAP)),
    "redirect-loop": _redirect(302, "/redirect-loop"),
    "redirect-to-get": _redirect(303, "/good"),
    "redirect-to-file": _redirect(302, "file:///etc/passwd"),
    "redirect-permanent": _redirect(308, "/good"),
    "endless-beginnings": lambda handler, _: _drip(handler, b"HTTP/1.1 100 Continue\r\n\r\n"),
    "long-header": lambda handler, _: _raw(handler, f"HTTP/1.1 200 OK\nX: {'x' * 99_999}\n\n"),
    "no-header": lambda handler, _: _raw(handler, "", GOOD),
    "odd-status": _sent(GOOD, JSON, 999),
    "not-modified": _sent(b"", JSON, 304),
    "transformed": _sent(GOOD, JSON, 203),
    "too-long": _sent(b"no", "text/plain", 414),
    "locked": _sent(b"no", "text/plain", 401, WWW_Authenticate="Negotiate"),
    "forbidden": _sent(b"no", "text/plain", 403),
    "missing": _sent(b"no", "text/plain", 404),
    "broken": _sent(b"java.lang.NullPointerException", "text/plain", 500),
    "not-http": _not_http,
    "many-headers": lambda handler, _: _raw(
        handler, "HTTP/1.1 200 OK\n" + "".join(f"X-{n}: 1\n" for n in range(150)) + "\n"
    ),
}
