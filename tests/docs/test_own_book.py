"""docs/own-book.md is true: its commands, typed in an empty folder, print what it shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "own-book.md"
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_page_shows_what_its_commands_print(tmp_path: Path) -> None:
    """Each command, run after the ones before it, prints the lines below it."""
    folder = tmp_path
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": programs, "FACTBOOK_CACHE": str(tmp_path / "cache")}
    environment.pop("COLUMNS", None)  # on a pipe lines are not wrapped
    blocks = _BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    assert blocks
    for step in re.split(r"^\$ ", "".join(blocks), flags=re.MULTILINE)[1:]:
        command, _, expected = step.partition("\n")
        if command.startswith("cd "):
            folder /= command.removeprefix("cd ")
            continue

        done = subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

        assert (done.returncode, done.stdout) == (0, expected), (command, done.stderr)
