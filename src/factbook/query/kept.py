"""Keep what the front matter of queries says on disk, see `entries`."""

from __future__ import annotations

import contextlib
import dataclasses
from pathlib import Path
from typing import Any

from factbook.errors import InputError
from factbook.query.catalog import not_found, query_paths
from factbook.query.entries import entry_file, made_for, read_entry, stamp
from factbook.query.header import Column, Parameter, StoredQuery, read_query
from factbook.sparql.glance import asks_elsewhere, lasts
from factbook.store.notes import write_note
from factbook.store.stamps import is_young


class KeptQueries:
    """The stored queries of a folder, remembered in another."""

    def __init__(self, queries: Path, cache: Path) -> None:
        self.queries = queries
        self.cache = cache

    def find(self, name: str) -> StoredQuery:
        """Return the query of a name; see `catalog.find_query`."""
        query = self._known(name)
        if query is not None:
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

    def _known(self, name: str) -> StoredQuery | None:
        entry = read_entry(self.cache, self.queries, name)
        return _revived(entry) if entry is not None else None

    def _renewed(self) -> dict[str, StoredQuery]:
        """Return all queries by name, reading those that changed, and remember them."""
        found: dict[str, StoredQuery] = {}
        for name, path in query_paths(self.queries).items():
            query = self._known(name)
            if query is None or query.path != path:
                before = stamp(path)
                query = read_query(path, group=path.parent.name)
                if before == stamp(path) and not is_young(before[1:]):
                    self._write(query, before)
            found[name] = query
        return found

    def _write(self, query: StoredQuery, stamped: list[int]) -> None:
        fields = dataclasses.asdict(query)
        del fields["path"], fields["text"]
        entry = {
            "for": made_for(self.queries, query.name),
            "path": str(query.path),
            "stamp": stamped,
            "fields": fields,
            "pieces": _pieces(query),
            "lasts": lasts(query.text),
        }
        write_note(entry_file(self.cache, self.queries, query.name), entry)


def _pieces(query: StoredQuery) -> list[str] | None:
    """Return the query split at its parameters, where it can be answered the quick way."""
    if query.form == "ASK" or query.asks_leads or asks_elsewhere(query.text):
        return None
    from factbook.query.bind import pieces

    return pieces(query.text, {parameter.variable for parameter in query.parameters})


def _revived(entry: dict[str, Any]) -> StoredQuery | None:
    """Return the query of an entry, or None where it was written for other fields."""
    path = Path(entry["path"])
    fields = dict(entry["fields"])
    try:
        text = path.read_text(encoding="utf-8")
        fields["tags"] = tuple(fields["tags"])
        fields["parameters"] = tuple(Parameter(**each) for each in fields["parameters"])
        fields["columns"] = tuple(Column(**each) for each in fields["columns"])
        return StoredQuery(path=path, text=text, **fields)
    except (OSError, UnicodeDecodeError, KeyError, TypeError):
        return None
