"""Prepare an answer for programs: label columns, a pivot table, notes for Excel."""

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
    """Return the rows for a machine format, and the notes for Excel's second sheet.

    Args:
        book: The book that was queried.
        table: The answer.
        form: The format; Excel always has label columns and notes.
        query: The stored query, if the answer is from one.
        labels: Whether to add a column of labels beside each column of IRIs.
        pivot: Whether to pivot the answer as the query describes.
        asof: The day of the answer, by default today.

    Raises:
        UsageError: Two rows fall into one cell of the pivot table.
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
    """Return the question, day, licence, sources and columns of an answer, as rows of texts."""
    from factbook.query.page_queries import run_page_query
    from factbook.rdf.terms import value_of
    from factbook.render.cells import list_marked

    columns = query.columns if query else ()
    lines: Notes = []
    if query is not None:
        lines += [("Question", query.question), ("Query", query.name)]
        lines += [("Description", " ".join(query.description.split()))]
    lines.append(("Day", asof or datetime.now(UTC).date().isoformat()))
    for row in run_page_query(book, "about"):
        lines += [("Data", value_of(row.get("title"))), ("Licence", value_of(row.get("licence")))]
    cited = list_marked(table.variables, list(table.rows), columns)
    references = run_page_query(book, "references", only=("source", cited))
    sources = {value_of(row["source"]): row for row in references}
    lines += [
        ("Source", value_of(row.get("title")) or iri, value_of(row.get("address")))
        for iri, row in sources.items()
    ]
    lines += [
        (f"Column {column.name}", column.title or column.name, column.doc) for column in columns
    ]
    return [line for line in lines if any(line[1:])]
