"""Run a query over a book: a stored query with values for its parameters, or any text."""

from __future__ import annotations

import itertools
from collections import Counter
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import Literal

from factbook.errors import UsageError, log_note
from factbook.sparql.tokens import sums, uses_service
from factbook.store.answers import Graph, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from pyoxigraph import NamedNode

    from factbook.book import Book
    from factbook.query.parameters import Values
    from factbook.query.refine import Refinement
    from factbook.query.stored_queries import StoredQuery
    from factbook.store.answers import Answer, Engine, Row


_CACHE_SIZE = 256  # queries whose columns with sums are remembered


def with_leads_for(book: Book, query: StoredQuery) -> Book:
    """Return the book to run a stored query over: with leads if the query is about them."""
    return book.with_leads() if query.asks_leads else book


class BoundQuery(NamedTuple):
    """The text of a stored query with its parameters bound."""

    text: str
    answers_for: tuple[NamedNode | Literal, ...] = ()
    """The values that this query is for, of the required parameters with several values."""


def run_stored(
    book: Book,
    query: StoredQuery,
    values: Values,
    *,
    services: Collection[str] = (),
    refine: Refinement | None = None,
) -> Answer:
    """Run a stored query and return the engine's answer.

    Several values of an optional parameter mean any of them. For several values of a required one
    the query runs for each, and a first column with the parameter's name holds the value.

    Args:
        book: The book.
        query: The query.
        values: The values of its parameters, by their names.
        services: The names of the registered endpoints that it may use.
        refine: Which rows and columns to return, and in which order.

    Raises:
        UsageError: A parameter or column is missing or unknown, or a value does not fit.
        EndpointError: An endpoint failed.
    """
    book = with_leads_for(book, query)

    def ask(text: str) -> Answer:
        if not refine:  # values do not change which columns are sums
            return _run(book, text, {}, services, summed=_sums_of(query.text))
        from factbook.query.refine import refine_text

        return _run(book, refine_text(text, query, refine, book), {}, services)

    with name_file_in_errors(query.path):
        if not query.parameters and not values:
            return ask(query.text)
        columns, bound = bind_stored(query, values, book)
        return run_bound(columns, bound, ask)


@contextmanager
def name_file_in_errors(path: Path | None) -> Iterator[None]:
    """Put the path of a query's file, if it has one, before the message of an error in its text.

    Raises:
        UsageError: The query is not valid.
    """
    try:
        yield
    except UsageError as error:
        if path is None or not str(error).startswith("the query "):
            raise
        raise UsageError(f"{path}: {error}") from None


def bind_stored(
    query: StoredQuery, values: Values, book: Book
) -> tuple[tuple[str, ...], list[BoundQuery]]:
    """Return a stored query with its parameters bound, once for each required value.

    The first result names the columns that tell the answers apart.

    Raises:
        UsageError: A parameter is missing or unknown, or its value does not fit.
    """
    from factbook.query.parameters import parse_values
    from factbook.sparql.alternatives import bind_any
    from factbook.sparql.bind import bind

    terms = parse_values(query, values, book)
    required = {parameter.variable: parameter for parameter in query.parameters}
    several = {name: alternatives for name, alternatives in terms.items() if len(alternatives) > 1}
    one_by_one = {
        name: alternatives for name, alternatives in several.items() if required[name].required
    }
    text = query.text
    for name in several.keys() - one_by_one.keys():
        text = bind_any(text, name, several[name])
    text = bind(
        text,
        {name: alternatives[0] for name, alternatives in terms.items() if len(alternatives) == 1},
    )
    column_names = {column.name for column in query.columns}
    names = (required[name].name for name in one_by_one)
    return (
        tuple(f"for_{name}" if name in column_names else name for name in names),
        [
            BoundQuery(bind(text, dict(zip(one_by_one, combination, strict=True))), combination)
            for combination in itertools.product(*one_by_one.values())
        ],
    )


def run_bound(
    columns: tuple[str, ...], bound: Sequence[BoundQuery], ask: Callable[[str], Answer]
) -> Answer:
    """Run bound queries and combine their answers: all rows, all triples, or whether any is true.

    Args:
        columns: The names of the first columns, which hold the values of each query.
        bound: The queries.
        ask: Runs the text of a query.
    """
    if len(bound) == 1:
        return ask(bound[0].text)
    answers = (ask(query.text) for query in bound)
    first = next(answers)
    everything = itertools.chain([first], answers)
    if isinstance(first, Table):
        rows = (
            (*query.answers_for, *row)
            for query, answer in zip(bound, everything, strict=True)
            if isinstance(answer, Table)
            for row in answer.rows
        )
        return Table((*columns, *first.variables), rows)
    if isinstance(first, Graph):
        graphs = (answer.triples for answer in everything if isinstance(answer, Graph))
        return Graph(dict.fromkeys(itertools.chain.from_iterable(graphs)))
    return any(answer is True for answer in everything)


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
    return _run(book, text, book.prefixes, services, as_standard=True)


def _run(  # noqa: PLR0913 - each is one thing that the answer depends on
    book: Book,
    text: str,
    prefixes: Mapping[str, str],
    services: Collection[str],
    *,
    summed: Collection[str] | None = None,
    as_standard: bool = False,
) -> Answer:
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

    def ask(engine: Engine) -> Answer:
        run = engine.query_as_standard if as_standard else engine.query
        return run(text, prefixes=prefixes)

    summed = sums(text, computed=as_standard) if summed is None else summed
    answer = note_missing_sums(ask(book.engine), summed)
    if not book.leads or not isinstance(answer, Table):
        return answer
    without = ask(book.engine_without_leads)
    return mark_leads(answer, without) if isinstance(without, Table) else answer


_sums_of = lru_cache(_CACHE_SIZE)(sums)


def note_missing_sums(answer: Answer, summed: Collection[str]) -> Answer:
    """Return an answer that warns, once it is read, about sums without a value.

    The engine could not compute such a sum: its integers have 64 bits and its decimals 128 with 18
    decimal places, and a text among the numbers makes it fail too.
    """
    if not isinstance(answer, Table):
        return answer
    places = [place for place, name in enumerate(answer.variables) if name in summed]
    if not places:
        return answer

    def rows() -> Iterator[Row]:
        missing = 0
        for row in answer.rows:
            missing += sum(row[place] is None for place in places)
            yield row
        if missing:
            log_note(
                f"no value for {missing} of the sums and other computed values: beyond the "
                "engine's range, or not everything in them is a number (for GROUP_CONCAT, a text)"
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
            is_known = plain[row] > 0
            plain[row] -= is_known
            yield (*row, Literal(not is_known))

    return Table((*everything.variables, _LEAD), rows())
