"""The README's examples print exactly what it says, on a terminal as its readers have one."""

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

import factbook
from factbook.render.rows import Rows

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
COLUMNS, LINES = 110, 60
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PYTHON = re.compile(r"^```pycon\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    """A command of the README and what stands under it."""

    command: str
    expected: str


def examples() -> list[Example]:
    """Return each `$ command` of the README's console blocks with the lines under it."""
    found = []
    for block in _BLOCK.findall(README.read_text(encoding="utf-8")):
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
def test_example_prints_what_the_readme_shows(example: Example) -> None:
    """A reader who types the command sees the very lines."""
    printed = on_terminal(example.command)

    expected = [line.rstrip() for line in example.expected.splitlines()]
    lines = [line.rstrip() for line in printed.rstrip("\n").splitlines()]
    if expected and expected[-1] == "…":  # the README shows only the beginning
        lines = [*lines[: len(expected) - 1], "…"]
    assert lines == expected


def test_readme_shows_five_examples() -> None:
    """There are at least five worked examples to run."""
    assert len(examples()) >= 5


def test_python_example_is_true() -> None:
    """The lines for Python print what they show."""
    import doctest

    blocks = _PYTHON.findall(README.read_text(encoding="utf-8"))
    assert blocks
    parser = doctest.DocTestParser()
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    for number, block in enumerate(blocks):
        test = parser.get_doctest(block, {}, f"README example {number}", str(README), 0)

        runner.run(test)

    assert runner.failures == 0


@pytest.mark.parametrize(
    ("word", "pattern"),
    [
        ("companies", "?thing a infra:Company"),
        ("products", "?thing a/rdfs:subClassOf* infra:Product"),
        ("figures", "?thing a schema:Observation"),
        ("events", "?thing a infra:Event"),
        ("sources", "?thing a infra:Source"),
    ],
)
def test_the_numbers_of_the_first_page_are_true(word: str, pattern: str) -> None:
    """What the README says that there is, is there."""
    said = re.search(rf"([0-9,]+) {word}\b", README.read_text(encoding="utf-8"))
    rows = factbook.open().sparql(f"SELECT (COUNT(DISTINCT ?thing) AS ?number) {{ {pattern} }}")

    assert said is not None
    assert isinstance(rows, Rows)
    assert rows[0]["number"] == int(said[1].replace(",", ""))
