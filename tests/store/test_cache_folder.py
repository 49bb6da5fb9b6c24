"""Whatever the cache folder is like, the answer is that of the files, as with `--no-cache`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.core_book import core_book
from tests.store.snapshots import (
    OLD,
    all_files,
    content_from_snapshot,
    content_of_files,
    make_store,
    note,
    only_snapshot,
    opened,
)

from factbook.store.cache_folder import cache_folder, clear, write_manifest

if TYPE_CHECKING:
    from collections.abc import Callable


is_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of other users")


def test_snapshots_of_another_user_are_not_used(copy: Path) -> None:
    """What another user has put into the cache folder is neither used nor removed."""
    if os.geteuid() != 0:
        pytest.skip("only root can make files of other users")
    paths = all_files(copy / "data")
    place = only_snapshot(copy)
    make_store(place / "store", "other")
    write_manifest(place, 1)
    planted = content_from_snapshot(paths, copy / "cache")  # by this user it would be believed
    os.chown(place, 65534, 65534)

    assert planted != content_of_files(paths)
    assert content_from_snapshot(paths, copy / "cache") == content_of_files(paths)
    assert clear(copy / "cache") == (1, 0)
    assert place.exists()


@is_root
def test_cache_folder_of_another_user_is_not_used(copy: Path) -> None:
    """A cache folder of another user is left as it is."""
    os.chown(copy / "cache", 65534, 65534)
    shutil.rmtree(only_snapshot(copy))
    paths = all_files(copy / "data")

    assert content_from_snapshot(paths, copy / "cache") == content_of_files(paths)
    assert list((copy / "cache").iterdir()) == []


@is_root
@pytest.mark.parametrize("is_filled", [True, False], ids=["filled", "empty"])
def test_cache_folder_that_cannot_be_written(sound: Path, *, is_filled: bool) -> None:
    """A read-only cache gives its snapshots, and without one the answer comes from memory."""
    program = (
        "import os, sys; from pathlib import Path\n"
        "from tests.store.snapshots import content_from_snapshot, content_of_files, note\n"
        "from factbook.store.snapshot import SnapshotEngine, open_snapshot\n"
        "folder = Path(sys.argv[1])\n"
        "note(folder / 'first.ttl', 'x')\n"  # imports what nobody cannot read
        "content_from_snapshot([folder / 'first.ttl'], folder / 'first')\n"
        "os.setuid(65534)\n"
        "paths = [folder / 'data' / name for name in ('a.ttl', 'b.ttl', 'c.nq')]\n"
        "cache = folder / 'cache'\n"
        "assert content_from_snapshot(paths, cache) == content_of_files(paths)\n"
        "print(type(open_snapshot(paths, cache, announce=len)) is SnapshotEngine)"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(sound, folder, dirs_exist_ok=True)
        cache = folder / "cache"
        if not is_filled:
            shutil.rmtree(only_snapshot(folder))
        folder.chmod(0o755)
        for path in [cache, *cache.rglob("*")]:
            os.chown(path, 65534, 65534)
            path.chmod(0o555 if path.is_dir() else 0o444)
        command = [sys.executable, "-c", program, name]
        root = Path(__file__).parents[2]
        done = subprocess.run(command, capture_output=True, text=True, cwd=root, check=False)

    assert (done.stdout, done.stderr) == (f"{is_filled}\n", "")


def _a_file(cache: Path) -> None:
    cache.write_text("in the way")


def _below_a_file(cache: Path) -> None:
    cache.parent.rmdir()
    cache.parent.write_text("in the way")


def _half_built(cache: Path) -> None:
    (cache / ".building-abc" / "store").mkdir(parents=True)
    (cache / ".building-abc" / "lock").touch()


def _half_built_without_a_lock(cache: Path) -> None:
    (cache / ".building-abc").mkdir(parents=True)
    os.utime(cache / ".building-abc", (OLD - 3600, OLD - 3600))


def _half_written_stat_cache(cache: Path) -> None:
    cache.mkdir()
    (cache / ".stat_cache.json.abc.part").touch()
    os.utime(cache / ".stat_cache.json.abc.part", (OLD - 3600, OLD - 3600))


def _damaged_stat_cache(cache: Path) -> None:
    cache.mkdir()
    (cache / "stat_cache.json").write_bytes(b"\xff")


def _stat_cache_that_is_none(cache: Path) -> None:
    cache.mkdir()
    (cache / "stat_cache.json").write_text("[]")


def _stat_cache_that_is_a_folder(cache: Path) -> None:
    (cache / "stat_cache.json").mkdir(parents=True)


def _folders_of_earlier_versions(cache: Path) -> None:
    for name in ("stamps", "queries", "links"):
        (cache / name).mkdir(parents=True)
        (cache / name / "a.json").write_text("{")


@pytest.mark.parametrize("size", ["small", "large"])
@pytest.mark.parametrize(
    "state",
    [
        _a_file,
        _below_a_file,
        _half_built,
        _half_built_without_a_lock,
        _half_written_stat_cache,
        _damaged_stat_cache,
        _stat_cache_that_is_none,
        _stat_cache_that_is_a_folder,
        _folders_of_earlier_versions,
    ],
    ids=lambda state: state.__name__.strip("_"),
)
def test_cache_folder_in_any_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: Callable[[Path], None], size: str
) -> None:
    """Whatever is in the cache folder, there is an answer, and what crashes left is removed."""
    if size == "large":
        monkeypatch.setattr("factbook.store.fingerprint._LARGE_BYTES", 0)
        monkeypatch.setattr("factbook.store.fingerprint._CLOCK_GRAIN_NS", 0)
    (tmp_path / "home").mkdir()
    cache = tmp_path / "home" / "cache"
    state(cache)
    path = note(tmp_path / "a.ttl", "x")

    for _ in range(2):
        assert content_from_snapshot([path], cache) == content_of_files([path])
    if cache.is_dir():
        assert list(cache.glob(".*")) == []
        clear(cache)


def test_stat_cache_of_another_digest_is_not_believed_without_its_checksum(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flipped bit in the stat cache makes the file be read again."""
    monkeypatch.setattr("factbook.store.fingerprint._LARGE_BYTES", 0)
    monkeypatch.setattr("factbook.store.fingerprint._CLOCK_GRAIN_NS", 0)
    paths = [note(tmp_path / "a.ttl", "x"), note(tmp_path / "b.ttl", "y")]
    for path in paths:
        opened(tmp_path, path)
    stat_cache = tmp_path / "cache" / "stat_cache.json"
    checksum, text = stat_cache.read_text().split("\n")
    first, second = (line.split('"')[-1] for line in text.rstrip('"}').split('", "'))
    text = text.replace(first, "-").replace(second, first).replace("-", second)
    stat_cache.write_text(f"{checksum}\n{text}")

    assert [opened(tmp_path, path) for path in paths] == [["x"], ["y"]]


