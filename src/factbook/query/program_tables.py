"""Prepare an answer for programs: names beside IRIs, a crosswise layout, notes for Excel."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from factbook.render.labels import Labels, add_label_columns

if TYPE_CHECKING:
    from factbook.book import Book
    from factbook.query.stored_queries import StoredQuery
    from factbook.store.answers import Table

    Notes = list[tuple[str, ...]]

EXCEL = "xlsx"


def prepare_table(  # noqa: PLR0913 - each is one thing that the rows depend on
    book: Book,
    table: Table,
    form: str,
    *,
    query: StoredQuery | None = None,
    labels: bool = False,
    pivot: bool = False,
    asof: str | None = None,
) -> tuple[Table, Notes]:
    """Return the rows as a format for programs holds them, and the notes on Excel's second sheet.

    Args:
        book: The book that gave the answer.
        table: The answer.
        form: The format; Excel always has the names of things beside their IRIs, and notes.
        query: The stored query that was asked, if it was one.
        labels: Whether the names of things stand beside their IRIs.
        pivot: Whether years or quarters stand across, if the query says how.
        asof: The day that was asked about, by default today.

    Raises:
        UsageError: Two rows fall into one cell of the crosswise layout.
    """
    notes: Notes = []
    if form == EXCEL:
        table = replace(table, rows=list(table.rows), native=None)
        notes = _describe(book, table, query, asof)
    if pivot and query and query.pivot:
        from factbook.render.pivot import pivot_table

        names = Labels(book.prefixes, book.engine)
        table = pivot_table(query.pivot, table, query.columns, names)
    if labels or form == EXCEL or (query and query.has_labels):
        table = add_label_columns(table, Labels(book.prefixes, book.engine))
    return table, notes


def _describe(book: Book, table: Table, query: StoredQuery | None, asof: str | None) -> Notes:
    """Return what one must know of an answer to use and to cite it, as rows of texts."""
    from factbook.query.page_queries import ask_page
    from factbook.rdf.terms import value_of
    from factbook.render.cells import list_marked

    columns = query.columns if query else ()
    lines: Notes = []
    if query is not None:
        lines += [("Question", query.question), ("Query", query.name)]
        lines += [("Description", " ".join(query.description.split()))]
    lines.append(("Day", asof or datetime.now(UTC).date().isoformat()))
    for row in ask_page(book, "about"):
        lines += [("Data", value_of(row.get("title"))), ("Licence", value_of(row.get("licence")))]
    cited = list_marked(table.variables, list(table.rows), columns)
    sources = {
        value_of(row["source"]): row for row in ask_page(book, "references", only=("source", cited))
    }
    lines += [
        ("Source", value_of(row.get("title")) or iri, value_of(row.get("address")))
        for iri, row in sources.items()
    ]
    lines += [
        (f"Column {column.name}", column.title or column.name, column.doc) for column in columns
    ]
    return [line for line in lines if any(line[1:])]
