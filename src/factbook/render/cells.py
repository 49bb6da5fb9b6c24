"""Turn the rows of an answer into a table of texts that a person reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.render.humanize import (
    NUMERIC_TYPES,
    format_amount,
    format_iso_date,
    format_range,
    make_printable,
)
from factbook.render.labels import Labels

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from factbook.rdf.terms import Term
    from factbook.store.answers import Engine, Row


@dataclass(frozen=True)
class Column:
    """What a result column holds, and which other columns belong to it.

    `unit` names the column with the unit of a number, `low` and `high` those with the ends of a
    range that stands in its place, and `precision` the one that says how much of a date is known:
    tables for people show them in one cell. A `detail` is left out of such tables unless asked for,
    and a `sparse` column where no row has anything in it. Where a terminal has no room for all
    columns, those of `cite` become numbers of a list below, and the columns with the greatest
    `priority` are left out first.
    """

    name: str
    type: str = "text"
    unit: str | None = None
    low: str | None = None
    high: str | None = None
    precision: str | None = None
    detail: bool = False
    sparse: bool = False
    doc: str = ""
    title: str = ""
    cite: bool = False
    priority: int = 2


@dataclass(frozen=True)
class Cells:
    """A table as text."""

    headings: tuple[str, ...]
    rows: list[tuple[str, ...]]
    numeric: tuple[bool, ...]
    """Per column, whether everything in it is a number."""


def build_cells(  # noqa: PLR0913 - each is one thing that cells depend on
    variables: Sequence[str],
    rows: Sequence[Row],
    *,
    engine: Engine,
    prefixes: Mapping[str, str],
    columns: Sequence[Column] = (),
    wide: bool = False,
) -> Cells:
    """Return the rows with labels for IRIs, and numbers that can be read with their units.

    A column that belongs to another (its unit, the ends of its range, the precision of its date) is
    not shown by itself. Details are shown only in a wide table, and a sparse column only if it has
    values.
    """
    labels = Labels(prefixes, engine)
    labels.look_up(term.value for row in rows for term in row if isinstance(term, NamedNode))
    texts = CellTexts(variables, columns, labels)
    empty = {
        column.name
        for column in texts.columns.values()
        if column.sparse and all(texts.term(row, column.name) is None for row in rows)
    }
    details = {column.name for column in texts.columns.values() if column.detail and not wide}
    left_out = texts.companions | details | empty
    shown = [index for index, name in enumerate(variables) if name not in left_out]

    return Cells(
        headings=tuple(variables[index] for index in shown),
        rows=[tuple(texts.of(row, variables[index]) for index in shown) for row in rows],
        numeric=tuple(
            bool(rows) and all(_is_number(row[index]) for row in rows) for index in shown
        ),
    )


class CellTexts:
    """Gives the text of a cell, joined with the values of the columns that belong to it."""

    def __init__(self, variables: Sequence[str], columns: Sequence[Column], labels: Labels) -> None:
        self.columns = {column.name: column for column in columns if column.name in variables}
        self.labels = labels
        self._places = {name: index for index, name in enumerate(variables)}

    @property
    def companions(self) -> set[str]:
        """The columns that are shown in the cells of others."""
        return {
            name
            for column in self.columns.values()
            for name in (column.unit, column.low, column.high, column.precision)
            if name is not None
        }

    def term(self, row: Row, name: str | None) -> Term | None:
        """Return the term of a column, or None if there is no such column."""
        return row[self._places[name]] if name in self._places else None

    def of(self, row: Row, name: str) -> str:
        """Return the text of a cell."""
        term, column = self.term(row, name), self.columns.get(name, Column(name, ""))
        precision = self.term(row, column.precision)
        if isinstance(precision, NamedNode) and isinstance(term, Literal):
            return make_printable(format_iso_date(term.value, self.labels.of(precision.value)))
        unit, most = self.term(row, column.unit), self.term(row, column.high)
        if most is None and (term is not None or column.low is None):
            return self._format(term, unit, column)
        least = self.term(row, column.low) if term is None else term
        return format_range(*(self._format(end, unit, column) for end in (least, most)))

    def _format(self, term: Term | None, unit: Term | None, column: Column) -> str:
        if term is None:
            return ""
        if isinstance(unit, NamedNode) and isinstance(term, Literal) and _is_number(term):
            symbol = self.labels.of(unit.value)
            return make_printable(format_amount(term.value, unit.value, symbol))
        return self.labels.of_term(term, column.type)


def _is_number(term: Term | None) -> bool:
    return term is None or (isinstance(term, Literal) and term.datatype.value in NUMERIC_TYPES)
