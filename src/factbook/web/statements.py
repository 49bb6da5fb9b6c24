"""The statements behind an answer as triples: all about the things that its rows name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from factbook.sparql.bind import bind_rows
from factbook.store.answers import Graph

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Triple

    from factbook.book import Book
    from factbook.store.answers import Row

_ABOUT = "CONSTRUCT { ?thing ?property ?value } WHERE { ?thing ?property ?value }"
_BATCH = 500


def describe_rows(book: Book, rows: Iterable[Row]) -> Iterator[Triple]:
    """Yield what the graph states about each thing that some rows name."""
    named = sorted({term.value for row in rows for term in row if isinstance(term, NamedNode)})
    for start in range(0, len(named), _BATCH):
        things = [(NamedNode(iri),) for iri in named[start : start + _BATCH]]
        found = book.engine.query(bind_rows(_ABOUT, ("thing",), things))
        if isinstance(found, Graph):
            yield from found.triples
