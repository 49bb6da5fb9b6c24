"""A folder with files and their snapshot, to be changed and damaged."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.store.snapshots import (
    all_files,
    note,
    write_files,
)


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with files and their snapshot."""
    folder = tmp_path_factory.mktemp("sound")
    write_files(folder / "data", "x", "y")
    note(folder / "data" / "a.ttl", *map(str, range(300)))
    program = (
        "import sys; from pathlib import Path\n"
        "from factbook.store.snapshot import open_snapshot\n"
        "open_snapshot([*map(Path, sys.argv[2:])], Path(sys.argv[1]), announce=len)"
    )
    paths = map(str, all_files(folder / "data"))
    subprocess.run([sys.executable, "-c", program, str(folder / "cache"), *paths], check=True)
    return folder


@pytest.fixture
def copy(sound: Path, tmp_path: Path) -> Path:
    """Copy the folder with files and their snapshot."""
    return Path(shutil.copytree(sound, tmp_path / "copy"))
