"""The embedded engine: an Oxigraph store that holds the merge and each named graph."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from pyoxigraph import (
    DefaultGraph,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolutions,
    RdfFormat,
    Store,
    Triple,
    serialize,
)

from factbook.errors import UsageError
from factbook.rdf.terms import put_in_graph
from factbook.store.answers import Graph, Table, table_from

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from factbook.rdf.parse import RdfFile, RdfStream
    from factbook.rdf.rdf_input import RdfInput
    from factbook.store.answers import Answer
    from factbook.store.spellings import Spellings

    Graphs: TypeAlias = tuple[Sequence[str], Sequence[str]]
    """The IRIs of the graphs whose merge is the default graph, and of the named graphs."""

FUNCTION = "urn:factbook:function:"
"""The prefix of the IRIs of our functions that rewritten queries call."""
_UNKNOWN_FUNCTION = r"custom function (<[^>]*>)"


class EmbeddedEngine:
    """Runs queries in this process. It never changes the store.

    Args:
        store: The graph.
        spellings: How its files spell the literals that the store keeps in another form.
    """

    def __init__(self, store: Store, spellings: Spellings | None = None) -> None:
        self.store = store
        self._spellings = spellings

    @property
    def spellings(self) -> Spellings | None:
        """The lexical forms in the files of the literals that the store normalizes, if known."""
        return self._spellings

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

    def query_as_standard(
        self,
        text: str,
        *,
        prefixes: Mapping[str, str] | None = None,
        graphs: Graphs | None = None,
    ) -> Answer:
        """Run a query with the semantics of SPARQL 1.1 where the engine departs from it.

        Literals are spelled as in the files where these agree.

        Raises:
            UsageError: The query is not valid SPARQL 1.1, or calls a function that is not known.
        """
        from factbook.sparql.standard import follow_standard

        written = follow_standard(text, _Asked(self, dict(prefixes or {}), graphs))
        spellings = self.spellings
        if spellings is None or spellings.is_empty:
            return self._query_rewritten(written, text, prefixes, graphs)
        from factbook.sparql.spelled import call_own_functions
        from factbook.store.spellings import spell_answer

        written = call_own_functions(written)
        answer = self._query_rewritten(written, text, prefixes, graphs)
        return spell_answer(answer, text, spellings, self._is_stated)

    def _query_rewritten(
        self, written: str, text: str, prefixes: Mapping[str, str] | None, graphs: Graphs | None
    ) -> Answer:
        if written != text:
            # Report errors for the query as the user wrote it
            with contextlib.suppress(UsageError):
                return self.query(written, prefixes=prefixes, graphs=graphs)
        return self.query(text, prefixes=prefixes, graphs=graphs)

    def _is_stated(self, triple: Triple) -> bool:
        return Quad(triple.subject, triple.predicate, triple.object) in self.store

    def _query(self, text: str, prefixes: dict[str, str], graphs: Graphs | None) -> Answer:
        default, named = graphs or (None, None)
        try:
            found = self.store.query(
                text,
                prefixes=prefixes or None,
                default_graph=None if default is None else list(map(NamedNode, default)),
                named_graphs=None if named is None else list(map(NamedNode, named)),
                custom_functions=self._functions() if FUNCTION in text else None,
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
            raise UsageError(f"the query calls {match[1]}, which is not a known function") from None

    def _functions(self) -> dict[NamedNode, Any]:
        from factbook.sparql.standard import FUNCTIONS

        functions = dict(FUNCTIONS)
        if self.spellings is not None:
            functions |= self.spellings.functions()
        return {NamedNode(iri): call for iri, call in functions.items()}


class _Asked(NamedTuple):
    """The facts about a query that `sparql.standard` needs before it runs."""

    engine: EmbeddedEngine
    prefixes: dict[str, str]
    graphs: Graphs | None

    def is_absent(self, prologue: str, term: str) -> bool:
        """Tell whether a term occurs nowhere in the default graph."""
        from factbook.sparql.standard import ask_for

        text = ask_for(term, prologue)
        try:
            return not self.engine.query(text, prefixes=self.prefixes, graphs=self.graphs)
        except UsageError:
            return False  # the query itself is not valid either

    def columns(self, text: str) -> list[str]:
        """Return the names of the variables that a query returns; none if it is not valid."""
        try:
            answer = EmbeddedEngine(Store()).query(text, prefixes=self.prefixes)
        except UsageError:
            return []
        return list(answer.variables) if isinstance(answer, Table) else []


def open_files(paths: Iterable[Path | RdfInput], rules: Sequence[Path] = ()) -> EmbeddedEngine:
    """Return an engine in memory with the content of some files, and the derived triples.

    Raises:
        InputError: A file or a rule cannot be read or parsed.
    """
    from factbook.rdf.parse import read_any
    from factbook.store.spellings import SpellingScan

    scan = SpellingScan()
    store = load_store(scan.files(read_any(path) for path in paths))
    if rules:
        from factbook.store.rules import derive, read_rules

        derive(store, read_rules(rules))
    return EmbeddedEngine(store, scan.found())


def load_store(files: Iterable[RdfFile | RdfStream]) -> Store:
    """Return a store in memory with the content of parsed files, without derived triples."""
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


def write_dataset(files: Iterable[RdfFile]) -> bytes:
    """Return the `dataset` of some files as N-Quads."""
    parts: list[bytes] = []
    for file in files:
        if file.syntax.holds_graphs:
            parts.append(serialize(dataset([file]), format=RdfFormat.N_QUADS) or b"")
        else:
            triples = serialize(file.quads, format=RdfFormat.N_QUADS) or b""
            parts += (triples, put_in_graph(triples, file.graph))
    return b"".join(parts)
