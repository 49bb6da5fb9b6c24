"""Helpers for tests of snapshots: write files, and ask for their content in two ways."""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Quad, Store

from factbook.errors import FactbookError
from factbook.store.answers import select
from factbook.store.cache_folder import list_snapshots
from factbook.store.embedded import open_files
from factbook.store.snapshot import open_snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from factbook.store.answers import Engine

OLD = time.time() - 3600
QUADS = "SELECT ?g ?s ?p ?o { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
Content = list[tuple[str, ...]] | str


def note(path: Path, *words: str) -> Path:
    """Write a file that says a word each, an hour ago."""
    path.write_text("".join(f'<http://e/a> <http://e/p> "{word}" .\n' for word in words))
    os.utime(path, (OLD, OLD))
    return path


def words(engine: Engine) -> list[str]:
    """Return the words that an engine finds."""
    rows = select(engine, "SELECT ?o { ?s ?p ?o } ORDER BY ?o")
    return [row[0].value for row in rows]  # type: ignore[union-attr] # literals only


def opened(folder: Path, *paths: Path) -> list[str]:
    """Open the snapshot of some files and return their words."""
    return words(open_snapshot(paths, folder / "cache", announce=quiet))


def content_from_snapshot(paths: Sequence[Path], cache: Path) -> Content:
    """Return all quads that the snapshot of some files gives, or the error."""
    try:
        return _content(open_snapshot(paths, cache, announce=quiet))
    except FactbookError as error:
        return str(error)


def content_of_files(paths: Sequence[Path]) -> Content:
    """Return all quads that some files give without a snapshot, or the error."""
    try:
        return _content(open_files(paths))
    except FactbookError as error:
        return str(error)


def _content(engine: Engine) -> Content:
    rows = select(engine, QUADS)
    return sorted(tuple(_text(term) for term in row) for row in rows)


def _text(term: object) -> str:
    text = str(term)
    return "_:" if text.startswith("_:") else text


def make_store(folder: Path, *words: str) -> None:
    """Put a store that holds these words, or nothing, in place of another one."""
    shutil.rmtree(folder)
    store = Store(str(folder))
    for word in words:
        store.add(Quad(NamedNode("http://e/a"), NamedNode("http://e/p"), Literal(word)))
    store.flush()


def quiet(_: str) -> None:
    """Ignore an announcement."""


def write_files(folder: Path, first: str, second: str) -> None:
    """Write a folder of files that say a word each, one of them in a graph that it names."""
    folder.mkdir()
    note(folder / "a.ttl", first)
    note(folder / "b.ttl", second)
    (folder / "c.nq").write_text('<http://e/a> <http://e/p> "c" <http://g/c> .\n')
    os.utime(folder / "c.nq", (OLD, OLD))


def all_files(folder: Path) -> list[Path]:
    """Return the files of `write_files`."""
    return [folder / "a.ttl", folder / "b.ttl", folder / "c.nq"]


def only_snapshot(folder: Path) -> Path:
    """Return the place of the only snapshot in the cache of a folder."""
    (snapshot,) = list_snapshots(folder / "cache")
    return snapshot.path
