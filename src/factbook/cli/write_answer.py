"""Write the answer of a query: as a table, a chart, a graph, or in a machine format."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING, Any, cast

import click
from pyoxigraph import NamedNode

from factbook.cli.execution import interruptible
from factbook.cli.output import (
    choose_answer_format,
    open_output,
    terminal_width,
    write_cells,
    write_for_programs,
)
from factbook.errors import UsageError
from factbook.query.program_tables import prepare_table
from factbook.render.result_formats import (
    HUMAN,
    PICTURES,
    holds_no_row,
    write_boolean,
)
from factbook.store.answers import Table
from factbook.store.result_writer import MACHINE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from factbook.book import Book
    from factbook.cli.output import OutputOptions
    from factbook.query.refine import Refinement
    from factbook.query.stored_queries import StoredQuery
    from factbook.render.cells import Column
    from factbook.render.charts import Picture
    from factbook.store.answers import Answer, Row

_LONGEST_EMPTY = 4096  # bytes; an answer without rows is shorter
_DRAWN = "text"  # the format of a chart that is drawn with characters
_WIDTH_OF_CHARTS = 100  # of a chart in characters on a pipe or in a file


@dataclass(frozen=True)
class View:
    """How to show the answer of a query."""

    query: StoredQuery | None = None
    """The stored query, whose front matter describes the columns and the chart."""
    refine: Refinement | None = None
    """Which of its rows and columns to show."""
    wide: bool = False
    """Whether such a table includes columns with details."""
    draw: bool = False
    """Whether to draw the chart with characters instead of a table."""
    labels: bool = False
    """Whether machine formats have a column of labels after each column of IRIs."""
    asof: str | None = None
    """The day that decides which figures are marked as old, by default today."""
    pivot: bool | None = None
    """Whether to write a pivot table; by default in tables for people."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns as the front matter describes them."""
        return self.query.columns if self.query else ()

    @property
    def only(self) -> tuple[str, ...]:
        """The columns of a table for people; empty for those that matter."""
        return self.refine.columns if self.refine else ()

    @property
    def has_chart(self) -> bool:
        """Whether the answer can be drawn."""
        return self.query is not None and self.query.chart is not None

    @property
    def title(self) -> str:
        """The heading of a page and of a chart."""
        return (self.query.summary or self.query.name) if self.query else "Answer"


def writes_for_people(options: OutputOptions, view: View) -> bool:
    """Tell whether an answer is written as a table or a chart for people, which need all columns.

    Raises:
        UsageError: The format does not fit.
    """
    name = "table" if view.draw else choose_answer_format(options, has_chart=view.has_chart)
    return name in {*HUMAN, *PICTURES}


def write_answer(
    book: Book,
    ask: Callable[[], Answer],
    *,
    form: str,
    options: OutputOptions,
    view: View | None = None,
) -> bool:
    """Run a query and write its answer; return whether it is a table without rows.

    Args:
        book: The book that has the labels of things.
        ask: Runs the query.
        form: SELECT, ASK, CONSTRUCT or DESCRIBE.
        options: The format and the file.
        view: How to show the answer.

    Raises:
        FactbookError: The format does not fit, the query fails, or the file cannot be written.
    """
    view = view or View()
    is_graph = form in {"CONSTRUCT", "DESCRIBE"}
    name = choose_answer_format(options, is_graph=is_graph, has_chart=view.has_chart)

    is_empty = False

    def write(out: IO[bytes]) -> None:
        nonlocal is_empty
        answer = ask()
        if isinstance(answer, bool):
            if name in HUMAN:
                out.write(b"yes\n" if answer else b"no\n")
            else:
                write_boolean(answer, name, out)
        elif isinstance(answer, Table):
            is_empty = _write_rows(
                book, answer, _DRAWN if view.draw else name, out, view=view, options=options
            )
        else:
            from factbook.export.rdf_writer import write_rdf

            write_rdf(answer.triples, name, out, prefixes=book.prefixes, context=book.context)

    with open_output(options.output) as out:
        interruptible(lambda: write(out))
    return is_empty


class _Watched:
    """A file that records the beginning of what is written, to tell whether it has rows."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._head = b""

    def write(self, data: bytes) -> int:
        """Write to the file."""
        if len(self._head) < _LONGEST_EMPTY:
            self._head += bytes(data[:_LONGEST_EMPTY])
        return self._out.write(data)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - all else is that of the file
        return getattr(self._out, name)

    def is_empty(self, name: str) -> bool:
        """Tell whether the answer was written without rows."""
        return len(self._head) < _LONGEST_EMPTY and holds_no_row(self._head, name)


class _Counted:
    """Rows that are counted as they are read."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.count += 1
            yield row


