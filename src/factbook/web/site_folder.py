"""Replace a folder atomically with a complete site."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from factbook.atomic_write import TEMPORARY_SUFFIX, temporary_path
from factbook.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

MARK: Final = ".factbook-site.json"
"""The file that marks a site of ours, and lists our entries in the folder."""


@contextmanager
def replace_site(folder: Path) -> Iterator[Path]:
    """Open an empty folder that replaces another when the block succeeds.

    What others have put into the folder of an earlier site, such as `.git` or `CNAME`, stays.

    Args:
        folder: The folder of the site; it is missing or empty, or holds an earlier site.

    Raises:
        UsageError: It holds something else.
        InputError: It cannot be written.
    """
    target = Path(os.path.realpath(folder))
    require_own(target, folder)
    try:
        made = Path(tempfile.mkdtemp(prefix=".", suffix=TEMPORARY_SUFFIX, dir=target.parent))
        with temporary_path(made):
            content = made / "site"
            content.mkdir()
            yield content
            _write_mark(content)
            _swap(content, target, made / "earlier")
    except OSError as error:
        where = error.filename or folder
        raise InputError(f"{where}: cannot be written: {error.strerror or error}") from None


def require_own(target: Path, folder: Path) -> None:
    """Check that a folder can be replaced.

    Raises:
        UsageError: It is a file, or holds what is not a site of ours.
        InputError: The folder that it stands in is missing.
    """
    if not target.parent.is_dir():
        raise InputError(f"{folder}: the folder {target.parent} is missing: create it first")
    if not target.exists():
        return
    if not target.is_dir():
        raise UsageError(f"{folder} is a file: name a folder for the site")
    if any(target.iterdir()) and not (target / MARK).is_file():
        raise UsageError(
            f"{folder} holds files that `factbook site` has not written: name an empty folder, or "
            "one that is not there yet"
        )


def _write_mark(content: Path) -> None:
    own = sorted({MARK, *(each.name for each in content.iterdir())})
    text = json.dumps({"written by": "factbook site", "entries": own}, indent=1)
    (content / MARK).write_text(f"{text}\n", encoding="utf-8")


def _own_entries(target: Path) -> set[str]:
    """Return the names of the entries that an earlier site wrote."""
    try:
        said = json.loads((target / MARK).read_text(encoding="utf-8"))
        return {MARK, *map(str, said["entries"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {MARK}


def _swap(content: Path, target: Path, earlier: Path) -> None:
    """Move the new folder to the place of the old one, with the foreign entries of the old one."""
    if not target.exists():
        content.rename(target)
        return
    content.chmod(target.stat().st_mode)
    own = _own_entries(target)
    foreign = [each for each in target.iterdir() if each.name not in own]
    for each in foreign:
        if (content / each.name).exists():
            raise UsageError(f"{each} is where a page of the site goes: move it away")
    target.rename(earlier)
    try:
        for each in foreign:
            (earlier / each.name).rename(content / each.name)
        content.rename(target)
    except OSError:
        for each in foreign:
            if (content / each.name).exists():
                (content / each.name).rename(earlier / each.name)
        earlier.rename(target)
        raise
