"""Answers of any length are written as they come, in memory that does not grow with them."""

from __future__ import annotations

import resource
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

# What a process takes before it has any rows, most of it address space for the stack of its thread
_LIMIT = 640 << 20
_THINGS = 900
PAIRS = "SELECT ?a ?b WHERE { ?a <http://e/p> ?x . ?b <http://e/p> ?y }"
BILLIONS = "SELECT ?a WHERE { ?a <http://e/p> ?x . ?b <http://e/p> ?y . ?c <http://e/p> ?z }"


@pytest.fixture
def things(tmp_path: Path) -> Path:
    """Give a file of many things, of which each pair is a row of an answer."""
    path = tmp_path / "things.nt"
    name = "a-name-of-some-length" * 4
    lines = (f'<http://e/{name}-{number}> <http://e/p> "x" .\n' for number in range(_THINGS))
    path.write_text("".join(lines))
    return path


def limited() -> None:
    """Take memory away from the process that is about to start."""
    resource.setrlimit(resource.RLIMIT_DATA, (_LIMIT, _LIMIT))


@pytest.mark.parametrize("form", ["csv", "json"])
def test_answer_larger_than_memory_is_written(
    program: list[str], things: Path, tmp_path: Path, form: str
) -> None:
    """An answer of 810,000 rows is written by a process that could not hold it."""
    command = [*program, "--data", str(things), "sparql", PAIRS, "-f", form]
    out = tmp_path / "answer"

    with out.open("wb") as file:
        done = subprocess.run(
            command, stdout=file, stderr=subprocess.PIPE, preexec_fn=limited, check=False
        )

    assert (done.returncode, done.stderr) == (0, b"")
    assert out.read_bytes().count(b"http://e/a-name") == 2 * _THINGS**2


def test_memory_limit_stops_formats_that_need_all_rows(program: list[str], things: Path) -> None:
    """The same process cannot write the answer in a form that needs all rows first."""
    command = [*program, "--data", str(things), "sparql", PAIRS, "-f", "md"]

    done = subprocess.run(command, capture_output=True, preexec_fn=limited, check=False)

    assert done.returncode != 0


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "xml"])
def test_first_row_is_written_at_once(program: list[str], things: Path, form: str) -> None:
    """Rows come before there could be all of them, and no more when nobody reads on."""
    command = [*program, "--data", str(things), "sparql", BILLIONS, "-f", form]

    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        begun = process.stdout.read(1000)
        process.stdout.close()
        said = process.stderr.read()

    assert b"http://e/a-name" in begun
    assert (process.returncode, said) == (141, b"")
