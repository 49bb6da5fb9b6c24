"""A book: one folder of ontology, data and queries, opened to be asked.

This is the public Python face; the command line is a thin skin over it.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from factbook.errors import UsageError
from factbook.layout import layout_of
from factbook.prefixes import prefixes_in, read_context
from factbook.query.catalog import all_queries, find_query
from factbook.sparql.tokens import uses_service
from factbook.store.answers import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    import rdflib

    from factbook.check.findings import Finding
    from factbook.export.export_book import Wanted
    from factbook.query.header import StoredQuery
    from factbook.query.names import Names
    from factbook.rdf.parse import RdfFile, RdfStream
    from factbook.render.rows import Rows
    from factbook.store.answers import Answer, Engine


def _quiet(_: str) -> None:
    """Say nothing."""


class Book:
    """A knowledge graph with its stored queries.

    Nothing is read before it is needed. Use `factbook.open`.
    """

    def __init__(  # noqa: PLR0913 - as `factbook.open`
        self,
        folder: str | Path | None = None,
        *,
        data: Iterable[str | Path] = (),
        endpoint: str | None = None,
        leads: bool = False,
        cache: bool = True,
        announce: Callable[[str], None] = _quiet,
    ) -> None:
        self.layout = layout_of(folder)
        self.data = tuple(map(Path, data))
        self.endpoint = endpoint
        self.leads = leads
        self._cache = cache
        self._announce = announce
        if endpoint is not None and (self.data or leads):
            raise UsageError("--endpoint answers from its own data: no --data or --leads beside it")

    # What the files say

    @cached_property
    def context(self) -> dict[str, object]:
        """The JSON-LD context."""
        return read_context(self.layout.context)

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """The prefix map."""
        return prefixes_in(self.context)

    def paths(self, *, leads: bool | None = None) -> list[Path]:
        """Return the files that make up the graph, in loading order."""
        wanted = self.leads if leads is None else leads
        return [
            *self.layout.ontology_files(),
            *self.layout.data_files(leads=wanted),
            *self.data,
        ]

    @cached_property
    def files(self) -> tuple[RdfFile, ...]:
        """Every file, parsed: the truth, with each literal as its file spells it."""
        from factbook.rdf.parse import read_rdf

        return tuple(read_rdf(path) for path in self.paths())

    def read(self) -> Iterator[RdfFile | RdfStream]:
        """Yield what each file says; large files are read quad by quad and not kept."""
        from factbook.rdf.parse import read_any

        if "files" in self.__dict__:
            yield from self.files
        else:
            yield from map(read_any, self.paths())

    @cached_property
    def graph(self) -> rdflib.Graph:
        """The merge of everything as an rdflib graph, its literals left alone."""
        from factbook.rdf.bridge import to_rdflib

        quads = (quad for file in self.files for quad in file.quads)
        return to_rdflib(quads, self.prefixes)

    def check(self, *, engine: str = "auto") -> tuple[Finding, ...]:
        """Return what is wrong in the files of the book; see `check.run.check_book`."""
        from factbook.check.run import check_book

        return check_book(self, engine=engine).findings

    # Asking

    @cached_property
    def engine(self) -> Engine:
        """What runs queries: the endpoint, or a store of the files."""
        if self.endpoint is not None:
            from factbook.store.remote import RemoteEngine

            return RemoteEngine(self.endpoint, login=True)
        return self._local(leads=self.leads)

    def suited(self, query: StoredQuery) -> Book:
        """Return the book that a query asks: this one, or with leads where it is about them."""
        if self.leads or self.endpoint is not None or not query.asks_leads:
            return self
        root, announce = self.layout.root, self._announce
        return Book(root, data=self.data, leads=True, cache=self._cache, announce=announce)

    @cached_property
    def names(self) -> Names:
        """Finds things by name."""
        from factbook.query.names import Names

        return Names(self.engine, self.prefixes)

    def queries(self) -> list[StoredQuery]:
        """Return the stored queries."""
        return all_queries(self.layout.queries)

    def stored_query(self, name: str) -> StoredQuery:
        """Return one stored query.

        Raises:
            UsageError: There is none of that name.
        """
        return find_query(self.layout.queries, name)

    def query(
        self, name: str, /, *, services: Collection[str] = (), **values: str
    ) -> Rows | rdflib.Graph | bool:
        """Run a stored query.

        Args:
            name: The query's name, see `queries`.
            services: The registered endpoints that it may ask, by name.
            values: Its parameters; an IRI parameter takes an IRI, a CURIE or a name.

        Returns:
            Typed rows for SELECT, an rdflib graph for CONSTRUCT, a truth value for ASK.

        Raises:
            UsageError: The query, a parameter or its value is not known.
        """
        stored = self.stored_query(name)
        return self._typed(self.suited(stored).answer(stored, values, services=services))

    def sparql(self, text: str, *, services: Collection[str] = ()) -> Rows | rdflib.Graph | bool:
        """Run a SPARQL 1.1 query of one's own; results as for `query`.

        Args:
            text: The query; it need not declare the book's prefixes.
            services: The registered endpoints that it may ask, by name.

        Raises:
            UsageError: The query is not valid.
        """
        return self._typed(self.ask(text, declare=True, services=services))

    def answer(
        self, query: StoredQuery, values: Mapping[str, str], *, services: Collection[str] = ()
    ) -> Answer:
        """Run a stored query and return the engine's answer.

        Raises:
            UsageError: A parameter is missing or unknown, or its value does not fit.
        """
        text = query.text
        if query.parameters or values:
            from factbook.query.parameters import terms_for
            from factbook.sparql.bind import bind

            text = bind(text, terms_for(query, values, lambda: self.names))
        return self.ask(text, services=services)

    def ask(self, text: str, *, declare: bool = False, services: Collection[str] = ()) -> Answer:
        """Run a query text; with leads, say of each row whether it rests on one.

        Args:
            text: The query.
            declare: Whether the book's prefixes need no declaration.
            services: The registered endpoints that it may ask, by name.

        Raises:
            UsageError: The query is not valid, or asks another endpoint unasked.
            EndpointError: An endpoint failed.
        """
        prefixes = self.prefixes if declare else None
        if services or uses_service(text):
            from factbook.query.federation import answer_services, registered

            text = answer_services(
                text,
                engine=self.engine,
                endpoints=registered(self.layout, services),
                allowed=services,
                prefixes=prefixes or {},
            )
        answer = self.engine.query(text, prefixes=prefixes)
        if not self.leads or not isinstance(answer, Table):
            return answer
        from factbook.query.leads import mark

        without = self._local(leads=False).query(text, prefixes=prefixes)
        return mark(answer, without) if isinstance(without, Table) else answer

    # Handing out

    def export(
        self,
        target: str | Path,
        *,
        format: str | None = None,  # noqa: A002 - what rdflib and pandas call it too
        **part: Unpack[Wanted],
    ) -> None:
        """Write the graph, or a part of it, to a file or a folder: whole or not at all.

        Args:
            target: The file, packed when its name ends in '.gz'; for tables the folder.
            format: A syntax such as 'turtle' or 'json-ld', 'graphml', 'csvw' or 'parquet'; by
                default the file's ending says it.
            part: What of it and in which terms, see `export.export_book.Wanted`.

        Raises:
            UsageError: The format, a thing, a source, a profile or the query is not known.
            InputError: A file cannot be read or written.
        """
        from factbook.export.export_book import export

        export(self, Path(target), format, part)

    # Inside

    def _local(self, *, leads: bool) -> Engine:
        from factbook.store.embedded import open_engine

        return open_engine(self.paths(leads=leads), cache=self._cache, announce=self._announce)

    def _typed(self, answer: Answer) -> Rows | rdflib.Graph | bool:
        from factbook.render.rows import typed

        return typed(answer, self.prefixes)
