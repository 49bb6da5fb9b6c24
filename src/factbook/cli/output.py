"""Write an answer, a listing or a document to stdout or to the file of -o."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from factbook.cli.background import interruptible
from factbook.errors import UsageError, did_you_mean
from factbook.render.formats import HUMAN, format_for, write_boolean, write_table
from factbook.store.answers import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from factbook.book import Book
    from factbook.cli.options import Wanted
    from factbook.query.header import Column
    from factbook.render.cells import Cells
    from factbook.store.answers import Answer

DOCUMENT_FORMATS = ("text", "md", "json")
_DOCUMENT_ENDINGS = {".txt": "text", ".md": "md", ".json": "json"}


def write_answer(  # noqa: PLR0913 - each is one thing that the answer depends on
    book: Book,
    ask: Callable[[], Answer],
    *,
    form: str,
    wanted: Wanted,
    title: str = "Answer",
    columns: Sequence[Column] = (),
    wide: bool = False,
) -> None:
    """Ask, and write the answer.

    Args:
        book: Where the names of things come from.
        ask: Runs the query.
        form: SELECT, ASK, CONSTRUCT or DESCRIBE.
        wanted: The format and the file asked for, if any.
        title: The heading of a page.
        columns: What the columns hold.
        wide: Whether a table for people shows the details as well.

    Raises:
        FactbookError: The format does not fit, the query fails, or the file cannot be written.
    """
    name = format_for(
        wanted.format,
        str(wanted.output) if wanted.output else None,
        is_graph=form in {"CONSTRUCT", "DESCRIBE"},
        terminal=sys.stdout.isatty(),
    )
    with open_output(wanted.output) as out:
        interruptible(lambda: _write(book, ask(), name, out, title, columns, wide=wide))


@contextmanager
def open_output(path: Path | None) -> Iterator[IO[bytes]]:
    """Give the file to write to: a path's, whole or not at all, or stdout."""
    if path is None or str(path) == "-":
        yield sys.stdout.buffer
        return
    from factbook.atomic_write import atomic_write

    with atomic_write(path, compress=path.suffix == ".gz") as out:
        yield out


def write_listing(
    headings: tuple[str, ...], rows: Sequence[tuple[str | int, ...]], wanted: Wanted, *, title: str
) -> None:
    """Write rows of texts and numbers that are no answer of a query, in the forms of one.

    Raises:
        FactbookError: The format does not fit, or the file cannot be written.
    """
    name = format_for(
        wanted.format,
        str(wanted.output) if wanted.output else None,
        is_graph=False,
        terminal=sys.stdout.isatty(),
    )
    with open_output(wanted.output) as out:
        if name in HUMAN:
            from factbook.render.cells import Cells
            from factbook.render.humanize import printable

            texts = [tuple(printable(str(value)) for value in row) for row in rows]
            numeric = tuple(
                bool(rows) and all(isinstance(row[index], int) for row in rows)
                for index in range(len(headings))
            )
            write_cells(Cells(headings, texts, numeric), name, out, title=title)
        else:
            from pyoxigraph import Literal

            terms = (tuple(map(Literal, row)) for row in rows)
            write_table(Table(headings, terms), name, out)


def write_cells(table: Cells, name: str, out: IO[bytes], *, title: str) -> None:
    """Write a table in one of the forms for people."""
    if name == "md":
        from factbook.render.markup import write_markdown

        write_markdown(table, out)
    elif name == "html":
        from factbook.render.markup import write_html

        write_html(table, out, title=title)
    else:
        from factbook.render.terminal import draw

        text = draw(table, width=terminal_width(), bold=may_style())
        encoding = sys.stdout.encoding or "utf-8"
        out.write(text.encode(encoding, "replace"))


def _write(  # noqa: PLR0913, PLR0917 - the inner half of `write_answer`
    book: Book,
    found: Answer,
    name: str,
    out: IO[bytes],
    title: str,
    columns: Sequence[Column],
    *,
    wide: bool,
) -> None:
    if isinstance(found, bool):
        if name in HUMAN:
            out.write(b"yes\n" if found else b"no\n")
        else:
            write_boolean(found, name, out)
    elif not isinstance(found, Table):
        from factbook.export.rdf_writer import write_rdf

        write_rdf(found.triples, name, out, prefixes=book.prefixes, context=book.context)
    elif name in HUMAN:
        from factbook.render.cells import build_cells

        rows = list(found.rows)
        table = build_cells(
            found.variables,
            rows,
            engine=book.engine,
            prefixes=book.prefixes,
            columns=columns,
            wide=wide,
        )
        write_cells(table, name, out, title=title)
    else:
        write_table(found, name, out)


def document_format(wanted: Wanted) -> str:
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


def write_document(text: str, form: str, wanted: Wanted) -> None:
    """Write a document where it is wanted; JSON and files are UTF-8, stdout what it takes.

    Raises:
        InputError: The file cannot be written.
    """
    ours = wanted.output is not None or form == "json"
    encoding = "utf-8" if ours else sys.stdout.encoding or "utf-8"
    with open_output(wanted.output) as out:
        out.write(text.encode(encoding, "replace"))


def shown_path(path: Path) -> str:
    """Return what to call a file: from here where it is below, so that it can be typed again."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return str(path)


def terminal_width() -> int | None:
    """Return the terminal's width; a pipe or a file takes lines of any length."""
    if sys.stdout.isatty() or "COLUMNS" in os.environ:
        import shutil

        return shutil.get_terminal_size().columns
    return None


def may_style() -> bool:
    """Tell whether stdout shows colours and weights, and nobody asked for none."""
    return (
        sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )
