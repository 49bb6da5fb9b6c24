"""The options -f and -o, and writing an answer, a listing or a document as they say."""

from __future__ import annotations

import functools
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple, TypeVar

import click

from factbook.cli.execution import interruptible
from factbook.errors import UsageError, did_you_mean
from factbook.render.result_formats import (
    HUMAN,
    PICTURES,
    choose_format,
    write_boolean,
    write_table,
)
from factbook.store.answers import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from factbook.book import Book
    from factbook.render.cells import Cells, Column
    from factbook.render.charts import Chart, Picture
    from factbook.store.answers import Answer, Row

DOCUMENT_FORMATS = ("text", "md", "json")
_DOCUMENT_ENDINGS = {".txt": "text", ".md": "md", ".json": "json"}
_WIDTH_OF_CHARTS = 100  # of a chart in characters that goes to a pipe or a file
T = TypeVar("T")

service_option = click.option(
    "--allow-service",
    "services",
    metavar="NAME",
    multiple=True,
    help="Let the query ask this registered endpoint (SERVICE); may be repeated.",
)


class OutputOptions(NamedTuple):
    """The format and the file that -f and -o ask for."""

    format: str | None
    output: Path | None


def with_output_options(*formats: str) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Return the decorator that gives a command -f and -o, as its argument `wanted`."""
    default = " [default: table on a terminal, else tsv]" if "table" in formats else ""

    def decorate(function: Callable[..., T]) -> Callable[..., T]:
        @click.option(
            "-f",
            "--format",
            "name",
            metavar="FORMAT",
            help=f"One of {', '.join(formats)}.{default}",
            shell_complete=lambda *given: [name for name in formats if name.startswith(given[-1])],
        )
        @click.option(
            "-o",
            "--output",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Write to a file, atomically; its suffix chooses the format.",
        )
        @functools.wraps(function)
        def command(*args: object, name: str | None, output: Path | None, **values: object) -> T:
            return function(*args, wanted=OutputOptions(name, output), **values)

        return command

    return decorate


def write_answer(  # noqa: PLR0913 - each is one thing that the answer depends on
    book: Book,
    ask: Callable[[], Answer],
    *,
    form: str,
    wanted: OutputOptions,
    title: str = "Answer",
    columns: Sequence[Column] = (),
    chart: Chart | None = None,
    draw: bool = False,
    wide: bool = False,
    asof: str | None = None,
) -> None:
    """Run a query and write its answer.

    Args:
        book: The book that has the labels of things.
        ask: Runs the query.
        form: SELECT, ASK, CONSTRUCT or DESCRIBE.
        wanted: The format and the file that the user asked for.
        title: The heading of an HTML page.
        columns: The columns as the query's header describes them.
        chart: The chart that the query has.
        draw: Whether to draw the chart with characters instead of a table.
        wide: Whether a table for people includes columns with details.
        asof: The day that decides which figures are marked as old, by default today.

    Raises:
        FactbookError: The format does not fit, the query fails, or the file cannot be written.
    """
    is_graph = form in {"CONSTRUCT", "DESCRIBE"}
    name = "table" if draw else _choose_format(wanted, is_graph=is_graph, has_chart=bool(chart))

    def write(out: IO[bytes]) -> None:
        found = ask()
        if isinstance(found, bool):
            if name in HUMAN:
                out.write(b"yes\n" if found else b"no\n")
            else:
                write_boolean(found, name, out)
        elif not isinstance(found, Table):
            from factbook.export.rdf_writer import write_rdf

            write_rdf(found.triples, name, out, prefixes=book.prefixes, context=book.context)
        elif chart is not None and (draw or name in PICTURES):
            picture = _picture(book, found.variables, list(found.rows), chart, columns, title)
            _write_picture(picture, "text" if draw else name, out)
        elif name in HUMAN:
            from factbook.render.cells import build_cells

            rows = list(found.rows)
            svg = ""
            if chart is not None and name == "html":
                svg = _draw_for_page(_picture(book, found.variables, rows, chart, columns, title))
            cells = build_cells(
                found.variables,
                rows,
                engine=book.engine,
                prefixes=book.prefixes,
                columns=columns,
                marks=_find_marks(book, found.variables, rows, columns, asof),
                wide=wide,
            )
            _write_cells(cells, name, out, title=title, svg=svg)
        else:
            write_table(found, name, out)

    with open_output(wanted.output) as out:
        interruptible(lambda: write(out))


@contextmanager
def open_output(path: Path | None) -> Iterator[IO[bytes]]:
    """Open a file to write atomically, or stdout if no path is given."""
    if path is None or str(path) == "-":
        yield sys.stdout.buffer
        return
    from factbook.atomic_write import atomic_write

    with atomic_write(path, compress=path.suffix == ".gz") as out:
        yield out


def write_listing(
    headings: tuple[str, ...],
    rows: Sequence[tuple[str | int, ...]],
    wanted: OutputOptions,
    *,
    title: str,
) -> None:
    """Write rows, such as the list of stored queries, in the formats of an answer.

    Raises:
        FactbookError: The format does not fit, or the file cannot be written.
    """
    name = _choose_format(wanted)
    with open_output(wanted.output) as out:
        if name in HUMAN:
            from factbook.render.cells import Cells
            from factbook.render.humanize import make_printable

            texts = [tuple(make_printable(str(value)) for value in row) for row in rows]
            numeric = tuple(
                bool(rows) and all(isinstance(row[index], int) for row in rows)
                for index in range(len(headings))
            )
            _write_cells(Cells(headings, texts, numeric), name, out, title=title)
        else:
            from pyoxigraph import Literal

            terms = (tuple(map(Literal, row)) for row in rows)
            write_table(Table(headings, terms), name, out)


def _find_marks(
    book: Book,
    variables: Sequence[str],
    rows: Sequence[Row],
    columns: Sequence[Column],
    asof: str | None,
) -> dict[str, tuple[str, ...]]:
    """Return the marks of the figures and sources in an answer."""
    from factbook.query.marks import find_marks
    from factbook.render.cells import list_marked

    return find_marks(book, list_marked(variables, rows, columns), asof)


def _picture(  # noqa: PLR0913, PLR0917 - as `picture_answer`
    book: Book,
    variables: Sequence[str],
    rows: Sequence[Row],
    chart: Chart,
    columns: Sequence[Column],
    title: str,
) -> Picture:
    from factbook.render.charts import picture_answer
    from factbook.render.labels import Labels

    labels = Labels(book.prefixes, book.engine)
    return picture_answer(chart, variables, rows, labels=labels, columns=columns, title=title)


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
    """Return a chart as SVG for an HTML page; where it cannot be drawn, say so and go on."""
    from factbook.render.pictures import draw_svg

    try:
        return draw_svg(picture)
    except UsageError as error:
        click.echo(f"The page has no chart: {error}", err=True)
        return ""


def _choose_format(
    wanted: OutputOptions, *, is_graph: bool = False, has_chart: bool = False
) -> str:
    return choose_format(
        wanted.format,
        str(wanted.output) if wanted.output else None,
        is_graph=is_graph,
        terminal=sys.stdout.isatty(),
        has_chart=has_chart,
    )


def _write_cells(table: Cells, name: str, out: IO[bytes], *, title: str, svg: str = "") -> None:
    """Write a table as text, Markdown or HTML."""
    if name == "md":
        from factbook.render.markup import write_markdown

        write_markdown(table, out)
    elif name == "html":
        from factbook.render.markup import write_html

        write_html(table, out, title=title, svg=svg)
    else:
        from factbook.render.terminal import draw_table

        text = draw_table(table, width=terminal_width(), bold=may_style())
        encoding = sys.stdout.encoding or "utf-8"
        out.write(text.encode(encoding, "replace"))


def document_format(wanted: OutputOptions) -> str:
    """Return the chosen format, or that of the file's ending, or text.

    Raises:
        UsageError: There is no such format.
    """
    if wanted.format is None:
        return (
            _DOCUMENT_ENDINGS.get(wanted.output.suffix.lower(), "text") if wanted.output else "text"
        )
    if wanted.format not in DOCUMENT_FORMATS:
        raise UsageError(
            f"-f {wanted.format}: no such format.{did_you_mean(wanted.format, DOCUMENT_FORMATS)} "
            f"Known: {', '.join(DOCUMENT_FORMATS)}"
        )
    return wanted.format


def write_document(text: str, form: str, wanted: OutputOptions) -> None:
    """Write a document; JSON and files are in UTF-8, stdout is in the terminal's encoding.

    Raises:
        InputError: The file cannot be written.
    """
    ours = wanted.output is not None or form == "json"
    encoding = "utf-8" if ours else sys.stdout.encoding or "utf-8"
    with open_output(wanted.output) as out:
        out.write(text.encode(encoding, "replace"))


def terminal_width() -> int | None:
    """Return the terminal's width; None for a pipe or a file, where lines may have any length."""
    if sys.stdout.isatty() or "COLUMNS" in os.environ:
        import shutil

        return shutil.get_terminal_size().columns
    return None


def may_style() -> bool:
    """Tell whether stdout is a terminal with styles, and NO_COLOR is not set."""
    return (
        sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )
