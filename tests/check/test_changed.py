"""Which files changed, as git says; and when, as the files say."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from factbook.check.changed import changed_since
from factbook.check.watch import changes
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


def test_changed_and_new_files_are_found(checkout: Path) -> None:
    """Both what differs and what git does not know yet, from wherever one stands."""
    top = checkout.resolve()

    found = changed_since("HEAD", checkout / "folder")

    assert found == {top / "é b.ttl", top / "folder" / "new.ttl"}


def test_a_revision_is_compared_with(checkout: Path) -> None:
    """What was committed since the revision counts as changed."""
    git(checkout, "add", ".")
    git(checkout, "commit", "-q", "-m", "Two")

    assert changed_since("HEAD", checkout) == frozenset()
    assert {path.name for path in changed_since("HEAD~1", checkout)} == {"é b.ttl", "new.ttl"}


@pytest.mark.parametrize("revision", ["nowhere", "--output=x"])
def test_an_unknown_revision_is_refused(checkout: Path, revision: str) -> None:
    """What git does not know, or would take for an option, is wrong usage."""
    with pytest.raises(UsageError, match="revision"):
        changed_since(revision, checkout)


def test_a_folder_outside_git_is_refused(tmp_path: Path) -> None:
    """Without a checkout there is nothing to compare with."""
    with pytest.raises(InputError, match="is not in a git repository"):
        changed_since("HEAD", tmp_path)


def test_changes_are_noticed(tmp_path: Path) -> None:
    """A changed, an added and a removed file are noticed, and nothing in between."""
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

    watched = changes(lambda: [*tmp_path.iterdir(), tmp_path / "never"], sleep=step)

    assert [next(watched) for _ in range(3)] == [{first}, {second}, {first}]
