"""The embedded engine: an Oxigraph store that holds the merge and each named graph."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph, Quad, QueryBoolean, QuerySolutions, Store

from factbook.errors import UsageError
from factbook.store.answers import Graph, table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from factbook.rdf.parse import RdfFile, RdfStream
    from factbook.store.answers import Answer

# Not compiled before there is an error: most processes meet none
_ERROR = r"(?s)error at (\d+):(\d+): (.*)"
_EXPECTED = r'"((?:[^"\\]|\\.)+)"'
_MOST_EXPECTED = 6


class EmbeddedEngine:
    """Runs queries in this process; SPARQL only ever reads here."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def query(self, text: str, *, prefixes: Mapping[str, str] | None = None) -> Answer:
        """Run a query; it need not declare these prefixes.

        Raises:
            UsageError: The query is not valid SPARQL 1.1.
        """
        try:
            found = self.store.query(text, prefixes=dict(prefixes) if prefixes else None)
        except SyntaxError as error:
            raise UsageError(f"the query is not valid SPARQL: {_explain(str(error))}") from None
        if isinstance(found, QueryBoolean):
            return bool(found)
        if isinstance(found, QuerySolutions):
            return table_of(found)
        return Graph(found)


def engine_of(
    paths: Sequence[Path], *, cache: bool, announce: Callable[[str], None]
) -> EmbeddedEngine:
    """Return an engine over what files say: their snapshot, or without a cache a store in memory.

    Raises:
        InputError: A file cannot be read or parsed.
    """
    if cache:
        from factbook.store.snapshot import Snapshots, default_folder

        return EmbeddedEngine(Snapshots(default_folder()).open(paths, announce=announce))
    from factbook.store.build import in_memory

    return EmbeddedEngine(in_memory(paths))


def dataset(files: Iterable[RdfFile | RdfStream]) -> Iterator[Quad]:
    """Yield every quad twice: in the merge, which is the default graph, and in its named graph."""
    merge = DefaultGraph()
    for file in files:
        own = file.graph
        for quad in file.quads:
            yield quad
            graph = own if isinstance(quad.graph_name, DefaultGraph) else merge
            yield Quad(quad.subject, quad.predicate, quad.object, graph)


def store_of(files: Iterable[RdfFile | RdfStream]) -> Store:
    """Return a store in memory that holds what the files say."""
    store = Store()
    store.bulk_extend(dataset(files))
    return store


def _explain(message: str) -> str:
    """Shorten the engine's list of everything it would have accepted."""
    match = re.search(_ERROR, message)
    if match is None:
        return message
    line, column, said = match.groups()
    if "expected" in said:
        accepted = re.findall(_EXPECTED, said)[:_MOST_EXPECTED]
        said = f"expected {', '.join(accepted)} or the like" if accepted else "unexpected text"
    return f"line {line}, column {column}: {said}"
