"""Turn terms into cells that a person reads: names, grouped thousands, no control characters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.rdf.terms import XSD
from factbook.render.humanize import amount, grouped, iso_date, printable
from factbook.render.labels import find_labels

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from factbook.query.header import Column
    from factbook.rdf.terms import Term
    from factbook.store.answers import Engine, Row

_NUMERIC = {XSD + name for name in ("integer", "decimal", "int", "long", "nonNegativeInteger")}
_UNGROUPED = {"year", "identifier"}


@dataclass(frozen=True)
class Cells:
    """A table as text."""

    headings: tuple[str, ...]
    rows: list[tuple[str, ...]]
    numeric: tuple[bool, ...]
    """Per column, whether everything in it is a number."""


def cells(  # noqa: PLR0913 - each is one thing that cells depend on
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
    not shown by itself. A detail is shown only where the table may be wide, and a sparse column
    only where there is something in it.
    """
    iris = [term.value for row in rows for term in row if isinstance(term, NamedNode)]
    names = find_labels(engine, iris, prefixes)
    about = {column.name: column for column in columns if column.name in variables}
    owned = {name for column in about.values() for name in _owned(column)}
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
        if column is None or not any(_owned(column)):
            return readable(row[index], names, column.type if column else "")

        def beside(name: str | None) -> Term | None:
            return row[places[name]] if name in places else None

        return _with_others(row[index], column, beside, names)

    return Cells(
        headings=tuple(variables[index] for index in shown),
        rows=[tuple(cell(row, index) for index in shown) for row in rows],
        numeric=tuple(
            bool(rows) and all(_is_number(row[index]) for row in rows) for index in shown
        ),
    )


def _owned(column: Column) -> list[str]:
    owned = (column.unit, column.low, column.high, column.precision)
    return [name for name in owned if name is not None]


def _with_others(
    term: Term | None,
    column: Column,
    beside: Callable[[str | None], Term | None],
    names: Mapping[str, str],
) -> str:
    """Return a cell together with what the columns that belong to it say."""
    precision = beside(column.precision)
    if isinstance(precision, NamedNode) and isinstance(term, Literal):
        return printable(iso_date(term.value, names.get(precision.value, "")))
    low, high = beside(column.low) if term is None else term, beside(column.high)
    ends = [(low, "" if term else "from "), (high, "to ")]
    said = [(word, _quantity(end, beside(column.unit), column, names)) for end, word in ends if end]
    if len(said) > 1:
        return " to ".join(quantity for _, quantity in said)
    return "".join(word + quantity for word, quantity in said)


def _quantity(term: Term, unit: Term | None, column: Column, names: Mapping[str, str]) -> str:
    if isinstance(unit, NamedNode) and isinstance(term, Literal) and _is_number(term):
        return printable(amount(term.value, unit.value, names.get(unit.value, unit.value)))
    return readable(term, names, column.type)


def readable(term: Term | None, names: Mapping[str, str], kind: str = "") -> str:
    """Return one cell."""
    if isinstance(term, Literal):
        return _readable_literal(term, kind)
    if isinstance(term, NamedNode):
        return printable(names.get(term.value, term.value))
    return "" if term is None else printable(str(term))


def _readable_literal(literal: Literal, kind: str) -> str:
    datatype = literal.datatype.value
    if datatype in _NUMERIC and kind not in _UNGROUPED:
        return grouped(literal.value)
    if datatype == f"{XSD}boolean":
        return "yes" if literal.value in {"true", "1"} else "no"
    return printable(literal.value)


def _is_number(term: Term | None) -> bool:
    return term is None or (isinstance(term, Literal) and term.datatype.value in _NUMERIC)
