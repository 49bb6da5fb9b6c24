"""Keep an index on disk, so that files that have not changed need not be read to be checked again.

It stands among the snapshots that queries use, under a key of its own: a snapshot forgets how files
spell their literals, and an index knows nothing of named graphs.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph
from pyoxigraph import Quad, RdfFormat, Store

from factbook.rdf.parse import reading
from factbook.shacl.index import Index, Sorter, put_respelled
from factbook.store.holding import RECORD, STORE, hold, let_go, make_holdable, remove
from factbook.store.places import forget_old

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LAYOUT = "index 2"
_CHUNK = 1 << 20
_AT_ONCE = 200_000
_SAMPLES = 48
_RESPELLED = "respelled.nq"
_DOUBTFUL = "doubtful.nq"


def open_kept(paths: Sequence[Path], folder: Path) -> Index | None:
    """Return the index of some files from disk, or None where there is none to be trusted.

    Raises:
        InputError: A file cannot be read.
    """
    key = _key(paths)
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.name.startswith(key))
    except OSError:
        return None
    for name in names:
        index = _opened(folder / name)
        if index is not None:
            return index
        remove(folder / name)
    return None


def _opened(place: Path) -> Index | None:
    handle = hold(place)
    if handle is None:
        return None
    try:
        noted = json.loads((place / RECORD).read_bytes())
        if noted["files"] == _sizes(place / STORE):
            store = Store.read_only(str(place / STORE))
            respelled = _read((place / _RESPELLED).read_bytes())
            doubtful = _read((place / _DOUBTFUL).read_bytes())
            if all(quad in store for quad in _read(noted["samples"].encode())):
                os.utime(place)
                properties = frozenset(noted["properties"])
                return Index(store, respelled, properties, doubtful, noted["quads"])
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError):
        pass
    let_go(handle)
    return None


def keep(paths: Sequence[Path], quads: Iterable[Quad], folder: Path) -> Index:
    """Build the index of some files on disk, and open it.

    Args:
        paths: The files.
        quads: What they say.
        folder: Where kept indexes stand.

    Raises:
        InputError: A file cannot be read or parsed.
        OSError: The disk is full or cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".building-", dir=folder))
    place = folder / f"{_key(paths)}-{temporary.name.rpartition('-')[2]}"
    try:
        _build(temporary, quads)
        temporary.rename(place)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    forget_old(folder)
    index = _opened(place)
    if index is None:
        raise OSError(f"{place}: the index that was written there cannot be opened")
    return index


def _build(folder: Path, data: Iterable[Quad]) -> None:
    store = Store(str(folder / STORE))
    sorter = Sorter()
    samples: list[Quad] = []
    for chunk in sorter.chunks(data, size=_AT_ONCE):
        store.bulk_extend(chunk)
        samples += chunk[:: max(1, len(chunk) // _SAMPLES)]
    put_respelled(store, sorter.respelled)
    store.optimize()
    store.flush()
    del store
    (folder / _RESPELLED).write_bytes(_written(sorter.respelled))
    (folder / _DOUBTFUL).write_bytes(_written(sorter.doubtful))
    noted = {
        "quads": sorter.size,
        "files": _sizes(folder / STORE),
        "samples": _written(samples[:: max(1, len(samples) // _SAMPLES)]).decode(),
        "properties": sorted(property_.value for property_ in sorter.properties),
    }
    (folder / RECORD).write_text(json.dumps(noted), encoding="utf-8")
    make_holdable(folder)


def _key(paths: Sequence[Path]) -> str:
    """Return the key of what files contain."""
    digest = hashlib.blake2b(f"{_LAYOUT} {pyoxigraph.__version__}".encode(), digest_size=16)
    for path in paths:
        with reading(path), path.open("rb") as file:
            digest.update(os.fsencode(f"\n{path.name} {os.fstat(file.fileno()).st_size} "))
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def _sizes(folder: Path) -> dict[str, int]:
    return {
        entry.name: entry.stat().st_size
        for entry in os.scandir(folder)
        if entry.name != "LOCK" and not entry.name.startswith("LOG")
    }


def _written(quads: Sequence[Quad]) -> bytes:
    return pyoxigraph.serialize(quads, format=RdfFormat.N_QUADS) or b""


def _read(text: bytes) -> tuple[Quad, ...]:
    return tuple(pyoxigraph.parse(text, RdfFormat.N_QUADS))
