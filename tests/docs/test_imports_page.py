"""docs/imports.md is true: its commands do in a copy of the book what the page says."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.docs.test_contributing import Walk, do_steps, run, steps

PAGE = Path(__file__).resolve().parents[2] / "docs" / "imports.md"


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """Do the steps of the page."""
    return do_steps(PAGE, tmp_path_factory.mktemp("checkout") / "factbook")


@pytest.mark.parametrize("number", range(len(steps(PAGE))))
def test_command_prints_what_page_shows(walk: Walk, number: int) -> None:
    """Each command, run in its turn, succeeds and prints the very lines below it."""
    step, result = walk.done[number]

    assert result.returncode == 0, result.stderr
    assert result.stdout == step.expected


def test_import_again_changes_no_byte(walk: Walk) -> None:
    """The same table gives the same source, and nothing is left to format or to correct."""
    (path,) = walk.folder.glob("data/sources/*/imports/gazette-*.ttl")
    before = path.read_bytes()

    again = run("factbook import gazette-machines machines.csv", walk.folder)

    assert (again.returncode, path.read_bytes()) == (0, before)
