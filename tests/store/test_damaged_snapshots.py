"""Whatever happens to a snapshot, the answer is that of the files, as with `--no-cache`."""

from __future__ import annotations

import io
import os
import random
import shutil
import time
from typing import IO, TYPE_CHECKING, Any, cast

import pytest
from pyoxigraph import QueryResultsFormat, Store
from tests.store.snapshots import (
    all_files,
    content_from_snapshot,
    content_of_files,
    make_store,
    note,
    only_snapshot,
    opened,
    quiet,
    words,
)

from factbook.store.answers import Graph, Table
from factbook.store.cache_folder import list_snapshots
from factbook.store.snapshot import SnapshotError, open_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from factbook.store.answers import Answer

# Damage to each file of a snapshot


def _flip(path: Path, place: int, bit: int = 0) -> None:
    content = bytearray(path.read_bytes())
    if content:
        content[place % len(content)] ^= 1 << bit
    path.write_bytes(content)


def _link_to_nowhere(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def _put_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "flip_first": lambda path: _flip(path, 0),
    "flip_middle": lambda path: _flip(path, path.stat().st_size // 2),
    "flip_last": lambda path: _flip(path, -1),
    "truncate": lambda path: os.truncate(path, path.stat().st_size // 2),
    "empty": lambda path: os.truncate(path, 0),
    "grow": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
    "zero": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "delete": lambda path: path.unlink(),
    "link_to_nowhere": _link_to_nowhere,
    "pipe": _put_a_pipe,
    "double": lambda path: shutil.copy(path, path.with_name("000099.log")),
}
PARTS = ("manifest", "lock", "CURRENT", "IDENTITY", "MANIFEST-*", "OPTIONS-*", "*.log", "*.sst")


def _part(folder: Path, pattern: str) -> Path:
    place = only_snapshot(folder)
    found = sorted([*place.glob(pattern), *(place / "store").glob(pattern)])
    return max(found, key=lambda path: path.stat().st_size)


@pytest.mark.parametrize("pattern", PARTS)
@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_snapshot_is_rebuilt(copy: Path, pattern: str, damage: str) -> None:
    """Whatever happens to a file of a snapshot, the answer is that of the files."""
    paths = all_files(copy / "data")
    DAMAGE[damage](_part(copy, pattern))

    assert content_from_snapshot(paths, copy / "cache") == content_of_files(paths)
    assert len(list_snapshots(copy / "cache")) == 1


def _cut_the_list_of_tables(place: Path) -> None:
    """Oxigraph opens this as an empty store, without an error."""
    (manifest,) = (place / "store").glob("MANIFEST-*")
    os.truncate(manifest, manifest.stat().st_size // 2)


def _empty_the_store(place: Path) -> None:
    make_store(place / "store")


def _put_the_store_of_other_files(place: Path) -> None:
    make_store(place / "store", "other")


def _put_the_manifest_of_other_files(place: Path) -> None:
    opened(place.parent.parent, note(place.parent.parent / "other.ttl", "q"))
    (other,) = (each.path for each in list_snapshots(place.parent) if each.path != place)
    shutil.copy(other / "manifest", place / "manifest")
    shutil.rmtree(other)


def _exchange_two_tables(place: Path) -> None:
    first, second, *_ = sorted((place / "store").glob("*.sst"))
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)


def _write_to_the_store(place: Path) -> None:
    store = Store(str(place / "store"))
    store.update("DELETE WHERE { ?s ?p ?o }")
    store.flush()


def _write_a_manifest_that_is_no_manifest(place: Path) -> None:
    (place / "manifest").write_text("[]")


def _write_a_manifest_that_is_no_text(place: Path) -> None:
    (place / "manifest").write_bytes(b"\xff\xfe")


def _keep_only_the_manifest(place: Path) -> None:
    shutil.rmtree(place / "store")


def _make_it_writable_for_others(place: Path) -> None:
    place.chmod(0o777)


def _make_it_a_link(place: Path) -> None:
    moved = place.rename(place.parent.parent / "elsewhere")
    place.symlink_to(moved)


@pytest.mark.parametrize(
    "harm",
    [
        _cut_the_list_of_tables,
        _empty_the_store,
        _put_the_store_of_other_files,
        _put_the_manifest_of_other_files,
        _exchange_two_tables,
        _write_to_the_store,
        _write_a_manifest_that_is_no_manifest,
        _write_a_manifest_that_is_no_text,
        _keep_only_the_manifest,
        _make_it_writable_for_others,
        _make_it_a_link,
    ],
    ids=lambda harm: harm.__name__.strip("_"),
)
def test_snapshot_that_was_tampered_with_is_rebuilt(
    copy: Path, harm: Callable[[Path], None]
) -> None:
    """A snapshot that is not as it was written is not used."""
    paths = all_files(copy / "data")
    harm(only_snapshot(copy))

    for _ in range(2):
        assert content_from_snapshot(paths, copy / "cache") == content_of_files(paths)


def test_each_of_1000_flipped_bits_is_found(copy: Path) -> None:
    """A snapshot with one flipped bit is not opened, wherever in its files the bit is."""
    from factbook.store.snapshot import _open

    dice = random.Random(13)  # noqa: S311 - the same bits each time
    place = only_snapshot(copy)
    files = [path for path in place.rglob("*") if path.is_file() and not path.name.startswith("LO")]
    sizes = [path.stat().st_size for path in files]

    for _ in range(1000):
        (path,) = dice.choices(files, sizes)
        spot, bit = dice.randrange(path.stat().st_size), dice.randrange(8)
        with path.open("r+b", buffering=0) as file:
            file.seek(spot)
            before = file.read(1)
            file.seek(spot)
            file.write(bytes([before[0] ^ (1 << bit)]))
            assert _open(place) is None, (path.name, spot, bit)
            file.seek(spot)
            file.write(before)

    assert _open(place) is not None


def test_changed_table_of_a_large_snapshot_is_found(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a large snapshot, the tables are not hashed, but must not have been written since."""
    monkeypatch.setattr("factbook.store.cache_folder._HASHED_BYTES", 0)
    monkeypatch.setattr("factbook.store.cache_folder._SMALL_FILE_BYTES", 0)
    paths = all_files(copy / "data")
    expected = content_of_files(paths)
    first = content_from_snapshot(paths, copy / "cache")  # copied files are other files
    time.sleep(0.02)
    _same_bytes = _part(copy, "*.sst")
    about = _same_bytes.stat()
    _flip(_same_bytes, about.st_size // 3)
    os.utime(_same_bytes, ns=(about.st_atime_ns, about.st_mtime_ns))

    assert first == expected
    assert content_from_snapshot(paths, copy / "cache") == expected


# An engine that reports damage while it answers


class Failing:
    """Stands for a store that is damaged: it gives some rows and then raises an error."""

    def __init__(self, items: list[Any], error: Exception, *, variables: object = ()) -> None:
        self.items = items
        self.error = error
        self.variables = variables

    def __iter__(self) -> Iterator[Any]:
        """Yield the rows, then fail."""
        yield from self.items
        raise self.error

    def serialize(self, output: IO[bytes], _: object) -> None:
        """Write a line for each row, then fail."""
        for item in self.items:
            output.write(f"{item}\n".encode())
        raise self.error


ERRORS = (RuntimeError("Corruption: block checksum mismatch"), OSError("IO error: read failed"))


def _table(given: int, error: Exception) -> Table:
    failing = Failing([(None,)] * given, error)
    return Table(("o",), failing, native=cast("Any", failing))


@pytest.fixture
def damage(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], None]:
    """Make the engine give this answer, or raise this error, to the next query."""

    def prepare(answer: object) -> None:
        from factbook.store.embedded import EmbeddedEngine

        real = EmbeddedEngine.query
        answers = [answer]

        def query(self: EmbeddedEngine, text: str, **more: Any) -> object:  # noqa: ANN401 - as query has them
            if not answers:
                return real(self, text, **more)
            found = answers.pop()
            if isinstance(found, Exception):
                raise found
            return found

        monkeypatch.setattr(EmbeddedEngine, "query", query)

    return prepare


SELECT = "SELECT ?o { ?s ?p ?o } ORDER BY ?o"


def _read(answer: Answer, *, serialize: bool = False) -> object:
    if isinstance(answer, Graph):
        return list(answer.triples)
    assert isinstance(answer, Table)
    if not serialize:
        return list(answer.rows)
    out = io.BytesIO()
    assert answer.native is not None
    answer.native.serialize(out, QueryResultsFormat.TSV)
    return out.getvalue()


@pytest.mark.parametrize("error", ERRORS, ids=["corruption", "io"])
@pytest.mark.parametrize("kind", ["query", "rows", "serialize", "triples"])
def test_engine_error_before_the_first_row_is_answered_from_the_files(
    tmp_path: Path, damage: Callable[[object], None], error: Exception, kind: str
) -> None:
    """The snapshot goes, and the user sees nothing but the right answer."""
    path = note(tmp_path / "a.ttl", "x", "y")
    engine = open_snapshot([path], tmp_path / "cache", announce=quiet)
    damage(
        {
            "query": error,
            "rows": _table(0, error),
            "serialize": _table(0, error),
            "triples": Graph(Failing([], error)),
        }[kind]
    )

    if kind == "triples":
        answer = engine.query("CONSTRUCT WHERE { ?s ?p ?o }")
        assert len(cast("list[object]", _read(answer))) == 2
    elif kind == "serialize":
        assert _read(engine.query(SELECT), serialize=True) == b'?o\n"x"\n"y"\n'
    else:
        assert words(engine) == ["x", "y"]
    assert words(engine) == ["x", "y"]
    assert list_snapshots(tmp_path / "cache") == []
    assert opened(tmp_path, path) == ["x", "y"]


@pytest.mark.parametrize("error", ERRORS, ids=["corruption", "io"])
@pytest.mark.parametrize("kind", ["rows", "serialize", "triples"])
def test_engine_error_after_rows_advises_to_run_again(
    tmp_path: Path, damage: Callable[[object], None], error: Exception, kind: str
) -> None:
    """Rows that are out cannot be taken back: the answer ends in an error of its own."""
    path = note(tmp_path / "a.ttl", "x", "y")
    engine = open_snapshot([path], tmp_path / "cache", announce=quiet)
    damage(Graph(Failing([1], error)) if kind == "triples" else _table(1, error))
    answer = engine.query(SELECT)

    with pytest.raises(SnapshotError, match="run the command again"):
        _read(answer, serialize=kind == "serialize")

    assert list_snapshots(tmp_path / "cache") == []
    assert words(engine) == ["x", "y"]


def test_a_reader_that_has_left_is_no_damage(tmp_path: Path) -> None:
    """An error of the output is passed on, and the snapshot stays."""

    class Closed(io.BytesIO):
        def write(self, _: object) -> int:
            raise BrokenPipeError

    path = note(tmp_path / "a.ttl", "x")
    answer = open_snapshot([path], tmp_path / "cache", announce=quiet).query(SELECT)
    assert isinstance(answer, Table)
    assert answer.native is not None

    with pytest.raises(BrokenPipeError):
        answer.native.serialize(Closed(), QueryResultsFormat.TSV)

    assert len(list_snapshots(tmp_path / "cache")) == 1


def test_block_that_the_engine_finds_damaged_is_answered_from_the_files(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A damaged block that the verification could not see ends in the right answer."""
    paths = all_files(copy / "data")
    tables = sorted((only_snapshot(copy) / "store").glob("*.sst"))
    for table in tables:
        _flip(table, min(100, table.stat().st_size // 4))
    monkeypatch.setattr("factbook.store.snapshot.is_intact", lambda *_: True)

    for _ in range(2):
        assert content_from_snapshot(paths, copy / "cache") == content_of_files(paths)
