"""Whatever happens to files, the answer is that of the files as they are, as with `--no-cache`."""

from __future__ import annotations

import gzip
import mmap
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.store.snapshots import (
    OLD,
    all_files,
    content_from_snapshot,
    content_of_files,
    note,
    write_files,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    # Changes a folder with the files a.ttl, b.ttl and c.nq; returns the files to ask, if others
    Change = Callable[[Path], list[Path] | None]

CHANGES: dict[str, Change] = {}


def change(function: Change) -> Change:
    """Register a way to change files."""
    CHANGES[function.__name__.strip("_")] = function
    return function


def _same(path: Path, old: str, new: str) -> None:
    """Replace a text by one of the same length in place, and give back the old times."""
    about = path.stat()
    path.write_text(path.read_text().replace(old, new))
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))


@change
def _rewrite_with_same_size(folder: Path) -> None:
    note(folder / "a.ttl", "q")


@change
def _rewrite_with_same_size_and_time(folder: Path) -> None:
    _same(folder / "a.ttl", "x", "y")


@change
def _rewrite_second_file(folder: Path) -> None:
    _same(folder / "b.ttl", "y", "z")


@change
def _write_one_byte_in_place(folder: Path) -> None:
    with (folder / "a.ttl").open("r+b") as file:
        file.seek((folder / "a.ttl").read_bytes().index(b'"x"') + 1)
        file.write(b"w")


@change
def _write_through_a_memory_map(folder: Path) -> None:
    path = folder / "a.ttl"
    place = path.read_bytes().index(b'"x"') + 1
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as mapped:
        mapped[place : place + 1] = b"w"
        mapped.flush()


@change
def _replace_by_rename(folder: Path) -> None:
    note(folder / "new", "q").replace(folder / "a.ttl")


@change
def _replace_by_rename_with_same_time(folder: Path) -> None:
    about = (folder / "a.ttl").stat()
    new = note(folder / "new", "q")
    os.utime(new, ns=(about.st_atime_ns, about.st_mtime_ns))
    new.replace(folder / "a.ttl")


@change
def _delete_and_create(folder: Path) -> None:
    (folder / "a.ttl").unlink()
    note(folder / "a.ttl", "q")


@change
def _append(folder: Path) -> None:
    with (folder / "a.ttl").open("a") as file:
        file.write("<http://e/a> <http://e/p> 'more' .\n")


@change
def _truncate(folder: Path) -> None:
    os.truncate(folder / "c.nq", 0)


@change
def _truncate_inside_a_statement(folder: Path) -> None:
    os.truncate(folder / "a.ttl", 20)


@change
def _touch(folder: Path) -> None:
    (folder / "a.ttl").touch()


@change
def _set_time_to_the_future(folder: Path) -> None:
    _same(folder / "a.ttl", "x", "v")
    os.utime(folder / "a.ttl", (OLD + 10**6, OLD + 10**6))


@change
def _set_time_to_1970(folder: Path) -> None:
    _same(folder / "a.ttl", "x", "v")
    os.utime(folder / "a.ttl", (0, 0))


@change
def _change_mode(folder: Path) -> None:
    (folder / "a.ttl").chmod(0o600)


@change
def _swap_two_files(folder: Path) -> None:
    (folder / "a.ttl").rename(folder / "t")
    (folder / "b.ttl").rename(folder / "a.ttl")
    (folder / "t").rename(folder / "b.ttl")


@change
def _swap_two_files_with_same_times(folder: Path) -> None:
    _swap_two_files(folder)
    for name in ("a.ttl", "b.ttl"):
        os.utime(folder / name, (OLD, OLD))


@change
def _delete_a_file(folder: Path) -> None:
    (folder / "b.ttl").unlink()


@change
def _leave_a_file_out(folder: Path) -> list[Path]:
    return [folder / "a.ttl"]


@change
def _add_a_file(folder: Path) -> list[Path]:
    return [folder / "a.ttl", folder / "b.ttl", folder / "c.nq", note(folder / "d.ttl", "d")]


@change
def _name_a_file_twice(folder: Path) -> list[Path]:
    return [folder / "a.ttl", folder / "a.ttl"]


@change
def _reverse_the_files(folder: Path) -> list[Path]:
    return [folder / "c.nq", folder / "b.ttl", folder / "a.ttl"]


@change
def _rename_a_file(folder: Path) -> list[Path]:
    return [(folder / "a.ttl").rename(folder / "z.ttl"), folder / "b.ttl", folder / "c.nq"]


@change
def _change_case_of_a_name(folder: Path) -> list[Path]:
    return [(folder / "a.ttl").rename(folder / "A.ttl"), folder / "b.ttl", folder / "c.nq"]


@change
def _change_format_by_name(folder: Path) -> list[Path]:
    return [(folder / "a.ttl").rename(folder / "a.nt"), folder / "b.ttl", folder / "c.nq"]


@change
def _change_format_to_one_that_fails(folder: Path) -> list[Path]:
    return [(folder / "c.nq").rename(folder / "c.ttl")]


@change
def _change_format_to_an_unknown_one(folder: Path) -> list[Path]:
    return [(folder / "a.ttl").rename(folder / "a.txt")]


@change
def _name_graphs_in_the_format(folder: Path) -> list[Path]:
    return [(folder / "c.nq").rename(folder / "c.trig")]


@change
def _compress(folder: Path) -> list[Path]:
    packed = folder / "a.ttl.gz"
    packed.write_bytes(gzip.compress((folder / "a.ttl").read_bytes()))
    return [packed, folder / "b.ttl", folder / "c.nq"]


@change
def _compress_under_the_same_name(folder: Path) -> None:
    (folder / "a.ttl").write_bytes(gzip.compress(b"<http://e/a> <http://e/p> 'gz' ."))


@change
def _add_a_byte_order_mark(folder: Path) -> None:
    (folder / "a.ttl").write_bytes(b"\xef\xbb\xbf" + (folder / "a.ttl").read_bytes())


@change
def _add_a_comment(folder: Path) -> None:
    (folder / "a.ttl").write_text("# new\n" + (folder / "a.ttl").read_text())


@change
def _add_a_base(folder: Path) -> None:
    text = (folder / "a.ttl").read_text()
    (folder / "a.ttl").write_text(f"@base <http://g/1> .\n{text}")


@change
def _change_the_base(folder: Path) -> None:
    _add_a_base(folder)
    _same(folder / "a.ttl", "http://g/1", "http://g/2")


@change
def _change_a_graph_name(folder: Path) -> None:
    _same(folder / "c.nq", "http://g/c", "http://g/d")


@change
def _use_relative_names(folder: Path) -> None:
    (folder / "a.ttl").write_text("<a> <p> 'x' .")


@change
def _use_blank_nodes(folder: Path) -> None:
    (folder / "a.ttl").write_text("[] <http://e/p> [ <http://e/q> 'x' ] .")


@change
def _respell_a_number(folder: Path) -> None:
    (folder / "a.ttl").write_text("<http://e/a> <http://e/p> 1.50 .")
    (folder / "b.ttl").write_text("<http://e/a> <http://e/p> 1.5 .")


@change
def _break_the_grammar(folder: Path) -> None:
    (folder / "a.ttl").write_text("<http://e/a> <http://e/p> .")


@change
def _write_what_is_no_utf_8(folder: Path) -> None:
    (folder / "a.ttl").write_bytes(b"<http://e/a> <http://e/p> '\xff' .")


@change
def _move_the_folder(folder: Path) -> list[Path]:
    moved = folder.rename(folder.with_name("moved"))
    return all_files(moved)


@change
def _put_another_folder_in_its_place(folder: Path) -> None:
    folder.rename(folder.with_name("before"))
    write_files(folder, "u", "v")


@change
def _copy_the_folder(folder: Path) -> list[Path]:
    return all_files(Path(shutil.copytree(folder, folder.with_name("copy"))))


@change
def _copy_the_folder_and_change_the_copy(folder: Path) -> list[Path]:
    copy = Path(shutil.copytree(folder, folder.with_name("copy")))
    _same(copy / "a.ttl", "x", "k")
    return all_files(copy)


@change
def _write_another_folder_in_the_same_tick(folder: Path) -> list[Path]:
    other = folder.with_name("other")
    write_files(other, "k", "l")
    return all_files(other)


@change
def _copy_a_file_with_its_times(folder: Path) -> None:
    shutil.copy2(note(folder / "source", "q"), folder / "a.ttl")


@change
def _restore_an_older_copy(folder: Path) -> None:
    shutil.copy2(folder / "a.ttl", folder / "backup")
    note(folder / "a.ttl", "q")
    shutil.copy2(folder / "backup", folder / "a.ttl")


@change
def _link_to_another_file(folder: Path) -> None:
    (folder / "a.ttl").unlink()
    (folder / "a.ttl").symlink_to(note(folder / "target.ttl", "q"))


