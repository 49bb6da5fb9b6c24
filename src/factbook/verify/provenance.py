"""Find the observations, dates and sources behind each cell of an answer."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.verify.observed import find_observed, to_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from factbook.book import Book
    from factbook.rdf.terms import Term
    from factbook.render.cells import Column
    from factbook.store.answers import Row
    from factbook.verify.observed import Observed

_SOURCE, _DATE, _OBSERVATION = "source", "date", "observation"


@dataclass(frozen=True)
class Provenance:
    """The observations, dates and sources behind a cell."""

    observations: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


class CellProvenance:
    """Finds the provenance of the cells of one answer.

    The provenance of a number is the observations of its row that state it or, in a row without
    observations, those about a thing in the row or in the question. That of a computed cell is the
    observations that its column names. Any other cell has the source in its row.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - each is one thing that it depends on
        self,
        book: Book,
        variables: Sequence[str],
        rows: Sequence[Row],
        columns: Sequence[Column],
        computed: dict[str, list[str]],
        about: Iterable[str] = (),
    ) -> None:
        """Look up the observations of an answer.

        Args:
            book: The book.
            variables: The columns of the answer.
            rows: Its rows.
            columns: The columns as the query describes them.
            computed: For each computed column, the columns with its observations.
            about: The things in the question.
        """
        self._variables = variables
        self._columns = {column.name: column for column in columns}
        self._computed = computed
        self._about = tuple(about)
        named = {term.value for row in rows for term in row if isinstance(term, NamedNode)}
        listed = {name for columns in computed.values() for name in columns} & set(variables)
        texts = (row[variables.index(name)] for row in rows for name in listed)
        named |= {iri for text in texts if isinstance(text, Literal) for iri in text.value.split()}
        of_rows = find_observed(book, variable=_OBSERVATION, iris=named)
        self._by_iri: dict[str, list[Observed]] = defaultdict(list)
        for observed in of_rows:
            self._by_iri[observed.iri].append(observed)
        self._by_thing: dict[str, list[Observed]] = defaultdict(list)
        if not self._by_iri:
            for observed in find_observed(book, variable="thing", iris={*named, *self._about}):
                self._by_thing[observed.thing].append(observed)

    @property
    def observed(self) -> list[Observed]:
        """All observations that were looked up."""
        groups = [*self._by_iri.values(), *self._by_thing.values()]
        return [observed for group in groups for observed in group]

    def of(self, row: Row, name: str) -> Provenance:
        """Return the provenance of a cell of a row."""
        by_name = dict(zip(self._variables, row, strict=True))
        if by_name[name] is None and not self._has_range(name, by_name):
            return Provenance()
        stated = list(self._stating(name, row, by_name))
        if stated:
            return _sum_up(stated)
        for source, date in ((f"{name}{_SOURCE}", ""), (_SOURCE, _DATE)):
            source_term, day = by_name.get(source), by_name.get(date)
            if isinstance(source_term, NamedNode):
                dates = (day.value,) if isinstance(day, Literal) else ()
                return Provenance(dates=dates, sources=(source_term.value,))
        return Provenance()

    def _has_range(self, name: str, by_name: dict[str, Term | None]) -> bool:
        column = self._columns.get(name)
        ends = (column.low, column.high) if column else ()
        return any(by_name.get(end) is not None for end in ends if end)

    def _stating(self, name: str, row: Row, by_name: dict[str, Term | None]) -> Iterable[Observed]:
        term = by_name[name]
        if name in self._computed:
            for other in self._computed[name]:
                value = by_name.get(other)
                if isinstance(value, NamedNode | Literal):
                    for iri in value.value.split():
                        yield from self._by_iri.get(iri, ())
            return
        if isinstance(term, NamedNode) and term.value in self._by_iri:
            yield from self._by_iri[term.value]
            return
        column = self._columns.get(name)
        ends = (column.low, column.high) if column else ()
        values = {term, *(by_name.get(end) for end in ends if end)} - {None}
        numbers = {number for value in values if (number := to_number(value)) is not None}
        for observed in self._of_row(row):
            if (
                observed.value in values
                if isinstance(term, NamedNode)
                else numbers and numbers <= set(observed.numbers)
            ):
                yield observed

    def _of_row(self, row: Row) -> Iterable[Observed]:
        iris = [term.value for term in row if isinstance(term, NamedNode)]
        of_row = [observed for iri in iris for observed in self._by_iri.get(iri, ())]
        if of_row or self._by_iri:
            return of_row
        things = dict.fromkeys((*iris, *self._about))
        return [observed for iri in things for observed in self._by_thing.get(iri, ())]


def _sum_up(stated: Sequence[Observed]) -> Provenance:
    return Provenance(
        observations=tuple(dict.fromkeys(observed.iri for observed in stated)),
        dates=tuple(dict.fromkeys(observed.date for observed in stated if observed.date)),
        sources=tuple(dict.fromkeys(observed.source for observed in stated)),
    )
