"""The examples of the rules as a book, which is checked once a session."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from factbook.book import Book
from factbook.check.run import check_book
from factbook.rdf.parse import read_rdf

if TYPE_CHECKING:
    from collections.abc import Callable

    from factbook.check.findings import Finding

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "ontology" / "shapes" / "examples"


@dataclass(frozen=True)
class Checked:
    """A book of the ontology, the example market, and each rule's good or bad example."""

    book: Book
    places: dict[str, Path]
    """The file of each rule's example, and of the market under its own name."""
    findings: tuple[Finding, ...]

    def of(self, name: str) -> list[Finding]:
        """Return the findings in an example."""
        return [finding for finding in self.findings if finding.path == self.places[name]]


@pytest.fixture(scope="session")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Checked]:
    """Return a function that checks all good or all bad examples once."""

    @cache
    def check(which: str) -> Checked:
        folder = tmp_path_factory.mktemp(which)
        places = make_book(folder, which)
        book = Book(folder, cache=False)
        return Checked(book, places, check_book(book).findings)

    return check


def make_book(folder: Path, which: str) -> dict[str, Path]:
    """Make a book of the ontology, the example market and each rule's good or bad example."""
    shutil.copytree(ROOT / "ontology", folder / "ontology")
    for part in ("checks", "rules"):
        shutil.copytree(ROOT / "queries" / part, folder / "queries" / part)
    for part in ("register", "sources"):
        (folder / "data" / part).mkdir(parents=True)
    chapter = ROOT / "data" / "sources" / "chapter"  # the schemes name it as their source
    shutil.copytree(chapter, folder / "data" / "sources" / "chapter")
    names = [path.name for path in EXAMPLES.iterdir() if path.is_dir()]
    examples = {name: EXAMPLES / name / f"{which}.ttl" for name in names}
    examples["market"] = EXAMPLES / "market.ttl"
    return {name: _placed(path, name, folder / "data") for name, path in examples.items()}


def _placed(example: Path, name: str, data: Path) -> Path:
    """Copy an example into the book: a source under its slug, other examples to the register."""
    file = read_rdf(example)
    slug = file.graph.value.rpartition("/")[2]
    target = (
        data / "sources" / f"{slug}.ttl" if file.has_base else data / "register" / f"{name}.ttl"
    )
    shutil.copy(example, target)
    return target
