"""Ask an endpoint the queries of `queries/links/`, politely: few at a time, with pauses between."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from factbook.errors import UsageError
from factbook.layout import bundled
from factbook.query.catalog import LINKS
from factbook.query.federation import endpoint_named, endpoints_of
from factbook.query.header import StoredQuery, read_query
from factbook.rdf.terms import to_sparql
from factbook.sparql.tokens import meaningful
from factbook.store.answers import Table
from factbook.store.remote import RemoteEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pyoxigraph import Literal, NamedNode

    from factbook.book import Book
    from factbook.rdf.terms import Term

PAUSE = 1.0
"""Seconds between two requests."""
_OTHERS = "any"


@dataclass
class Target:
    """An endpoint that candidates come from, and the queries that it is asked."""

    name: str
    engine: RemoteEngine
    queries: dict[str, StoredQuery]
    pause: float = PAUSE
    wait: Callable[[float], None] = field(default=time.sleep)
    _asked: float | None = None

    @property
    def header(self) -> dict[str, Any]:
        """What the query by key says of the target: its keys and its namespace."""
        return self.queries["by-key"].front_matter

    def ask(
        self, name: str, variables: Sequence[str], rows: Iterable[Sequence[NamedNode | Literal]]
    ) -> list[dict[str, Term]]:
        """Return the rows of a query for these values; cells without a value are left out.

        Raises:
            EndpointError: The endpoint failed.
        """
        given = list(rows)
        if not given:
            return []
        if self._asked is not None:
            left = self._asked + self.pause - time.monotonic()
            if left > 0:
                self.wait(left)
        answer = self.engine.query(with_values(self.queries[name].text, variables, given))
        self._asked = time.monotonic()
        if not isinstance(answer, Table):
            raise UsageError(f"{self.queries[name].path}: is no SELECT")
        return [
            {key: term for key, term in zip(answer.variables, row, strict=True) if term is not None}
            for row in answer.rows
        ]


def target_of(book: Book, name: str, *, at: str | None = None, pause: float = PAUSE) -> Target:
    """Return a target by its registered name, or any endpoint by its address.

    Args:
        book: Whose endpoints and queries are used.
        name: A registered name, or an address.
        at: Another address that has the same data, such as a mirror.
        pause: Seconds between two requests.

    Raises:
        UsageError: The name is not registered.
    """
    if "://" in name:
        return Target(
            urlsplit(name).hostname or name, RemoteEngine(name), _queries(book, _OTHERS), pause
        )
    endpoint = endpoint_named(name, endpoints_of(book.layout), option="--target")
    return Target(name, RemoteEngine(at or endpoint.address), _queries(book, name), pause)


def with_values(
    text: str, variables: Sequence[str], rows: Iterable[Sequence[NamedNode | Literal]]
) -> str:
    """Return a query that begins with VALUES: whole terms, never text."""
    start = next(token.start for token in meaningful(text) if token.text == "{") + 1
    names = " ".join(f"?{name}" for name in variables)
    lines = " ".join(f"({' '.join(map(to_sparql, row))})" for row in rows)
    return f"{text[:start]} VALUES ({names}) {{ {lines} }}{text[start:]}"


def _queries(book: Book, target: str) -> dict[str, StoredQuery]:
    found = {}
    for name in ("by-key", "by-label", "facts", "state"):
        places = (book.layout.queries, bundled() / "queries")
        paths = [
            place / LINKS / f"{prefix}-{name}.rq"
            for prefix in (target, _OTHERS)
            for place in places
        ]
        path = next((path for path in paths if path.is_file()), paths[0])
        found[name] = read_query(path, group=LINKS)
    return found
