"""Serve the application over HTTP with waitress."""

from __future__ import annotations

import contextlib
import signal
import socket
from typing import TYPE_CHECKING

from waitress.server import create_server

from factbook.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

DEFAULT_PORT = 8000
_THREADS = 8
_MOST_CONNECTIONS = 1000
_IDLE_SECONDS = 20
_BACKLOG = 256


def listen(host: str, port: int | None) -> socket.socket:
    """Return a socket that listens: on the default port, or on any free one where it is taken.

    Raises:
        UsageError: The host is not known, or the port that was asked for is taken.
    """
    wanted = DEFAULT_PORT if port is None else port
    try:
        return _bind(host, wanted)
    except OSError as error:
        if port is None:
            with contextlib.suppress(OSError):
                return _bind(host, 0)
        raise UsageError(f"cannot listen on {host}:{wanted}: {error.strerror}") from None


def _bind(host: str, port: int) -> socket.socket:
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except OSError:
        listening.close()
        raise
    return listening


def address_of(listening: socket.socket) -> str:
    """Return the address of a listening socket."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def serve(app: Flask, listening: socket.socket, *, ready: Callable[[], None]) -> None:
    """Serve the application until SIGTERM or Ctrl-C.

    Args:
        app: The application.
        listening: The socket to accept connections on.
        ready: Called when requests are answered.
    """
    server = create_server(
        app,
        sockets=[listening],
        threads=_THREADS,
        ident="factbook",
        connection_limit=_MOST_CONNECTIONS,
        channel_timeout=_IDLE_SECONDS,
        asyncore_use_poll=True,
        clear_untrusted_proxy_headers=True,
    )
    signal.signal(signal.SIGTERM, _stop)
    ready()
    server.run()


def _stop(*_: object) -> None:
    raise SystemExit(0)
