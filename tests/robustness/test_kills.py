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

from factbook.rdf.parse import read_rdf

if TYPE_CHECKING:
    from pathlib import Path

KILLS = int(os.environ.get("FACTBOOK_TEST_KILLS", "6"))
FACTBOOK = [sys.executable, "-m", "factbook"]
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
THINGS = 4_000
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
        timeout=60,
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
    longest = duration("fmt", data, cache=cache)
    formatted = data.read_bytes()
    chance = random.Random(2)  # noqa: S311 - moments, not secrets
    for _ in range(KILLS):
        data.write_bytes(old)

        kill_at_random(chance, "fmt", data, cache=cache, longest=longest)

        assert data.read_bytes() in {old, formatted}
        assert len(read_rdf(data).quads) == 2 * THINGS


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
