"""Several processes that change one book lose none of each other's changes.

FACTBOOK_TEST_CHANGES sets the number of changes for each writer; the default is small.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from factbook.layout import Layout
from factbook.new.book import create_book
from factbook.rdf.mapping_files import POSITIVE, PREDICTED, read_mapping_files

if TYPE_CHECKING:
    from pathlib import Path

WRITERS, READERS = 8, 8
CHANGES = int(os.environ.get("FACTBOOK_TEST_CHANGES", "4"))
# Runs the command line many times in one process, as starting Python takes longest
REPEAT = """
import sys
from click.testing import CliRunner
from factbook.cli.root import root
for line in sys.stdin:
    done = CliRunner().invoke(root, line.split(), prog_name="factbook")
    if done.exit_code:
        sys.exit(done.output or repr(done.exception))
"""
pytestmark = pytest.mark.skipif(os.name != "posix", reason="folders are locked on POSIX systems")


def start(*lines: str) -> subprocess.Popen[str]:
    """Start a process that runs some command lines one after another."""
    process = subprocess.Popen(
        [sys.executable, "-c", REPEAT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write("\n".join(lines))
    process.stdin.close()
    process.stdin = None
    return process


def outputs(*processes: subprocess.Popen[str]) -> list[str]:
    """Wait for processes and return what each wrote; none goes on after a failure."""
    try:
        return [process.communicate(timeout=300 + 20 * CHANGES)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()


def test_concurrent_reviewers_lose_no_decision(tmp_path: Path) -> None:
    """Each decision moves a row from one file to another, while others read both."""
    book = tmp_path / "lights"
    create_book(book, namespace="https://example.org/lights/")
    pairs = [f"lighthouse:grey-point wikidata:Q{n}" for n in range(1, WRITERS * CHANGES + 1)]
    predicted = book / "data" / "links" / "predicted.sssom.tsv"
    with predicted.open("a", encoding="utf-8") as file:
        for pair in pairs:
            subject, target = pair.split()
            cells = [subject, "schema:sameAs", "", target, "semapv:LexicalMatching", "0.5"]
            file.write("\t".join(cells) + "\n")
    accept = f"--book {book} link review {{}} --accept --by Ada"
    writers = [
        start(*(accept.format(pair) for pair in pairs[number::WRITERS]))
        for number in range(WRITERS)
    ]
    readers = [start(*[f"--book {book} link review --list"] * CHANGES) for _ in range(READERS)]

    said = outputs(*writers, *readers)

    assert said == [""] * (WRITERS + READERS)
    files = read_mapping_files(Layout(book))
    assert len(files[POSITIVE].rows) == len(pairs)
    assert len(files[PREDICTED].rows) == 0


def test_concurrent_creators_of_a_source_do_not_overwrite_it(tmp_path: Path) -> None:
    """One of them creates the file, and the others report that it exists."""
    book = tmp_path / "lights"
    create_book(book, namespace="https://example.org/lights/")
    line = f"--book {book} new source --title News --publisher coast-gazette --undated"
    creators = [start(f"{line} --about grey-point") for _ in range(WRITERS)]

    said = outputs(*creators)

    assert said.count("") == 1
    assert all("already exists" in text or "File exists" in text for text in said if text)
    assert len(list((book / "data" / "sources" / "coast-gazette").glob("*.ttl"))) == 2
