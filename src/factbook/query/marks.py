"""Find the marks of figures and sources: stale, unread, disputed, contradicted, withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.query.stored_queries import PAGES, read_query
from factbook.rdf.terms import value_of
from factbook.render.marks import MARKS
from factbook.store.answers import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from factbook.book import Book

    Marks = dict[str, tuple[str, ...]]

_BATCH = 1000
_UNREAD_SOURCE = "unreadsource"


def find_marks(
    book: Book, iris: Iterable[str], asof: str | None = None, *, through_sources: bool = False
) -> Marks:
    """Return the names of the marks of those figures and sources that have any.

    A book without the query `pages/marks` has no marks.

    Args:
        book: The book.
        iris: The figures and sources.
        asof: The day, by default today.
        through_sources: Whether a figure has the marks of its source too, for answers that do not
            show the sources.

    Raises:
        UsageError: The day is not a date.
        EndpointError: An endpoint failed.
    """
    from factbook.query.run_query import bind_stored
    from factbook.sparql.bind import bind_rows

    path = book.layout.queries / PAGES / "marks.rq"
    wanted = sorted(set(iris))
    if not wanted or not path.is_file():
        return {}
    _, bound = bind_stored(read_query(path, group=PAGES), {"asof": asof}, book)
    (text, _) = bound[0]
    found: Marks = {}
    for start in range(0, len(wanted), _BATCH):
        rows = [(NamedNode(iri),) for iri in wanted[start : start + _BATCH]]
        answer = book.engine.query(bind_rows(text, ["about"], rows))
        if isinstance(answer, Table):
            for about, *marks in answer.rows:
                true = {
                    name
                    for name, value in zip(answer.variables[1:], marks, strict=True)
                    if _is_true(value)
                }
                if through_sources and _UNREAD_SOURCE in true:
                    true.add("unread")
                if named := tuple(name for name in MARKS if name in true):
                    found[value_of(about)] = named
    return found


def _is_true(term: object) -> bool:
    return isinstance(term, Literal) and term.value in {"true", "1"}
