"""Build pivot tables: a row for each thing, a column for each year or quarter."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.errors import UsageError, did_you_mean
from factbook.render.cells import Cells, CellTexts, Column
from factbook.render.humanize import count_noun, format_date, words_in_name
from factbook.render.labels import Labels
from factbook.store.answers import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from factbook.rdf.terms import Term
    from factbook.store.answers import Engine, Row

    Key = tuple[Term | str | None, ...]

SPANS = ("year", "quarter")
_UNDATED = "undated"
_NO_VALUE = "–"  # noqa: RUF001 - a dash for a statement without a number
_DAY = re.compile(r"(\d{4})(?:-(\d\d))?")


@dataclass(frozen=True)
class Pivot:
    """The pivot table of a query.

    There is a row for each combination of the values of `rows`, and a column for each value of
    `columns`, or for each year or quarter of its dates if `by` is given. `cells` names the column
    with the values.
    """

    rows: tuple[str, ...]
    columns: str
    cells: str
    by: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of the answer that the pivot table needs."""
        return (*self.rows, self.columns, self.cells)


def read_pivot(raw: object) -> Pivot:
    """Parse the pivot table in the front matter of a query.

    Raises:
        UsageError: The description is not valid.
    """
    if not isinstance(raw, dict):
        raise UsageError(
            "pivot: write a mapping such as {rows: company, columns: year, cells: sum}"
        )
    known = [each.name for each in fields(Pivot)]
    for key in raw:
        if key not in known:
            raise UsageError(f"pivot: there is no key '{key}'.{did_you_mean(str(key), known)}")
    for key in ("rows", "columns", "cells"):
        if not raw.get(key):
            raise UsageError(f"pivot: name the column for '{key}'")
    by = str(raw.get("by", ""))
    if by and by not in SPANS:
        raise UsageError(f"pivot: by '{by}' is not one of {', '.join(SPANS)}")
    rows = raw["rows"]
    names = tuple(map(str, rows)) if isinstance(rows, list | tuple) else (str(rows),)
    return Pivot(names, str(raw["columns"]), str(raw["cells"]), by)


class _Grid:
    """The rows of an answer, grouped by row and column of the pivot table."""

    def __init__(self, pivot: Pivot, texts: CellTexts, rows: Sequence[Row]) -> None:
        self.pivot, self.texts = pivot, texts
        self.places: dict[Key, dict[str, list[Row]]] = {}
        for row in rows:
            inside = self.places.setdefault(self._key(row), {})
            inside.setdefault(self._head(row), []).append(row)
        ranks: dict[Key, int] = {}
        for key in self.places:
            for end in range(1, len(key) + 1):
                ranks.setdefault(key[:end], len(ranks))
        self.places = {  # What begins alike stands together
            key: self.places[key]
            for key in sorted(
                self.places, key=lambda key: [ranks[key[:end]] for end in range(1, len(key) + 1)]
            )
        }
        heads = {head for inside in self.places.values() for head in inside}
        self.heads = sorted(heads, key=lambda head: (head == _UNDATED, head))

    def _key(self, row: Row) -> Key:
        key: list[Term | str | None] = []
        for name in self.pivot.rows:
            term = self.texts.term(row, name)
            key.append(term)
            if term is not None and self.is_period(
                name
            ):  # the quarter to April and the one to July are different rows
                key.append(self._month(row))
        return tuple(key)

    def is_period(self, name: str) -> bool:
        """Tell whether a column holds durations, which a row shows with their last month."""
        column = self.texts.columns.get(name)
        return self.pivot.by == "year" and column is not None and column.type == "period"

    def _month(self, row: Row) -> str:
        day = self.texts.term(row, self.pivot.columns)
        if not isinstance(day, Literal) or not _DAY.match(day.value):
            return ""
        return format_date(day.value, "month").split(" ")[0]

    def _head(self, row: Row) -> str:
        term = self.texts.term(row, self.pivot.columns)
        if term is None:
            return _UNDATED
        match = _DAY.match(term.value) if self.pivot.by and isinstance(term, Literal) else None
        if match is None:
            return self.texts.of(row, self.pivot.columns)
        if self.pivot.by == "year" or match[2] is None:
            return match[1]
        return f"{match[1]}-Q{(int(match[2]) + 2) // 3}"

    def value(self, row: Row) -> Term | None:
        """Return the value of a cell in machine formats: a number, or a range as text."""
        term, text = self.texts.term(row, self.pivot.cells), self.texts.of(row, self.pivot.cells)
        return Literal(text) if term is None and text else term

    def label(self, row: Row, name: str) -> str:
        """Return the text of one of the first columns, which name the row."""
        text = self.texts.of(row, name)
        if not text or not self.is_period(name):
            return text
        month = self._month(row)
        return f"{text} to {month}" if month else text


