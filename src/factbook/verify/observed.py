"""Observations as answers and checks need them: number, unit, date, standing, source."""

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
    """What it is about, or a party to the event that it is about."""
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
        """Everything that it names."""
        value = self.value.value if isinstance(self.value, NamedNode) else ""
        named = {self.thing, self.about, self.measure, self.unit, self.date_precision, value}
        return named | {self.standing, self.source}

    @property
    def numbers(self) -> list[Decimal]:
        """The value and the ends of the range, those that are numbers."""
        return [
            number
            for term in (self.value, self.low, self.high)
            if (number := to_number(term)) is not None
        ]

    def state(self, labels: Labels) -> str:
        """Return the number in words with its unit."""

        def amount(term: Term | None) -> str:
            if not isinstance(term, Literal):
                return labels.of_term(term) if term is not None else ""
            return format_amount(term.value, self.unit, labels.of(self.unit) if self.unit else "")

        return amount(self.value) or format_range(amount(self.low), amount(self.high))

    def when(self, labels: Labels) -> str:
        """Return the date in words, as precisely as it is known."""
        if not self.date:
            return "undated"
        known = labels.of(self.date_precision) if self.date_precision else "day"
        return format_date(self.date, known)


def to_number(term: Term | None) -> Decimal | None:
    """Return the number that a literal is, if it is one."""
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
        book: Where they are.
        variable: What is given: 'thing' or 'observation'.
        iris: The things that they are about, or their own IRIs.
    """
    query = find_page_query(book.layout.queries, "observed").text
    wanted = [(NamedNode(iri),) for iri in sorted(set(iris)) if is_iri(iri)]
    found: dict[tuple[str, str, str], Observed] = {}
    for start in range(0, len(wanted), _BATCH):
        text = bind_rows(query, (variable,), wanted[start : start + _BATCH])
        for row in select(book.engine, text):
            each = _build(row)
            found.setdefault((each.iri, each.thing, each.source), each)
    return list(found.values())


def _build(row: tuple[Term | None, ...]) -> Observed:
    """Return a row as an observation: its columns are the fields, in their order."""
    fields: tuple[Any, ...] = (*map(value_of, row[:4]), *row[4:7], *map(value_of, row[7:]))
    return Observed(*fields)
