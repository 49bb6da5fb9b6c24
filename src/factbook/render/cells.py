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
    from collections.abc import Callable, Mapping, Sequence

    from factbook.rdf.terms import Term
    from factbook.store.answers import Engine, Row


@dataclass(frozen=True)
class Column:
    """What a result column holds, and which other columns belong to it.

    `unit` names the column with the unit of a number, `low` and `high` those with the ends of a
    range that stands in its place, and `precision` the one that says how much of a date is known:
    tables for people show them in one cell. A `detail` is left out of such tables unless asked for,
    and a `sparse` column where no row has anything in it.
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
    about = {column.name: column for column in columns if column.name in variables}
    owned = {name for column in about.values() for name in _list_companions(column)}
    places = {name: index for index, name in enumerate(variables)}
    empty = {
        column.name
        for column in about.values()
        if column.sparse and all(row[places[column.name]] is None for row in rows)
    }
    details = {column.name for column in about.values() if column.detail and not wide}
    left_out = owned | details | empty
    shown = [index for index, name in enumerate(variables) if name not in left_out]

    def cell(row: Row, index: int) -> str:
        column = about.get(variables[index])
        if column is None or not any(_list_companions(column)):
            return _format_term(row[index], labels, column.type if column else "")

        def beside(name: str | None) -> Term | None:
            return row[places[name]] if name in places else None

        return _join_companions(row[index], column, beside, labels)

    return Cells(
        headings=tuple(variables[index] for index in shown),
        rows=[tuple(cell(row, index) for index in shown) for row in rows],
        numeric=tuple(
            bool(rows) and all(_is_number(row[index]) for row in rows) for index in shown
        ),
    )


def _list_companions(column: Column) -> list[str]:
    owned = (column.unit, column.low, column.high, column.precision)
    return [name for name in owned if name is not None]


def _join_companions(
    term: Term | None,
    column: Column,
    beside: Callable[[str | None], Term | None],
    labels: Labels,
) -> str:
    """Return a cell joined with the values of the columns that belong to it."""
    precision = beside(column.precision)
    if isinstance(precision, NamedNode) and isinstance(term, Literal):
        return make_printable(format_iso_date(term.value, labels.of(precision.value)))
    unit, most = beside(column.unit), beside(column.high)
    if term is not None and most is None:
        return _format_quantity(term, unit, column, labels)
    least = beside(column.low) if term is None else term
    return format_range(*(_format_quantity(end, unit, column, labels) for end in (least, most)))


def _format_quantity(term: Term | None, unit: Term | None, column: Column, labels: Labels) -> str:
    if isinstance(unit, NamedNode) and isinstance(term, Literal) and _is_number(term):
        return make_printable(format_amount(term.value, unit.value, labels.of(unit.value)))
    return _format_term(term, labels, column.type)


def _format_term(term: Term | None, labels: Labels, column_type: str) -> str:
    return "" if term is None else labels.of_term(term, column_type)


def _is_number(term: Term | None) -> bool:
    return term is None or (isinstance(term, Literal) and term.datatype.value in NUMERIC_TYPES)
