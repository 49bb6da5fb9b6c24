"""The cache folder: its place, the snapshots in it, their locks and manifests, and eviction.

Only what belongs to the user who runs this process is used or removed.

A snapshot is a folder with a store, a lock, a manifest and the spellings of literals that the store
keeps in another form. The manifest lists the files of the
store with their content: Oxigraph opens a store with a truncated MANIFEST as an empty store, and a
damaged block can make a filter or a CONSTRUCT drop rows without an error. So the files are verified
before they are used. Those of a small snapshot are hashed. The large tables of a large snapshot
must be the very files that were written, untouched since then by what the file system says.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from factbook.atomic_write import TEMPORARY_SUFFIX

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCK = "lock"
MANIFEST = "manifest"
STORE = "store"
SPELLINGS = "spellings"
_HASHED_BYTES = 32 << 20
"""A snapshot up to this size is hashed completely whenever it is opened."""
_SMALL_FILE_BYTES = 1 << 20
"""Of a larger snapshot, only files up to this size are hashed."""
BUILDING = ".building-"
"""The prefix of the name of an incomplete snapshot."""
_OTHERS_MAY_WRITE = 0o022
_AT_ONCE = getattr(os, "O_NONBLOCK", 0)
"""A pipe in place of a file is opened without waiting for a writer."""
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
    """Create the cache folder if it is missing; return whether it belongs to this user.

    Raises:
        OSError: It cannot be created.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return not hasattr(os, "geteuid") or folder.stat().st_uid == os.geteuid()


def is_ours(path: Path) -> bool:
    """Tell whether a file or folder belongs to this user, and only this user can write it.

    Raises:
        OSError: It does not exist.
    """
    about = path.lstat()
    if not hasattr(os, "geteuid"):
        return True
    return about.st_uid == os.geteuid() and not about.st_mode & _OTHERS_MAY_WRITE


def list_snapshots(folder: Path) -> list[SnapshotInfo]:
    """Return the snapshots of this user in a folder, the most recently used first."""
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
    """Remove the least recently used snapshots if there are too many, and leftovers of crashes."""
    total = 0
    for number, snapshot in enumerate(list_snapshots(folder)):
        total += snapshot.size
        if number and (number >= _MAX_SNAPSHOTS or total > _MAX_BYTES):
            remove(snapshot.path)
    _remove_leftovers(folder, older_than=_STALE_SECONDS)


def _remove_leftovers(folder: Path, *, older_than: float) -> None:
    """Remove incomplete snapshots and temporary files of killed processes."""
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


# Locks


def create_lock(place: Path) -> None:
    """Create the file in a snapshot that its users lock."""
    (place / LOCK).touch()


def acquire_shared(place: Path) -> int | None:
    """Keep a snapshot from being removed until the lock is released or the process ends.

    Returns:
        A handle for `release`, or None where the snapshot is missing or is being removed.
    """
    try:
        handle = os.open(place / LOCK, os.O_RDONLY | _AT_ONCE)
    except OSError:
        return None
    if _lock(handle, exclusive=False):
        return handle
    os.close(handle)
    return None


def release(handle: int) -> None:
    """Release a lock."""
    os.close(handle)


def remove(place: Path) -> bool:
    """Remove a snapshot unless a process uses it; return whether it is gone."""
    import shutil

    with contextlib.suppress(OSError):
        handle = os.open(place / LOCK, os.O_RDWR)
        try:
            if not _lock(handle, exclusive=True):
                return False
            shutil.rmtree(place, ignore_errors=True)
        finally:
            os.close(handle)
    shutil.rmtree(place, ignore_errors=True)
    return not place.exists()


def _lock(handle: int, *, exclusive: bool) -> bool:
    """Lock a file without waiting; a file system without locks counts as unlocked."""
    if sys.platform == "win32":  # an open file cannot be removed there anyway
        return True
    import fcntl

    try:
        fcntl.flock(handle, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


# Manifests


@dataclass(frozen=True)
class Manifest:
    """The files of a snapshot."""

    quads: int
    files: dict[str, list[int | str]]
    """The size, inode, modification time, change time and hash of each file."""

    @property
    def size(self) -> int:
        """The total size of all files in bytes."""
        return sum(int(facts[0]) for facts in self.files.values())


def write_manifest(place: Path, quads: int) -> None:
    """Write the manifest of a complete and closed store."""
    files = {
        path.name: [*_stat(path), _hash(path)] for path in map(Path, _store_files(place / STORE))
    }
    (place / MANIFEST).write_bytes(encode_checked({"quads": quads, "files": files}))


def read_manifest(place: Path) -> Manifest | None:
    """Return the manifest of a snapshot, or None if it is missing or damaged."""
    try:
        found = decode_checked(read_kept(place / MANIFEST))
    except OSError:
        return None
    return Manifest(found["quads"], found["files"]) if found else None


def is_intact(place: Path, manifest: Manifest) -> bool:
    """Tell whether the files of a snapshot are those that its manifest lists.

    Raises:
        OSError: A file cannot be read.
    """
    if not has_checksum(read_kept(place / SPELLINGS)):
        return False
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
    """Return the files of a store, without its lock and its log."""
    return [
        entry.path
        for entry in os.scandir(folder)
        if entry.name != "LOCK" and not entry.name.startswith("LOG")
    ]


def _stat(path: Path) -> list[int]:
    about = path.stat()
    return [about.st_size, about.st_ino, about.st_mtime_ns, about.st_ctime_ns]


def _hash(path: Path) -> str:
    _require_file(path)
    with path.open("rb", buffering=0) as file:
        if os.fstat(file.fileno()).st_size <= _SMALL_FILE_BYTES:
            return hashlib.sha256(file.read()).hexdigest()
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_kept(path: Path) -> bytes:
    """Return the content of a file in the cache.

    Raises:
        OSError: It cannot be read, or is not a regular file: a pipe would never end.
    """
    _require_file(path)
    return path.read_bytes()


def _require_file(path: Path) -> None:
    if not path.is_file():
        raise FileNotFoundError(path)


def encode_checked(document: dict[str, Any]) -> bytes:
    """Return a document as JSON after a line with its checksum."""
    text = json.dumps(document).encode()
    return hashlib.sha256(text).hexdigest().encode() + b"\n" + text


def decode_checked(content: bytes) -> dict[str, Any] | None:
    """Return the document of `encode_checked`, or None if it is damaged."""
    if not has_checksum(content):
        return None
    found: dict[str, Any] = json.loads(content.partition(b"\n")[2])
    return found


def has_checksum(content: bytes) -> bool:
    """Tell whether content has the checksum that `encode_checked` wrote."""
    checksum, _, text = content.partition(b"\n")
    return hashlib.sha256(text).hexdigest().encode() == checksum
