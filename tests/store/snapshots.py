"""Helpers for tests of snapshots: write files, and ask for their content in two ways."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from pyoxigraph import Store

from factbook.errors import FactbookError
from factbook.store.answers import select
from factbook.store.embedded import EmbeddedEngine, load_files
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
    path.write_text("".join(f"<http://e/a> <http://e/p> '{word}' .\n" for word in words))
    os.utime(path, (OLD, OLD))
    return path


def words(engine: Engine) -> list[str]:
    """Return the words that an engine finds."""
    rows = select(engine, "SELECT ?o { ?s ?p ?o } ORDER BY ?o")
    return [row[0].value for row in rows]  # type: ignore[union-attr] # literals only


def opened(folder: Path, *paths: Path) -> list[str]:
    """Open the snapshot of some files and return their words."""
    return words(open_snapshot(paths, folder / "cache", announce=lambda _: None))


def content_from_snapshot(paths: Sequence[Path], cache: Path) -> Content:
    """Return all quads that the snapshot of some files gives, or the error."""
    try:
        return _content(open_snapshot(paths, cache, announce=lambda _: None))
    except FactbookError as error:
        return str(error)


def content_of_files(paths: Sequence[Path]) -> Content:
    """Return all quads that some files give without a snapshot, or the error."""
    try:
        return _content(EmbeddedEngine(load_files(paths)))
    except FactbookError as error:
        return str(error)


def _content(engine: Engine) -> Content:
    rows = select(engine, QUADS)
    return sorted(tuple(_text(term) for term in row) for row in rows)


def _text(term: object) -> str:
    text = str(term)
    return "_:" if text.startswith("_:") else text


def empty_store(folder: Path) -> None:
    """Make a store without any quad."""
    Store(str(folder)).flush()
