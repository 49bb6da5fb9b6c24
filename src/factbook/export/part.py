"""Gather the statements of an export from a book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factbook.errors import UsageError
from factbook.export.selection import about_things, everything, from_sources
from factbook.store.answers import Graph

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pyoxigraph import NamedNode, Quad, Triple

    from factbook.book import Book


def statements(
    book: Book,
    *,
    things: Sequence[str] = (),
    sources: Sequence[str] = (),
    query: str | None = None,
    values: Mapping[str, str] | None = None,
) -> Iterable[Triple] | Iterable[Quad]:
    """Return what to export: everything, what concerns things or sources, or a query's triples.

    Raises:
        UsageError: A thing, source or query is unknown, or the query gives no triples.
        InputError: A file cannot be read.
    """
    if query is not None:
        if things or sources:
            raise UsageError("--query exports what the query gives: no --thing or --source with it")
        stored = book.stored_query(query)
        answer = book.answer(stored, values or {})
        if isinstance(answer, Graph):
            return answer.triples
        raise UsageError(
            f"Query '{query}' gives no triples but a table; "
            f"see: factbook query {query}, or factbook queries for the ones that give a graph"
        )
    if values:
        raise UsageError("--param gives a value to a stored query: name it with --query")
    if book.endpoint is not None:
        raise UsageError("export reads the files of a book; of an endpoint, only --query")
    if not things and not sources:
        return everything(book.read())
    quads = list(everything(book.read()))
    found: list[Quad] = []
    if things:
        wanted = {book.resolver.resolve(name, option="--thing") for name in things}
        found += about_things(quads, wanted)
    if sources:
        found += from_sources(quads, _graphs(book, quads, sources))
    return found


def _graphs(book: Book, quads: Iterable[Quad], names: Iterable[str]) -> set[NamedNode]:
    """Return the graphs that the names of sources mean."""
    graphs = {quad.graph_name for quad in quads}
    wanted = set()
    for name in names:
        source = book.resolver.resolve(name, option="--source")
        if source not in graphs:
            raise UsageError(f"--source: '{name}' is not a source: no file says things in its name")
        wanted.add(source)
    return wanted
