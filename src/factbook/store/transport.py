"""Send HTTP requests, retry them, and read complete responses, all within one deadline.

A request to a busy server is repeated after the pause that the server asks for. A body that is
truncated, endless or too large is an error. Redirects are not followed: a POST would lose its body,
and credentials would be sent elsewhere.
"""

from __future__ import annotations

import contextlib
import functools
import http.client
import re
import socket
import threading
import time
import urllib.error
import urllib.request
from contextvars import ContextVar
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from factbook.errors import EndpointError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import Message

    Response: TypeAlias = http.client.HTTPResponse | urllib.error.HTTPError

AGENT = "factbook (+https://w3id.org/ai-infra/)"
_MAX_TRIES = 4
_CHUNK_BYTES = 1 << 16
_MAX_BYTES = 1 << 30
_UNAUTHORIZED = 401
_BUSY = {429, 502, 503, 504}
_SHOWN = 80
_NOT_IN_ADDRESS = re.compile(r"[\x00-\x20<>\"{}|\\^`\x7f]")


@dataclass(frozen=True)
class Reply:
    """A complete HTTP response."""

    status: int
    headers: Message
    body: bytes

    @property
    def media_type(self) -> str:
        """The media type without parameters, or an empty string."""
        return self.headers.get_content_type() if self.headers.get("Content-Type") else ""

    @property
    def has_known_length(self) -> bool:
        """Whether the reply states its length, so that truncation is detected."""
        lengths = set(self.headers.get_all("Content-Length", []))
        is_chunked = self.headers.get("Transfer-Encoding", "").lower() == "chunked"
        return is_chunked or (len(lengths) == 1 and lengths.pop().isdecimal())

    @property
    def beginning(self) -> str:
        """The beginning of the body as one printable line."""
        text = self.body[: 4 * _SHOWN].decode("utf-8", "replace")
        line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        return repr(line[:_SHOWN] + ("…" if len(line) > _SHOWN else ""))

    @property
    def refusal(self) -> str:
        """The status and the beginning of the body, with advice for a login or a redirect."""
        summary = f"HTTP {self.status}: {self.beginning}"
        if moved := self.headers.get("Location"):
            return f"HTTP {self.status}, a redirect, which is not followed: give {moved!r} instead"
        if self.status != _UNAUTHORIZED:
            return summary
        return (
            f"{summary}; for a login set FACTBOOK_USER and FACTBOOK_PASSWORD, or use a netrc file"
        )


class Transport:
    """Sends requests to one address.

    Args:
        address: An http or https address.
        timeout: Seconds for one request, all tries, waiting and reading included.
        login: Whether to log in where the server asks for it; see `credentials`.
        option: What to call the address in a message about its form.

    Raises:
        UsageError: The address is not one.
    """

    def __init__(
        self, address: str, *, timeout: float, login: bool = False, option: str = "--endpoint"
    ) -> None:
        try:
            parts = urlsplit(address)
            is_valid = parts.scheme in {"http", "https"} and parts.port != 0
        except ValueError:  # a port that is none, an IPv6 address without its bracket
            is_valid = False
        if not is_valid or not parts.hostname or _NOT_IN_ADDRESS.search(address):
            raise UsageError(f"{option}: '{address}' is not an http or https address")
        if parts.username is not None or parts.password is not None:
            raise UsageError(
                f"{option}: an address must not contain a password, which others could read; "
                "set FACTBOOK_USER and FACTBOOK_PASSWORD, or use your netrc file"
            )
        self.address = address
        self.timeout = timeout
        self._connections = _Connections()
        from factbook.store.credentials import handlers, is_this_machine

        # Bypass proxies for this machine, so that they do not see its password
        direct = [urllib.request.ProxyHandler({})] if is_this_machine(parts.hostname) else []
        self._opener = urllib.request.build_opener(
            *direct, _NoRedirects, _HttpHandler(self._connections)
        )
        if login:
            for handler in handlers():
                self._opener.add_handler(handler)

    def send(self, request: urllib.request.Request) -> Reply:
        """Send a request; see `receive`."""
        return self.receive(functools.partial(self._open, request))

    def send_by_urlopen(self, call: Callable[[], Response]) -> Reply:
        """Call a library function that sends one request by `urllib.request.urlopen`.

        The request is sent by this transport; see `receive`.
        """

        def open_response(timeout: float) -> Response:
            with _urlopen_uses(functools.partial(self._open, timeout=timeout)):
                return call()

        return self.receive(open_response)

    def receive(self, open_response: Callable[[float], Response]) -> Reply:
        """Send a request and return the complete reply; retry it while the server is busy.

        Args:
            open_response: Sends the request and returns the answer, still unread; gets the seconds
                that are left.

        Raises:
            EndpointError: No whole answer came in time.
            UsageError: Credentials would have to be sent in clear.
        """
        deadline = time.monotonic() + self.timeout
        for attempt in range(1, _MAX_TRIES + 1):
            try:
                with self._connections.close_after(self._left(deadline)):
                    reply = self._read(open_response(self._left(deadline)), deadline)
            except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
                self._left(deadline)
                if attempt == _MAX_TRIES or isinstance(error, TimeoutError) or _is_final(error):
                    raise self.failure(f"cannot be reached: {_reason(error)}") from None
                self._pause(0.2 * 2**attempt, deadline)
                continue
            except ValueError as error:  # urllib supports only Basic and Digest
                raise self.failure(f"asks for a login of an unsupported kind: {error}") from None
            if reply.status not in _BUSY:
                return reply
            if attempt == _MAX_TRIES:
                raise self.failure(f"is too busy: HTTP {reply.status} {attempt} times")
            self._pause(_retry_after(reply) or 0.2 * 2**attempt, deadline)
        raise AssertionError("unreachable")

    def failure(self, message: str) -> EndpointError:
        """Return an error about the endpoint; the message is a predicate such as 'is too busy'."""
        return EndpointError(f"endpoint {self.address} {message}")

    def _open(self, request: urllib.request.Request, timeout: float) -> Response:
        try:
            response: Response = self._opener.open(request, timeout=timeout)
        except urllib.error.HTTPError as error:
            response = error.with_traceback(None)  # the traceback would keep all frames alive
        return response

    def _read(self, response: Response, deadline: float) -> Reply:
        """Read an answer to its end, within the remaining time."""
        with response:
            chunks = []
            size = 0
            while chunk := response.read1(_CHUNK_BYTES):
                chunks.append(chunk)
                size += len(chunk)
                if size > _MAX_BYTES:
                    raise self.failure(f"sent more than {_MAX_BYTES >> 20} MiB")
                self._left(deadline)
            self._left(deadline)
            promised = response.headers.get("Content-Length")
            if promised is not None and promised.isdecimal() and size < int(promised):
                raise http.client.IncompleteRead(b"".join(chunks), int(promised) - size)
            if self._connections.are_closed:
                raise TimeoutError("the deadline has passed")
            return Reply(response.status or 0, response.headers, b"".join(chunks))

    def _left(self, deadline: float) -> float:
        left = deadline - time.monotonic()
        if left <= 0:
            raise self.failure(f"did not answer within {self.timeout:g} seconds")
        return left

    def _pause(self, seconds: float, deadline: float) -> None:
        if seconds >= deadline - time.monotonic():
            raise self.failure(
                f"asks to wait {seconds:.0f} seconds, which is longer than the timeout"
            )
        time.sleep(seconds)


