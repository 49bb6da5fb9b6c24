"""A small book about rivers, and ways to run the command line over it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest
from click.testing import CliRunner, Result

from factbook.book import Book
from factbook.cli.root import root
from factbook.store.embedded import dataset

if TYPE_CHECKING:
    from tests.conftest import Servers

BOOK = Path(__file__).parent / "book"


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
def endpoint(servers: Servers) -> str:
    """Serve the book from a SPARQL server of its own; return the address of its endpoint."""
    return servers.oxigraph(dataset(Book(BOOK, cache=False).files)).query