@change
def _turn_a_link_to_another_file(folder: Path) -> list[Path]:
    return _turned(folder, note(folder / "one.ttl", "1"), note(folder / "two.ttl", "2"))


@change
def _turn_a_link_to_a_file_with_the_same_stat(folder: Path) -> list[Path]:
    return _turned(folder, note(folder / "one.ttl", "s"), note(folder / "two.ttl", "t"))


@change
def _turn_a_link_to_a_folder(folder: Path) -> list[Path]:
    for name in ("1", "2"):
        (folder / name).mkdir()
        note(folder / name / "a.ttl", name)
    return _turned(folder, folder / "1", folder / "2", then="a.ttl")


@change
def _turn_a_link_in_a_chain(folder: Path) -> list[Path]:
    (folder / "outer.ttl").symlink_to(folder / "link.ttl")
    _turned(folder, note(folder / "one.ttl", "1"), note(folder / "two.ttl", "2"))
    return [folder / "outer.ttl"]


@change
def _write_through_a_hard_link(folder: Path) -> None:
    os.link(folder / "a.ttl", folder / "hard.ttl")
    _same(folder / "hard.ttl", "x", "h")


@change
def _replace_by_a_hard_link(folder: Path) -> None:
    (folder / "a.ttl").unlink()
    os.link(folder / "b.ttl", folder / "a.ttl")


@change
def _link_to_itself(folder: Path) -> None:
    (folder / "a.ttl").unlink()
    (folder / "a.ttl").symlink_to(folder / "a.ttl")


@change
def _put_a_folder_in_place_of_a_file(folder: Path) -> None:
    (folder / "a.ttl").unlink()
    (folder / "a.ttl").mkdir()


@change
def _name_a_file_by_a_relative_path(folder: Path) -> list[Path]:
    return [Path(os.path.relpath(path)) for path in all_files(folder)]


@change
def _name_a_file_by_a_path_with_dots(folder: Path) -> list[Path]:
    return [path.parent / ".." / folder.name / path.name for path in all_files(folder)]


@change
def _change_a_file_above_16_mib(folder: Path) -> list[Path]:
    path = folder / "big.ttl"
    path.write_text(f"# {'-' * (17 << 20)}\n<http://e/a> <http://e/p> '1' .\n")
    content_from_snapshot([path], folder.parent / "cache")
    with path.open("r+b") as file:
        file.seek(-5, os.SEEK_END)
        file.write(b"2")
    return [path]


def _turned(folder: Path, first: Path, second: Path, *, then: str = "") -> list[Path]:
    link = folder / ("link" if then else "link.ttl")
    link.symlink_to(first)
    asked = link / then if then else link
    _wait()
    assert content_from_snapshot([asked], folder.parent / "cache") == content_of_files([asked])
    link.unlink()
    link.symlink_to(second)
    return [asked]


def _wait() -> None:
    """Wait until the clock of the file system has moved on, and the stat cache is used."""
    time.sleep(0.05)


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("size", ["small", "large"])
def test_answer_follows_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, size: str
) -> None:
    """Whatever happens to files, the answer is that of the files as they are.

    As large ones, all files are known by the stat cache, which trusts a time after 40 ms here.
    """
    if size == "large":
        monkeypatch.setattr("factbook.store.fingerprint._LARGE_BYTES", 0)
        monkeypatch.setattr("factbook.store.fingerprint._CLOCK_GRAIN_NS", 40_000_000)
    folder, cache = tmp_path / "data", tmp_path / "cache"
    write_files(folder, "x", "y")
    _wait()
    for _ in range(2):  # the second one uses what the first one kept
        before = content_from_snapshot(all_files(folder), cache)
        assert before == content_of_files(all_files(folder))
        assert len(before) == 6

    paths = CHANGES[name](folder) or all_files(folder)

    expected = content_of_files(paths)
    assert content_from_snapshot(paths, cache) == expected
    _wait()
    assert content_from_snapshot(paths, cache) == expected
    assert content_from_snapshot(paths, cache) == expected


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    """A file that is no regular one is not read for a hash."""
    pipe = tmp_path / "a.ttl"
    os.mkfifo(pipe)
    program = [
        sys.executable,
        "-c",
        f"open({str(pipe)!r}, 'w').write('<http://e/a> <http://e/p> 1 .')",
    ]
    with subprocess.Popen(program) as writer:
        answer = content_from_snapshot([pipe], tmp_path / "cache")

    assert writer.returncode == 0
    assert len(answer) == 2
