"""Write a folder of files whole or not at all, as far as file systems allow.

The files are made in a folder beside the target. Only when all are there do they take their places,
one rename each, and files of an earlier export that are no longer wanted go.
"""

from __future__ import annotations

import json
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from factbook.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

_LIST = ".factbook-export.json"


@contextmanager
def replacing_folder(target: Path) -> Iterator[Path]:
    """Give an empty folder, whose files stand in the target when the block ends well.

    Raises:
        UsageError: The target is a file, or a folder with files that no export wrote.
        InputError: It cannot be written.
    """
    before = _earlier(target)
    try:
        with tempfile.TemporaryDirectory(
            prefix=f".{target.name}.", suffix=".part", dir=target.absolute().parent
        ) as made:
            yield Path(made)
            names = sorted(path.name for path in Path(made).iterdir())
            (Path(made) / _LIST).write_text(f"{json.dumps(names, indent=1)}\n", encoding="utf-8")
            target.mkdir(exist_ok=True)
            for name in (*names, _LIST):
                (Path(made) / name).replace(target / name)
            for name in before - set(names):
                (target / name).unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"{target}: cannot be written: {error.strerror}") from None


def _earlier(target: Path) -> set[str]:
    """Return the names of the files that an earlier export wrote there."""
    if target.exists() and not target.is_dir():
        raise UsageError(f"{target} is a file: name a folder")
    if not target.is_dir() or not any(target.iterdir()):
        return set()
    try:
        names = json.loads((target / _LIST).read_bytes())
    except (OSError, ValueError):
        raise UsageError(
            f"{target} holds files that no export wrote: name another folder, or empty it"
        ) from None
    return {name for name in names if isinstance(name, str) and Path(name).name == name}
