"""Turn the rows of an answer into a table of text for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.render.humanize import (
    NUMERIC_TYPES,
    format_amount,
    format_iso_date,
    format_range,
    group_thousands,
    make_printable,
    round_computed,
)
from factbook.render.labels import Labels
from factbook.render.marks import MARKS, explain_marks, mark_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from factbook.rdf.terms import Term
    from factbook.store.answers import Engine, Row

_OF_COMPUTED = "the mark of a computed number is that of a figure that it is computed from"


@dataclass(frozen=True)
class Column:
    """What a result column holds, and which other columns belong to it.

    Tables for people show some columns in the cell of another: `unit` names the column with the
    unit of a number, `low` and `high` those with the ends of a range, and `precision` the one that
    says how precise a date or a number is. They show a `detail` only in wide tables, and a `sparse`
    column only if it has values. Where a terminal has too little room, columns with `cite` become
    numbers of a list below the table, and columns with the greatest `priority` are left out first.
    A number with `computed` is rounded to three significant digits. `figure` names the column with
    the observation of a value, whose marks follow the value.
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
    priority: int = 0
    figure: str | None = None
    computed: tuple[str, ...] = ()

    @property
    def marked_by(self) -> tuple[str, ...]:
        """The columns with the source or the figures whose marks follow a value."""
        if self.cite:
            return (self.name,)
        if self.type == "integer" and not self.figure:  # a count or an age
            return ()
        return tuple(dict.fromkeys(filter(None, (self.figure, *self.computed))))


@dataclass(frozen=True)
class Cells:
    """A table of text."""

    headings: tuple[str, ...]
    rows: list[tuple[str, ...]]
    numeric: tuple[bool, ...]
    """For each column, whether all its values are numbers."""
    cited: frozenset[int] = frozenset()
    """The columns with sources, which can become numbers of a list."""
    priorities: tuple[int, ...] = ()
    """The priority of each column, if columns may be left out; else empty."""
    notes: tuple[str, ...] = ()
    """Lines under the table, such as the legend of its marks."""


def build_cells(  # noqa: PLR0913 - each is one thing that cells depend on
    variables: Sequence[str],
    rows: Sequence[Row],
    *,
    engine: Engine,
    prefixes: Mapping[str, str],
    columns: Sequence[Column] = (),
    marks: Mapping[str, Sequence[str]] | None = None,
    only: Sequence[str] = (),
    wide: bool = False,
) -> Cells:
    """Return the rows as text, with labels for IRIs and readable numbers with their units.

    A column that belongs to another (its unit, the ends of its range, its precision) is not shown
    by itself. Details are shown only in a wide table, and a sparse column only if it has values.

    Args:
        variables: The columns of the answer.
        rows: Its rows.
        engine: Where labels are looked up.
        prefixes: The prefixes for IRIs without a label.
        columns: The columns as the front matter of the query describes them.
        marks: The names of marks by figure or source.
        only: The columns to show, in this order, even details; by default the usual ones.
        wide: Whether to show details too, and to leave out no column for lack of room.
    """
    labels = Labels(prefixes, engine)
    labels.look_up(term.value for row in rows for term in row if isinstance(term, NamedNode))
    texts = CellTexts(variables, columns, labels, marks or {})
    shown = list(only) or texts.choose_columns(rows, wide=wide)
    described = [texts.columns.get(name, Column(name)) for name in shown]
    cells = [tuple(texts.of(row, name) for name in shown) for row in rows]
    return Cells(
        headings=tuple(column.title or column.name for column in described),
        rows=cells,
        numeric=tuple(
            bool(rows) and all(_is_number(texts.term(row, name)) for row in rows) for name in shown
        ),
        cited=frozenset(place for place, column in enumerate(described) if column.cite),
        priorities=() if wide or only or not columns else tuple(map(_prioritize, described)),
        notes=(texts.legend,) if texts.legend else (),
    )


def _prioritize(column: Column) -> int:
    """Return the priority of a column: its own, else 1 for sources and 2 for others."""
    return column.priority or (1 if column.cite else 2)


