"""The examples of the README and of docs/ print what the pages show, on a terminal."""

from __future__ import annotations

import os
import pty
import re
import shlex
import subprocess
import sys
import termios
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.docs.counts import LINE, count_things

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]
# Their commands write files, and have tests of their own
ELSEWHERE = {ROOT / "docs" / name for name in ("imports.md", "own-book.md")}
COLUMNS, LINES = 100, 60
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PYTHON = re.compile(r"^```pycon\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    """A command of a page and the lines below it."""

    command: str
    expected: str


def examples() -> list[Example]:
    """Return each `$ command` of the console blocks with the lines below it."""
    found = []
    for page in PAGES:
        if page in ELSEWHERE:
            continue
        for block in _BLOCK.findall(page.read_text(encoding="utf-8")):
            for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, _, expected = part.partition("\n")
                found.append(Example(command, expected.rstrip("\n")))
    return found


def on_terminal(command: str) -> str:
    """Return what a `factbook` command prints on a terminal of a fixed size."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (LINES, COLUMNS))
    settings = termios.tcgetattr(theirs)
    settings[1] &= ~termios.OPOST  # keep "\n" as it is
    termios.tcsetattr(theirs, termios.TCSANOW, settings)
    words = shlex.split(command)
    assert words[0] == "factbook"
    environment = {**os.environ, "NO_COLOR": "1", "TERM": "xterm", "COLUMNS": str(COLUMNS)}
    program = [str(Path(sys.executable).with_name("factbook")), *words[1:]]
    with subprocess.Popen(
        program, stdout=theirs, stderr=subprocess.DEVNULL, cwd=ROOT, env=environment
    ):
        os.close(theirs)
        chunks = []
        while True:
            try:
                chunk = os.read(ours, 1 << 16)
            except OSError:  # Linux says so when the last writer has closed the terminal
                break
            if not chunk:
                break
            chunks.append(chunk)
    os.close(ours)
    return b"".join(chunks).decode()


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.command)
def test_example_prints_what_the_page_shows(example: Example) -> None:
    """A reader who types the command sees the lines of the page."""
    printed = on_terminal(example.command)

    expected = [line.rstrip() for line in example.expected.splitlines()]
    lines = [line.rstrip() for line in printed.rstrip("\n").splitlines()]
    if expected and expected[-1] == "…":  # the page shows only the beginning
        lines = [*lines[: len(expected) - 1], "…"]
    assert lines == expected


def test_readme_shows_several_examples() -> None:
    """There are at least four worked examples to run."""
    assert len(examples()) >= 4


def test_readme_stays_short() -> None:
    """The README fits a first reading; the rest stands in docs/."""
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 150


def test_readme_links_every_page_of_docs() -> None:
    """No page is hidden, and no link leads nowhere."""
    text = README.read_text(encoding="utf-8")
    linked = set(re.findall(r"\]\((docs/[^)#]+)\)", text))

    assert linked == {f"docs/{page.name}" for page in PAGES[1:]}


@pytest.mark.parametrize("page", [README, ROOT / "docs" / "python.md"], ids=lambda page: page.name)
def test_python_example_is_true(page: Path) -> None:
    """The lines for Python print what they show."""
    import doctest

    text = "\n".join(_PYTHON.findall(page.read_text(encoding="utf-8")))
    assert text
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)

    runner.run(doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0))

    assert runner.failures == 0


@pytest.mark.parametrize("page", [README, ROOT / "docs" / "python.md"], ids=lambda page: page.name)
def test_python_example_passes_strict_type_check(page: Path, tmp_path: Path) -> None:
    """A reader who type-checks the lines for Python finds no error in them."""
    lines = [
        line.removeprefix(">>> ").removeprefix("... ")
        for block in _PYTHON.findall(page.read_text(encoding="utf-8"))
        for line in block.splitlines()
        if line.startswith((">>> ", "... "))
    ]
    script = tmp_path / "example.py"
    script.write_text("\n".join([*lines, ""]), encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", ROOT / ".mypy_cache", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


def test_readme_counts_what_the_graph_holds() -> None:
    """The counted line is the script's, and a source may be added without writing it again."""
    match = LINE.search(README.read_text(encoding="utf-8"))
    assert match is not None

    counts = count_things()

    for kind, said in match.groupdict().items():
        assert counts[kind] * 0.8 <= int(said.replace(",", "")) <= counts[kind], kind
