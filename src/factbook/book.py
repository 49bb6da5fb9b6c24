"""An opened book: its files, its prefixes, and the engine that answers queries over them."""

from __future__ import annotations

import copy
import itertools
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from factbook.errors import UsageError
from factbook.layout import EMPTY, layout_of
from factbook.prefixes import prefixes_in, read_context
from factbook.rdf.terms import is_iri

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import rdflib
    from pyoxigraph import Quad

    from factbook.rdf.parse import RdfFile, RdfStream
    from factbook.rdf.rdf_input import RdfInput
    from factbook.store.answers import Engine
    from factbook.store.rules import Rules


def _ignore(_: str) -> None:
    """Ignore a message about progress."""


class Book:
    """The graph of one folder, or of an endpoint. Nothing is read before it is needed."""

    def __init__(  # noqa: PLR0913 - as `factbook.open`
        self,
        folder: str | Path | None = None,
        *,
        data: Iterable[str | Path] = (),
        base: str | None = None,
        empty: bool = False,
        endpoint: str | None = None,
        leads: bool = False,
        known_by: str | None = None,
        cache: bool = True,
        announce: Callable[[str], None] = _ignore,
    ) -> None:
        if empty and folder is not None:
            raise UsageError("--no-book cannot be combined with --book")
        if base is not None and not is_iri(base):
            raise UsageError(f"--base: '{base}' is not an absolute IRI")
        self.layout = EMPTY if empty else layout_of(folder)
        self.data = tuple(map(Path, data))
        self.base = base
        self._empty = empty
        self.endpoint = endpoint
        self.leads = leads
        self.known_by = known_by
        self._publication_days: dict[RdfInput, str | None] = {}
        self._cache = cache
        self._announce = announce
        if endpoint is not None and (self.data or leads or known_by is not None):
            raise UsageError("--endpoint cannot be combined with --data, --leads or --known-by")
        if known_by is not None:
            from factbook.rdf.publication import require_day

            require_day(known_by)

    def __repr__(self) -> str:
        """Return the folder and files of the book, or the endpoint, as text."""
        folders = () if self._empty else (self.layout.root,)
        return f"<Book: {self.endpoint or ', '.join(map(str, (*folders, *self.data)))}>"

    @cached_property
    def context(self) -> dict[str, object]:
        """The JSON-LD context."""
        return read_context(self.layout.context)

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """The prefix map."""
        return prefixes_in(self.context)

    def paths(self, *, leads: bool | None = None) -> list[Path]:
        """Return the paths of the files that make up the graph, in loading order."""
        return [file.path for file in self.inputs(leads=leads)]

    def inputs(self, *, leads: bool | None = None) -> list[RdfInput]:
        """Return the files of the graph, each with everything on which its statements depend.

        A file of the book names its graph by its `@base`. The graph of a file that joins the book
        is named by the file's address.
        """
        from factbook.rdf.rdf_input import RdfInput

        files = self.layout.data_files(leads=self.leads if leads is None else leads)
        data = [
            *(RdfInput(path, in_book=True) for path in files),
            *(RdfInput(path, self.base) for path in self.data),
        ]
        if self.known_by is not None:
            data = [file for file in data if self._was_published(file, self.known_by)]
        ontology = (RdfInput(path, in_book=True) for path in self.layout.ontology_files())
        return [*ontology, *data]

    def _was_published(self, file: RdfInput, day: str) -> bool:
        """Tell whether the source of a file was published by a day, or has no date."""
        from factbook.rdf.publication import publication_day

        if file not in self._publication_days:
            self._publication_days[file] = publication_day(file)
        known = self._publication_days[file]
        return known is None or known <= day

    @cached_property
    def files(self) -> tuple[RdfFile, ...]:
        """Every parsed file, with each literal as its file spells it."""
        from factbook.rdf.parse import read_rdf

        return tuple(map(read_rdf, self.inputs()))

    def read(self) -> Iterator[RdfFile | RdfStream]:
        """Yield the content of each file; large files are read as streams."""
        from factbook.rdf.parse import read_any

        if "files" in self.__dict__:
            yield from self.files
        else:
            yield from map(read_any, self.inputs())

    @cached_property
    def graph(self) -> rdflib.Graph:
        """The merge of all files and the derived triples, as an rdflib graph.

        The literals are those of the files.
        """
        from factbook.rdf.bridge import to_rdflib

        quads = (quad for file in self.files for quad in file.quads)
        return to_rdflib(itertools.chain(quads, self.derived()), self.prefixes)

    @cached_property
    def rules(self) -> Rules:
        """The rules that derive triples when the files are loaded."""
        from factbook.store.rules import read_rules

        return read_rules(self.layout.rules())

    def derived(self, *, only_exported: bool = False) -> Iterator[Quad]:
        """Yield the triples that the rules derive, in their named graph.

        Args:
            only_exported: Whether to leave out what no merge of the files would lose.
        """
        if not self.rules.texts:
            return
        from pyoxigraph import Quad

        from factbook.store.answers import Graph

        engine = self.engine if self.endpoint is None else self._open_engine(leads=False)
        answer = engine.query(self.rules.ask_for_derived(only_exported=only_exported))
        if isinstance(answer, Graph):
            for triple in answer.triples:
                yield Quad(triple.subject, triple.predicate, triple.object, self.rules.graph)

    @cached_property
    def engine(self) -> Engine:
        """The engine that runs queries: the endpoint, or a store of the files."""
        if self.endpoint is not None:
            from factbook.store.remote import RemoteEngine

            return RemoteEngine(self.endpoint, login=True)
        return self._open_engine(leads=self.leads)

    @cached_property
    def engine_without_leads(self) -> Engine:
        """The engine that runs queries over the files without the leads."""
        return self._open_engine(leads=False) if self.leads else self.engine

    def with_leads(self) -> Self:
        """Return the book with leads loaded; an endpoint answers from its own data."""
        if self.leads or self.endpoint is not None:
            return self
        return self.with_sources(leads=True, known_by=self.known_by)

    def with_sources(self, *, leads: bool, known_by: str | None) -> Self:
        """Return the book with other sources: with leads, or only those published by a day."""
        return type(self)(
            None if self._empty else self.layout.root,
            data=self.data,
            base=self.base,
            empty=self._empty,
            leads=leads,
            known_by=known_by,
            cache=self._cache,
            announce=self._announce,
        )

    def with_engine(self, engine: Engine, without_leads: Engine | None = None) -> Self:
        """Return the book with another engine over the same graph.

        Args:
            engine: What runs them.
            without_leads: What runs them over the files without the leads, by default the same.
        """
        changed = copy.copy(self)
        changed.engine = engine
        changed.engine_without_leads = without_leads or engine
        return changed

    def _open_engine(self, *, leads: bool) -> Engine:
        from factbook.store.embedded import open_files

        files, rules = self.inputs(leads=leads), self.layout.rules()
        if self._cache:
            from factbook.store.cache_folder import cache_folder
            from factbook.store.snapshot import open_snapshot

            folder = cache_folder()
            if folder is not None:
                return open_snapshot(files, folder, rules=rules, announce=self._announce)
        return open_files(files, rules)