def pivot_cells(  # noqa: PLR0913 - as `build_cells`
    pivot: Pivot,
    variables: Sequence[str],
    rows: Sequence[Row],
    *,
    engine: Engine,
    prefixes: Mapping[str, str],
    columns: Sequence[Column] = (),
    marks: Mapping[str, Sequence[str]] | None = None,
    wide: bool = False,
) -> Cells:
    """Return the pivot table of an answer as text.

    The values of several rows in one cell are separated by semicolons, and a note counts such
    cells; equal values appear once, with their number. Where a terminal has too little room, the
    oldest columns are left out first.

    Args:
        pivot: The layout.
        variables: The columns of the answer.
        rows: Its rows.
        engine: Where labels are looked up.
        prefixes: The prefixes for IRIs without a label.
        columns: The columns as the front matter of the query describes them.
        marks: The names of marks by figure or source.
        wide: Whether to leave out no column for lack of room.
    """
    labels = Labels(prefixes, engine)
    labels.look_up(term.value for row in rows for term in row if isinstance(term, NamedNode))
    texts = CellTexts(variables, columns, labels, marks or {})
    grid = _Grid(pivot, texts, rows)
    crowded = 0
    lines: list[tuple[str, ...]] = []
    for inside in grid.places.values():
        first = next(iter(inside.values()))[0]
        line = [grid.label(first, name) for name in pivot.rows]
        for head in grid.heads:
            texts_in_cell = Counter(
                texts.of(row, pivot.cells) or _NO_VALUE for row in inside.get(head, ())
            )
            crowded += texts_in_cell.total() > 1
            line.append("; ".join(_repeat(text, number) for text, number in texts_in_cell.items()))
        lines.append(tuple(line))
    described = [texts.columns.get(name, Column(name)) for name in (*pivot.rows, pivot.cells)]
    titles = [column.title or words_in_name(column.name) for column in described]
    notes = [f"In the cells: {titles[-1]}. --no-pivot gives a line to each statement."]
    if crowded:
        notes.append(
            f"{count_noun(crowded, 'cell')} with several statements, divided by semicolons."
        )
    legend = texts.legend
    beside = list(zip(*lines, strict=True))[len(pivot.rows) :]
    numeric = (not any("; " in text for text in column) for column in beside)
    return Cells(
        headings=(*titles[:-1], *grid.heads),
        rows=lines,
        numeric=(*(False for _ in pivot.rows), *numeric),
        priorities=() if wide else (*(0 for _ in pivot.rows), *_prefer_new(grid.heads)),
        notes=(*notes, *([legend] if legend else [])),
    )


def _prefer_new(heads: Sequence[str]) -> list[int]:
    """Return the priority of each column: undated ones are left out first, the newest last."""
    return [
        len(heads) + 1 if head == _UNDATED else len(heads) - place
        for place, head in enumerate(heads)
    ]


def _repeat(text: str, number: int) -> str:
    return text if number == 1 else f"{text} ({number}×)"  # noqa: RUF001 - times


def pivot_table(pivot: Pivot, table: Table, columns: Sequence[Column], labels: Labels) -> Table:
    """Return the pivot table of an answer for machine formats, with a column for the unit.

    Raises:
        UsageError: Two rows fall into one cell, which can hold one value only.
    """
    rows = list(table.rows)
    cells_column = {column.name: column for column in columns}.get(pivot.cells)
    unit = cells_column.unit if cells_column and cells_column.unit in table.variables else None
    with_unit = Pivot(
        (*pivot.rows, *([unit] if unit and unit not in pivot.rows else [])),
        pivot.columns,
        pivot.cells,
        pivot.by,
    )
    texts = CellTexts(table.variables, columns, labels)
    grid = _Grid(with_unit, texts, rows)
    lines: list[Row] = []
    for inside in grid.places.values():
        first = next(iter(inside.values()))[0]
        line: list[Term | None] = [
            Literal(grid.label(first, name)) if grid.is_period(name) else texts.term(first, name)
            for name in with_unit.rows
        ]
        for head in grid.heads:
            cell_rows = inside.get(head, [])
            if len(cell_rows) > 1:
                row_labels = ", ".join(grid.label(first, name) for name in with_unit.rows)
                raise UsageError(
                    f"--pivot: {len(cell_rows)} rows fall into one cell ({row_labels}; {head}); "
                    "leave --pivot out or narrow the answer with --where"
                )
            line.append(grid.value(cell_rows[0]) if cell_rows else None)
        lines.append(tuple(line))
    heads = [re.sub(r"\W", "_", head) for head in grid.heads]
    return Table((*with_unit.rows, *heads), lines)
