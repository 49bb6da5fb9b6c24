"""Recognise unchanged files by their stamps, so that they need not be read to know their content.

A stamp is a file's path, size and times. What it stood for when it was last seen is kept in one
small file for each set of paths; times too young to be trusted are not kept.
"""

from __future__ import annotations

import json
import os
import sys
import time

from factbook.store.notes import write_note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

# Some file systems tell times only to two seconds
_YOUNG_NS = 2_000_000_000


def _engine_version() -> str:
    """Return the version of the engine, without the time that its import takes if possible."""
    for folder in sys.path:
        if os.path.isdir(os.path.join(folder, "pyoxigraph")):
            names = [name for name in os.listdir(folder) if name.startswith("pyoxigraph-")]
            if len(names) == 1 and names[0].endswith(".dist-info"):
                return names[0].removeprefix("pyoxigraph-").removesuffix(".dist-info")
            break
    import pyoxigraph

    return pyoxigraph.__version__


VERSIONS = f"5 {_engine_version()}"
"""Ours, counted up when what is kept changes, and the engine's."""


def cache_folder() -> str:
    """Return the folder for snapshots: `$FACTBOOK_CACHE`, or the user's cache folder."""
    chosen = os.environ.get("FACTBOOK_CACHE")
    if chosen:
        return chosen
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "factbook")


def stamps(paths: Iterable[str | Path]) -> str | None:
    """Return the stamps of files as one text, or None where one is missing.

    The versions stand first: what others have kept is not what we would keep.
    """
    lines = [VERSIONS]
    try:
        for path in paths:
            about = os.stat(path)
            lines.append(f"{path}\t{about.st_size}\t{about.st_mtime_ns}\t{about.st_ctime_ns}")
    except OSError:
        return None
    return "\n".join(lines)


def recall(folder: str | Path, paths: Sequence[str | Path], stamped: str) -> str | None:
    """Return what was remembered for these stamps, or None."""
    try:
        with open(_file(folder, paths), "rb") as file:
            known = json.load(file)
        return str(known["stands for"]) if known["stamps"] == stamped else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def known(folder: str, paths: Sequence[str]) -> str | None:
    """Return the snapshot of files that have not changed since it was made, or None.

    It may have been removed since.
    """
    stamped = stamps(paths)
    name = recall(folder, paths, stamped) if stamped else None
    return None if name is None else os.path.join(folder, name)


def remember(
    folder: str | Path, paths: Sequence[str | Path], stamped: str, stands_for: str
) -> None:
    """Remember what the stamps stand for, if a change could not have escaped them."""
    lines = stamped.splitlines()
    if is_young(int(field) for line in lines for field in line.split("\t")[2:]):
        return
    write_note(_file(folder, paths), {"stands for": stands_for, "stamps": stamped})


def is_young(times: Iterable[int]) -> bool:
    """Tell whether a change could have escaped one of these times, in nanoseconds since 1970."""
    young = time.time_ns() - _YOUNG_NS
    return any(each > young for each in times)


def _file(folder: str | Path, paths: Sequence[str | Path]) -> str:
    from zlib import crc32

    code = crc32(os.fsencode("\n".join(map(str, paths))))
    return os.path.join(folder, "stamps", f"{code:08x}.json")
