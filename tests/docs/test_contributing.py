"""CONTRIBUTING.md is true: its commands do in a copy of the book what it says that they do."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "CONTRIBUTING.md"
_BLOCK = re.compile(r"^```(sh|console|turtle)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Step:
    """Something to run in a shell, and what it prints."""

    script: str
    expected: str


def steps(page: Path = PAGE) -> list[Step]:
    """Return the scripts and commands of the page in their order."""
    found = []
    for kind, block in _BLOCK.findall(page.read_text(encoding="utf-8")):
        if kind == "sh":
            found.append(Step(block, ""))
        elif kind == "console":
            for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, _, expected = part.partition("\n")
                found.append(Step(command, expected))
    return found


def run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script as somebody would who works in that folder and has set the package up there."""
    programs = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(folder / "src"),
        "FACTBOOK_CACHE": str(folder.parent / "cache"),
        "COLUMNS": "100",
    }
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@dataclass(frozen=True)
class Walk:
    """The page's steps, done one after the other in a copy of the book."""

    folder: Path
    done: tuple[tuple[Step, subprocess.CompletedProcess[str]], ...]


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """Do the steps of the page."""
    return do_steps(PAGE, tmp_path_factory.mktemp("checkout") / "factbook")


def do_steps(page: Path, folder: Path) -> Walk:
    """Copy what the commands work on, commit its present state, and do all steps."""
    for part in ("src", "ontology", "data", "queries"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "As it is"]):
        who = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org"]
        subprocess.run(["git", *who, *arguments], cwd=folder, check=True)
    return Walk(folder, tuple((step, run(step.script, folder)) for step in steps(page)))


@pytest.mark.parametrize("number", range(len(steps())))
def test_a_command_prints_what_the_page_shows(walk: Walk, number: int) -> None:
    """Each command, run in its turn, succeeds and prints the very lines below it."""
    step, result = walk.done[number]

    assert result.returncode == (1 if " diff " in step.script else 0), result.stderr
    printed = [line.rstrip() for line in result.stdout.splitlines()]
    assert printed == [line.rstrip() for line in step.expected.splitlines()]


def test_what_the_page_adds_is_in_the_house_form(walk: Walk) -> None:
    """After the page's steps nothing is left to format."""
    assert run("factbook fmt --check", walk.folder).returncode == 0


def test_a_source_is_never_begun_twice(walk: Walk) -> None:
    """The same command again is refused: the document has its file."""
    again = next(step.script for step in steps() if step.script.startswith("factbook new"))

    assert run(again, walk.folder).returncode == 2


def test_the_page_shows_the_whole_way() -> None:
    """From the register to the review there are the steps that the page promises."""
    commands = [step.script.split()[1] for step in steps() if step.script.startswith("factbook")]

    assert commands == ["new", "fmt", "check", "show", "diff", "check", "query"]
