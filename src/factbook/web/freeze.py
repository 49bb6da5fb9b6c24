"""Write the pages as files: request every address that a page links to.

Pages are made by several processes. Each makes a page together with the data that the page links
to, whose answers it has just computed.
"""

from __future__ import annotations

import os
import posixpath
import re
import signal
import threading
from collections import deque
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from multiprocessing import active_children, get_context, parent_process
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from pyoxigraph import NamedNode

from factbook.errors import FactbookError, InputError
from factbook.query.stored_queries import IMPORTS
from factbook.store.answers import select
from factbook.store.snapshot import SnapshotEngine
from factbook.web import links
from factbook.web.app import create_app
from factbook.web.site import KEY, Settings, Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from flask import Flask

    from factbook.api import Book

INDEX: Final = "index.html"
_HTML: Final = {"Accept": "text/html"}
_OK: Final = 200
_WAITING: Final = 4  # pages for each process, so that none is idle
_LINK: Final = re.compile(r"""\s(?:href|src)="([^"]+)\"""")
"""A link as the templates write it; quotation marks in texts are escaped."""
_TYPED: Final = "SELECT DISTINCT ?thing ?graph WHERE { GRAPH ?graph { ?thing a ?class } }"


class Made(NamedTuple):
    """The result of writing one address."""

    pages: tuple[str, ...]
    """The addresses of pages that the page links to."""
    files: int
    fault: str
    """What is wrong with the page, or an empty string."""


@dataclass
class Frozen:
    """The result of writing a site."""

    pages: int = 0
    files: int = 0
    faults: list[str] = field(default_factory=list)
    """A line for each missing page and each page with a failed panel."""


def addresses_in(page: str, address: str) -> list[str]:
    """Return the distinct addresses of this site that a page links to, unquoted.

    Args:
        page: The page.
        address: Its own address.
    """
    found: dict[str, None] = {}
    for link in dict.fromkeys(_LINK.findall(page)):
        parts = urlsplit(unescape(link))
        if parts.scheme or parts.netloc or not parts.path:
            continue
        path = posixpath.join(posixpath.dirname(address), unquote(parts.path))
        ending = "/" if path.endswith("/") else ""
        path = posixpath.normpath(path) + ending
        found[path.removesuffix(INDEX) if path.endswith(f"/{INDEX}") else path] = None
    return list(found)


def create_frozen_app(book: Book, settings: Settings) -> Flask:
    """Return the application of `factbook serve` with relative links.

    Args:
        book: The book.
        settings: Limits, and the public address.
    """
    from flask_frozen import relative_url_for

    app = create_app(book, settings)
    app.config["FROZEN"] = True
    app.config[links.PAGE_OF] = find_folded(app.extensions[KEY])
    app.jinja_env.globals["url_for"] = relative_url_for
    return app


def find_folded(site: Site) -> dict[str, str]:
    """Return the things without a page of their own, each with the source whose page they share.

    They are the things that only one imported source speaks of: its single observations.
    """
    imported = {
        graph for graph, file in site.thing_files.by_graph.items() if IMPORTS in file.path.parts
    }
    typed: dict[str, set[str]] = {}
    for thing, graph in select(site.book.engine, _TYPED):
        if isinstance(thing, NamedNode) and isinstance(graph, NamedNode):
            typed.setdefault(thing.value, set()).add(graph.value)
    sources = {graph for graph in imported if graph in typed}
    return {
        thing: next(iter(graphs))
        for thing, graphs in typed.items()
        if len(graphs) == 1 and thing not in sources and graphs <= sources
    }


class Freezer:
    """Writes pages in this process.

    Args:
        book: The book, not opened yet.
        settings: Limits, and the public address.
        folder: Where the files are written.
    """

    def __init__(self, book: Book, settings: Settings, folder: Path) -> None:
        if isinstance(book.engine, SnapshotEngine):
            book.engine.hold_in_memory()
        self._app = create_frozen_app(book, settings)
        self._folder = folder

    def write(self, address: str) -> Made:
        """Write the page of an address and the data that it links to.

        Raises:
            InputError: A file cannot be written.
        """
        page, fault = self._ask(address)
        if page is None:
            return Made((), 0, fault)
        self._save(address, page)
        pages, files = [], 1
        for linked in addresses_in(page.decode(), address):
            if linked.endswith((".html", "/")):
                pages.append(linked)
            elif not self._path(linked).exists():
                content, missing = self._ask(linked)
                fault = fault or missing
                if content is not None:
                    self._save(linked, content)
                    files += 1
        return Made(tuple(pages), files, fault)

    def _ask(self, address: str) -> tuple[bytes | None, str]:
        """Return the response for an address, and what is wrong with it."""
        with self._app.test_client() as client:
            response = client.get(quote(address), headers=_HTML, buffered=True)
            if response.status_code != _OK:
                return None, f"{address}: {response.status}"
            fault = links.fault_of_request()
            return response.get_data(), f"{address}: {fault}" if fault else ""

    def _path(self, address: str) -> Path:
        inside = address.removeprefix("/")
        return self._folder / (f"{inside}{INDEX}" if address.endswith("/") else inside)

    def _save(self, address: str, content: bytes) -> None:
        path = self._path(address)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            raise InputError(f"{path}: cannot be written: {error.strerror or error}") from None

    def close(self) -> None:
        """End the processes that run queries."""
        self._app.extensions[KEY].close()


def write_pages(
    book: Book,
    settings: Settings,
    folder: Path,
    *,
    processes: int,
    progress: Callable[[str], None],
) -> Frozen:
    """Write all pages that can be reached from the front page.

    Args:
        book: The book, not opened yet.
        settings: Limits, and the public address.
        folder: Where the files are written.
        processes: How many processes make pages.
        progress: What is told how far it is.

    Raises:
        FactbookError: The book cannot be read, or a file cannot be written.
    """
    done = Frozen()
    pool = ProcessPoolExecutor(
        processes, get_context("spawn"), initializer=_start, initargs=(book, settings, folder)
    )
    try:
        with _holding_interrupts():
            pool.submit(_rest)  # all processes start with the first task
        _crawl(pool, done, processes * _WAITING, progress)
    except BaseException:  # whatever they are writing will be removed
        for process in active_children():
            process.kill()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        progress("")
    return done


def _crawl(
    pool: ProcessPoolExecutor, done: Frozen, most: int, progress: Callable[[str], None]
) -> None:
    seen = {"/"}
    queue = deque(seen)
    running: set[Future[Made]] = set()
    while queue or running:
        while queue and len(running) < most:
            running.add(pool.submit(_write, queue.popleft()))
        ended, running = wait(running, return_when=FIRST_COMPLETED)
        for each in ended:
            made = each.result()
            done.pages += 1
            done.files += made.files
            if made.fault:
                done.faults.append(made.fault)
            fresh = [address for address in made.pages if address not in seen]
            seen.update(fresh)
            queue.extend(fresh)
        progress(f"Writing pages: {done.pages:,} of {len(seen):,}")


@contextmanager
def _holding_interrupts() -> Iterator[None]:
    """Start processes with interrupts blocked; an interrupt is delivered afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_freezers: list[Freezer | InputError] = []
"""The page writer in a process of the pool, or the error of creating it."""


def _start(book: Book, settings: Settings, folder: Path) -> None:
    """Prepare a process of the pool, which ends when its parent exits or is interrupted."""
    import atexit

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        freezer = Freezer(book, settings, folder)
    except FactbookError as error:
        _freezers.append(InputError(str(error)))  # which can be sent to the parent
        return
    _freezers.append(freezer)
    atexit.register(freezer.close)


def _end_with_parent() -> None:
    """End this process when its parent has been killed."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _rest() -> None:
    """Do nothing."""


def _write(address: str) -> Made:
    freezer = _freezers[0]
    if isinstance(freezer, InputError):
        raise freezer
    return freezer.write(address)
