"""Find the files that changed since a git revision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factbook.errors import InputError, UsageError
from factbook.git import find_repository

if TYPE_CHECKING:
    from pathlib import Path


def changed_since(revision: str, folder: Path) -> frozenset[Path]:
    """Return the files of a checkout that differ from a revision, new files included.

    Args:
        revision: A git revision, such as HEAD or main.
        folder: A folder inside the checkout.

    Raises:
        InputError: The folder is not in a checkout, or git cannot be run.
        UsageError: There is no such revision.
    """
    repository = find_repository(folder)
    if repository is None:
        raise InputError(f"--changed: {folder.resolve()} is not in a git repository")
    commit = repository.find_commit(revision)
    if commit is None:
        raise UsageError(f"--changed: there is no revision '{revision}' in {repository.top}")
    return repository.changed_files(commit)
