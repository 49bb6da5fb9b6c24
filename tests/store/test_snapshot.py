"""A snapshot gives the content of its files, is shared by processes, and does not fill the disk."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.store.snapshots import QUADS, note, opened, quiet, words

from factbook.errors import InputError
from factbook.rdf.rdf_input import RdfInput
from factbook.store.answers import select
from factbook.store.cache_folder import acquire_shared, clear, list_snapshots, release
from factbook.store.embedded import open_files
from factbook.store.snapshot import SnapshotEngine, open_snapshot

if TYPE_CHECKING:
    from pathlib import Path

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
OPEN = (
    "import sys; from pathlib import Path\n"
    "from factbook.store.answers import select; from factbook.store.snapshot import open_snapshot\n"
    "cache, *paths = map(Path, sys.argv[1:])\n"
    "def ask(query):\n"
    "    return select(open_snapshot(paths, cache, announce=len), query)\n"
)


def test_snapshot_holds_the_merge_and_each_named_graph(tmp_path: Path) -> None:
    """The default graph has all triples, and the graph of a file its own."""
    path = note(tmp_path / "a.ttl", "x", "y")

    engine = open_snapshot([path], tmp_path / "cache", announce=quiet)

    assert words(engine) == ["x", "y"]
    assert [graph.value for graph in engine.store.named_graphs()] == ["urn:factbook:file:a.ttl"]


def test_snapshot_in_memory_no_longer_needs_the_disk(tmp_path: Path) -> None:
    """A copy in memory has every quad and every spelling, and outlives the cache."""
    path = note(tmp_path / "a.ttl", "x", "y")
    path.write_text(f"{path.read_text()}<http://e/a> <http://e/p> 007 .\n")
    engine = open_snapshot([path], tmp_path / "cache", announce=quiet)
    assert isinstance(engine, SnapshotEngine)

    engine.hold_in_memory()
    clear(tmp_path / "cache")

    files = open_files([path])
    assert sorted(map(str, select(engine, QUADS))) == sorted(map(str, select(files, QUADS)))
    assert engine.spellings == files.spellings
    assert engine.store_path is None


def test_snapshot_is_built_once(tmp_path: Path) -> None:
    """Unchanged files are not indexed again."""
    paths = [note(tmp_path / "a.ttl", "x"), note(tmp_path / "b.ttl", "y")]
    said: list[str] = []

    for _ in range(2):
        open_snapshot(paths, tmp_path / "cache", announce=said.append)

    assert said == ["Indexing 2 files, once", ""]
    assert len(list_snapshots(tmp_path / "cache")) == 1


def test_snapshot_of_another_version_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another version of the engine or of the layout makes snapshots of its own."""
    path = note(tmp_path / "a.ttl", "x")
    for version in ("3 0.4.0", "6 0.5.13"):
        monkeypatch.setattr("factbook.store.snapshot.VERSION", version)

        assert opened(tmp_path, path) == ["x"]

    assert len(list_snapshots(tmp_path / "cache")) == 2


def test_snapshot_is_shared_by_copies_of_a_file(tmp_path: Path) -> None:
    """The folder of a file does not matter: a copy has the same snapshot."""
    opened(tmp_path, note(tmp_path / "a.ttl", "x"))
    (tmp_path / "deep").mkdir()

    assert opened(tmp_path, note(tmp_path / "deep" / "a.ttl", "x")) == ["x"]
    assert len(list_snapshots(tmp_path / "cache")) == 1


def test_snapshot_of_an_invalid_file_is_discarded(tmp_path: Path) -> None:
    """The error names the place in the file, and no half snapshot stays."""
    path = tmp_path / "a.ttl"
    path.write_text("<http://e/a> <http://e/p> 'x' .\n<")

    with pytest.raises(InputError, match=r"a\.ttl:2:"):
        opened(tmp_path, path)

    assert list((tmp_path / "cache").iterdir()) == []


def test_snapshot_of_a_changing_file_is_discarded(tmp_path: Path) -> None:
    """What is written while the files are read is never taken for what was there before."""
    paths = [note(tmp_path / "a.ttl", "x"), note(tmp_path / "b.ttl", "z")]

    def change(line: str) -> None:
        if line:
            note(paths[0], "y")

    changed = words(open_snapshot(paths, tmp_path / "cache", announce=change))
    note(paths[0], "x")

    assert changed == ["y", "z"]
    assert opened(tmp_path, *paths) == ["x", "z"]


def test_snapshots_are_limited_in_number(tmp_path: Path) -> None:
    """Many changes leave few snapshots, and the last one is among them."""
    path = tmp_path / "a.ttl"
    for number in range(12):
        opened(tmp_path, note(path, f"{number}"))

    assert len(list_snapshots(tmp_path / "cache")) == 8
    assert opened(tmp_path, path) == ["11"]


