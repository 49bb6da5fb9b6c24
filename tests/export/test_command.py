"""The command: what it writes where, and what it refuses."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Protocol

import pytest
from click.testing import CliRunner, Result

from factbook.cli.root import root

if TYPE_CHECKING:
    from pathlib import Path

    from factbook.book import Book


class Run(Protocol):
    """Runs `factbook export`."""

    def __call__(self, *args: str) -> Result:
        """Run it with these arguments."""


@pytest.fixture
def run(profiled: Book) -> Run:
    """Return what runs `factbook export` over the book with profiles."""

    def run(*args: str) -> Result:
        words = ["--book", str(profiled.layout.root), "--no-cache", "export", *args]
        return CliRunner().invoke(root, words, prog_name="factbook")

    return run


def test_a_profile_goes_to_stdout(run: Run) -> None:
    """In its usual format."""
    result = run("--profile", "pages")

    assert result.exit_code == 0
    assert json.loads(result.stdout)["@context"]["@vocab"] == "https://schema.org/"


def test_the_hash_goes_to_stderr(run: Run, tmp_path: Path) -> None:
    """Canonical N-Quads go where they are wanted, and their hash with its cost beside."""
    result = run("--canonical", "-o", str(tmp_path / "book.nq"))

    digest = hashlib.sha256((tmp_path / "book.nq").read_bytes()).hexdigest()
    assert result.exit_code == 0
    assert result.stdout == ""
    assert re.fullmatch(
        rf"RDFC-1\.0, SHA-256 {digest}: \d+ quads, 0 blank nodes, \d+\.\d s\n", result.stderr
    )


def test_the_ending_chooses_graphml(run: Run, tmp_path: Path) -> None:
    """A name that ends in .graphml is GraphML."""
    run("-o", str(tmp_path / "book.graphml"))

    assert "<graphml " in (tmp_path / "book.graphml").read_text(encoding="utf-8")


def test_tables_go_to_a_folder(run: Run, tmp_path: Path) -> None:
    """A folder of tables is made."""
    assert run("-f", "csvw", "-o", str(tmp_path / "tables")).exit_code == 0

    assert (tmp_path / "tables" / "river.csv").is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-f", "csvw"], "-f csvw writes a folder of tables: name it with -o DIR"),
        (["-f", "parquet", "-o", "-"], "-f parquet writes a folder of tables"),
        (["--canonical", "-f", "turtle"], "--canonical is N-Quads: no -f turtle with it"),
        (["--canonical", "--rdf12"], "RDFC-1.0 knows no triple inside a triple"),
        (["--rdf12", "-f", "csvw", "-o", "tables"], "--rdf12 can be written as turtle"),
        (["-f", "cvsw"], "No format 'cvsw'. Did you mean 'csvw'?"),
        (["--profile", "plan"], "No profile 'plan'. Did you mean 'plain'?"),
    ],
)
def test_refusals(run: Run, words: list[str], said: str) -> None:
    """What cannot be done is said in one line, and the exit code is that of wrong usage."""
    result = run(*words)

    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
