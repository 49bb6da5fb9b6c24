"""Changed files are found through git, and through polling."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from factbook.check.plan import changed_since, watch_files
from factbook.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder."""
    author = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "-C", str(folder), *author, *arguments], check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with two committed files, one of them changed, and a new one."""
    git(tmp_path, "init", "-q", "-b", "main")
    for name in ("a.ttl", "é b.ttl"):
        (tmp_path / name).write_text("one", encoding="utf-8")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "One")
    (tmp_path / "é b.ttl").write_text("two", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "new.ttl").write_text("three", encoding="utf-8")
    return tmp_path


def test_changed_since_finds_changed_and_new_files(checkout: Path) -> None:
    """Changed and untracked files are found from any folder of the checkout."""
    top = checkout.resolve()

    found = changed_since("HEAD", checkout / "folder")

    assert found == {top / "é b.ttl", top / "folder" / "new.ttl"}


def test_changed_since_finds_files_committed_after_the_revision(checkout: Path) -> None:
    """Files committed since the revision count as changed."""
    git(checkout, "add", ".")
    git(checkout, "commit", "-q", "-m", "Two")

    assert changed_since("HEAD", checkout) == frozenset()
    assert {path.name for path in changed_since("HEAD~1", checkout)} == {"é b.ttl", "new.ttl"}


@pytest.mark.parametrize("revision", ["nowhere", "--output=x"])
def test_changed_since_rejects_unknown_revision(checkout: Path, revision: str) -> None:
    """A revision that is unknown, or looks like an option, is a usage error."""
    with pytest.raises(UsageError, match="revision"):
        changed_since(revision, checkout)


def test_changed_since_rejects_folder_outside_git(tmp_path: Path) -> None:
    """A folder that is not in a checkout is an input error."""
    with pytest.raises(InputError, match="is not in a git repository"):
        changed_since("HEAD", tmp_path)


def test_watch_files_yields_each_change(tmp_path: Path) -> None:
    """A changed, an added and a removed file are each yielded once."""
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("1", encoding="utf-8")
    steps: Iterator[Callable[[], object]] = iter(
        [
            lambda: None,
            lambda: first.write_text("22", encoding="utf-8"),
            lambda: second.write_text("1", encoding="utf-8"),
            first.unlink,
        ]
    )

    def step(_: float) -> None:
        next(steps)()

    watched = watch_files(lambda: [*tmp_path.iterdir(), tmp_path / "never"], sleep=step)

    assert [next(watched) for _ in range(3)] == [{first}, {second}, {first}]
