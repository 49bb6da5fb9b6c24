"""A book of another domain works from `init` on, in a few commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from factbook.api import Book
from factbook.errors import UsageError
from factbook.new.book import create_book

if TYPE_CHECKING:
    from tests.conftest import Servers

PROGRAM = Path(sys.executable).with_name("factbook")
LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder as its owner would, with a cache of its own."""
    return subprocess.run(
        [PROGRAM, *words],
        cwd=folder,
        env={**os.environ, "FACTBOOK_CACHE": str(folder.parent / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_book_works_from_init_to_link_in_few_commands(tmp_path: Path, servers: Servers) -> None:
    """From an empty folder to a suggested link it takes at most ten commands."""
    item = NamedNode("http://data.example.org/light/7")
    others = servers.oxigraph([Quad(item, LABEL, Literal("Grey Point Light", language="en"))])
    assert run(tmp_path, "init", "trees").returncode == 0
    book = tmp_path / "trees"

    checked = run(book, "check", "--strict")
    formatted = run(book, "fmt", "--check")
    asked = run(book, "query", "visitors", "-f", "csv", "--asof", "2025-06-01")
    drawn = run(book, "query", "visitors", "-o", "visitors.svg")
    exported = run(book, "export", "-o", "book.jsonld")
    linked = run(book, "link", "suggest", "--target", others.query, "--pause", "0")
    candidates = run(book, "link", "review", "--list")

    assert (checked.returncode, checked.stdout) == (0, "")
    assert "No findings" in checked.stderr
    assert formatted.returncode == 0
    assert "https://example.org/trees/lighthouse/grey-point,13100,2024-01-01" in asked.stdout
    assert drawn.returncode == 0, drawn.stderr
    assert "Grey Point Light" in (book / "visitors.svg").read_text(encoding="utf-8")
    assert exported.returncode == 0, exported.stderr
    assert "Grey Point Light" in (book / "book.jsonld").read_text(encoding="utf-8")
    assert linked.returncode == 0, linked.stderr
    assert "lighthouse:grey-point\tGrey Point Light\texample:7" in candidates.stdout


def test_new_book_gives_the_figure_that_held_on_a_day(tmp_path: Path) -> None:
    """The rules of the new book derive which figure is the latest, in IRIs of the book."""
    create_book(tmp_path / "lights", namespace="https://data.example.net/lights/")
    book = Book(tmp_path / "lights", cache=False)

    rows = book.query("visitors", asof="2025-06-01")
    series = book.sparql("SELECT DISTINCT ?series { ?figure infra:inSeries ?series }")

    assert [row["visitors"] for row in rows] == [13100, 8200]
    assert len(series) == 2
    assert all(row["series"].startswith("https://data.example.net/lights/") for row in series)


def test_new_book_finds_what_its_rules_forbid(tmp_path: Path) -> None:
    """A lighthouse without a name breaks the shape, one without visitors the check query."""
    create_book(tmp_path / "lights")
    register = tmp_path / "lights" / "data" / "register" / "lighthouses.ttl"
    text = register.read_text(encoding="utf-8")
    register.write_text(f"{text}\nlighthouse:new a def:Lighthouse .\n", encoding="utf-8")

    found = {finding.rule for finding in Book(tmp_path / "lights", cache=False).check()}

    assert found == {"lighthouse-name", "lighthouse-without-visitors"}


def test_new_book_has_templates_catalogue_and_tables(tmp_path: Path) -> None:
    """A new source, the catalogue and the tables need no further file."""
    book = tmp_path / "lights"
    create_book(book)

    source = run(book, "new", "source", "--title", "A", "--publisher", "Coast Gazette", "--undated")
    catalogue = run(book, "export", "--catalog", "-o", "catalogue.ttl")
    tables = run(book, "export", "-f", "csvw", "-o", "tables")

    assert source.stdout.strip() == "data/sources/coast-gazette/a.ttl"
    assert run(book, "check").returncode == 0
    assert catalogue.returncode == 0, catalogue.stderr
    assert tables.returncode == 0, tables.stderr
    assert json.loads((book / "tables" / "csv-metadata.json").read_text(encoding="utf-8"))


def test_init_refuses_folder_with_files(tmp_path: Path) -> None:
    """What is in a folder already is never mixed with a new book."""
    (tmp_path / "notes.txt").touch()

    with pytest.raises(UsageError, match="is not empty"):
        create_book(tmp_path)


def test_init_that_fails_leaves_no_half_book(tmp_path: Path) -> None:
    """The folder can be used again once there is room."""
    folder = tmp_path / "lights"
    line = f"ulimit -f 2; {PROGRAM} init {folder}"

    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)

    assert done.returncode == 3
    assert done.stderr == f"error: {folder}: cannot be written: File too large\n"
    assert list(folder.iterdir()) == []
    create_book(folder)


@pytest.mark.parametrize("namespace", ["trees", "https://example.org", 'https://a.b/">/', "urn:x:"])
def test_init_refuses_wrong_namespace(tmp_path: Path, namespace: str) -> None:
    """A namespace is an address that ends in a slash and needs no escapes."""
    with pytest.raises(UsageError, match="--namespace"):
        create_book(tmp_path / "trees", namespace=namespace)
