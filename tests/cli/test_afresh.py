"""The program starts afresh, once, to ask a large graph with more room in malloc."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from factbook.store.holding import RECORD
from factbook.store.places import places

BOOK = Path(__file__).parent / "book"
NOTE = """
import os
with open(os.environ["STARTS"], "a") as file:
    print(os.environ.get("GLIBC_TUNABLES"), file=file)
"""


def _is_glibc() -> bool:
    try:
        return bool(os.confstr("CS_GNU_LIBC_VERSION"))
    except (AttributeError, ValueError, OSError):
        return False


pytestmark = pytest.mark.skipif(not _is_glibc(), reason="only glibc has these settings")


class Program:
    """The program with a cache of its own, which notes each time that it starts."""

    def __init__(self, folder: Path) -> None:
        (folder / "sitecustomize.py").write_text(NOTE, encoding="utf-8")
        self.cache = folder / "cache"
        self.starts = folder / "starts"
        self.environment = {
            **{name: value for name, value in os.environ.items() if name != "GLIBC_TUNABLES"},
            "PYTHONPATH": str(folder),
            "STARTS": str(self.starts),
            "FACTBOOK_CACHE": str(self.cache),
        }
        self.words = ["--book", str(BOOK), "query", "lengths"]

    def __call__(
        self, form: str, *, start: tuple[str, ...] = ("-m", "factbook"), **settings: str
    ) -> tuple[str, list[str]]:
        """Ask a question; return the answer, and the settings of each start."""
        self.starts.unlink(missing_ok=True)
        done = subprocess.run(
            [sys.executable, *start, *self.words, "-f", form],
            env={**self.environment, **settings},
            capture_output=True,
            text=True,
            check=True,
        )
        assert not done.stderr
        return done.stdout, self.starts.read_text(encoding="utf-8").splitlines()

    def grow(self) -> None:
        """Let the snapshot pass for one of many statements."""
        (place,) = places(self.cache)
        record = place.path / RECORD
        noted = json.loads(record.read_bytes())
        assert noted["quads"] > 0
        record.write_text(json.dumps({**noted, "quads": 10_000_000}), encoding="utf-8")


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Return the program, with an index already made."""
    program = Program(tmp_path)
    program("tsv")
    return program


@pytest.mark.parametrize("form", ["csv", "json", "table", "html"])
def test_large_graphs_are_asked_with_settings(program: Program, form: str) -> None:
    """A small graph is asked at once, a large one after a second start, with the same answer."""
    small, starts = program(form)
    assert starts == ["None"]
    program.grow()
    for kept in program.cache.glob("*/replies/*"):
        kept.unlink()

    large, starts = program(form)
    again, once = program(form)

    assert small == large == again
    assert starts[0] == "None"
    assert "tcache_count" in starts[1]
    assert len(starts) == 2
    assert once == ["None"], "what was answered before needs no engine"


def test_settings_of_the_user_stand(program: Program) -> None:
    """Where the variable is set, even to nothing, the program starts once."""
    program.grow()

    assert program("csv", GLIBC_TUNABLES="")[1] == [""]


def test_other_programs_are_not_started_again(program: Program) -> None:
    """A program that calls the command line would do twice what it did before."""
    program.grow()
    caller = "from factbook.cli import main; main()"

    assert program("csv", start=("-c", caller))[1] == ["None"]
