"""Serve the application over HTTP with waitress."""

from __future__ import annotations

import contextlib
import logging
import signal
import socket
import threading
import time
from typing import TYPE_CHECKING

from waitress.server import create_server

from factbook.errors import UsageError
from factbook.web.site import KEY

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from waitress.server import BaseWSGIServer

    from factbook.web.site import Site

DEFAULT_PORT = 8000
_THREADS = 32
"""More threads than queries can run at once, so that pages need not wait for queries."""
_MOST_CONNECTIONS = 1000
_IDLE_SECONDS = 20
_CLEANUP_SECONDS = 5
_LOOP_SECONDS = 1.0
_POLL_SECONDS = 0.05
_DRAIN_SECONDS = 2.0
_LAST_SECONDS = 0.5
_BACKLOG = 256


def listen(host: str, port: int | None) -> socket.socket:
    """Return a listening socket, on the default port or, if it is in use, on any free one.

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
    """Serve the application until SIGTERM or Ctrl-C; what runs then may end, within two seconds.

    Args:
        app: The application.
        listening: The socket to accept connections on.
        ready: Called when requests are answered.
    """
    # Neither a full queue nor a stopped thread is an error
    logging.getLogger("waitress").setLevel(logging.ERROR)
    server = create_server(
        app,
        sockets=[listening],
        threads=_THREADS,
        ident="factbook",
        connection_limit=_MOST_CONNECTIONS,
        channel_timeout=_IDLE_SECONDS,
        cleanup_interval=_CLEANUP_SECONDS,
        asyncore_use_poll=True,
        clear_untrusted_proxy_headers=True,
    )
    stopping = threading.Event()

    def stop(*_: object) -> None:
        if stopping.is_set():
            raise SystemExit(1)  # the second time, at once
        stopping.set()
        server.pull_trigger()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, stop)
    site: Site = app.extensions[KEY]
    ready()
    while not stopping.is_set():
        _turn(server, _LOOP_SECONDS)
    listening.close()
    server.del_channel()
    _drain(server, _DRAIN_SECONDS)
    site.close()  # queries that still run are answered with 503
    _drain(server, _LAST_SECONDS)
    server.task_dispatcher.shutdown(timeout=0)


def _turn(server: BaseWSGIServer, seconds: float) -> None:
    """Handle the connections that are ready, or wait for one."""
    server.asyncore.loop(timeout=seconds, use_poll=True, map=server._map, count=1)  # noqa: SLF001 - as its own `run` does


def _drain(server: BaseWSGIServer, seconds: float) -> None:
    """Continue until every received request is answered, for at most some seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and any(
        channel.requests or channel.total_outbufs_len for channel in server.active_channels.values()
    ):
        _turn(server, _POLL_SECONDS)