class CellTexts:
    """Gives the text of a cell, joined with the values of the columns that belong to it."""

    def __init__(
        self,
        variables: Sequence[str],
        columns: Sequence[Column],
        labels: Labels,
        marks: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.used: set[str] = set()
        """The names of the marks used so far."""
        self._marks_computed = False
        self._marks = marks or {}
        self._names = tuple(variables)
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

    def choose_columns(self, rows: Sequence[Row], *, wide: bool) -> list[str]:
        """Return the columns to show: no companions, no details, and nothing sparse and empty."""
        left_out = {
            column.name
            for column in self.columns.values()
            if (column.detail and not wide)
            or (column.sparse and not any(self._has_value(row, column) for row in rows))
        }
        return [name for name in self._names if name not in left_out | self.companions]

    def _has_value(self, row: Row, column: Column) -> bool:
        ends = (column.name, column.low, column.high)
        return any(self.term(row, name) is not None for name in ends)

    def term(self, row: Row, name: str | None) -> Term | None:
        """Return the term of a column, or None if there is no such column."""
        return row[self._places[name]] if name in self._places else None

    def of(self, row: Row, name: str) -> str:
        """Return the text of a cell, with its marks."""
        text = self._join(row, name)
        if not text or not self._marks:
            return text
        column = self.columns.get(name, Column(name))
        marked_iris = {iri for other in column.marked_by for iri in iris_in(self.term(row, other))}
        names_of_marks = {mark for iri in marked_iris for mark in self._marks.get(iri, ())}
        marks = [name for name in MARKS if name in names_of_marks]
        self.used.update(marks)
        self._marks_computed |= bool(marks) and bool(column.computed)
        return mark_text(text, marks)

    @property
    def legend(self) -> str:
        """The explanation of the marks used so far."""
        explanation = explain_marks(self.used)
        return f"{explanation}; {_OF_COMPUTED}" if self._marks_computed else explanation

    def _join(self, row: Row, name: str) -> str:
        term, column = self.term(row, name), self.columns.get(name, Column(name, ""))
        precision = self.term(row, column.precision)
        precision_label = (
            self.labels.of(precision.value) if isinstance(precision, NamedNode) else ""
        )
        if precision_label and isinstance(term, Literal) and not _is_number(term):
            return make_printable(format_iso_date(term.value, precision_label))
        number = self._join_number(row, term, column)
        return f"{precision_label} {number}" if precision_label and number else number

    def _join_number(self, row: Row, term: Term | None, column: Column) -> str:
        unit, most = self.term(row, column.unit), self.term(row, column.high)
        low = self.term(row, column.low)
        least = term if low is None else low
        single = self._format(term, unit, column)
        if least == most or (term is not None and most is None):
            return single or self._format(least, unit, column)
        ends = format_range(*(self._format(end, unit, column) for end in (least, most)))
        return f"{single} ({ends})" if single and low is not None else ends

    def _format(self, term: Term | None, unit: Term | None, column: Column) -> str:
        if term is None:
            return ""
        if isinstance(unit, NamedNode) and isinstance(term, Literal) and _is_number(term):
            symbol = self.labels.of(unit.value)
            return make_printable(format_amount(term.value, unit.value, symbol))
        if column.computed and isinstance(term, Literal) and _is_number(term):
            return group_thousands(round_computed(term.value))
        return self.labels.of_term(term, column.type)


def list_marked(
    variables: Sequence[str], rows: Sequence[Row], columns: Sequence[Column]
) -> set[str]:
    """Return the figures and sources of an answer whose marks its cells show."""
    names = {name for column in columns for name in column.marked_by}
    places = [place for place, name in enumerate(variables) if name in names]
    return {iri for row in rows for place in places for iri in iris_in(row[place])}


def shows_sources(columns: Sequence[Column]) -> bool:
    """Tell whether a table has a column of sources."""
    return any(column.cite and not column.detail for column in columns)


def iris_in(term: Term | None) -> Sequence[str]:
    """Return the IRIs in a cell: an IRI, or several in a text, separated by spaces."""
    if isinstance(term, NamedNode):
        return (term.value,)
    return term.value.split() if isinstance(term, Literal) else ()


def _is_number(term: Term | None) -> bool:
    return term is None or (isinstance(term, Literal) and term.datatype.value in NUMERIC_TYPES)