def _is_final(error: BaseException) -> bool:
    """Tell whether a retry cannot help: the port is closed, or the name is unknown."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    return isinstance(cause, ConnectionRefusedError | TimeoutError) or "resolution" in str(cause)


def _reason(error: BaseException) -> str:
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, http.client.IncompleteRead):
        return "the answer was cut off"
    return getattr(cause, "strerror", None) or str(cause) or type(cause).__name__


def _retry_after(reply: Reply) -> float | None:
    """Return the seconds in Retry-After (RFC 9110, section 10.2.3)."""
    value = reply.headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


# Redirect calls of urlopen by a library

_Open: TypeAlias = "Callable[[urllib.request.Request], Response]"
_OPEN: ContextVar[_Open | None] = ContextVar("_OPEN", default=None)


class _Router(urllib.request.OpenerDirector):
    """Serves `urllib.request.urlopen`: forwards requests unless `_urlopen_uses` is active."""

    usual: urllib.request.OpenerDirector

    def open(self, fullurl: Any, data: Any = None, timeout: Any = None) -> Any:  # noqa: ANN401 - as inherited
        """Open with the function of the current context, or else with the previous opener."""
        chosen = _OPEN.get()
        return chosen(fullurl) if chosen else self.usual.open(fullurl, data, timeout)


_ROUTER = _Router()


@contextlib.contextmanager
def _urlopen_uses(chosen: _Open) -> Iterator[None]:
    """Let `urllib.request.urlopen` send requests with a function, in this thread only.

    The opener of urllib is global to the process, so the installed one forwards all other requests
    to the previous one.
    """
    installed = getattr(urllib.request, "_opener", None)
    if installed is not _ROUTER:
        _ROUTER.usual = installed or urllib.request.build_opener()
        urllib.request.install_opener(_ROUTER)
    token = _OPEN.set(chosen)
    try:
        yield
    finally:
        _OPEN.reset(token)


# Connections that can be closed at a deadline


class _Connections:
    """The connections of one request, which are closed at its deadline.

    The timeout of a socket restarts with every byte, so a server that sends one now and then would
    never exceed it.
    """

    def __init__(self) -> None:
        self._sockets: list[socket.socket] = []
        self.are_closed = False

    @contextlib.contextmanager
    def close_after(self, seconds: float) -> Iterator[None]:
        """Close the open connections if the block takes longer."""
        self._sockets.clear()
        self.are_closed = False
        timer = threading.Timer(seconds, self._close)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _close(self) -> None:
        self.are_closed = True
        for each in self._sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def open(self, kind: type[http.client.HTTPConnection]) -> type[http.client.HTTPConnection]:
        """Return a connection class that registers connections when they are opened."""
        add = self._sockets.append

        class Connection(kind):  # type: ignore[valid-type,misc]  # http or https
            def connect(self) -> None:
                super().connect()
                add(self.sock)

        return Connection


class _HttpHandler(urllib.request.HTTPHandler, urllib.request.HTTPSHandler):
    """Opens connections that are closed at a deadline."""

    def __init__(self, connections: _Connections) -> None:
        super().__init__()
        self._connections = connections

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._connections.open(http.client.HTTPConnection), req)

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._connections.open(http.client.HTTPSConnection), req)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None
