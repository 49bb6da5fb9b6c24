"""Turn terms into cells that a person reads: names, grouped thousands, no control characters."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.rdf.terms import XSD
from factbook.results.labels import labels

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from factbook.query.header import Column
    from factbook.rdf.terms import Term
    from factbook.store.answers import Engine, Row

_NUMBER = re.compile(r"([+-]?)([0-9]+)(\.[0-9]+)?", re.ASCII)
_NUMERIC = {XSD + name for name in ("integer", "decimal", "int", "long", "nonNegativeInteger")}
_UNGROUPED = {"year", "identifier"}


@dataclass(frozen=True)
class Cells:
    """A table as text."""

    headings: tuple[str, ...]
    rows: list[tuple[str, ...]]
    numeric: tuple[bool, ...]
    """Per column, whether everything in it is a number."""


def cells(
    variables: Sequence[str],
    rows: Sequence[Row],
    *,
    engine: Engine,
    prefixes: Mapping[str, str],
    columns: Sequence[Column] = (),
) -> Cells:
    """Return the rows with labels for IRIs, and numbers that can be read with their units.

    A column that only says the unit of another is not shown by itself.
    """
    iris = [term.value for row in rows for term in row if isinstance(term, NamedNode)]
    names = labels(engine, iris, prefixes)
    about = {column.name: column for column in columns}
    units = {
        name: variables.index(column.unit)
        for name, column in about.items()
        if column.unit in variables and name in variables
    }
    shown = [index for index in range(len(variables)) if index not in units.values()]

    if units:
        from factbook.results.amounts import amount

    def cell(row: Row, index: int) -> str:
        name, term = variables[index], row[index]
        unit = row[units[name]] if name in units else None
        if isinstance(unit, NamedNode) and isinstance(term, Literal) and _is_number(term):
            return printable(amount(term.value, unit.value, names.get(unit.value, unit.value)))
        return readable(term, names, about[name].type if name in about else "")

    return Cells(
        headings=tuple(variables[index] for index in shown),
        rows=[tuple(cell(row, index) for index in shown) for row in rows],
        numeric=tuple(
            bool(rows) and all(_is_number(row[index]) for row in rows) for index in shown
        ),
    )


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


def grouped(number: str) -> str:
    """Return a decimal number with its thousands set apart by commas."""
    match = _NUMBER.fullmatch(number)
    if match is None:
        return printable(number)
    sign, whole, fraction = match.groups()
    return f"{sign}{int(whole):,}{fraction or ''}"


def printable(text: str) -> str:
    """Return a text on one line, without the characters that steer a terminal."""
    return "".join(
        " "
        if character in "\t\n\r"
        else "\ufffd"
        if unicodedata.category(character) in {"Cc", "Cf", "Cs"} and character != "\u00ad"
        else character
        for character in text
    )


def _is_number(term: Term | None) -> bool:
    return term is None or (isinstance(term, Literal) and term.datatype.value in _NUMERIC)
