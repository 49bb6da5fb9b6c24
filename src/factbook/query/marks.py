"""Find the marks of figures and sources: stale, unread, disputed, contradicted, withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Literal

from factbook.query.page_queries import run_page_query
from factbook.query.parameters import parse_literal
from factbook.rdf.terms import value_of
from factbook.render.marks import MARKS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from factbook.book import Book

    Marks = dict[str, tuple[str, ...]]

_UNREAD_SOURCE = "unreadsource"


def find_marks(
    book: Book, iris: Iterable[str], asof: str | None = None, *, through_sources: bool = False
) -> Marks:
    """Return the names of the marks of figures and sources, by IRI; those without any are absent.

    Args:
        book: The book.
        iris: The figures and sources.
        asof: The day, by default today.
        through_sources: Whether a figure also gets the marks of its source, for answers that do
            not show the sources.

    Raises:
        UsageError: The day is not a date.
        EndpointError: An endpoint failed.
    """
    values = {} if asof is None else {"asof": parse_literal("asof", "xsd:date", asof)}
    found: Marks = {}
    for row in run_page_query(book, "marks", values, only=("about", iris)):
        true = {name for name, value in row.items() if _is_true(value)}
        if through_sources and _UNREAD_SOURCE in true:
            true.add("unread")
        if named := tuple(name for name in MARKS if name in true):
            found[value_of(row["about"])] = named
    return found


def _is_true(term: object) -> bool:
    return isinstance(term, Literal) and term.value in {"true", "1"}
