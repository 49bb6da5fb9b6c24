"""A small book with a mapping, and a way to import tables into it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from factbook.cli.root import root

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

HERE = Path(__file__).parent
BOOK = HERE / "book"
CONTEXT = HERE.parents[1] / "ontology" / "context.jsonld"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a copy of the small book, which tests may write into."""
    import shutil

    folder = tmp_path / "book"
    shutil.copytree(BOOK, folder)
    (folder / "ontology").mkdir(exist_ok=True)
    shutil.copy(CONTEXT, folder / "ontology" / "context.jsonld")
    return folder


@pytest.fixture
def imports(book: Path) -> Callable[..., Result]:
    """Return what runs `factbook import` in the small book."""

    def run(*arguments: object) -> Result:
        words = ["--book", str(book), "--no-cache", "import", *map(str, arguments)]
        return CliRunner().invoke(root, words)

    return run


def source_of(book: Path, day: str = "2025-07-01") -> Path:
    """Return the path of the source that the mapping of the small book makes."""
    return book / "data" / "sources" / "gazette" / "imports" / f"machines-{day}.ttl"
