"""Run a query over a book: a stored one with values for its parameters, or any text."""

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


_KEPT = 256  # stored queries, of which it is known which columns are sums


def with_leads_for(book: Book, query: StoredQuery) -> Book:
    """Return the book to run a stored query over: with leads if the query is about them."""
    return book.with_leads() if query.asks_leads else book


class BoundQuery(NamedTuple):
    """The text of a stored query with its parameters bound."""

    text: str
    answers_for: tuple[NamedNode | Literal, ...] = ()
    """The values of the required parameters that were given several, of which this answers one."""


def run_stored(
    book: Book,
    query: StoredQuery,
    values: Values,
    *,
    services: Collection[str] = (),
    refine: Refinement | None = None,
) -> Answer:
    """Run a stored query and return the engine's answer.

    Several values of an optional parameter mean any of them. Several of a required one give the
    answer for each, after the other; a column in front says which, under the parameter's name.

    Args:
        book: The book.
        query: The query.
        values: The values of its parameters, by their names.
        services: The names of the registered endpoints that it may use.
        refine: What to keep of its rows and columns, and in which order.

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

    with naming_file(query.path):
        if not query.parameters and not values:
            return ask(query.text)
        columns, bound = bind_stored(query, values, book)
        return ask_bound(columns, bound, ask)


@contextmanager
def naming_file(path: Path | None) -> Iterator[None]:
    """Put the file of a query, if it has one, before what is wrong with its text.

    Raises:
        UsageError: The query is not valid.
    """
    try:
        yield
    except UsageError as wrong:
        if path is None or not str(wrong).startswith("the query "):
            raise
        raise UsageError(f"{path}: {wrong}") from None


def bind_stored(
    query: StoredQuery, values: Values, book: Book
) -> tuple[tuple[str, ...], list[BoundQuery]]:
    """Return the texts that answer a stored query, and the names of the columns that they need.

    Raises:
        UsageError: A parameter is missing or unknown, or its value does not fit.
    """
    from factbook.query.parameters import parse_values
    from factbook.sparql.alternatives import bind_any
    from factbook.sparql.bind import bind

    terms = parse_values(query, values, book)
    required = {parameter.variable: parameter for parameter in query.parameters}
    several = {name: given for name, given in terms.items() if len(given) > 1}
    each = {name: given for name, given in several.items() if required[name].required}
    text = query.text
    for name in several.keys() - each.keys():
        text = bind_any(text, name, several[name])
    text = bind(text, {name: given[0] for name, given in terms.items() if len(given) == 1})
    taken = {column.name for column in query.columns}
    names = (required[name].name for name in each)
    return (
        tuple(f"for_{name}" if name in taken else name for name in names),
        [
            BoundQuery(bind(text, dict(zip(each, given, strict=True))), given)
            for given in itertools.product(*each.values())
        ],
    )


def ask_bound(
    columns: tuple[str, ...], bound: Sequence[BoundQuery], ask: Callable[[str], Answer]
) -> Answer:
    """Return the answers to bound queries as one.

    These are the rows after one another, all triples, or whether one of them is true.

    Args:
        columns: The names of the columns in front that say what each row answers.
        bound: The queries.
        ask: Runs a text.
    """
    if len(bound) == 1:
        return ask(bound[0].text)
    answers = (ask(each.text) for each in bound)
    first = next(answers)
    everything = itertools.chain([first], answers)
    if isinstance(first, Table):
        rows = (
            (*each.answers_for, *row)
            for each, answer in zip(bound, everything, strict=True)
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


_sums_of = lru_cache(_KEPT)(sums)


def note_missing_sums(answer: Answer, summed: Collection[str]) -> Answer:
    """Return an answer that logs how many of its sums have no value once it was read.

    A sum without a value is one that the engine could not compute: integers have 64 bits in it and
    decimals 128 with 18 places, and a text among the numbers makes it fail too.
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
            known = plain[row] > 0
            plain[row] -= known
            yield (*row, Literal(not known))

    return Table((*everything.variables, _LEAD), rows())
