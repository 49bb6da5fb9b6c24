"""Make stores of files: in memory, or as snapshots on disk in bounded memory."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import Store

from factbook.rdf.parse import Progress, is_large, open_rdf, read_any, read_rdf
from factbook.store.embedded import store_of
from factbook.store.holding import STORE
from factbook.store.parts import Indexing, note
from factbook.store.snapshot import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pyoxigraph import Quad

    from factbook.store.parts import Indexed, Part

# Just below a million the engine sorts them in one go; fewer make more tables to be merged in the
# end, and of more it sorts several millions at once, as many as there are processors
_AT_ONCE = 990_000
_MOST_SAMPLES = 64
_EVERY_SECONDS = 1.0


def in_memory(paths: Sequence[Path]) -> Store:
    """Return a store in memory of what the files say.

    Raises:
        InputError: A file cannot be read or parsed.
    """
    return store_of(read_any(path) for path in paths)


def build(
    folder: Path,
    paths: Sequence[Path],
    parts: Sequence[Part],
    *,
    announce: Callable[[str], None],
) -> Path:
    """Make the snapshot of some files; return where it stands, under a name to be changed.

    Args:
        folder: The folder of snapshots.
        paths: The files.
        parts: What they contain.
        announce: Called with a line now and then while it takes long.

    Raises:
        InputError: A file cannot be read or parsed.
        OSError: The disk is full or cannot be written.
    """
    if len(paths) > 1:
        announce(f"Indexing {len(paths)} files, once")
    temporary = Path(tempfile.mkdtemp(prefix=".building-", dir=folder))
    try:
        store = Store(str(temporary / STORE))
        tally = _Tally()
        indexed: list[Indexed] = []
        quads = tally.counted(_indexing(paths, parts, announce, indexed))
        for first in quads:
            store.bulk_extend(itertools.chain((first,), itertools.islice(quads, _AT_ONCE - 1)))
        if tally.quads > _AT_ONCE:
            announce("Indexing: putting the parts together")
            store.optimize()
        store.flush()
        del store
        note(temporary, indexed)
        record(temporary, tally.quads, tally.samples)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    finally:
        announce("")
    return temporary


def _indexing(
    paths: Sequence[Path],
    parts: Sequence[Part],
    announce: Callable[[str], None],
    indexed: list[Indexed],
) -> Iterator[Quad]:
    """Yield what goes into the store, and note what it is made of."""
    for path, part in zip(paths, parts, strict=True):
        progress = Progress("Indexing", path, announce, every=_EVERY_SECONDS)
        file = open_rdf(path, progress=progress) if is_large(path) else read_rdf(path)
        indexing = Indexing(part, file)
        yield from indexing.quads()
        indexed.append(indexing.indexed())


class _Tally:
    """Counts quads as they go by, and keeps some of them from all along the way."""

    def __init__(self) -> None:
        self.quads = 0
        self.samples: list[Quad] = []

    def counted(self, quads: Iterable[Quad]) -> Iterator[Quad]:
        """Yield the same quads."""
        every = 1
        for number, quad in enumerate(quads):
            self.quads = number + 1
            if not number % every:
                self.samples.append(quad)
                if len(self.samples) == _MOST_SAMPLES:
                    del self.samples[1::2]
                    every *= 2
            yield quad
