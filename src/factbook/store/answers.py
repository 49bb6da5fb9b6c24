"""The answers to queries, the same for every engine, and the interface of an engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import IO

    from pyoxigraph import QueryResultsFormat, QuerySolutions, Triple

    from factbook.rdf.terms import Term

    Row: TypeAlias = tuple[Term | None, ...]


class Serializer(Protocol):
    """Writes rows in a standard format."""

    def serialize(self, output: IO[bytes], format: QueryResultsFormat) -> object:  # noqa: A002 - as pyoxigraph calls it
        """Write all rows."""
        ...


@dataclass(frozen=True)
class Table:
    """Rows under named variables: the answer to SELECT.

    Rows come from the engine one by one and can be read once.
    """

    variables: tuple[str, ...]
    rows: Iterable[Row]
    native: Serializer | None = None
    """The engine's own unread result, which serializes faster."""
    length: int | None = None
    """The number of rows, if known."""


@dataclass(frozen=True)
class Graph:
    """Triples: the answer to CONSTRUCT and DESCRIBE."""

    triples: Iterable[Triple]


Answer: TypeAlias = "Table | Graph | bool"


class Engine(Protocol):
    """Runs SPARQL 1.1 queries over the graph."""

    def query(self, text: str, *, prefixes: Mapping[str, str] | None = None) -> Answer:
        """Run a query.

        Args:
            text: The query.
            prefixes: Those that it need not declare itself.

        Raises:
            UsageError: The query is not valid.
            EndpointError: A remote engine failed.
        """
        ...

    def query_as_standard(self, text: str, *, prefixes: Mapping[str, str] | None = None) -> Answer:
        """Run a query with the semantics of SPARQL 1.1 where the engine departs from it.

        Raises:
            UsageError: The query is not valid.
            EndpointError: A remote engine failed.
        """
        ...


def table_from(solutions: QuerySolutions) -> Table:
    """Return pyoxigraph's solutions as a table."""
    return Table(
        variables=tuple(variable.value for variable in solutions.variables),
        rows=_rows(solutions),
        native=solutions,
    )


def _rows(solutions: QuerySolutions) -> Iterator[Row]:
    width = range(len(solutions.variables))
    for solution in solutions:
        yield tuple(solution[index] for index in width)


def select(engine: Engine, text: str) -> list[Row]:
    """Run a SELECT and return all of its rows.

    Raises:
        TypeError: The query is not a SELECT.
    """
    answer = engine.query(text)
    if not isinstance(answer, Table):
        raise TypeError("the query is not a SELECT")
    return list(answer.rows)
