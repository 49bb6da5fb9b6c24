"""Run a query over a book: a stored one with values for its parameters, or any text."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING

from pyoxigraph import Literal

from factbook.sparql.tokens import sums, uses_service
from factbook.store.answers import Table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from factbook.book import Book
    from factbook.query.stored_queries import StoredQuery
    from factbook.store.answers import Answer, Row


def with_leads_for(book: Book, query: StoredQuery) -> Book:
    """Return the book to run a stored query over: with leads if the query is about them."""
    return book.with_leads() if query.asks_leads else book


def run_stored(
    book: Book, query: StoredQuery, values: Mapping[str, str], *, services: Collection[str] = ()
) -> Answer:
    """Run a stored query and return the engine's answer.

    Args:
        book: The book.
        query: The query.
        values: The values of its parameters, by their names.
        services: The names of the registered endpoints that it may use.

    Raises:
        UsageError: A parameter is missing or unknown, or its value does not fit.
        EndpointError: An endpoint failed.
    """
    book = with_leads_for(book, query)
    text = query.text
    if query.parameters or values:
        from factbook.query.parameters import parse_values
        from factbook.sparql.bind import bind

        text = bind(text, parse_values(query, values, book))
    return _run(book, text, {}, services)


def run_text(book: Book, text: str, *, services: Collection[str] = ()) -> Answer:
    """Run a query that need not declare the book's prefixes and return the engine's answer.

    Args:
        book: The book.
        text: The query.
        services: The names of the registered endpoints that it may use.

    Raises:
        UsageError: The query is not valid, or uses an endpoint that is not allowed.
        EndpointError: An endpoint failed.
    """
    return _run(book, text, book.prefixes, services)


def _run(book: Book, text: str, prefixes: Mapping[str, str], services: Collection[str]) -> Answer:
    """Run a query; with leads, mark each row that needs one."""
    if services or uses_service(text):
        from factbook.query.federation import answer_services, require_registered

        text = answer_services(
            text,
            engine=book.engine,
            endpoints=require_registered(book.layout, services),
            allowed=services,
            prefixes=prefixes,
        )
    answer = note_missing_sums(book.engine.query(text, prefixes=prefixes), text)
    if not book.leads or not isinstance(answer, Table):
        return answer
    without = book.engine_without_leads.query(text, prefixes=prefixes)
    return mark_leads(answer, without) if isinstance(without, Table) else answer


def note_missing_sums(answer: Answer, text: str) -> Answer:
    """Return an answer that logs how many of its sums have no value once it was read.

    A sum without a value is one that the engine could not compute: integers have 64 bits in it and
    decimals 128, and a text among the numbers makes it fail too.
    """
    if not isinstance(answer, Table):
        return answer
    places = [place for place, name in enumerate(answer.variables) if name in sums(text)]
    if not places:
        return answer

    def rows() -> Iterator[Row]:
        missing = 0
        for row in answer.rows:
            missing += sum(row[place] is None for place in places)
            yield row
        if missing:
            logging.getLogger("factbook").warning(
                "note: no value for %d of the sums and averages: beyond the engine's range, or "
                "not everything that they add up is a number",
                missing,
            )

    return Table(answer.variables, rows())


_LEAD = "lead"


def mark_leads(everything: Table, without: Table) -> Table:
    """Return all rows with a column that says whether the row needs a lead.

    A row needs one if the answer without leads does not have it.
    """
    plain = Counter(without.rows)

    def rows() -> Iterator[Row]:
        for row in everything.rows:
            known = plain[row] > 0
            plain[row] -= known
            yield (*row, Literal(not known))

    return Table((*everything.variables, _LEAD), rows())
