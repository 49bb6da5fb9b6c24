"""Cache responses in memory: the book does not change while it is served.

An answer is kept if it depends on nothing but the address, what the client accepts and the day.
`Cache-Control: no-store` keeps an answer out.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    Key = tuple[str, ...]

_MOST_BYTES = 64 << 20
_MOST_BYTES_OF_ONE = 512 << 10
_BYTES_OF_ENTRY = 3 << 10  # of the objects that hold an answer
_CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE", "HTTP_AUTHORIZATION")


class _Kept(NamedTuple):
    status: str
    headers: list[tuple[str, str]]
    body: bytes


class ResponseCache:
    """WSGI middleware that repeats earlier responses of an application."""

    def __init__(self, application: WSGIApplication, size: int = _MOST_BYTES) -> None:
        self._application = application
        self._size = size
        self._used = 0
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        key = _key(environ)
        if key is None:
            return self._application(environ, start_response)
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
        if found is not None:
            start_response(found.status, found.headers)
            return [found.body]
        said: list[tuple[str, list[tuple[str, str]]]] = []

        def note(status: str, headers: list[tuple[str, str]], *error: object) -> object:
            said.append((status, headers))
            return start_response(status, headers, *error)  # type: ignore[arg-type]  # as it came

        parts = self._application(environ, note)  # type: ignore[arg-type]  # it writes nothing itself
        if not said or not _may_keep(*said[-1]):
            return parts
        body = b"".join(parts)
        close = getattr(parts, "close", None)
        if close is not None:
            close()
        self._keep(key, _Kept(*said[-1], body))
        return [body]

    def _keep(self, key: Key, answer: _Kept) -> None:
        with self._lock:
            if key in self._kept:
                return
            self._kept[key] = answer
            self._used += _size_of(key, answer)
            while self._used > self._size:
                self._used -= _size_of(*self._kept.popitem(last=False))


def _key(environ: WSGIEnvironment) -> Key | None:
    """Return the cache key of a request, or None if its response cannot be cached."""
    if environ["REQUEST_METHOD"] != "GET" or any(name in environ for name in _CONDITIONS):
        return None
    names = ("HTTP_HOST", "PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT", "wsgi.url_scheme")
    return (datetime.now(UTC).date().isoformat(), *(environ.get(name, "") for name in names))


def _size_of(key: Key, answer: _Kept) -> int:
    """Return the approximate size of a response and its key in memory."""
    texts = sum(map(len, key)) + sum(len(name) + len(value) for name, value in answer.headers)
    return len(answer.body) + texts + _BYTES_OF_ENTRY


def _may_keep(status: str, headers: list[tuple[str, str]]) -> bool:
    """Tell whether a response is small, successful and varies only with the key."""
    if not status.startswith("200"):
        return False
    size = ""
    for name, value in headers:
        lowered = name.lower()
        if lowered == "content-length":
            size = value
        elif (
            lowered == "set-cookie"
            or (lowered == "vary" and value.lower() != "accept")
            or (lowered == "cache-control" and "no-store" in value)
        ):
            return False
    return size.isdigit() and int(size) <= _MOST_BYTES_OF_ONE
