"""The options -f and -o, and writing tables, listings and documents with them."""

from __future__ import annotations

import functools
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple, TypeVar

import click

from factbook.cli.session import PATH
from factbook.errors import UsageError, did_you_mean
from factbook.rdf.formats import ALIASES
from factbook.render.formulas import SPREADSHEET_TEXTS, FormulaCount, defuse_formulas
from factbook.render.humanize import count_noun
from factbook.render.result_formats import HUMAN, choose_format, write_table
from factbook.store.answers import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from factbook.render.cells import Cells, Column

DOCUMENT_FORMATS = ("text", "md", "json")
_DOCUMENT_ENDINGS = {".txt": "text", ".md": "md", ".json": "json"}
T = TypeVar("T")

service_option = click.option(
    "--allow-service",
    "services",
    metavar="NAME",
    multiple=True,
    help="Allow SERVICE with this registered endpoint; may be repeated.",
)

labels_option = click.option(
    "--labels",
    is_flag=True,
    help="Add a column of labels after each column of IRIs, in machine formats.",
)


class OutputOptions(NamedTuple):
    """The values of -f, -o and --csv-safe."""

    format: str | None
    output: Path | None
    csv_safe: bool = False


def with_output_options(*formats: str) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Return a decorator that adds -f and -o to a command, as its argument `options`."""
    default = " [default: table on a terminal, else tsv]" if "table" in formats else ""

    def decorate(function: Callable[..., T]) -> Callable[..., T]:
        @click.option(
            "-f",
            "--format",
            "name",
            metavar="FORMAT",
            help=f"One of {', '.join(formats)}.{default}",
            shell_complete=lambda *arguments: [
                name for name in formats if name.startswith(arguments[-1])
            ],
        )
        @click.option(
            "-o",
            "--output",
            type=PATH,
            metavar="FILE",
            help="Write to a file, atomically; its suffix chooses the format.",
        )
        @functools.wraps(function)
        def command(
            *args: object,
            name: str | None,
            output: Path | None,
            csv_safe: bool = False,
            **values: object,
        ) -> T:
            return function(*args, options=OutputOptions(name, output, csv_safe), **values)

        return _csv_safe_option(command) if {"csv", "csvw"} & set(formats) else command

    return decorate


_csv_safe_option = click.option(
    "--csv-safe",
    is_flag=True,
    help="In CSV and TSV, put an apostrophe before texts that a spreadsheet would run as formulas.",
)


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
    options: OutputOptions,
    *,
    title: str,
) -> None:
    """Write rows, such as the list of stored queries, in the formats of an answer.

    Raises:
        FactbookError: The format does not fit, or the file cannot be written.
    """
    name = choose_answer_format(options)
    with open_output(options.output) as out:
        if name in HUMAN:
            from factbook.render.cells import Cells
            from factbook.render.humanize import make_printable

            texts = [tuple(make_printable(str(value)) for value in row) for row in rows]
            numeric = tuple(
                bool(rows) and all(isinstance(row[index], int) for row in rows)
                for index in range(len(headings))
            )
            write_cells(Cells(headings, texts, numeric), name, out, title=title)
        else:
            from pyoxigraph import Literal

            terms = (tuple(map(Literal, row)) for row in rows)
            write_for_programs(Table(headings, terms), name, out, options)


def write_for_programs(  # noqa: PLR0913 - as `write_table`
    table: Table,
    name: str,
    out: IO[bytes],
    options: OutputOptions,
    *,
    columns: Sequence[Column] = (),
    notes: Sequence[Sequence[str]] = (),
) -> None:
    """Write rows in a machine format; with --csv-safe escape formulas, else warn on a terminal.

    Raises:
        UsageError: A package that the format needs is not installed.
    """
    formulas = FormulaCount()
    if name in SPREADSHEET_TEXTS:
        is_kept = options.output not in {None, Path("-")} or sys.stdout.isatty()
        if options.csv_safe:
            table = defuse_formulas(table)
        elif is_kept and sys.stderr.isatty():
            table = formulas.watch(table)
    write_table(table, name, out, columns=columns, notes=notes)
    if formulas.count:
        cells = count_noun(formulas.count, "cell")
        click.echo(
            f"Warning: a spreadsheet may run {cells} as formulas; --csv-safe escapes them", err=True
        )


def choose_answer_format(
    options: OutputOptions, *, is_graph: bool = False, has_chart: bool = False
) -> str:
    """Return the format of an answer.

    Raises:
        UsageError: The format does not fit.
    """
    return choose_format(
        options.format,
        str(options.output) if options.output else None,
        is_graph=is_graph,
        terminal=sys.stdout.isatty(),
        has_chart=has_chart,
    )


def write_cells(table: Cells, name: str, out: IO[bytes], *, title: str, svg: str = "") -> None:
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


def document_format(
    options: OutputOptions,
    formats: Sequence[str] = DOCUMENT_FORMATS,
    suffixes: Mapping[str, str] = _DOCUMENT_ENDINGS,
) -> str:
    """Return the chosen format, or that of the file's suffix, or text.

    Args:
        options: The options -f and -o.
        formats: The formats that the command has.
        suffixes: The format of a file by its suffix.

    Raises:
        UsageError: The command has no such format.
    """
    if options.format is None:
        suffix = options.output.suffix.lower() if options.output is not None else ""
        return suffixes.get(suffix, "text")
    chosen = ALIASES.get(options.format, options.format)
    if chosen not in formats:
        raise UsageError(
            f"-f {options.format}: no such format.{did_you_mean(options.format, formats)} "
            f"Known: {', '.join(formats)}"
        )
    return chosen


def write_document(text: str, form: str, options: OutputOptions) -> None:
    """Write a document; JSON and files are in UTF-8, text on stdout is in the terminal's encoding.

    Raises:
        InputError: The file cannot be written.
    """
    ours = options.output is not None or form == "json"
    encoding = "utf-8" if ours else sys.stdout.encoding or "utf-8"
    with open_output(options.output) as out:
        out.write(text.encode(encoding, "replace"))


def terminal_width() -> int | None:
    """Return the terminal's width, or None for a pipe or a file."""
    if sys.stdout.isatty() or "COLUMNS" in os.environ:
        import shutil

        return shutil.get_terminal_size().columns
    return None


def may_style() -> bool:
    """Tell whether stdout is a terminal that supports styles, and NO_COLOR is not set."""
    return (
        sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )
