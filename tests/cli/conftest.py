"""A small book about rivers, and ways to run the command line over it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest
from click.testing import CliRunner, Result
from pyoxigraph import RdfFormat, serialize

from factbook.book import Book
from factbook.cli.root import root
from factbook.store.embedded import dataset

if TYPE_CHECKING:
    from collections.abc import Iterator

BOOK = Path(__file__).parent / "book"
_PATIENCE = 20


class Run(Protocol):
    """Runs the command line in this process."""

    def __call__(self, *args: str, book: Path = BOOK, stdin: str | None = None) -> Result:
        """Run it with these arguments, `--book` already given."""


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cache folder that all tests of the command line share."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def run(cache: Path) -> Run:
    """Return what runs the command line in this process."""

    def run(*args: str, book: Path = BOOK, stdin: str | None = None) -> Result:
        environment = {"FACTBOOK_CACHE": str(cache), "COLUMNS": "100", "NO_COLOR": "1"}
        runner = CliRunner(env=environment)
        return runner.invoke(root, ["--book", str(book), *args], input=stdin, prog_name="factbook")

    return run


@pytest.fixture
def program(cache: Path) -> list[str]:
    """Return the words that start the command line as a process of its own."""
    os.environ["FACTBOOK_CACHE"] = str(cache)
    return [sys.executable, "-m", "factbook", "--book", str(BOOK)]


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the book from a SPARQL server of its own; yield the address of its endpoint."""
    folder = tmp_path_factory.mktemp("served")
    dump = folder / "book.nq"
    quads = dataset(Book(BOOK, cache=False).files)
    dump.write_bytes(serialize(quads, format=RdfFormat.N_QUADS) or b"")
    store = folder / "store"
    oxigraph = str(Path(sys.executable).parent / "oxigraph")
    loading = [oxigraph, "load", "--location", str(store), "--file", str(dump)]
    subprocess.run(loading, check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [oxigraph, "serve-read-only", "--location", str(store), "--bind", f"127.0.0.1:{port}"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}/query"
    finally:
        server.terminate()
        server.wait(_PATIENCE)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nobody listens on port {port}")
