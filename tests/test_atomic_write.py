"""A file is replaced completely, or it stays as it was."""

from __future__ import annotations

import gzip
import os
import threading
from typing import TYPE_CHECKING, Any

import pytest

from factbook.atomic_write import atomic_write
from factbook.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


def test_atomic_write_replaces_the_content_and_keeps_the_mode(tmp_path: Path) -> None:
    """The new file has the mode of the old one."""
    path = tmp_path / "a.ttl"
    path.write_text("old")
    path.chmod(0o640)

    with atomic_write(path) as file:
        file.write(b"new")

    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o640


def test_atomic_write_gives_a_new_file_the_mode_of_the_umask(tmp_path: Path) -> None:
    """A new file has the mode that any other program would give it."""
    mask = os.umask(0o027)
    try:
        with atomic_write(tmp_path / "a.ttl") as file:
            file.write(b"new")
    finally:
        os.umask(mask)

    assert (tmp_path / "a.ttl").stat().st_mode & 0o777 == 0o640


def test_atomic_write_leaves_the_old_file_when_the_block_fails(tmp_path: Path) -> None:
    """An error in the block leaves the old content and no temporary file."""
    path = tmp_path / "a.ttl"
    path.write_text("old")

    with pytest.raises(TypeError), atomic_write(path) as file:
        file.writelines([b"new", None])  # type: ignore[list-item] # it is to fail

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_name_may_be_as_long_as_the_system_allows(tmp_path: Path) -> None:
    """The temporary file has a shorter name; a longer target is an error in words."""
    path = tmp_path / ("x" * 255)
    with atomic_write(path) as file:
        file.write(b"new")

    assert list(tmp_path.iterdir()) == [path]
    with (
        pytest.raises(InputError, match="File name too long"),
        atomic_write(tmp_path / ("x" * 256)),
    ):
        pass


def test_link_that_leads_to_itself_is_an_error(tmp_path: Path) -> None:
    """It stays as it is, and is not replaced by a file."""
    link = tmp_path / "link.ttl"
    link.symlink_to(link)

    with pytest.raises(InputError, match="leads to itself"), atomic_write(link):
        pass

    assert link.is_symlink()


def test_atomic_write_follows_a_symbolic_link(tmp_path: Path) -> None:
    """The link stays, and the file that it points to is replaced."""
    (tmp_path / "deep").mkdir()
    target = tmp_path / "deep" / "a.ttl"
    target.write_text("old")
    link = tmp_path / "link.ttl"
    link.symlink_to(target)

    with atomic_write(link) as file:
        file.write(b"new")

    assert link.is_symlink()
    assert target.read_text() == "new"


def test_atomic_write_compresses_to_the_same_bytes_each_time(tmp_path: Path) -> None:
    """A packed file holds neither its name nor a time."""
    for name in ("a.gz", "b.gz"):
        with atomic_write(tmp_path / name, compress=True) as file:
            file.write(b"text")

    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.gz").read_bytes()) == b"text"


def test_atomic_write_writes_to_a_pipe_directly(tmp_path: Path) -> None:
    """A pipe stays a pipe."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()

    with atomic_write(pipe) as file:
        file.write(b"text")
    reader.join()

    assert got == [b"text"]
    assert pipe.is_fifo()


def test_atomic_write_reports_what_cannot_be_written(tmp_path: Path) -> None:
    """The error names the file that was asked for."""
    path = tmp_path / "missing" / "a.ttl"

    with pytest.raises(InputError, match=r"a\.ttl: cannot be written"), atomic_write(path) as file:
        file.write(b"text")


def test_atomic_write_refuses_a_read_only_file(tmp_path: Path) -> None:
    """A rename would replace it, whatever its mode; behind a link as well."""
    path, link = tmp_path / "a.ttl", tmp_path / "link.ttl"
    path.write_text("old")
    path.chmod(0o444)
    link.symlink_to(path)

    for name in (path, link):
        with pytest.raises(InputError, match="read-only"), atomic_write(name) as file:
            file.write(b"new")

    assert path.read_text() == "old"


def test_signal_at_the_moment_of_creation_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file exists already, and its handle has not been returned yet."""
    real = os.open

    def create_and_be_interrupted(*arguments: Any, **options: Any) -> int:  # noqa: ANN401 - passed on
        os.close(real(*arguments, **options))
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "open", create_and_be_interrupted)
    with pytest.raises(KeyboardInterrupt), atomic_write(tmp_path / "x.csv"):
        pass

    assert list(tmp_path.iterdir()) == []
