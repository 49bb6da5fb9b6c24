"""Fill the store of a snapshot on disk with the statements of files and derived triples."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from pyoxigraph import RdfFormat, Store

from factbook.rdf.parse import open_rdf, read_rdf
from factbook.rdf.unpack import Progress, is_large
from factbook.store.cache_folder import SPELLINGS, STORE, encode_checked, write_manifest
from factbook.store.embedded import dataset, write_dataset
from factbook.store.rules import derive, read_rules, run_rules
from factbook.store.spellings import SpellingScan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from pyoxigraph import Quad

    from factbook.rdf.parse import RdfFile, RdfStream
    from factbook.rdf.rdf_input import RdfInput
    from factbook.store.rules import Rules

# The engine sorts just under a million quads in one run. With fewer per load there are more tables
# to merge at the end; with more it sorts several millions at once, one run per processor
_CHUNK_QUADS = 990_000
_ANNOUNCE_SECONDS = 1.0


def build_store(
    place: Path,
    files: Sequence[RdfInput],
    rules: Sequence[Path],
    announce: Callable[[str], None],
) -> None:
    """Write the store, the spellings and the manifest of a snapshot into its folder.

    Raises:
        InputError: A file or a rule cannot be parsed.
        OSError: The disk is full or cannot be written.
    """

    def read(file: RdfInput) -> RdfFile | RdfStream:
        if not is_large(file.path):
            return read_rdf(file)
        progress = Progress("Indexing", file.path, announce, every=_ANNOUNCE_SECONDS)
        return open_rdf(file, progress=progress)

    if len(files) > 1:
        announce(f"Indexing {len(files)} files, once")
    scan = SpellingScan()
    try:
        store = Store(str(place / STORE))
        if rules and not any(is_large(file.path) for file in files):
            stated = write_dataset(scan.files(map(read_rdf, files)))
            _fill_beside_memory(store, stated, read_rules(rules), announce)
        else:
            _fill(store, dataset(scan.files(map(read, files))), announce)
            if rules:
                announce("Indexing: running the rules")
                derive(store, read_rules(rules))
        store.flush()
        del store
        store = Store(str(place / STORE))  # opening it again removes the write-ahead log
        size = len(store)
        del store
        (place / SPELLINGS).write_bytes(encode_checked(scan.found().to_json()))
        write_manifest(place, size)
    finally:
        announce("")


def _fill(store: Store, quads: Iterator[Quad], announce: Callable[[str], None]) -> None:
    """Fill a store on disk in bounded memory."""
    chunks = 0
    for first in quads:
        store.bulk_extend(itertools.chain((first,), itertools.islice(quads, _CHUNK_QUADS - 1)))
        chunks += 1
    if chunks > 1:
        announce("Indexing: merging the parts")
        store.optimize()


def _fill_beside_memory(
    store: Store, stated: bytes, rules: Rules, announce: Callable[[str], None]
) -> None:
    """Fill a store on disk beside one in memory, where the rules run several times as fast.

    Args:
        store: The store on disk.
        stated: What the files state, as N-Quads.
        rules: The rules.
        announce: Called with a line on the progress.
    """
    # Text that the engine wrote needs no validation
    load = partial(Store.bulk_load, format=RdfFormat.N_QUADS, lenient=True)
    memory = Store()
    with ThreadPoolExecutor(1) as pool:
        loads = [pool.submit(load, store, stated)]
        load(memory, stated)
        announce("Indexing: running the rules")
        derived = b""
        for triples in run_rules(memory, rules):
            derived += triples
            # Three loads at most: the engine would merge the tables of more loads at once
            if len(loads) == 1 and loads[0].done():
                loads.append(pool.submit(load, store, derived))
                derived = b""
        loads.append(pool.submit(load, store, derived))
        for each in loads:
            each.result()
