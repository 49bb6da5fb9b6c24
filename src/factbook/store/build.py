"""Make stores of files: in memory, or as snapshots on disk in bounded memory."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from pyoxigraph import Store

from factbook.rdf.parse import read_rdf
from factbook.rdf.stream import is_large, open_rdf, read_any
from factbook.store.embedded import dataset, store_of
from factbook.store.holding import STORE
from factbook.store.snapshot import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pyoxigraph import Quad

    from factbook.rdf.parse import RdfFile
    from factbook.rdf.stream import RdfStream

_AT_ONCE = 200_000
_SAMPLES_A_CHUNK = 16
_MOST_SAMPLES = 64
_EVERY_SECONDS = 1.0


def in_memory(paths: Sequence[Path]) -> Store:
    """Return a store in memory of what the files say.

    Raises:
        InputError: A file cannot be read or parsed.
    """
    return store_of(read_any(path) for path in paths)


def build(folder: Path, paths: Sequence[Path], *, announce: Callable[[str], None]) -> Path:
    """Make the snapshot of some files; return where it stands, under a name to be changed.

    Raises:
        InputError: A file cannot be read or parsed.
        OSError: The disk is full or cannot be written.
    """
    if len(paths) > 1:
        announce(f"Indexing {len(paths)} files, once")
    temporary = Path(tempfile.mkdtemp(prefix=".building-", dir=folder))
    try:
        store = Store(str(temporary / STORE))
        quads = dataset(_files(paths, announce))
        samples: list[Quad] = []
        count = chunks = 0
        while chunk := list(itertools.islice(quads, _AT_ONCE)):
            store.bulk_extend(chunk)
            count += len(chunk)
            chunks += 1
            samples += chunk[:: max(1, len(chunk) // _SAMPLES_A_CHUNK)]
        if chunks > 1:
            store.optimize()
        store.flush()
        del store
        record(temporary, count, samples[:: max(1, len(samples) // _MOST_SAMPLES)])
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    finally:
        announce("")
    return temporary


def _files(paths: Sequence[Path], announce: Callable[[str], None]) -> Iterator[RdfFile | RdfStream]:
    for path in paths:
        if is_large(path):
            yield open_rdf(path, progress=_Progress(path, announce))
        else:
            yield read_rdf(path)


class _Progress:
    """Announces now and then how far the reading of a file has come."""

    def __init__(self, path: Path, announce: Callable[[str], None]) -> None:
        self._name = path.name
        self._announce = announce
        self._next = monotonic() + _EVERY_SECONDS

    def __call__(self, part: float) -> None:
        if monotonic() >= self._next:
            self._next = monotonic() + _EVERY_SECONDS
            self._announce(f"Indexing {self._name}: {part:.0%}")
