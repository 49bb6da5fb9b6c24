"""The stored queries of a book, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factbook.errors import UsageError, did_you_mean
from factbook.query.header import StoredQuery, read_query

if TYPE_CHECKING:
    from pathlib import Path

# Groups that other commands run; nobody runs their queries by name
CHECKS = "checks"
RULES = "rules"
PAGES = "pages"
LINKS = "links"
_NOT_BY_NAME = {CHECKS, LINKS, PAGES, RULES}


def query_paths(folder: Path) -> dict[str, Path]:
    """Return the file of each stored query that can be run by name."""
    return {
        path.stem: path
        for path in sorted(folder.glob("*/*.rq"))
        if path.parent.name not in _NOT_BY_NAME
    }


def find_query(folder: Path, name: str) -> StoredQuery:
    """Return the stored query of a name.

    Raises:
        UsageError: There is none; the message offers similar names.
        InputError: Its file cannot be understood.
    """
    paths = query_paths(folder)
    if name not in paths:
        raise UsageError(f"No query '{name}'.{did_you_mean(name, paths)} See: factbook queries")
    return read_query(paths[name], group=paths[name].parent.name)


def all_queries(folder: Path) -> list[StoredQuery]:
    """Return every query that can be run by name, by group and name.

    Raises:
        InputError: A file cannot be understood.
    """
    found = [read_query(path, group=path.parent.name) for path in query_paths(folder).values()]
    return sorted(found, key=lambda query: (query.group, query.name))


def check_queries(folder: Path) -> list[StoredQuery]:
    """Return the queries whose every row is a finding.

    Raises:
        InputError: A file cannot be understood.
    """
    return [read_query(path, group=CHECKS) for path in sorted((folder / CHECKS).glob("*.rq"))]