def test_snapshots_are_limited_in_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where snapshots take too much room, only the last one stays."""
    monkeypatch.setattr("factbook.store.cache_folder._MAX_BYTES", 1)
    for word in ("x", "y"):
        assert opened(tmp_path, note(tmp_path / "a.ttl", word)) == [word]

    assert len(list_snapshots(tmp_path / "cache")) == 1


def test_clear_keeps_a_snapshot_that_a_process_uses(tmp_path: Path) -> None:
    """A snapshot in use stays, all others go."""
    opened(tmp_path, note(tmp_path / "b.ttl", "y"))
    path = note(tmp_path / "a.ttl", "x")
    code = (
        f"{OPEN}engine = open_snapshot(paths, cache, announce=len)\n"
        "print('open', flush=True); import time; time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "cache"), str(path)]
    user = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert user.stdout is not None
    user.stdout.readline()
    try:
        result = clear(tmp_path / "cache")
    finally:
        user.kill()
        user.communicate()

    assert result == (1, 1)
    assert clear(tmp_path / "cache") == (1, 0)


def test_snapshot_can_be_removed_after_its_lock_is_released(tmp_path: Path) -> None:
    """A lock keeps a snapshot until it is released."""
    opened(tmp_path, note(tmp_path / "a.ttl", "x"))
    (snapshot,) = list_snapshots(tmp_path / "cache")
    handle = acquire_shared(snapshot.path)
    assert handle is not None
    locked = clear(tmp_path / "cache")
    release(handle)

    assert locked == (0, 1)
    assert clear(tmp_path / "cache") == (1, 0)


def test_processes_can_ask_while_another_rebuilds(tmp_path: Path) -> None:
    """Eight processes that ask while a ninth removes and rebuilds see all rows and no error."""
    path = note(tmp_path / "a.ttl", *map(str, range(500)))
    ask = (
        f"{OPEN}for _ in range(12):\n"
        f"    assert ask('{COUNT}')[0][0].value == '500'\n"
        "    assert len({row[0].value for row in ask('SELECT ?o { ?s ?p ?o }')}) == 500\n"
    )
    rebuild = (
        f"{OPEN}from factbook.store.cache_folder import list_snapshots\n"
        "for _ in range(12):\n"
        "    for snapshot in list_snapshots(cache):\n"
        "        (snapshot.path / 'manifest').unlink(missing_ok=True)\n"
        f"    assert ask('{COUNT}')[0][0].value == '500'\n"
    )

    assert _run_together([rebuild, *[ask] * 8], tmp_path / "cache", path) == [(b"", 0)] * 9


def test_processes_can_ask_while_another_edits(tmp_path: Path) -> None:
    """Eight processes that ask while a ninth changes a file see one state of it or another."""
    path = note(tmp_path / "a.ttl", *map(str, range(500)))
    other = note(tmp_path / "b.ttl", "0")
    ask = (
        f"{OPEN}for _ in range(12):\n"
        "    words = {row[0].value for row in ask('SELECT ?o { ?s ?p ?o }')}\n"
        "    assert len(words) in (500, 501), len(words)\n"
        "    assert {str(number) for number in range(500)} <= words\n"
    )
    edit = (
        f"{OPEN}for number in range(12):\n"
        "    new = paths[1].with_suffix('.new')\n"
        "    new.write_text(f\"<http://e/a> <http://e/p> '{500 + number}' .\")\n"
        "    new.replace(paths[1])\n"
        f"    assert ask('{COUNT}')[0][0].value == '501'\n"
    )

    assert _run_together([edit, *[ask] * 8], tmp_path / "cache", path, other) == [(b"", 0)] * 9


def _run_together(programs: list[str], *arguments: Path) -> list[tuple[bytes, int]]:
    """Run programs at the same time; return what each wrote to stderr and its exit code."""
    running = [
        subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], stderr=subprocess.PIPE)
        for code in programs
    ]
    return [(process.communicate(timeout=120)[1], process.returncode) for process in running]


def test_killed_build_is_swept(tmp_path: Path) -> None:
    """What a killed process left is removed when the next snapshot is built."""
    path = note(tmp_path / "a.ttl", "x")
    stall = (
        f"{OPEN}import time\n"
        "def stall(line):\n    print(line, flush=True); time.sleep(60)\n"
        "open_snapshot(paths, cache, announce=stall)"
    )
    command = [sys.executable, "-c", stall, str(tmp_path / "cache"), str(path), str(path)]
    builder = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert builder.stdout is not None
    builder.stdout.readline()
    left = list((tmp_path / "cache").glob(".building-*"))
    during = opened(tmp_path, path)
    kept = list((tmp_path / "cache").glob(".building-*"))

    builder.kill()
    builder.communicate()
    after = opened(tmp_path, note(path, "y"))

    assert len(left) == 1
    assert kept == left  # its process was alive
    assert (during, after) == (["x"], ["y"])
    assert list((tmp_path / "cache").glob(".building-*")) == []


def test_snapshot_depends_on_what_relative_iris_mean(tmp_path: Path) -> None:
    """One text at two addresses, or with another base, is not one content."""
    paths = [tmp_path / name / "a.ttl" for name in ("one", "two")]
    for path in paths:
        path.parent.mkdir()
        path.write_text("<a> <http://e.org/p> 'x' .", encoding="utf-8")
    inputs = [*map(RdfInput, paths), RdfInput(paths[0], "http://e.org/b")]

    engines = [open_snapshot([each], tmp_path / "cache", announce=quiet) for each in inputs]

    found = [str(row[0]) for each in engines for row in select(each, "SELECT ?s { ?s ?p ?o }")]
    addresses = [f"<{path.parent.as_uri()}/a>" for path in paths]
    assert found == [*addresses, "<http://e.org/a>"]
