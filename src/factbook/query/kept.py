"""Keep what the front matter of queries says on disk, so that YAML need not be read each time.

One small file for each folder of queries; an entry counts while its query file has the size and
times that it had.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import time
import zlib
from typing import TYPE_CHECKING, Any

from factbook import __version__
from factbook.errors import InputError
from factbook.query.catalog import not_found, query_paths
from factbook.query.header import Column, Parameter, StoredQuery, read_query

if TYPE_CHECKING:
    from pathlib import Path

# Some file systems tell times only to two seconds
_YOUNG_NS = 2_000_000_000


class KeptQueries:
    """The stored queries of a folder, remembered in another."""

    def __init__(self, queries: Path, cache: Path) -> None:
        self.queries = queries
        self.cache = cache

    def find(self, name: str) -> StoredQuery:
        """Return the query of a name; see `catalog.find_query`."""
        entry = self._known().get(name)
        if entry is not None and (query := _revived(entry)) is not None:
            return query
        paths = query_paths(self.queries)
        if name not in paths:
            raise not_found(name, paths)
        with contextlib.suppress(InputError):  # of another file: this one may be asked all the same
            return self._renewed()[name]
        return read_query(paths[name], group=paths[name].parent.name)

    def all(self) -> list[StoredQuery]:
        """Return all queries; see `catalog.all_queries`."""
        return sorted(self._renewed().values(), key=lambda query: (query.group, query.name))

    def _known(self) -> dict[str, Any]:
        try:
            document = json.loads(self._file().read_bytes())
            if document["for"] != self._mark():
                return {}
            return dict(document["queries"])
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def _renewed(self) -> dict[str, StoredQuery]:
        """Return all queries by name, reading those that changed, and remember them."""
        known = self._known()
        found: dict[str, StoredQuery] = {}
        entries: dict[str, Any] = {}
        for name, path in query_paths(self.queries).items():
            entry = known.get(name)
            query = _revived(entry) if entry is not None and entry["path"] == str(path) else None
            if query is None:
                stamp = _stamp(path)
                query = read_query(path, group=path.parent.name)
                entry = _entry(query, stamp) if stamp == _stamp(path) else None
            found[name] = query
            if entry is not None and max(entry["stamp"][1:]) < time.time_ns() - _YOUNG_NS:
                entries[name] = entry
        if entries != known:
            self._write(entries)
        return found

    def _write(self, entries: dict[str, Any]) -> None:
        target = self._file()
        temporary = target.with_name(f".{target.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            target.parent.mkdir(parents=True, exist_ok=True)
            document = json.dumps({"for": self._mark(), "queries": entries})
            temporary.write_text(document, encoding="utf-8")
            temporary.replace(target)

    def _file(self) -> Path:
        return self.cache / "queries" / f"{zlib.crc32(str(self.queries).encode()):08x}.json"

    def _mark(self) -> list[str]:
        parts = (StoredQuery, Parameter, Column)
        names = [field.name for part in parts for field in dataclasses.fields(part)]
        return [__version__, str(self.queries), *names]


def _stamp(path: Path) -> list[int]:
    about = path.stat()
    return [about.st_size, about.st_mtime_ns, about.st_ctime_ns]


def _entry(query: StoredQuery, stamp: list[int]) -> dict[str, Any]:
    fields = dataclasses.asdict(query)
    del fields["path"], fields["text"]
    return {"path": str(query.path), "stamp": stamp, "fields": fields}


def _revived(entry: dict[str, Any]) -> StoredQuery | None:
    """Return the query of an entry, or None where its file has changed."""
    from pathlib import Path

    path = Path(entry["path"])
    try:
        if _stamp(path) != entry["stamp"]:
            return None
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    fields = dict(entry["fields"])
    fields["tags"] = tuple(fields["tags"])
    fields["parameters"] = tuple(Parameter(**parameter) for parameter in fields["parameters"])
    fields["columns"] = tuple(Column(**column) for column in fields["columns"])
    return StoredQuery(path=path, text=text, **fields)
