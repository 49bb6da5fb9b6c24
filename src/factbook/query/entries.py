"""Read what is kept on disk of a stored query, so that a known question needs no YAML.

An entry is one small JSON file; it counts while its query file has the size and times that it had.
"""

from __future__ import annotations

import json
import os

from factbook import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any


def entry_file(cache: str | Path, queries: str | Path, name: str) -> str:
    """Return where the entry of a query stands.

    Args:
        cache: The folder of everything that is kept.
        queries: The folder of stored queries.
        name: What somebody calls the query; it may be anything.
    """
    from zlib import crc32

    code = crc32(os.fsencode(f"{queries}\n{name}"))
    return os.path.join(cache, "queries", f"{code:08x}.json")


def read_entry(cache: str | Path, queries: str | Path, name: str) -> dict[str, Any] | None:
    """Return the entry of a query, or None where there is none of the query as it is now."""
    try:
        with open(entry_file(cache, queries, name), "rb") as file:
            entry: dict[str, Any] = json.load(file)
        if entry["for"] == made_for(queries, name) and entry["stamp"] == stamp(entry["path"]):
            return entry
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def made_for(queries: str | Path, name: str) -> list[str]:
    """Return what an entry must be made for to be of use: a query, and the entries of today."""
    return [f"2 {__version__}", str(queries), name]


def stamp(path: str | Path) -> list[int]:
    """Return the size and times of a file.

    Raises:
        OSError: It is not there.
    """
    about = os.stat(path)
    return [about.st_size, about.st_mtime_ns, about.st_ctime_ns]
