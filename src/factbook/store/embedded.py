"""The embedded engine: an Oxigraph store that holds the merge and each named graph."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import DefaultGraph, NamedNode, Quad, QueryBoolean, QuerySolutions, Store

from factbook.errors import UsageError
from factbook.store.answers import Graph, table_from

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from factbook.rdf.parse import RdfFile, RdfStream
    from factbook.rdf.rdf_input import RdfInput
    from factbook.store.answers import Answer

    Graphs: TypeAlias = tuple[Sequence[str], Sequence[str]]
    """The IRIs of the graphs whose merge is the default graph, and of the named graphs."""

_UNKNOWN_FUNCTION = r"custom function (<[^>]*>)"


class EmbeddedEngine:
    """Runs queries in this process. It never changes the store."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def query(
        self,
        text: str,
        *,
        prefixes: Mapping[str, str] | None = None,
        graphs: Graphs | None = None,
    ) -> Answer:
        """Run a query.

        Args:
            text: The query.
            prefixes: Those that it need not declare itself.
            graphs: The graphs to ask, instead of those that the query names.

        Raises:
            UsageError: The query is not valid SPARQL 1.1, or calls a function that is not known.
        """
        known = dict(prefixes or {})
        try:
            return self._query(text, known, graphs)
        except SyntaxError as error:
            from factbook.sparql.mistakes import explain
            from factbook.sparql.tokens import respell

            try:
                return self._query(respell(text, known), known, graphs)
            except SyntaxError:
                said = explain(str(error), text, known)
                raise UsageError(f"the query is not valid SPARQL: {said}") from None

    def _query(self, text: str, prefixes: dict[str, str], graphs: Graphs | None) -> Answer:
        default, named = graphs or (None, None)
        try:
            found = self.store.query(
                text,
                prefixes=prefixes or None,
                default_graph=None if default is None else list(map(NamedNode, default)),
                named_graphs=None if named is None else list(map(NamedNode, named)),
            )
            if isinstance(found, QueryBoolean):
                return bool(found)
            if isinstance(found, QuerySolutions):
                return table_from(found)
            return Graph(found)
        except RuntimeError as error:
            match = re.search(_UNKNOWN_FUNCTION, str(error))
            if match is None:
                raise
            raise UsageError(f"the query calls {match[1]}, which is no known function") from None


def load_files(paths: Iterable[Path | RdfInput], rules: Sequence[Path] = ()) -> Store:
    """Return a store in memory with the content of some files, and what rules derive from it.

    Raises:
        InputError: A file or a rule cannot be read or parsed.
    """
    from factbook.rdf.parse import read_any

    store = load_store(read_any(path) for path in paths)
    if rules:
        from factbook.store.rules import derive, read_rules

        derive(store, read_rules(rules))
    return store


def load_store(files: Iterable[RdfFile | RdfStream]) -> Store:
    """Return a store in memory with the content of parsed files, and nothing derived."""
    store = Store()
    store.bulk_extend(dataset(files))
    return store


def dataset(files: Iterable[RdfFile | RdfStream]) -> Iterator[Quad]:
    """Yield every quad twice: in the merge, which is the default graph, and in its named graph."""
    merge = DefaultGraph()
    for file in files:
        own = file.graph
        for quad in file.quads:
            yield quad
            graph = own if isinstance(quad.graph_name, DefaultGraph) else merge
            yield Quad(quad.subject, quad.predicate, quad.object, graph)
