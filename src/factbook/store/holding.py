"""Hold a snapshot while it is in use; only what nobody holds is ever removed."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

RECORD = "snapshot.json"
STORE = "store"
_LOCK = "lock"


def hold(path: str | Path) -> int | None:
    """Keep a snapshot from being removed until it is let go or this process ends.

    Returns:
        What to let go, or None where there is nothing to hold.
    """
    try:
        handle = os.open(os.path.join(path, _LOCK), os.O_RDONLY)
    except OSError:
        return None
    if _locked(handle, exclusive=False):
        return handle
    os.close(handle)
    return None


def let_go(handle: int) -> None:
    """Let a snapshot go again."""
    os.close(handle)


def make_holdable(path: Path) -> None:
    """Put the file into a snapshot that its users lock."""
    (path / _LOCK).touch()


def remove(path: Path) -> bool:
    """Remove a snapshot unless somebody uses it; say whether it is gone."""
    import contextlib
    import shutil

    with contextlib.suppress(FileNotFoundError):
        handle = os.open(path / _LOCK, os.O_RDONLY)
        try:
            if not _locked(handle, exclusive=True):
                return False
            shutil.rmtree(path, ignore_errors=True)
        finally:
            os.close(handle)
    shutil.rmtree(path, ignore_errors=True)
    return not path.exists()


def quads_in(path: str | Path) -> int:
    """Return how many quads a snapshot says it has, 0 where it does not say."""
    import json

    try:
        with open(os.path.join(path, RECORD), "rb") as file:
            return int(json.load(file)["quads"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def _locked(handle: int, *, exclusive: bool) -> bool:
    if sys.platform == "win32":  # an open file cannot be removed there anyway
        return True
    import fcntl

    try:
        fcntl.flock(handle, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
