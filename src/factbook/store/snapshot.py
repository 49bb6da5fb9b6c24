"""Keep the parsed graph on disk, keyed by the content of its files, to be opened read-only.

A snapshot is only ever an index: it can be thrown away at any time and is rebuilt when it is
missing, damaged or written by another version. A snapshot never changes and its place is never used
twice, so that nobody reads half of another one.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph
from pyoxigraph import RdfFormat

from factbook.store.holding import RECORD, STORE, make_holdable, remove
from factbook.store.reopen import files_of, reopen
from factbook.store.stamps import cache_folder, recall, remember, stamps

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyoxigraph import Quad, Store


class Snapshots:
    """A folder of snapshots."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self, paths: Sequence[Path], *, announce: Callable[[str], None]) -> Store:
        """Return a store of what the files say, from disk where it stands there already.

        Args:
            paths: The files, in loading order.
            announce: Called with a line now and then while it takes long.

        Raises:
            InputError: A file cannot be read or parsed.
        """
        stamped = stamps(paths)
        name = recall(self.folder, paths, stamped) if stamped else None
        if name is not None and (store := reopen(self.folder / name)) is not None:
            return store
        from factbook.store.parts import key_of, part_of

        parts = [part_of(path) for path in paths]
        key = key_of(parts)
        found = self._find(key)
        if found is None:
            from factbook.store.build import build, in_memory
            from factbook.store.places import forget_old
            from factbook.store.renew import renewed

            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                temporary = renewed(self.folder, paths, parts)
                if temporary is None:
                    temporary = build(self.folder, paths, parts, announce=announce)
                if stamps(paths) != stamped:  # it was changed, and read as the parts do not say
                    remove(temporary)
                    return in_memory(paths)
                # Another process may have been faster: then its snapshot serves
                found = self._find(key) or self._settle(temporary, key)
                remove(temporary)
                forget_old(self.folder)
            except OSError:  # no room, no permission: answer from memory
                return in_memory(paths)
            if found is None:
                return in_memory(paths)
        name, store = found
        if stamped and stamps(paths) == stamped:
            remember(self.folder, paths, stamped, name)
        return store

    def _find(self, key: str) -> tuple[str, Store] | None:
        """Open the snapshot of a key; those that cannot be trusted are removed."""
        try:
            names = [entry.name for entry in os.scandir(self.folder)]
        except OSError:
            return None
        for name in sorted(name for name in names if name.startswith(key)):
            store = reopen(self.folder / name)
            if store is not None:
                return name, store
            remove(self.folder / name)
        return None

    def _settle(self, temporary: Path, key: str) -> tuple[str, Store] | None:
        """Put a finished snapshot in its place and open it."""
        name = f"{key}-{temporary.name.rpartition('-')[2]}"
        temporary.rename(self.folder / name)
        store = reopen(self.folder / name)
        return None if store is None else (name, store)


def default_folder() -> Path:
    """Return the folder for snapshots, see `cache_folder`."""
    return Path(cache_folder())


def record(folder: Path, quads: int, samples: Sequence[Quad]) -> None:
    """Note beside a store what it must hold to be trusted, and make it a snapshot."""
    text = pyoxigraph.serialize(samples, format=RdfFormat.N_QUADS) or b""
    noted = {"quads": quads, "files": files_of(folder / STORE), "samples": text.decode()}
    (folder / RECORD).write_text(json.dumps(noted), encoding="utf-8")
    make_holdable(folder)
