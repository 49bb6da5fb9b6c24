"""A snapshot is never trusted further than its files, and can always be thrown away."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pyoxigraph
import pytest
from pyoxigraph import Store

from factbook.errors import InputError
from factbook.store.holding import hold, let_go
from factbook.store.places import clear, places
from factbook.store.snapshot import Snapshots
from factbook.store.stamps import VERSIONS, recall, remember, stamps

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
OLD = time.time() - 3600


def note(path: Path, *words: str) -> Path:
    """Write a file that says a word each, an hour ago."""
    path.write_text("".join(f"<http://e/a> <http://e/p> '{word}' .\n" for word in words))
    os.utime(path, (OLD, OLD))
    return path


def words(store: Store) -> list[str]:
    """Return the words that a store holds."""
    found = store.query("SELECT ?o { ?s ?p ?o } ORDER BY ?o")
    return [row[0].value for row in found]  # type: ignore[union-attr] # a SELECT


def opened(folder: Path, *paths: Path) -> list[str]:
    """Open the snapshot of some files and return their words."""
    return words(Snapshots(folder / "cache").open(paths, announce=lambda _: None))


def opened_elsewhere(folder: Path, path: Path) -> None:
    """Open the snapshot of a file in a process that does not go on holding it."""
    code = "import sys; from pathlib import Path; from factbook.store.snapshot import Snapshots; "
    code += "Snapshots(Path(sys.argv[1])).open([Path(sys.argv[2])], announce=len)"
    command = [sys.executable, "-c", code, str(folder / "cache"), str(path)]
    subprocess.run(command, check=True, capture_output=True)


def only(folder: Path) -> Path:
    """Return the one snapshot that there is."""
    (place,) = places(folder / "cache")
    return place.path


def test_what_the_files_say(tmp_path: Path) -> None:
    """A snapshot holds the merge and each named graph."""
    path = note(tmp_path / "a.ttl", "x", "y")
    store = Snapshots(tmp_path / "cache").open([path], announce=lambda _: None)

    assert words(store) == ["x", "y"]
    assert [graph.value for graph in store.named_graphs()] == ["urn:factbook:file:a.ttl"]


def test_the_second_time_is_the_same_snapshot(tmp_path: Path) -> None:
    """Unchanged files are not indexed again."""
    path = note(tmp_path / "a.ttl", "x")
    said: list[str] = []
    snapshots = Snapshots(tmp_path / "cache")
    other = note(tmp_path / "b.ttl", "y")

    snapshots.open([path, other], announce=said.append)
    snapshots.open([path, other], announce=said.append)

    assert said == ["Indexing 2 files, once", ""]
    assert len(places(tmp_path / "cache")) == 1


def test_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another version has kept of unchanged files is not opened."""
    path = note(tmp_path / "a.ttl", "x")
    monkeypatch.setattr("factbook.store.stamps._YOUNG_NS", 0)
    for version in ("3 0.4.0", "5 0.5.13"):
        monkeypatch.setattr("factbook.store.stamps.VERSIONS", version)
        monkeypatch.setattr("factbook.store.parts.VERSIONS", version)

        assert opened(tmp_path, path) == ["x"]

    assert len(places(tmp_path / "cache")) == 2


def test_a_changed_file(tmp_path: Path) -> None:
    """A change shows at once, even one that keeps the size and gives back the old time."""
    path = note(tmp_path / "a.ttl", "x")
    before = opened(tmp_path, path)

    note(path, "y")

    assert (before, opened(tmp_path, path)) == (["x"], ["y"])


def test_a_file_that_changes_meanwhile(tmp_path: Path) -> None:
    """What is written while the files are being read is never taken for what was there before."""
    paths = [note(tmp_path / "a.ttl", "x"), note(tmp_path / "b.ttl", "z")]
    snapshots = Snapshots(tmp_path / "cache")

    def change(line: str) -> None:
        if line:
            note(paths[0], "y")

    changed = snapshots.open(paths, announce=change)

    note(paths[0], "x")

    assert words(changed) == ["y", "z"]
    assert words(snapshots.open(paths, announce=lambda _: None)) == ["x", "z"]


def test_a_file_that_moves(tmp_path: Path) -> None:
    """Where a file stands does not matter: the snapshot is the same."""
    opened(tmp_path, note(tmp_path / "a.ttl", "x"))
    (tmp_path / "deep").mkdir()

    assert opened(tmp_path, note(tmp_path / "deep" / "a.ttl", "x")) == ["x"]
    assert len(places(tmp_path / "cache")) == 1


