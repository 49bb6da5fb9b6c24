"""Connections that can be ended from outside, so that a deadline holds whatever a server does.

A time-out of a socket begins anew with every byte: a server that sends one now and then would never
exceed it.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import urllib.request
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Watch:
    """Ends the connections of one request when its time is over."""

    def __init__(self) -> None:
        self._sockets: list[socket.socket] = []
        self.over = False

    def handlers(self) -> list[urllib.request.BaseHandler]:
        """Return what opens connections that are watched."""
        return [_Http(self), _Https(self)]

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """End what is open when the block takes longer."""
        self._sockets.clear()
        self.over = False
        timer = threading.Timer(seconds, self._end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def add(self, connection: socket.socket) -> None:
        """Watch a connection."""
        self._sockets.append(connection)

    def _end(self) -> None:
        self.over = True
        for each in self._sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


class _Http(urllib.request.HTTPHandler):
    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._watch = watch

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        watch = self._watch

        class Connection(http.client.HTTPConnection):
            def connect(self) -> None:
                super().connect()
                watch.add(self.sock)

        return self.do_open(Connection, req)


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._watch = watch

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        watch = self._watch

        class Connection(http.client.HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                watch.add(self.sock)

        return self.do_open(Connection, req)
