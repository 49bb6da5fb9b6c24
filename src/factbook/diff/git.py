"""Take a book or a file out of a git revision, without touching the work tree."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from factbook.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

_PARTS = ("ontology", "data", "queries")
_ORDINARY = {"100644", "100755", "100664"}


@dataclass(frozen=True)
class Repository:
    """A checkout, and where in it the book stands."""

    top: Path
    prefix: str
    """The folder of the book below the top, such as 'books/market/', or nothing."""

    def commit(self, revision: str) -> str | None:
        """Return the name of the commit that a revision stands for, or nothing."""
        return self._object(f"{revision}^{{commit}}")

    def file(self, revision: str) -> str | None:
        """Return the name of the content that a text such as HEAD:data/x.ttl stands for."""
        name = self._object(revision) if ":" in revision else None
        is_file = name is not None and _git(self.top, "cat-file", "-t", name).strip() == b"blob"
        return name if is_file else None

    def content(self, name: str) -> bytes:
        """Return a content by its name."""
        return _git(self.top, "cat-file", "blob", name)

    def extract(self, commit: str, folder: Path) -> bool:
        """Write the book of a commit into an empty folder; tell whether there was one."""
        files = list(self._files(commit))
        for path, content in self._contents(files):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        return bool(files)

    def _object(self, wanted: str) -> str | None:
        try:
            found = _git(
                self.top / self.prefix,
                "rev-parse",
                "--verify",
                "--quiet",
                "--end-of-options",
                wanted,
            )
        except InputError:
            return None
        return found.decode().strip() or None

    def _files(self, commit: str) -> Iterator[tuple[PurePosixPath, str]]:
        """Yield path and content's name of each file of the book: links and modules left out."""
        places = [f"{self.prefix}{part}/" for part in _PARTS]
        listed = _git(self.top, "ls-tree", "-r", "-z", "--full-tree", commit, "--", *places)
        for entry in filter(None, listed.split(b"\0")):
            facts, _, name = entry.partition(b"\t")
            mode, _, content = facts.decode().split(" ")
            path = PurePosixPath(os.fsdecode(name)[len(self.prefix) :])
            if mode in _ORDINARY and ".." not in path.parts:
                yield path, content

    def _contents(
        self, files: list[tuple[PurePosixPath, str]]
    ) -> Iterator[tuple[PurePosixPath, bytes]]:
        """Yield the content of each file, all read by one process (git-cat-file, batch output)."""
        names = "".join(f"{content}\n" for _, content in files).encode()
        answer = _git(self.top, "cat-file", "--batch", given=names)
        start = 0
        for path, _ in files:
            end = answer.index(b"\n", start)
            size = int(answer[start:end].rsplit(b" ", 1)[1])
            yield path, answer[end + 1 : end + 1 + size]
            start = end + 1 + size + 1


def repository_of(folder: Path) -> Repository | None:
    """Return the checkout that a folder is in, or nothing."""
    try:
        top = _git(folder, "rev-parse", "--show-toplevel").decode().rstrip("\n")
        prefix = _git(folder, "rev-parse", "--show-prefix").decode().rstrip("\n")
    except InputError:
        return None
    return Repository(Path(top), prefix) if top else None


def _git(folder: Path, *arguments: str, given: bytes = b"") -> bytes:
    """Run git and return what it prints."""
    environment = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - the user's git, by its name
            input=given,
            capture_output=True,
            check=False,
            env=environment,
        )
    except OSError as error:
        raise InputError(f"git cannot be run: {error.strerror}") from None
    if done.returncode != 0:
        said = " ".join(done.stderr.decode(errors="replace").split())
        raise InputError(f"{folder}: git {arguments[0]} failed: {said}")
    return done.stdout
