"""Run the queries behind the pages of a book, `queries/pages/*.rq`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from factbook.errors import InputError, UsageError
from factbook.query.stored_queries import find_page_query
from factbook.sparql.bind import bind, bind_rows
from factbook.store.answers import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pyoxigraph import Literal

    from factbook.book import Book
    from factbook.rdf.terms import Term

_BATCH = 1000


def run_page_query(
    book: Book,
    name: str,
    values: Mapping[str, NamedNode | Literal] | None = None,
    *,
    only: tuple[str, Iterable[str]] | None = None,
) -> list[dict[str, Term | None]]:
    """Return the rows of a page query: the book's own, or else the bundled one.

    Args:
        book: The book to query.
        name: The name of the query.
        values: The terms of its parameters, by their names.
        only: A column and the IRIs to keep in it; by default all rows.

    Raises:
        InputError: The query cannot be read, or is not a SELECT.
        UsageError: The query has no such parameter.
        EndpointError: An endpoint failed.
    """
    query = find_page_query(book.layout.queries, name)
    variables = {parameter.name: parameter.variable for parameter in query.parameters}
    for parameter in values or {}:
        if parameter not in variables:
            raise UsageError(f"{query.path}: the query takes no --{parameter}")
    text = bind(query.text, {variables[given]: term for given, term in (values or {}).items()})
    rows: list[dict[str, Term | None]] = []
    for part in _restrict(text, *only) if only else [text]:
        answer = book.engine.query(part)
        if not isinstance(answer, Table):
            raise InputError(f"{query.path}: the query is not a SELECT")
        rows += [dict(zip(answer.variables, row, strict=True)) for row in answer.rows]
    return rows


def _restrict(text: str, column: str, iris: Iterable[str]) -> Iterator[str]:
    wanted = sorted(set(iris))
    for start in range(0, len(wanted), _BATCH):
        rows = [(NamedNode(iri),) for iri in wanted[start : start + _BATCH]]
        yield bind_rows(text, (column,), rows)
