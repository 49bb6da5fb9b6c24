"""Which files changed since a revision, as git knows it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from factbook.errors import InputError, UsageError


def changed_since(revision: str, folder: Path) -> frozenset[Path]:
    """Return the files of a checkout that differ from a revision, those that are new included.

    Args:
        revision: Whatever git takes for a revision, such as HEAD or main.
        folder: A folder inside the checkout.

    Raises:
        InputError: The folder is not in a checkout, or git is not there.
        UsageError: There is no such revision.
    """
    top = Path(_git(folder, "rev-parse", "--show-toplevel").strip())
    if revision.startswith("-"):
        raise UsageError(f"--changed: '{revision}' is no revision")
    try:
        _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    except InputError:
        raise UsageError(f"--changed: there is no revision '{revision}' in {top}") from None
    differing = _git(top, "diff", "--name-only", "-z", revision, "--")
    new = _git(top, "ls-files", "--others", "--exclude-standard", "-z")
    names = filter(None, (differing + new).split("\0"))
    return frozenset(top / name for name in names)


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - the user's git, by its name
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "LC_ALL": "C"},  # its words are looked at below
        )
    except FileNotFoundError:
        raise InputError("--changed: there is no git on this machine") from None
    if done.returncode != 0:
        said = " ".join(done.stderr.split()) or f"git {arguments[0]} failed"
        if "not a git repository" in said:
            raise InputError(f"--changed: {folder.resolve()} is not in a git repository")
        raise InputError(f"--changed: {folder}: {said}")
    return done.stdout