def _write_rows(  # noqa: PLR0913 - each is one thing that the output depends on
    book: Book, found: Table, name: str, out: IO[bytes], *, view: View, options: OutputOptions
) -> bool:
    """Write the rows of an answer; return whether there were none."""
    if name in {*HUMAN, *PICTURES, _DRAWN}:
        rows = list(found.rows)
        if view.has_chart and name not in HUMAN:
            _write_picture(_picture(book, found.variables, rows, view), name, out)
        else:
            _write_for_people(book, found.variables, rows, name, out, view)
        return not rows
    table, notes = prepare_table(
        book,
        found,
        name,
        query=view.query,
        labels=view.labels,
        pivot=bool(view.pivot),
        asof=view.asof,
    )
    if name in MACHINE:  # the engine itself may write the rows
        watched = _Watched(out)
        write_for_programs(table, name, cast("IO[bytes]", watched), options)
        return watched.is_empty(name)
    counted = _Counted(table.rows)
    table = replace(table, rows=counted, native=None)
    write_for_programs(table, name, out, options, columns=view.columns, notes=notes)
    return not counted.count


def _write_for_people(  # noqa: PLR0913, PLR0917 - each is one thing that the output depends on
    book: Book,
    variables: tuple[str, ...],
    rows: Sequence[Row],
    name: str,
    out: IO[bytes],
    view: View,
) -> None:
    """Write a table with labels and units; on an HTML page, with the chart above it."""
    from factbook.query.marks import find_marks
    from factbook.render.cells import build_cells, list_marked, shows_sources
    from factbook.render.pivot import pivot_cells

    columns = view.columns
    described = {column.name for column in columns}
    added = [variable for variable in variables if variable not in described]
    marked = list_marked(variables, rows, columns)
    marks = find_marks(book, marked, view.asof, through_sources=not shows_sources(columns))
    pivot = None if view.query is None or view.only or view.pivot is False else view.query.pivot
    if pivot is not None and rows:
        cells = pivot_cells(
            replace(pivot, rows=(*added, *pivot.rows)),
            variables,
            rows,
            engine=book.engine,
            prefixes=book.prefixes,
            columns=columns,
            marks=marks,
            wide=view.wide,
        )
    else:
        cells = build_cells(
            variables,
            rows,
            engine=book.engine,
            prefixes=book.prefixes,
            columns=columns,
            marks=marks,
            only=(*added, *view.only) if view.only else (),
            wide=view.wide,
        )
    lines = (*_note_units(book, variables, rows, view), *cells.notes)
    svg = ""
    if view.has_chart and name == "html":
        svg = _draw_for_page(_picture(book, variables, rows, view))
    write_cells(replace(cells, notes=lines), name, out, title=view.title, svg=svg)


def _note_units(
    book: Book, variables: Sequence[str], rows: Sequence[Row], view: View
) -> Iterator[str]:
    """Yield a line for each column whose numbers were compared across units or currencies."""
    from factbook.render.labels import Labels

    if view.query is None or view.refine is None:
        return
    for column in view.refine.columns_compared(view.query):
        if column.name not in variables or column.unit not in variables:
            continue
        place, beside = variables.index(column.name), variables.index(column.unit)
        units = {row[beside] for row in rows if row[place] is not None and row[beside] is not None}
        if len(units) > 1:
            labels = Labels(book.prefixes, book.engine)
            labels.look_up(unit.value for unit in units if isinstance(unit, NamedNode))
            symbols = ", ".join(sorted(labels.of_term(unit) for unit in units if unit is not None))
            title = column.title or column.name
            yield f"{title} was compared by number alone, across units: {symbols}."


def _picture(book: Book, variables: Sequence[str], rows: Sequence[Row], view: View) -> Picture:
    from factbook.render.charts import build_picture
    from factbook.render.labels import Labels

    if view.query is None or view.query.chart is None:
        raise UsageError("the query has no chart")
    return build_picture(
        view.query.chart,
        variables,
        rows,
        labels=Labels(book.prefixes, book.engine),
        columns=view.query.columns,
        title=view.title,
    )


def _write_picture(picture: Picture, name: str, out: IO[bytes]) -> None:
    """Write a chart as SVG, PNG, a Vega-Lite spec or text."""
    from factbook.render import pictures

    if name == "png":
        out.write(pictures.draw_png(picture))
        return
    if name == "svg":
        text = pictures.draw_svg(picture)
    elif name == "vega-lite":
        from factbook.render.markup import format_json
        from factbook.render.vega_lite import vega_lite

        text = format_json(vega_lite(picture))
    else:
        text = pictures.draw_text(picture, width=terminal_width() or _WIDTH_OF_CHARTS)
    out.write(text.encode())


def _draw_for_page(picture: Picture) -> str:
    """Return a chart as SVG for an HTML page, or an empty string, with a note, if it fails."""
    from factbook.render.pictures import draw_svg

    try:
        return draw_svg(picture)
    except UsageError as error:
        click.echo(f"The page has no chart: {error}", err=True)
        return ""