def _cut_manifest(store: Path) -> None:
    (manifest,) = store.glob("MANIFEST-*")
    manifest.write_bytes(manifest.read_bytes()[: manifest.stat().st_size // 2])


def _flip_bytes(store: Path) -> None:
    for table in store.glob("*.sst"):
        content = bytearray(table.read_bytes())
        content[len(content) // 2] ^= 0xFF
        table.write_bytes(content)


def _lose_a_table(store: Path) -> None:
    next(iter(sorted(store.glob("*.sst")))).unlink()


def _lose_the_record(store: Path) -> None:
    (store.parent / "snapshot.json").unlink()


def _spoil_the_record(store: Path) -> None:
    (store.parent / "snapshot.json").write_text("[]")


def _empty_the_store(store: Path) -> None:
    shutil.rmtree(store)
    Store(str(store))


@pytest.mark.parametrize(
    "harm",
    [
        _cut_manifest,
        _flip_bytes,
        _lose_a_table,
        _lose_the_record,
        _spoil_the_record,
        _empty_the_store,
    ],
    ids=lambda harm: harm.__name__.strip("_"),
)
def test_a_damaged_snapshot(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    """A damaged snapshot is thrown away and made anew."""
    path = note(tmp_path / "a.ttl", "x", "y")
    opened_elsewhere(tmp_path, path)
    harm(only(tmp_path) / "store")

    assert opened(tmp_path, path) == ["x", "y"]
    assert opened(tmp_path, path) == ["x", "y"]
    assert len(places(tmp_path / "cache")) == 1


def test_a_broken_file_leaves_nothing(tmp_path: Path) -> None:
    """A file that cannot be parsed is told, and no half snapshot stays."""
    path = tmp_path / "a.ttl"
    path.write_text("<http://e/a> <http://e/p> 'x' .\n<")

    with pytest.raises(InputError, match=r"a\.ttl:2:"):
        opened(tmp_path, path)

    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_no_permission(tmp_path: Path) -> None:
    """Where nothing may be kept, the answer comes from memory."""
    (tmp_path / "cache").mkdir(mode=0o500)

    assert opened(tmp_path, note(tmp_path / "a.ttl", "x")) == ["x"]


def test_a_cache_that_is_a_file(tmp_path: Path) -> None:
    """Where no cache can be, the answer comes from memory."""
    (tmp_path / "cache").write_text("in the way")

    assert opened(tmp_path, note(tmp_path / "a.ttl", "x")) == ["x"]


def test_disk_use_is_bounded(tmp_path: Path) -> None:
    """Many changes leave few snapshots."""
    path = tmp_path / "a.ttl"
    for number in range(12):
        opened_elsewhere(tmp_path, note(path, f"{number}"))

    assert len(places(tmp_path / "cache")) == 8
    assert opened(tmp_path, path) == ["11"]


def test_clearing(tmp_path: Path) -> None:
    """What is in use stays, all else goes."""
    opened(tmp_path, note(tmp_path / "a.ttl", "x"))
    opened(tmp_path, note(tmp_path / "b.ttl", "y"))
    held = places(tmp_path / "cache")
    process = "import sys, time; from pathlib import Path\n"
    process += "from factbook.store.holding import hold\n"
    process += "hold(Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
    user = subprocess.Popen(
        [sys.executable, "-c", process, str(held[0].path)], stdout=subprocess.PIPE
    )
    assert user.stdout is not None
    user.stdout.readline()
    try:
        del held[1:]
        removed, kept = _cleared_elsewhere(tmp_path / "cache")
    finally:
        user.kill()
        user.communicate()

    assert kept >= 1
    assert held[0].path in [place.path for place in places(tmp_path / "cache")]
    assert removed + kept == 2


def _cleared_elsewhere(folder: Path) -> tuple[int, int]:
    process = "import sys; from pathlib import Path; from factbook.store.places import clear; "
    process += "print(*clear(Path(sys.argv[1])))"
    command = [sys.executable, "-c", process, str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    removed, kept = map(int, done.stdout.split())
    return removed, kept


def test_letting_go(tmp_path: Path) -> None:
    """What was held and let go can be removed."""
    opened_elsewhere(tmp_path, note(tmp_path / "a.ttl", "x"))
    handle = hold(only(tmp_path))
    assert handle is not None
    kept = clear(tmp_path / "cache")
    let_go(handle)

    assert kept == (0, 1)
    assert clear(tmp_path / "cache") == (1, 0)


def test_young_stamps_are_not_trusted(tmp_path: Path) -> None:
    """A file that was just written may change again within the same tick: it is read again."""
    path = tmp_path / "a.ttl"
    path.write_text("")
    stamped = stamps([path])
    assert stamped is not None

    remember(tmp_path, [path], stamped, "x")

    assert recall(tmp_path, [path], stamped) is None


def test_one_rebuilds_while_others_ask(tmp_path: Path) -> None:
    """Eight processes that ask while a ninth throws away and rebuilds see no less and no error."""
    path = note(tmp_path / "a.ttl", *map(str, range(500)))
    ask = (
        "import sys; from pathlib import Path; from factbook.store.snapshot import Snapshots\n"
        "for _ in range(12):\n"
        "    store = Snapshots(Path(sys.argv[1])).open([Path(sys.argv[2])], announce=len)\n"
        f"    assert next(iter(store.query('{COUNT}')))[0].value == '500'\n"
        "    assert len({row[0].value for row in store.query('SELECT ?o { ?s ?p ?o }')}) == 500\n"
    )
    rebuild = (
        "import sys, shutil; from pathlib import Path\n"
        "from factbook.store.snapshot import Snapshots; from factbook.store.places import places\n"
        "for _ in range(12):\n"
        "    for place in places(Path(sys.argv[1])):\n"
        "        (place.path / 'snapshot.json').unlink(missing_ok=True)\n"
        "    store = Snapshots(Path(sys.argv[1])).open([Path(sys.argv[2])], announce=len)\n"
        f"    assert next(iter(store.query('{COUNT}')))[0].value == '500'\n"
    )
    arguments = [str(tmp_path / "cache"), str(path)]
    running = [
        subprocess.Popen([sys.executable, "-c", code, *arguments], stderr=subprocess.PIPE)
        for code in [rebuild, *[ask] * 8]
    ]

    ended = [(process.communicate(timeout=120)[1], process.returncode) for process in running]

    assert ended == [(b"", 0)] * 9


def test_one_edits_while_others_ask(tmp_path: Path) -> None:
    """Eight processes that ask while a ninth changes a file see one state of it or another."""
    path = note(tmp_path / "a.ttl", *map(str, range(500)))
    other = note(tmp_path / "b.ttl", "0")
    ask = (
        "import sys; from pathlib import Path; from factbook.store.snapshot import Snapshots\n"
        "for _ in range(12):\n"
        "    store = Snapshots(Path(sys.argv[1])).open([*map(Path, sys.argv[2:])], announce=len)\n"
        "    words = {row[0].value for row in store.query('SELECT ?o { ?s ?p ?o }')}\n"
        "    assert len(words) in (500, 501), len(words)\n"
        "    assert {str(number) for number in range(500)} <= words\n"
    )
    edit = (
        "import os, sys; from pathlib import Path\n"
        "from factbook.store.snapshot import Snapshots\n"
        "path = Path(sys.argv[3])\n"
        "for number in range(12):\n"
        "    new = path.with_suffix('.new')\n"
        "    new.write_text(f\"<http://e/a> <http://e/p> '{500 + number}' .\")\n"
        "    os.replace(new, path)\n"
        "    store = Snapshots(Path(sys.argv[1])).open([*map(Path, sys.argv[2:])], announce=len)\n"
        f"    assert next(iter(store.query('{COUNT}')))[0].value == '501'\n"
    )
    arguments = [str(tmp_path / "cache"), str(path), str(other)]
    running = [
        subprocess.Popen([sys.executable, "-c", code, *arguments], stderr=subprocess.PIPE)
        for code in [edit, *[ask] * 8]
    ]

    ended = [(process.communicate(timeout=120)[1], process.returncode) for process in running]

    assert ended == [(b"", 0)] * 9


def test_the_version_of_the_engine() -> None:
    """The version that snapshots are made for is that of the engine that reads them."""
    assert VERSIONS.split(" ")[1:] == [pyoxigraph.__version__]


def test_an_engine_whose_version_is_not_at_hand(tmp_path: Path) -> None:
    """Where no folder tells the version of the engine, it is asked itself."""
    (tmp_path / "pyoxigraph").mkdir()
    (tmp_path / "pyoxigraph" / "__init__.py").write_text("__version__ = '9.9'")
    code = "from factbook.store.stamps import VERSIONS; print(VERSIONS)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    command = [sys.executable, "-c", code]

    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)

    assert done.stdout.split()[1:] == ["9.9"]