def test_full_disk_is_answered_from_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a snapshot cannot be written, the answer comes from memory and nothing stays."""

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("factbook.store.build_store.write_manifest", fail)

    assert opened(tmp_path, note(tmp_path / "a.ttl", "x")) == ["x"]
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"HOME": "/home/ada"}, "/home/ada/.cache/factbook"),
        ({"HOME": "/home/ada", "XDG_CACHE_HOME": "/var/ada"}, "/var/ada/factbook"),
        ({"HOME": "/home/ada", "XDG_CACHE_HOME": "relative"}, None),
        ({"HOME": "/home/ada", "FACTBOOK_CACHE": "/var/c"}, "/var/c"),
        ({"HOME": "/home/ada", "FACTBOOK_CACHE": "~/c"}, "/home/ada/c"),
        ({"HOME": "/home/ada", "FACTBOOK_CACHE": "~nobody-of-this-name/c"}, None),
        ({"HOME": "~"}, None),
        ({"HOME": "relative"}, None),
    ],
)
def test_cache_folder_is_never_called_tilde(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: str | None
) -> None:
    """Where no home folder is known there is no cache, and no folder named '~'."""
    for name in ("HOME", "XDG_CACHE_HOME", "FACTBOOK_CACHE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert cache_folder() == (Path(expected) if expected else None)


# The command line as a process


@pytest.fixture
def program() -> list[str]:
    """Return the words that start the command line as a process of its own."""
    return [sys.executable, "-m", "factbook"]


def _query(program: list[str], folder: Path, cache: Path, *words: str) -> tuple[int, str]:
    query = "SELECT ?o { ?s <http://e/p> ?o } ORDER BY ?o"
    environment = {**os.environ, "FACTBOOK_CACHE": str(cache)}
    done = subprocess.run(
        [*program, "--data", "data.ttl", *words, "sparql", query, "-f", "csv"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_twelve_fresh_clones_give_their_own_answers(tmp_path: Path) -> None:
    """A clone writes all its files in the same tick: each has its own answer."""
    for number in range(12):
        origin = tmp_path / f"origin-{number}"
        origin.mkdir()
        (origin / "data.ttl").write_text(f"<http://e/a> <http://e/p> '{number:02}' .\n")
        git = ["git", "-C", str(origin), "-c", "user.name=a", "-c", "user.email=a@example.org"]
        for step in (["init", "-q"], ["add", "."], ["commit", "-qm", "Add data"]):
            subprocess.run([*git, *step], check=True, capture_output=True)
    for number in range(12):
        clone = tmp_path / f"clone-{number}"
        subprocess.run(
            ["git", "clone", "-q", str(tmp_path / f"origin-{number}"), str(clone)], check=True
        )
    answers = [opened(tmp_path, tmp_path / f"clone-{number}" / "data.ttl") for number in range(12)]

    assert answers == [[f"{number:02}"] for number in range(12)]


def test_two_folders_written_in_the_same_tick_have_two_answers(
    program: list[str], tmp_path: Path
) -> None:
    """Two files of one name and size have two answers on the command line."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    for name in ("one", "two"):
        (tmp_path / name / "data.ttl").write_text(f"<http://e/a> <http://e/p> '{name}' .\n")
    folders = [tmp_path / "one", tmp_path / "two"]
    asked = [*program, "--book", str(core_book())]

    answers = [_query(asked, folder, tmp_path / "cache") for folder in folders]
    without = [_query([*asked, "--no-cache"], folder, tmp_path / "cache") for folder in folders]

    assert answers == without == [(0, "o\none\n"), (0, "o\ntwo\n")]


@pytest.mark.parametrize("home", [None, "~"])
def test_command_without_a_home_folder_writes_no_folder(
    program: list[str], tmp_path: Path, home: str | None
) -> None:
    """Where HOME is useless, the command answers and leaves nothing behind."""
    path = note(tmp_path / "data.ttl", "x")
    names = ("HOME", "XDG_CACHE_HOME", "FACTBOOK_CACHE")
    environment = {key: value for key, value in os.environ.items() if key not in names}
    environment |= {"HOME": home} if home else {}
    command = [*program, "--data", "data.ttl", "sparql", "ASK { ?s ?p 'x' }"]
    if home is None:
        environment["XDG_CACHE_HOME"] = "relative"

    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)

    assert (done.returncode, done.stdout) == (0, b"true\n")
    assert list(tmp_path.iterdir()) == [path]
