"""Run the queries of `queries/links/` on an endpoint, with a pause between requests."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from factbook.errors import UsageError
from factbook.layout import bundled
from factbook.query.federation import find_endpoint, read_endpoints
from factbook.query.stored_queries import LINKS, StoredQuery, read_query
from factbook.sparql.bind import bind_rows
from factbook.store.answers import Table
from factbook.store.remote import RemoteEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pyoxigraph import Literal, NamedNode

    from factbook.book import Book
    from factbook.rdf.terms import Term

DEFAULT_PAUSE = 1.0
"""Seconds between two requests."""
_ANY_TARGET = "any"


@dataclass
class TargetClient:
    """An endpoint with candidates, and the stored queries for it."""

    name: str
    engine: RemoteEngine
    queries: dict[str, StoredQuery]
    pause: float = DEFAULT_PAUSE
    sleep: Callable[[float], None] = field(default=time.sleep)
    _last_request: float | None = None

    @property
    def metadata(self) -> dict[str, Any]:
        """The front matter of the query by key: the target's key properties and namespace."""
        return self.queries["by-key"].front_matter

    def run(
        self, name: str, variables: Sequence[str], rows: Iterable[Sequence[NamedNode | Literal]]
    ) -> list[dict[str, Term]]:
        """Return the rows of a query for some values; unbound cells are left out.

        Raises:
            EndpointError: The endpoint failed.
        """
        values = list(rows)
        if not values:
            return []
        if self._last_request is not None:
            remaining = self._last_request + self.pause - time.monotonic()
            if remaining > 0:
                self.sleep(remaining)
        answer = self.engine.query(bind_rows(self.queries[name].text, variables, values))
        self._last_request = time.monotonic()
        if not isinstance(answer, Table):
            raise UsageError(f"{self.queries[name].path}: must be a SELECT query")
        return [
            {key: term for key, term in zip(answer.variables, row, strict=True) if term is not None}
            for row in answer.rows
        ]


def open_target(
    book: Book, name: str, *, at: str | None = None, pause: float = DEFAULT_PAUSE
) -> TargetClient:
    """Return the client of a registered endpoint, or of any endpoint by its address.

    Args:
        book: The book whose endpoints and queries are used.
        name: A registered name or an address.
        at: Another address with the same data, such as a mirror.
        pause: Seconds between two requests.

    Raises:
        UsageError: The name is not registered.
    """
    if "://" in name:
        host = urlsplit(name).hostname or name
        return TargetClient(host, RemoteEngine(name), _read_queries(book, _ANY_TARGET), pause)
    endpoint = find_endpoint(name, read_endpoints(book.layout), option="--target")
    return TargetClient(
        name, RemoteEngine(at or endpoint.address), _read_queries(book, name), pause
    )


def _read_queries(book: Book, target: str) -> dict[str, StoredQuery]:
    """Return the queries for a target: its own or the general ones; the book's take precedence."""
    queries = {}
    folders = (book.layout.queries / LINKS, bundled() / "queries" / LINKS)
    for name in ("by-key", "by-label", "facts", "state"):
        paths = [
            folder / f"{prefix}-{name}.rq" for prefix in (target, _ANY_TARGET) for folder in folders
        ]
        path = next((path for path in paths if path.is_file()), paths[0])
        queries[name] = read_query(path, group=LINKS)
    return queries
