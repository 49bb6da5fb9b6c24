"""Keep the parsed graph on disk, keyed by the content of its files, and reopen it read-only.

A snapshot is only ever an index: it can be thrown away at any time and is rebuilt when it is
missing, damaged or written by another version. Oxigraph opens a store with a broken MANIFEST as an
empty one without an error, so that the sizes of its files and some of its quads are checked first.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph
from pyoxigraph import RdfFormat, Store

from factbook.rdf.parse import read_bytes, read_rdf
from factbook.store.embedded import dataset, store_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_LAYOUT = 1
_SAMPLES = 48
_KEPT = 6
_UNUSED_SECONDS = 3600
_GROWING = {"LOG", "LOCK"}


@dataclass(frozen=True)
class Snapshots:
    """A folder of snapshots."""

    folder: Path

    def open(self, paths: Sequence[Path], *, announce: Callable[[str], None]) -> Store:
        """Return a store of what the files say, from disk where it stands there already.

        Args:
            paths: The files, in loading order.
            announce: Called with one line before the slow first time.

        Raises:
            InputError: A file cannot be read or parsed.
        """
        contents = [read_bytes(path) for path in paths]
        place = self.folder / _key(paths, contents)
        store = _reopen(place)
        if store is not None:
            return store
        if len(paths) > 1:
            announce(f"Indexing {len(paths)} files, once …")
        files = [read_rdf(path, content) for path, content in zip(paths, contents, strict=True)]
        try:
            self._build(place, files=list(dataset(files)))
        except OSError:  # no room, no permission: answer from memory
            return store_of(files)
        self._forget_old()
        return _reopen(place) or store_of(files)

    def _build(self, place: Path, *, files: list[pyoxigraph.Quad]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".building-", dir=self.folder))
        try:
            store = Store(str(temporary / "store"))
            store.bulk_extend(files)
            store.flush()
            del store
            step = max(1, len(files) // _SAMPLES)
            samples = pyoxigraph.serialize(files[::step], format=RdfFormat.N_QUADS)
            record = {
                "quads": len(files),
                "sizes": _sizes(temporary / "store"),
                "samples": (samples or b"").decode(),
            }
            (temporary / "snapshot.json").write_text(json.dumps(record), encoding="utf-8")
            if place.exists() and _reopen(place) is None:  # damaged: out of the way, then gone
                place.rename(self.folder / f".damaged{temporary.name}")
            with contextlib.suppress(OSError):  # another process was faster: its snapshot serves
                temporary.rename(place)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)

    def _forget_old(self) -> None:
        """Remove all but the newest snapshots, never one that may be in use."""
        now = time.time()
        found = sorted(
            (entry for entry in self.folder.iterdir() if entry.is_dir()),
            key=lambda entry: entry.stat().st_mtime,
            reverse=True,
        )
        for entry in found[_KEPT:]:
            if now - entry.stat().st_mtime > _UNUSED_SECONDS:
                shutil.rmtree(entry, ignore_errors=True)


def default_folder() -> Path:
    """Return the folder for snapshots: `$FACTBOOK_CACHE`, or the user's cache folder."""
    chosen = os.environ.get("FACTBOOK_CACHE")
    if chosen:
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "factbook"


def _key(paths: Sequence[Path], contents: Sequence[bytes]) -> str:
    digest = hashlib.blake2b(f"{_LAYOUT} {pyoxigraph.__version__}".encode(), digest_size=16)
    for path, content in zip(paths, contents, strict=True):
        digest.update(f"\n{path.name} {len(content)} ".encode())
        digest.update(content)
    return digest.hexdigest()


def _sizes(folder: Path) -> dict[str, int]:
    return {
        entry.name: entry.stat().st_size
        for entry in os.scandir(folder)
        if entry.name not in _GROWING
    }


def _reopen(place: Path) -> Store | None:
    """Open a snapshot, or return None where there is none that can be trusted."""
    try:
        record = json.loads((place / "snapshot.json").read_bytes())
        if _sizes(place / "store") != record["sizes"]:
            return None
        store = Store.read_only(str(place / "store"))
        samples = pyoxigraph.parse(record["samples"].encode(), RdfFormat.N_QUADS)
        if not all(quad in store for quad in samples):
            return None
        os.utime(place)
    except (OSError, ValueError, KeyError):
        return None
    return store
