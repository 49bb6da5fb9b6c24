"""Lock a snapshot while a process uses it, and remove only what no process uses."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LOCK = "lock"


def create_lock(place: Path) -> None:
    """Create the file in a snapshot that its users lock."""
    (place / LOCK).touch()


def acquire_shared(place: Path) -> int | None:
    """Keep a snapshot from being removed until the lock is released or the process ends.

    Returns:
        A handle for `release`, or None where the snapshot is missing or is being removed.
    """
    try:
        handle = os.open(place / LOCK, os.O_RDONLY)
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
