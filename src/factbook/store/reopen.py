"""Open a snapshot that is there: what every question after the first begins with.

Nothing is imported here that takes longer than the question. Oxigraph opens a store with a broken
MANIFEST as an empty one without an error, so that its files and some of its quads are checked.
"""

from __future__ import annotations

import json
import os

import pyoxigraph
from pyoxigraph import RdfFormat, Store

from factbook.store.holding import RECORD, STORE, hold, let_go
from factbook.store.stamps import recall, stamps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def cache_folder() -> str:
    """Return the folder for snapshots: `$FACTBOOK_CACHE`, or the user's cache folder."""
    chosen = os.environ.get("FACTBOOK_CACHE")
    if chosen:
        return chosen
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "factbook")


def known(folder: str, paths: Sequence[str]) -> str | None:
    """Return the snapshot of files that have not changed since it was made, or None.

    It may have been removed since.
    """
    stamped = stamps(paths)
    name = recall(folder, paths, stamped) if stamped else None
    return None if name is None else os.path.join(folder, name)


def reopen(place: str | Path) -> Store | None:
    """Open a snapshot, or return None where there is none that can be trusted."""
    handle = hold(place)
    if handle is None:
        return None
    store = os.path.join(place, STORE)
    try:
        with open(os.path.join(place, RECORD), "rb") as file:
            noted = json.load(file)
        if files_of(store) == noted["files"]:
            opened = Store.read_only(store)
            samples = pyoxigraph.parse(noted["samples"].encode(), RdfFormat.N_QUADS)
            if all(quad in opened for quad in samples):
                os.utime(place)
                return opened
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError):
        pass
    let_go(handle)
    return None


def files_of(folder: str | Path) -> dict[str, list[int]]:
    """Return size and time of the files of a store."""
    return {
        entry.name: [entry.stat().st_size, entry.stat().st_mtime_ns]
        for entry in os.scandir(folder)
        if entry.name != "LOCK" and not entry.name.startswith("LOG")
    }
