"""Keep the parsed graph on disk, keyed by the content of its files, to be opened read-only.

A snapshot is an index and nothing more: it can be removed at any time, and is rebuilt where it is
missing, damaged or made by another version. It never changes once it is complete. Where there is
any doubt about it, the answer comes from the files.
"""

from __future__ import annotations

import contextlib
import functools
import os
import weakref
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pyoxigraph
from pyoxigraph import Store

from factbook.atomic_write import temporary_path
from factbook.errors import InputError
from factbook.store.answers import Graph, Table
from factbook.store.cache_folder import (
    BUILDING,
    MANIFEST,
    SPELLINGS,
    STORE,
    acquire_shared,
    create_lock,
    decode_checked,
    evict,
    is_intact,
    is_ours,
    prepare_folder,
    read_kept,
    read_manifest,
    release,
    remove,
)
from factbook.store.embedded import EmbeddedEngine, open_files
from factbook.store.fingerprint import fingerprint_files, key_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import IO

    from pyoxigraph import QueryResultsFormat

    from factbook.rdf.rdf_input import RdfInput
    from factbook.store.answers import Answer, Serializer
    from factbook.store.embedded import Graphs
    from factbook.store.spellings import Spellings

VERSION = f"11 {pyoxigraph.__version__}"
"""Our version of the content of snapshots, and the engine's version."""

_TRIES = 3
_ENGINE_ERRORS = (OSError, RuntimeError)


class SnapshotError(InputError):
    """A snapshot was found damaged after some rows had been written."""


@dataclass
class _Snapshot:
    """An open and locked snapshot."""

    place: Path
    store: Store
    lock: int


class _FilesChangedError(Exception):
    """A file changed while its snapshot was built."""


def open_snapshot(
    paths: Sequence[Path | RdfInput],
    folder: Path,
    *,
    rules: Sequence[Path] = (),
    announce: Callable[[str], None],
) -> EmbeddedEngine:
    """Return an engine over the snapshot of some files, which is built if it is missing.

    Where no snapshot can be kept, the engine has the files in memory.

    Args:
        paths: The files, in loading order.
        folder: The cache folder.
        rules: The files of the rules that derive triples from them, in order.
        announce: Called with a line now and then while it takes long.

    Raises:
        InputError: A file or a rule cannot be read or parsed.
    """
    from factbook.rdf.rdf_input import as_input

    files = list(map(as_input, paths))
    for _ in range(_TRIES):
        try:
            snapshot = _find_or_build(files, rules, folder, announce)
        except _FilesChangedError:
            continue
        except _ENGINE_ERRORS:  # such as a full disk, or no permission
            break
        if snapshot is None:
            break
        return SnapshotEngine(snapshot, files, rules)
    return open_files(files, rules)


class SnapshotEngine(EmbeddedEngine):
    """Runs queries on a snapshot, or on the files themselves once the snapshot is found damaged."""

    def __init__(
        self, snapshot: _Snapshot, files: Sequence[RdfInput], rules: Sequence[Path] = ()
    ) -> None:
        super().__init__(snapshot.store)
        self._files = files
        self._rules = rules
        self._place: Path | None = snapshot.place
        self._release = weakref.finalize(self, release, snapshot.lock)

    @property
    def store_path(self) -> Path | None:
        """The folder of the store, which another process may open read-only, unless damaged."""
        return None if self._place is None else self._place / STORE

    @property
    def spellings(self) -> Spellings | None:
        """The lexical forms in the files of the literals that the store normalizes."""
        if self._spellings is None and self._place is not None:
            self._spellings = read_spellings(self._place)
            if self._spellings is None:
                self.use_files()
        return self._spellings

    def query(
        self,
        text: str,
        *,
        prefixes: Mapping[str, str] | None = None,
        graphs: Graphs | None = None,
    ) -> Answer:
        """Run a query; see `EmbeddedEngine.query`.

        If the snapshot proves damaged before the first row was given out, all rows come from the
        files. Later, reading on raises a `SnapshotError`.

        Raises:
            UsageError: The query is not valid SPARQL 1.1.
        """
        run = functools.partial(super().query, text, prefixes=prefixes, graphs=graphs)
        if self._place is None:
            return run()
        try:
            answer = run()
        except _ENGINE_ERRORS:
            self.use_files()
            return run()
        if isinstance(answer, bool):
            return answer
        if isinstance(answer, Graph):
            return Graph(self._guard(answer, run))
        native = _GuardedSerializer(self, answer.native, run) if answer.native else None
        return replace(answer, rows=self._guard(answer, run), native=native)

    def hold_in_memory(self) -> None:
        """Copy the store to memory, where most queries take a quarter of the time."""
        if self._place is None or self.spellings is None:
            return  # it is in memory already
        store = Store()
        try:
            store.bulk_extend(self.store)
        except _ENGINE_ERRORS:
            self.use_files()
        else:
            self._release()
            self.store, self._place = store, None

    def use_files(self, *, rows_given: bool = False) -> None:
        """Remove the damaged snapshot, and load the files into memory instead.

        Args:
            rows_given: Whether the snapshot has given out rows, so that the query must fail.

        Raises:
            InputError: A file cannot be read any more.
            SnapshotError: Rows were given out.
        """
        if self._place is not None:
            self._release()
            _discard(self._place)
            self._place = None
            fresh = open_files(self._files, self._rules)
            self.store, self._spellings = fresh.store, fresh.spellings
        if rows_given:
            raise SnapshotError(
                "a snapshot in the cache was damaged, and this answer is not complete; "
                "the snapshot is removed: run the command again"
            )

    def _guard(self, answer: Answer, run: Callable[[], Answer]) -> Iterator[Any]:
        given = False
        try:
            for item in _items(answer):
                given = True
                yield item
        except _ENGINE_ERRORS:
            self.use_files(rows_given=given)
        else:
            return
        yield from _items(run())


