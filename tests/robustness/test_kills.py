"""A process that is killed at any moment leaves whole files and no wrong answer.

FACTBOOK_TEST_KILLS sets the number of kills for each kind of work; the default is small.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from tests.imports.conftest import BOOK, CONTEXT, source_of

from factbook.new.book import create_book
from factbook.rdf.mapping_files import NEGATIVE, POSITIVE, PREDICTED
from factbook.rdf.parse import read_rdf
from factbook.rdf.sssom import read_mapping_set

if TYPE_CHECKING:
    from pathlib import Path

KILLS = int(os.environ.get("FACTBOOK_TEST_KILLS", "6"))
FACTBOOK = [sys.executable, "-m", "factbook"]
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
THINGS = 4_000
ROWS = 2_000
PAIRS = 400
pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL needs a POSIX system")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a file that takes a while to index, to export and to format."""
    path = tmp_path / "data.ttl"
    path.write_text(
        "@prefix ex: <http://e.org/> .\n"
        + "".join(f'ex:s{n}   ex:p   ex:o{n % 97} ;  ex:q "text {n}" .\n' for n in range(THINGS)),
        encoding="utf-8",
    )
    return path


def run(*arguments: object, cache: Path) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end."""
    return subprocess.run(
        [*FACTBOOK, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "FACTBOOK_CACHE": str(cache)},
    )


def kill_at_random(chance: random.Random, *arguments: object, cache: Path, longest: float) -> None:
    """Start the command line, and kill it and what it started after a random time."""
    with subprocess.Popen(
        [*FACTBOOK, *map(str, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "FACTBOOK_CACHE": str(cache)},
        start_new_session=True,
    ) as process:
        time.sleep(chance.uniform(0.05, longest))
        os.killpg(process.pid, 9)


def duration(*arguments: object, cache: Path) -> float:
    """Return how long a command takes."""
    began = time.monotonic()
    assert run(*arguments, cache=cache).returncode == 0
    return time.monotonic() - began


def test_killed_export_leaves_the_old_file_or_the_new_one(data: Path, tmp_path: Path) -> None:
    """A shorter file would parse, and be wrong in silence."""
    out, cache = tmp_path / "out.nt", tmp_path / "cache"
    arguments = ("--no-book", "--data", data, "export", "-o", out)
    longest = duration(*arguments, cache=cache)
    whole = out.read_bytes()
    chance = random.Random(1)  # noqa: S311 - moments, not secrets
    for _ in range(KILLS):
        out.write_bytes(b"<http://e.org/old> <http://e.org/p> <http://e.org/o> .\n")
        old = out.read_bytes()

        kill_at_random(chance, *arguments, cache=cache, longest=longest)

        assert out.read_bytes() in {old, whole}


def test_killed_fmt_leaves_the_old_file_or_the_new_one(data: Path, tmp_path: Path) -> None:
    """The statements are those of before in both."""
    cache, old = tmp_path / "cache", data.read_bytes()
    stated = set(read_rdf(data).quads)
    longest = duration("fmt", data, cache=cache)
    formatted = data.read_bytes()
    chance = random.Random(2)  # noqa: S311 - moments, not secrets
    for _ in range(KILLS):
        data.write_bytes(old)

        kill_at_random(chance, "fmt", data, cache=cache, longest=longest)

        assert data.read_bytes() in {old, formatted}
        assert set(read_rdf(data).quads) == stated


def test_killed_indexing_gives_no_wrong_answer(data: Path, tmp_path: Path) -> None:
    """The next question finds a whole snapshot or makes one."""
    cache = tmp_path / "cache"
    arguments = ("--no-book", "--data", data, "sparql", COUNT)
    longest = duration(*arguments, cache=cache)
    chance = random.Random(3)  # noqa: S311 - moments, not secrets
    for _ in range(KILLS):
        shutil.rmtree(cache)

        kill_at_random(chance, *arguments, cache=cache, longest=longest)

        done = run(*arguments, cache=cache)
        assert (done.returncode, done.stdout, done.stderr) == (0, f"?n\n{2 * THINGS}\n", "")


def test_killed_import_leaves_the_whole_source_or_none(tmp_path: Path) -> None:
    """A part of a table would pass for the table."""
    book, cache, table = tmp_path / "book", tmp_path / "cache", tmp_path / "machines.csv"
    shutil.copytree(BOOK, book)
    shutil.copy(CONTEXT, book / "ontology" / "context.jsonld")
    head = "Machine,Owner,Accelerators,Least,Most,Unit,Seen on,Users,Notes\n"
    row = "Orion {0},Acme Compute,{0},,,,3/31/2025,,big\n"
    table.write_text(head + "".join(map(row.format, range(ROWS))), encoding="utf-8")
    arguments = ("--book", book, "import", "machines", table)
    question = ("--book", book, "sparql", COUNT)
    before = run(*question, cache=cache).stdout
    longest = duration(*arguments, cache=cache)
    source = source_of(book)
    whole = source.read_bytes()
    after = run(*question, cache=cache).stdout
    assert before != after
    chance = random.Random(4)  # noqa: S311 - moments, not secrets
    for _ in range(KILLS):
        source.unlink(missing_ok=True)

        kill_at_random(chance, *arguments, cache=cache, longest=longest)

        is_there = source.exists()
        assert not is_there or source.read_bytes() == whole
        assert run(*question, cache=cache).stdout == (after if is_there else before)


def test_killed_review_loses_no_candidate(tmp_path: Path) -> None:
    """A row moves from one file to another: it may stand in both for a moment, never in none."""
    book, cache = tmp_path / "lights", tmp_path / "cache"
    create_book(book, namespace="https://example.org/lights/")
    links = book / "data" / "links"
    pairs = [f"lighthouse:grey-point wikidata:Q{n}" for n in range(1, PAIRS + 1)]
    with (links / f"{PREDICTED}.sssom.tsv").open("a", encoding="utf-8") as file:
        for pair in pairs:
            subject, target = pair.split()
            cells = [subject, "schema:sameAs", "", target, "semapv:LexicalMatching", "0.5"]
            file.write("\t".join(cells) + "\n")
    review = ("--book", book, "link", "review")
    longest = duration(*review, *pairs[0].split(), "--accept", "--by", "Ada", cache=cache)
    chance = random.Random(5)  # noqa: S311 - moments, not secrets
    for number in range(1, min(KILLS, PAIRS - 1) + 1):
        verdict = "--accept" if number % 2 else "--reject"
        arguments = (*review, *pairs[number].split(), verdict, "--by", "Ada")

        kill_at_random(chance, *arguments, cache=cache, longest=longest)

        found = [
            row.pair
            for role in (PREDICTED, POSITIVE, NEGATIVE)
            for row in read_mapping_set(links / f"{role}.sssom.tsv").rows
        ]
        assert {" ".join(pair) for pair in found} == set(pairs)
        listed = run(*review, "--list", cache=cache)
        assert (listed.returncode, listed.stderr) == (0, "")
