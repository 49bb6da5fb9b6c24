"""Read git repositories: commits, the files in them, and what changed since one.

Nothing here writes to a repository or to its work tree.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from factbook.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

_REGULAR_FILE_MODES = {"100644", "100755", "100664"}


@dataclass(frozen=True)
class Repository:
    """A git checkout, seen from one of its folders."""

    top: Path
    prefix: str
    """The path of the folder below the top, such as 'books/market/', or '' for the top itself."""

    def find_commit(self, revision: str) -> str | None:
        """Return the hash of the commit that a revision names, or None."""
        return self._resolve(f"{revision}^{{commit}}")

    def find_blob(self, text: str) -> str | None:
        """Return the hash of the file that a text such as HEAD:data/x.ttl names, or None."""
        name = self._resolve(text) if ":" in text else None
        is_file = name is not None and _run(self.top, "cat-file", "-t", name).strip() == b"blob"
        return name if is_file else None

    def read_blob(self, name: str) -> bytes:
        """Return the content of a file by its hash."""
        return _run(self.top, "cat-file", "blob", name)

    def extract(self, commit: str, folders: tuple[str, ...], target: Path) -> bool:
        """Write the files of a commit into an empty folder.

        Args:
            commit: The hash of the commit.
            folders: The folders to extract, below the folder of this repository.
            target: Where to write them.

        Returns:
            Whether there was any file.
        """
        files = list(self._list_files(commit, folders))
        for path, content in self._read_blobs(files):
            file = target / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        return bool(files)

    def changed_files(self, commit: str) -> frozenset[Path]:
        """Return the files of the work tree that differ from a commit, untracked ones included."""
        differing = _run(self.top, "diff", "--name-only", "-z", commit, "--")
        untracked = _run(self.top, "ls-files", "--others", "--exclude-standard", "-z")
        names = filter(None, (differing + untracked).split(b"\0"))
        return frozenset(self.top / os.fsdecode(name) for name in names)

    def _resolve(self, expression: str) -> str | None:
        folder = self.top / self.prefix
        arguments = ("--verify", "--quiet", "--end-of-options", expression)
        try:
            output = _run(folder, "rev-parse", *arguments)
        except InputError:
            return None
        return output.decode().strip() or None

    def _list_files(
        self, commit: str, folders: tuple[str, ...]
    ) -> Iterator[tuple[PurePosixPath, str]]:
        """Yield the path and the hash of each regular file; links and submodules are skipped."""
        paths = [f"{self.prefix}{folder}/" for folder in folders]
        listed = _run(self.top, "ls-tree", "-r", "-z", "--full-tree", commit, "--", *paths)
        for entry in filter(None, listed.split(b"\0")):
            facts, _, name = entry.partition(b"\t")
            mode, _, blob = facts.decode().split(" ")
            path = PurePosixPath(os.fsdecode(name)[len(self.prefix) :])
            if mode in _REGULAR_FILE_MODES and ".." not in path.parts:
                yield path, blob

    def _read_blobs(
        self, files: list[tuple[PurePosixPath, str]]
    ) -> Iterator[tuple[PurePosixPath, bytes]]:
        """Yield the content of each file, all read by one process (git cat-file --batch)."""
        names = "".join(f"{blob}\n" for _, blob in files).encode()
        answer = _run(self.top, "cat-file", "--batch", stdin=names)
        start = 0
        for path, _ in files:
            end = answer.index(b"\n", start)
            size = int(answer[start:end].rsplit(b" ", 1)[1])
            yield path, answer[end + 1 : end + 1 + size]
            start = end + 1 + size + 1


def find_repository(folder: Path) -> Repository | None:
    """Return the checkout that contains a folder, or None.

    Raises:
        InputError: Git cannot be run, or refuses to read the checkout.
    """
    try:
        top = _run(folder, "rev-parse", "--show-toplevel").decode().rstrip("\n")
        prefix = _run(folder, "rev-parse", "--show-prefix").decode().rstrip("\n")
    except _GitError as error:
        if "not a git repository" in str(error):
            return None
        raise
    return Repository(Path(top), prefix) if top else None


class _GitError(InputError):
    """A git command exited with an error."""


def _run(folder: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    """Run git and return what it prints."""
    environment = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    try:
        process = subprocess.run(
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - the user's git, by its name
            input=stdin,
            capture_output=True,
            check=False,
            env=environment,
        )
    except OSError as error:
        raise InputError(f"git cannot be run: {error.strerror}") from None
    if process.returncode != 0:
        message = " ".join(process.stderr.decode(errors="replace").split())
        raise _GitError(f"{folder}: git {arguments[0]} failed: {message}")
    return process.stdout
