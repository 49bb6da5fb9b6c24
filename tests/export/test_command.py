"""`factbook export` writes to stdout, a file or a folder, and refuses what does not fit."""

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


def test_export_writes_a_profile_to_stdout(run: Run) -> None:
    """Without -f, a profile with a vocabulary is JSON-LD."""
    result = run("--profile", "pages")

    assert result.exit_code == 0
    assert json.loads(result.stdout)["@context"]["@vocab"] == "https://schema.org/"


def test_export_writes_the_canonical_hash_to_stderr(run: Run, tmp_path: Path) -> None:
    """Canonical N-Quads go to the file, their hash and what it took to stderr."""
    result = run("--canonical", "-o", str(tmp_path / "book.nq"))

    digest = hashlib.sha256((tmp_path / "book.nq").read_bytes()).hexdigest()
    assert result.exit_code == 0
    assert result.stdout == ""
    assert re.fullmatch(
        rf"RDFC-1\.0, SHA-256 {digest}: \d+ quads, 0 blank nodes, \d+\.\d s\n", result.stderr
    )


def test_export_chooses_graphml_by_the_ending(run: Run, tmp_path: Path) -> None:
    """A name that ends in .graphml is GraphML."""
    run("-o", str(tmp_path / "book.graphml"))

    assert "<graphml " in (tmp_path / "book.graphml").read_text(encoding="utf-8")


def test_export_writes_tables_to_a_folder(run: Run, tmp_path: Path) -> None:
    """-f csvw makes a folder with a file for the query."""
    words = ("-f", "csvw", "--query", "lengths", "-o", str(tmp_path / "tables"))

    assert run(*words).exit_code == 0
    assert (tmp_path / "tables" / "lengths.csv").is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-f", "csvw"], "-f csvw writes a folder of tables: add -o DIR"),
        (["-f", "parquet", "-o", "-"], "-f parquet writes a folder of tables"),
        (["--canonical", "-f", "turtle"], "--canonical cannot be combined with -f turtle"),
        (["--canonical", "--rdf12"], "RDFC-1.0 has no triple inside a triple"),
        (["--rdf12", "-f", "csvw", "-o", "tables"], "takes only --query and --param"),
        (["--rdf12", "-f", "xml"], "--rdf12 needs one of turtle"),
        (["-f", "cvsw"], "No format 'cvsw'. Did you mean 'csvw'?"),
        (["--profile", "plan"], "No profile 'plan'. Did you mean 'plain'?"),
    ],
)
def test_export_refuses_what_does_not_fit(run: Run, words: list[str], said: str) -> None:
    """The error is one line, and the exit code is that of wrong usage."""
    result = run(*words)

    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
