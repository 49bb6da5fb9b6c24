"""Write and verify the manifest of a snapshot: which files belong to it, and their content.

Oxigraph opens a store with a truncated MANIFEST as an empty store, and a damaged block can make a
filter or a CONSTRUCT drop rows without an error. So the files are verified before they are used.
Those of a small snapshot are hashed. The large tables of a large snapshot must be the very files
that were written, untouched since then by what the file system says.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

MANIFEST = "manifest"
STORE = "store"
_HASHED_BYTES = 32 << 20
"""A snapshot up to this size is hashed completely each time it is opened."""
_SMALL_FILE_BYTES = 1 << 20
"""Of a larger snapshot, only files up to this size are hashed."""


@dataclass(frozen=True)
class Manifest:
    """What a snapshot consists of."""

    quads: int
    files: dict[str, list[int | str]]
    """For each file its size, inode, modification and change time, and at last its hash."""

    @property
    def size(self) -> int:
        """The bytes of all files together."""
        return sum(int(facts[0]) for facts in self.files.values())


def write_manifest(place: Path, quads: int) -> None:
    """Write the manifest of a store that is complete and closed."""
    files = {
        path.name: [*_stat(path), _hash(path)] for path in map(Path, _store_files(place / STORE))
    }
    text = json.dumps({"quads": quads, "files": files})
    (place / MANIFEST).write_text(f"{_checksum(text)}\n{text}", encoding="utf-8")


def read_manifest(place: Path) -> Manifest | None:
    """Return the manifest of a snapshot, or None where it is missing or damaged."""
    try:
        checksum, _, text = (place / MANIFEST).read_text(encoding="utf-8").partition("\n")
    except (OSError, ValueError):
        return None
    if _checksum(text) != checksum:
        return None
    found = json.loads(text)
    return Manifest(found["quads"], found["files"])


def is_intact(place: Path, manifest: Manifest) -> bool:
    """Tell whether the files of a snapshot are those that its manifest lists.

    Raises:
        OSError: A file cannot be read.
    """
    paths = [Path(name) for name in _store_files(place / STORE)]
    if {path.name for path in paths} != manifest.files.keys():
        return False
    is_small = manifest.size <= _HASHED_BYTES
    for path in paths:
        *stat, digest = manifest.files[path.name]
        if is_small or int(stat[0]) <= _SMALL_FILE_BYTES:
            if path.stat().st_size != stat[0] or _hash(path) != digest:
                return False
        elif _stat(path) != stat:
            return False
    return True


def _store_files(folder: Path) -> list[str]:
    """Return the files that make up a store; its lock and its log are not part of it."""
    return [
        entry.path
        for entry in os.scandir(folder)
        if entry.name != "LOCK" and not entry.name.startswith("LOG")
    ]


def _stat(path: Path) -> list[int]:
    about = path.stat()
    return [about.st_size, about.st_ino, about.st_mtime_ns, about.st_ctime_ns]


def _hash(path: Path) -> str:
    with path.open("rb", buffering=0) as file:
        if os.fstat(file.fileno()).st_size <= _SMALL_FILE_BYTES:
            return hashlib.sha256(file.read()).hexdigest()
        return hashlib.file_digest(file, "sha256").hexdigest()


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
