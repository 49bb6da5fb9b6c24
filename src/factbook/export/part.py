"""Gather the statements of an export from a book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Quad

from factbook.errors import UsageError
from factbook.export.profiles import FULL, profile_named, profiles_of
from factbook.export.selection import about_things, everything, from_sources, with_names
from factbook.query.catalog import find_query
from factbook.query.names import Names
from factbook.query.run import run_stored
from factbook.store.answers import Graph

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pyoxigraph import NamedNode, Triple

    from factbook.book import Book
    from factbook.query.header import StoredQuery


def statements(  # noqa: PLR0913 - each is one part of what to export
    book: Book,
    *,
    profile: str = FULL,
    things: Sequence[str] = (),
    sources: Sequence[str] = (),
    query: str | None = None,
    values: Mapping[str, str] | None = None,
    rdf12: bool = False,
) -> Iterable[Triple] | Iterable[Quad]:
    """Return what to export: everything, what concerns things or sources, or a query's triples.

    Raises:
        UsageError: A profile, thing, source or query is unknown, or the query gives no triples.
        InputError: A file cannot be read.
    """
    if rdf12 and (query is not None or profile != FULL):
        raise UsageError("--rdf12 is about observations: no --query and no --profile with it")
    if query is not None:
        if things or sources or profile != FULL:
            raise UsageError(
                "--query exports what the query gives: no --thing, --source or --profile with it"
            )
        return _constructed(book, find_query(book.layout.queries, query), values or {})
    if profile != FULL:
        return _of_profile(book, profile, things, sources, values or {})
    if values:
        raise UsageError("--param gives a value to a stored query: name it with --query")
    if book.endpoint is not None:
        raise UsageError("export reads the files of a book; of an endpoint, --query or --profile")
    found = _of_files(book, things, sources)
    if rdf12:
        from factbook.export.reify import reified

        return reified(found, _asserted(book))
    return found


def _of_files(book: Book, things: Sequence[str], sources: Sequence[str]) -> Iterable[Quad]:
    if not things and not sources:
        return everything(book.read())
    quads = list(everything(book.read()))
    found: list[Quad] = []
    if things:
        found += about_things(quads, _nodes(book, things))
    if sources:
        found += from_sources(quads, _graphs(book, quads, sources))
    return found


def _of_profile(
    book: Book,
    name: str,
    things: Sequence[str],
    sources: Sequence[str],
    values: Mapping[str, str],
) -> Iterable[Triple] | Iterable[Quad]:
    if sources:
        raise UsageError("--profile lays all sources together: no --source with it")
    triples = _constructed(book, profile_named(book, name).query, values)
    if not things:
        return triples
    quads = [Quad(triple.subject, triple.predicate, triple.object) for triple in triples]
    return with_names(about_things(quads, _nodes(book, things)), quads)


def _constructed(book: Book, query: StoredQuery, values: Mapping[str, str]) -> Iterable[Triple]:
    answer = run_stored(book, query, values)
    if isinstance(answer, Graph):
        return answer.triples
    raise UsageError(
        f"Query '{query.name}' gives no triples but a table; "
        f"see: factbook query {query.name}, or factbook queries for the ones that give a graph"
    )


def _asserted(book: Book) -> set[Triple]:
    """Return the triples that the book asserts beside its observations."""
    return {
        triple
        for profile in profiles_of(book).values()
        if profile.asserted
        for triple in _constructed(book, profile.query, {})
    }


def _nodes(book: Book, names: Iterable[str]) -> set[NamedNode]:
    return {Names.of(book).lookup_one(name, option="--thing") for name in names}


def _graphs(book: Book, quads: Iterable[Quad], names: Iterable[str]) -> set[NamedNode]:
    """Return the graphs that the names of sources mean."""
    graphs = {quad.graph_name for quad in quads}
    wanted = set()
    for name in names:
        source = Names.of(book).lookup_one(name, option="--source")
        if source not in graphs:
            raise UsageError(f"--source: '{name}' is not a source: no file says things in its name")
        wanted.add(source)
    return wanted
