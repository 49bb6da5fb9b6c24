"""Which snapshots there are, how big they are, and when they go."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from factbook.store.holding import STORE, quads_in, remove
from factbook.store.replies import REPLIES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SMALL = ("stamps", "queries")  # folders of small notes beside the snapshots
_MOST_KEPT = 8
_MOST_BYTES = 4 << 30
_STALE_SECONDS = 3600


@dataclass(frozen=True)
class Place:
    """One snapshot on disk."""

    path: Path
    quads: int
    size: int
    used: float
    """When it was last opened, in seconds since 1970."""


def places(folder: Path) -> list[Place]:
    """Return the snapshots of a folder, the last used first."""
    found = []
    with contextlib.suppress(FileNotFoundError):
        for entry in os.scandir(folder):
            path = folder / entry.name
            if entry.name.startswith(".") or not (path / STORE).is_dir():
                continue
            with contextlib.suppress(OSError):
                found.append(Place(path, quads_in(path), _bytes(path), entry.stat().st_mtime))
    return sorted(found, key=lambda place: (-place.used, place.path))


def clear(folder: Path) -> tuple[int, int]:
    """Remove everything that nobody uses; return how many snapshots went and how many stayed."""
    import shutil

    gone = [remove(place.path) for place in places(folder)]
    for name in _SMALL:
        shutil.rmtree(folder / name, ignore_errors=True)
    with contextlib.suppress(FileNotFoundError):
        for left in list(_leftovers(folder)):
            remove(left)
    return sum(gone), len(gone) - sum(gone)


def forget_old(folder: Path) -> None:
    """Remove the snapshots unused for longest where there are too many, and what crashes left."""
    import time

    total = 0
    for number, place in enumerate(places(folder)):
        total += place.size
        if number and (number >= _MOST_KEPT or total > _MOST_BYTES):
            remove(place.path)
    for left in _leftovers(folder):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > _STALE_SECONDS:
                remove(left)


def _leftovers(folder: Path) -> Iterator[Path]:
    """Yield what processes that were killed did not finish."""
    for entry in os.scandir(folder):
        if entry.name.startswith(".") and entry.is_dir():
            yield folder / entry.name


def _bytes(path: Path) -> int:
    folders = [folder for name in (STORE, REPLIES) if (folder := path / name).is_dir()]
    return sum(entry.stat().st_size for folder in folders for entry in os.scandir(folder))