def read_spellings(place: Path) -> Spellings | None:
    """Return the spellings of a snapshot, or None if it is damaged."""
    from factbook.store.spellings import Spellings

    with contextlib.suppress(OSError):
        document = decode_checked(read_kept(place / SPELLINGS))
        return None if document is None else Spellings.from_json(document)
    return None


class _GuardedSerializer:
    """Serializes the rows of a snapshot, or of the files if the snapshot is found damaged."""

    def __init__(
        self, engine: SnapshotEngine, native: Serializer, run: Callable[[], Answer]
    ) -> None:
        self._engine = engine
        self._native = native
        self._run = run

    def serialize(self, output: IO[bytes], format: QueryResultsFormat) -> None:  # noqa: A002 - as pyoxigraph calls it
        """Write all rows."""
        watched = _WatchedOutput(output)
        try:
            self._native.serialize(cast("IO[bytes]", watched), format)
        except _ENGINE_ERRORS:
            if watched.has_failed:
                raise
            self._engine.use_files(rows_given=watched.has_content)
            answer = self._run()
            if isinstance(answer, Table) and answer.native:
                answer.native.serialize(output, format)


@dataclass
class _WatchedOutput:
    """Records whether anything was written, and whether an error came from the output itself."""

    output: IO[bytes]
    has_content: bool = False
    has_failed: bool = False

    def write(self, content: bytes) -> int:
        """Write bytes."""
        self.has_content = True
        try:
            return self.output.write(content)
        except BaseException:
            self.has_failed = True
            raise

    def flush(self) -> None:
        """Flush the output."""
        self.output.flush()


def _items(answer: Answer) -> Iterable[Any]:
    if isinstance(answer, Table):
        return answer.rows
    return answer.triples if isinstance(answer, Graph) else ()


def _find_or_build(
    files: Sequence[RdfInput],
    rules: Sequence[Path],
    folder: Path,
    announce: Callable[[str], None],
) -> _Snapshot | None:
    """Return the snapshot of some files and rules, or None if there can be none.

    Raises:
        InputError: A file or a rule cannot be parsed.
        OSError: The disk is full or cannot be written.
        _FilesChangedError: A file changed meanwhile.
    """
    from factbook.rdf.rdf_input import as_input

    if not prepare_folder(folder):
        return None
    contents = [*files, *map(as_input, rules)]
    fingerprints = fingerprint_files(contents, folder)
    if fingerprints is None:
        return None
    key = key_for(fingerprints, version=VERSION)
    found = _find(folder, key)
    if found is not None:
        return found
    import tempfile

    from factbook.store.build_store import build_store

    temporary = Path(tempfile.mkdtemp(prefix=BUILDING, dir=folder))
    with temporary_path(temporary), contextlib.ExitStack() as at_end:
        create_lock(temporary)
        lock = acquire_shared(temporary)
        if lock is not None:
            at_end.callback(release, lock)
        build_store(temporary, files, rules, announce)
        if fingerprint_files(contents, folder) != fingerprints:
            raise _FilesChangedError
        found = _find(folder, key)  # another process may have been faster
        if found is None:
            place = folder / f"{key}-{temporary.name.removeprefix(BUILDING)}"
            found = _open(temporary.rename(place))
    evict(folder)
    return found


def _find(folder: Path, key: str) -> _Snapshot | None:
    """Open the snapshot for a key, and remove damaged ones."""
    for place in sorted(folder.glob(f"{key}-*")):
        snapshot = _open(place)
        if snapshot is not None:
            return snapshot
        _discard(place)
    return None


def _open(place: Path) -> _Snapshot | None:
    """Open a snapshot, or return None if it is damaged, incomplete or another user's."""
    lock = None
    with contextlib.suppress(*_ENGINE_ERRORS):
        lock = acquire_shared(place) if is_ours(place) else None
        manifest = read_manifest(place) if lock is not None else None
        if lock is not None and manifest is not None and is_intact(place, manifest):
            store = Store.read_only(str(place / STORE))
            with contextlib.suppress(OSError):
                os.utime(place)  # it is in use
            return _Snapshot(place, store, lock)
    if lock is not None:
        release(lock)
    return None


def _discard(place: Path) -> None:
    """Remove a snapshot, or at least prevent processes from opening it."""
    with contextlib.suppress(OSError):
        if is_ours(place):
            (place / MANIFEST).unlink(missing_ok=True)
            remove(place)
