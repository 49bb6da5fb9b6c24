"""The quick way answers as the whole command line does, and leaves to it what is not plain."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from factbook.book import Book
from factbook.cli.quick.answer import answered
from factbook.cli.quick.line import read
from factbook.rdf.formats import NAMES

if TYPE_CHECKING:
    from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]
BOOK = Path(__file__).parent / "book"
GIVEN = tomllib.loads((ROOT / "tests/benchmarks/questions.toml").read_text(encoding="utf-8"))
PLAIN = [
    query.name
    for query in Book(ROOT, cache=False).queries()
    if query.form != "ASK" and not query.asks_leads and "SERVICE" not in query.text
]
FORMATS = ("csv", "tsv", "json", "xml", "table", "md", "html")
# Everything that takes longer to import than a plain question takes to answer
SLOW = {"click", "typing", "dataclasses", "pathlib", "threading", "contextlib", "inspect"}


def _twice(*words: str) -> set[bytes | None]:
    """Return what the quick way answers, and what it answers when it is asked again."""
    return {ask_quickly(*words) for _ in range(2)}


def ask_quickly(*words: str) -> bytes | None:
    """Return what the quick way writes on a stdout that is no terminal, or None."""
    line = read(words)
    if line is None:
        return None
    stdout, sys.stdout = sys.stdout, io.TextIOWrapper(io.BytesIO())
    try:
        done = answered(line)
        sys.stdout.flush()
        written = sys.stdout.buffer.getvalue()
    finally:
        sys.stdout = stdout
    assert done or not written
    return written if done else None


@pytest.fixture(autouse=True)
def kept(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let both ways keep what they read in one folder."""
    monkeypatch.setenv("FACTBOOK_CACHE", str(cache))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.mark.parametrize("name", PLAIN)
def test_each_stored_query_is_answered_alike(run: Run, name: str) -> None:
    """Every plain stored query gives, byte for byte, what the command line gives."""
    words = ["query", name, *(f"--{key}={value}" for key, value in GIVEN.get(name, {}).items())]

    slow = run(*words, book=ROOT)

    assert slow.exit_code == 0
    assert _twice("--book", str(ROOT), *words) == {slow.stdout_bytes}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("wide", [[], ["--wide"]], ids=["narrow", "wide"])
def test_each_format_is_written_alike(run: Run, form: str, wide: list[str]) -> None:
    """Every format is written as the command line writes it, details and all."""
    words = ["query", "valuations", *wide, "-f", form]

    slow = run(*words, book=ROOT)

    assert _twice("--book", str(ROOT), *words) == {slow.stdout_bytes}


@pytest.mark.parametrize("form", NAMES)
def test_each_syntax_is_written_alike(run: Run, form: str) -> None:
    """Triples are written in every syntax as the command line writes them."""
    words = ["query", "company-graph", "--company=cerebras", "--format", form]

    slow = run(*words, book=ROOT)

    assert slow.exit_code == 0
    assert _twice("--book", str(ROOT), *words) == {slow.stdout_bytes}


@pytest.mark.parametrize(
    "value",
    ["Cerebras", "cerebras", "company:cerebras", "https://w3id.org/ai-infra/company/cerebras"],
)
def test_things_are_found_alike(run: Run, value: str) -> None:
    """A thing may be given by its name in any case, its CURIE or its IRI."""
    words = ["query", "valuation-history", "--company", value]

    slow = run(*words, book=ROOT)

    assert slow.exit_code == 0
    assert _twice("--book", str(ROOT), *words) == {slow.stdout_bytes}


@pytest.mark.parametrize(
    "words",
    [
        "",
        "queries",
        "query",
        "query --help",
        "query valuations --help",
        "query valuations extra",
        "query valuations -o file.csv",
        "query valuations --explain",
        "query valuations -f",
        "query valuations -f csv -f json",
        "query valuations --asof 2025-01-01 --asof 2026-01-01",
        "query valuations --asof -1",
        "query valuations --asof=",
        "query valuations -fcsv",
        "--leads query valuations",
        "--no-cache query valuations",
        "--debug query valuations",
        "--endpoint http://localhost/ query valuations",
        "--book query query",
        "--book a --book b query valuations",
        "sparql query",
    ],
)
def test_other_lines_are_left_to_the_command_line(words: str) -> None:
    """A line that may mean more than a plain question is not read."""
    assert read(words.split()) is None


@pytest.mark.parametrize(
    "words",
    [
        "query nothing",
        "query valuations --nothing x",
        "query valuations --wide=yes",
        "query valuations --asof yesterday",
        "query valuations -f turtle",
        "query valuation-history",
        "query valuation-history --company nobody",
        "query valuation-history --company company:nobody",
        "query valuation-history --company product:wse",
        "query valuation-history --company \udcff",
        "query company-graph --company cerebras -f csv",
        "query leads",
        "query wikidata-compare --company cerebras",
    ],
)
def test_what_does_not_fit_is_left_to_the_command_line(run: Run, words: str) -> None:
    """Where anything is wrong, or is no table from the files, nothing is written."""
    run("query", "valuations", book=ROOT)  # so that it is not for want of an index

    assert read(words.split()) is not None
    assert ask_quickly("--book", str(ROOT), *words.split()) is None


def test_a_first_question_is_left_to_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is answered before the files have been read once, and nothing is kept for it."""
    monkeypatch.setenv("FACTBOOK_CACHE", str(tmp_path / "cache"))

    assert ask_quickly("--book", str(BOOK), "query", "lengths") is None
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("damage", [b"", b"{}", b"[]", b"null", b"\xff"])
def test_a_damaged_entry_is_left_to_the_command_line(
    run: Run, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes
) -> None:
    """What is kept may be anything: it is not trusted."""
    run("query", "lengths")
    assert ask_quickly("--book", str(BOOK), "query", "lengths") is not None
    copy = tmp_path / "cache"
    for path in cache.rglob("*"):
        target = copy / path.relative_to(cache)
        if path.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.write_bytes(damage if path.parent.name == "queries" else path.read_bytes())
    monkeypatch.setenv("FACTBOOK_CACHE", str(copy))

    assert ask_quickly("--book", str(BOOK), "query", "lengths") is None


def test_a_plain_question_imports_next_to_nothing(program: list[str]) -> None:
    """Asked by a program it needs nothing that is slow to import, and asked again no engine."""
    words = [*program[3:], "query", "lengths", "--since=1999-01-01"]
    subprocess.run([*program, "query", "lengths"], capture_output=True, check=True)
    code = (
        "import sys\n"
        "known = set(sys.modules)\n"
        "from factbook.cli.quick.answer import answered\n"
        "from factbook.cli.quick.line import read\n"
        f"assert answered(read({words!r}))\n"
        "print(*sorted(set(sys.modules) - known))\n"
    )

    def imported() -> set[str]:
        done = subprocess.run(
            [sys.executable, "-S", "-c", code],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        )
        return set(done.stdout.splitlines()[-1].split())

    first, again = imported(), imported()

    assert not first & SLOW
    assert "pyoxigraph" in first
    assert not again & {*SLOW, "pyoxigraph"}


def test_a_closed_pipe_is_no_matter(program: list[str]) -> None:
    """When the reader goes away, so does a plain question, without a word."""
    subprocess.run([*program, "query", "lengths"], capture_output=True, check=True)
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [*program, "query", "lengths"],
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        os.close(writing)

    assert done.stderr == ""
    assert done.returncode == 141
