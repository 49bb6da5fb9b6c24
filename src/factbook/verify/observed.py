"""Look up observations with their number, unit, date, standing and source."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode

from factbook.query.stored_queries import find_page_query
from factbook.rdf.terms import is_iri, value_of
from factbook.render.humanize import format_amount, format_date, format_range
from factbook.sparql.bind import bind_rows
from factbook.store.answers import select

if TYPE_CHECKING:
    from collections.abc import Iterable

    from factbook.book import Book
    from factbook.rdf.terms import Term
    from factbook.render.labels import Labels

_BATCH = 400


@dataclass(frozen=True)
class Observed:
    """One observation of one source."""

    iri: str
    thing: str
    """Its subject, or a party to the event that it is about."""
    about: str
    measure: str
    value: Term | None
    low: Term | None
    high: Term | None
    unit: str
    date: str
    date_precision: str
    standing: str
    until: str
    source: str

    @property
    def iris(self) -> set[str]:
        """The IRIs of everything that it refers to."""
        value = self.value.value if isinstance(self.value, NamedNode) else ""
        named = {self.thing, self.about, self.measure, self.unit, self.date_precision, value}
        return named | {self.standing, self.source}

    @property
    def numbers(self) -> list[Decimal]:
        """The numbers among its value and the ends of its range."""
        return [
            number
            for term in (self.value, self.low, self.high)
            if (number := to_number(term)) is not None
        ]

    def state(self, labels: Labels) -> str:
        """Format the number with its unit."""

        def amount(term: Term | None) -> str:
            if not isinstance(term, Literal):
                return labels.of_term(term) if term is not None else ""
            return format_amount(term.value, self.unit, labels.of(self.unit) if self.unit else "")

        return amount(self.value) or format_range(amount(self.low), amount(self.high))

    def when(self, labels: Labels) -> str:
        """Format the date, cut to its precision."""
        if not self.date:
            return "undated"
        precision = labels.of(self.date_precision) if self.date_precision else "day"
        return format_date(self.date, precision)


def to_number(term: Term | None) -> Decimal | None:
    """Return the number of a numeric literal, or None."""
    if not isinstance(term, Literal):
        return None
    try:
        number = Decimal(term.value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def find_observed(book: Book, *, variable: str, iris: Iterable[str]) -> list[Observed]:
    """Return observations.

    Args:
        book: The book to query.
        variable: What the IRIs are: 'thing' or 'observation'.
        iris: The IRIs of things, or of the observations themselves.
    """
    query = find_page_query(book.layout.queries, "observed").text
    rows_to_bind = [(NamedNode(iri),) for iri in sorted(set(iris)) if is_iri(iri)]
    observed_by_key: dict[tuple[str, str, str], Observed] = {}
    for start in range(0, len(rows_to_bind), _BATCH):
        text = bind_rows(query, (variable,), rows_to_bind[start : start + _BATCH])
        for row in select(book.engine, text):
            each = _build(row)
            observed_by_key.setdefault((each.iri, each.thing, each.source), each)
    return list(observed_by_key.values())


def _build(row: tuple[Term | None, ...]) -> Observed:
    """Return a row as an observation; its columns are in the order of the fields."""
    fields: tuple[Any, ...] = (*map(value_of, row[:4]), *row[4:7], *map(value_of, row[7:]))
    return Observed(*fields)
