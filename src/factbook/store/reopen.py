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

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path


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
