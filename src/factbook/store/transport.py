"""Send HTTP requests politely and read whole answers, all within one deadline.

A server that is busy is asked again when it says so; a body that was cut, that never ends or that
grows beyond bounds is an error. No redirect is followed: a POST would lose its body on the way, and
credentials would go elsewhere.
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

from factbook.errors import EndpointError, UsageError
from factbook.store.connections import Watch

if TYPE_CHECKING:
    from email.message import Message

AGENT = "factbook (+https://w3id.org/ai-infra/)"
_TRIES = 4
_CHUNK = 1 << 16
_MOST_BYTES = 1 << 30
_UNKNOWN_CALLER = 401
_TOO_BUSY = {429, 502, 503, 504}
_SHOWN = 80


@dataclass(frozen=True)
class Reply:
    """One whole HTTP answer."""

    status: int
    headers: Message
    body: bytes

    @property
    def media_type(self) -> str:
        """The type that the answer says it has, or nothing."""
        return self.headers.get_content_type() if self.headers.get("Content-Type") else ""

    @property
    def is_measured(self) -> bool:
        """Whether it can be told that nothing is missing at the end."""
        return "Content-Length" in self.headers or "Transfer-Encoding" in self.headers

    @property
    def beginning(self) -> str:
        """The beginning of the body as one harmless line."""
        text = self.body[: 4 * _SHOWN].decode("utf-8", "replace")
        line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        return repr(line[:_SHOWN] + ("…" if len(line) > _SHOWN else ""))

    @property
    def refusal(self) -> str:
        """The status in words, and what to do where it can be said."""
        said = f"HTTP {self.status}: {self.beginning}"
        if self.status != _UNKNOWN_CALLER:
            return said
        return f"{said}; for a login set FACTBOOK_USER and FACTBOOK_PASSWORD, or use a netrc file"


class _Redirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


class Transport:
    """Speaks to one address.

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
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise UsageError(f"{option}: '{address}' is not an http or https address")
        if parts.username is not None or parts.password is not None:
            raise UsageError(
                f"{option}: an address must not hold a password, which others could read; "
                "set FACTBOOK_USER and FACTBOOK_PASSWORD, or write it into your netrc file"
            )
        self.address = address
        self.timeout = timeout
        self._watch = Watch()
        self._opener = urllib.request.build_opener(_Redirects, *self._watch.handlers())
        if login:
            from factbook.store.credentials import handlers

            for handler in handlers():
                self._opener.add_handler(handler)

    def send(self, request: urllib.request.Request) -> Reply:
        """Send a request until it is answered, as often and as late as is polite.

        Raises:
            EndpointError: No whole answer came in time.
            UsageError: Credentials would have to be sent in clear.
        """
        deadline = time.monotonic() + self.timeout
        for attempt in range(1, _TRIES + 1):
            try:
                with self._watch.within(self._left(deadline)):
                    reply = self._send(request, deadline)
            except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
                self._left(deadline)
                if attempt == _TRIES or isinstance(error, TimeoutError) or _is_final(error):
                    raise self.failure(f"cannot be reached: {_reason(error)}") from None
                self._pause(0.2 * 2**attempt, deadline)
                continue
            except ValueError as error:  # urllib knows of Basic and Digest only
                raise self.failure(f"asks for a login that is not known here: {error}") from None
            if reply.status not in _TOO_BUSY:
                return reply
            if attempt == _TRIES:
                raise self.failure(f"is too busy: HTTP {reply.status} {attempt} times")
            self._pause(_told_to_wait(reply) or 0.2 * 2**attempt, deadline)
        raise AssertionError("unreachable")

    def failure(self, said: str) -> EndpointError:
        """Return the error that says what is wrong with the endpoint."""
        return EndpointError(f"endpoint {self.address} {said}")

    def _send(self, request: urllib.request.Request, deadline: float) -> Reply:
        """Send once and read everything, each read within what is left of the time."""
        try:
            answer = self._opener.open(request, timeout=self._left(deadline))
        except urllib.error.HTTPError as error:
            answer = error.with_traceback(None)  # which would keep all callers' frames alive
        with answer:
            chunks = []
            size = 0
            while chunk := answer.read1(_CHUNK):
                chunks.append(chunk)
                size += len(chunk)
                if size > _MOST_BYTES:
                    raise self.failure(f"sent more than {_MOST_BYTES >> 20} MiB")
                self._left(deadline)
            self._left(deadline)
            promised = answer.headers.get("Content-Length")
            if promised is not None and promised.isdigit() and size < int(promised):
                raise http.client.IncompleteRead(b"".join(chunks), int(promised) - size)
            if self._watch.over:
                raise TimeoutError("the time is over")
            return Reply(answer.status or 0, answer.headers, b"".join(chunks))

    def _left(self, deadline: float) -> float:
        left = deadline - time.monotonic()
        if left <= 0:
            raise self.failure(f"did not answer within {self.timeout:g} seconds")
        return left

    def _pause(self, seconds: float, deadline: float) -> None:
        if seconds >= deadline - time.monotonic():
            raise self.failure(f"asks to wait {seconds:.0f} seconds, longer than it is given")
        time.sleep(seconds)


def _is_final(error: BaseException) -> bool:
    """Tell whether trying again cannot help: nobody listens, or the name is unknown."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    return isinstance(cause, ConnectionRefusedError | TimeoutError) or "resolution" in str(cause)


def _reason(error: BaseException) -> str:
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, http.client.IncompleteRead):
        return "the answer was cut off"
    return getattr(cause, "strerror", None) or str(cause) or type(cause).__name__


def _told_to_wait(reply: Reply) -> float | None:
    """Return the seconds that Retry-After asks for (RFC 9110, section 10.2.3)."""
    value = reply.headers.get("Retry-After", "").strip()
    if value.isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError):
        return None
