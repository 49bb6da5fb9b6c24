"""The cache folder: where it is, which snapshots are in it, and which of them go.

Only what belongs to the user who runs this process is used or removed.
"""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from factbook.atomic_write import TEMPORARY_SUFFIX
from factbook.store.lock import LOCK, remove
from factbook.store.manifest import STORE, read_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator

BUILDING = ".building-"
"""The beginning of the name of a snapshot that is not complete yet."""
_OTHERS_MAY_WRITE = 0o022
_MAX_SNAPSHOTS = 8
_MAX_BYTES = 4 << 30
_STALE_SECONDS = 3600


@dataclass(frozen=True)
class SnapshotInfo:
    """One snapshot on disk."""

    path: Path
    quads: int
    size: int
    used: float
    """When it was last opened, in seconds since 1970."""


def cache_folder() -> Path | None:
    """Return the folder for snapshots: `$FACTBOOK_CACHE`, or one in the user's cache folder.

    Returns:
        The folder, or None where no home folder is known.
    """
    try:
        chosen = os.environ.get("FACTBOOK_CACHE")
        if chosen:
            return Path(chosen).expanduser()
        base = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    except RuntimeError:
        return None
    return base / "factbook" if base.is_absolute() else None


def prepare_folder(folder: Path) -> bool:
    """Make the cache folder where it is missing; return whether it belongs to this user.

    Raises:
        OSError: It cannot be made.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return not hasattr(os, "geteuid") or folder.stat().st_uid == os.geteuid()


def is_ours(path: Path) -> bool:
    """Tell whether a file or folder belongs to this user, and only this user can write to it.

    Raises:
        OSError: It does not exist.
    """
    about = path.lstat()
    if not hasattr(os, "geteuid"):
        return True
    return about.st_uid == os.geteuid() and not about.st_mode & _OTHERS_MAY_WRITE


def list_snapshots(folder: Path) -> list[SnapshotInfo]:
    """Return the snapshots of this user in a folder, the last used first."""
    found = []
    for path in _folders(folder):
        if path.name.startswith(".") or not (path / STORE).is_dir():
            continue
        with contextlib.suppress(OSError):
            size = sum(entry.stat().st_size for entry in os.scandir(path / STORE))
            manifest = read_manifest(path)
            quads = manifest.quads if manifest else 0
            found.append(SnapshotInfo(path, quads, size, path.stat().st_mtime))
    return sorted(found, key=lambda snapshot: (-snapshot.used, snapshot.path))


def clear(folder: Path) -> tuple[int, int]:
    """Remove everything that no process uses.

    Returns:
        The number of snapshots that were removed, and of those that are in use.
    """
    removed = [remove(snapshot.path) for snapshot in list_snapshots(folder)]
    _remove_leftovers(folder, older_than=0)
    return sum(removed), len(removed) - sum(removed)


def evict(folder: Path) -> None:
    """Remove the snapshots unused for longest where there are too many, and what crashes left."""
    total = 0
    for number, snapshot in enumerate(list_snapshots(folder)):
        total += snapshot.size
        if number and (number >= _MAX_SNAPSHOTS or total > _MAX_BYTES):
            remove(snapshot.path)
    _remove_leftovers(folder, older_than=_STALE_SECONDS)


def _remove_leftovers(folder: Path, *, older_than: float) -> None:
    """Remove what killed processes left: incomplete snapshots and temporary files."""
    for path in _folders(folder):
        if path.name.startswith(BUILDING) and ((path / LOCK).exists() or _age(path) > older_than):
            remove(path)
    for path in folder.glob(f".*{TEMPORARY_SUFFIX}"):
        with contextlib.suppress(OSError):
            if is_ours(path) and _age(path) > older_than:
                path.unlink()


def _folders(folder: Path) -> Iterator[Path]:
    with contextlib.suppress(OSError):
        for path in sorted(folder.iterdir()):
            with contextlib.suppress(OSError):
                if is_ours(path) and path.is_dir():
                    yield path


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0
