"""An opened book: its files, its prefixes, and the engine that answers queries over them."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from factbook.errors import UsageError
from factbook.layout import layout_of
from factbook.prefixes import prefixes_in, read_context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import rdflib

    from factbook.rdf.parse import RdfFile, RdfStream
    from factbook.store.answers import Engine


def _ignore(_: str) -> None:
    """Ignore a message about progress."""


class Book:
    """The graph of one folder, or of an endpoint. Nothing is read before it is needed."""

    def __init__(  # noqa: PLR0913 - as `factbook.open`
        self,
        folder: str | Path | None = None,
        *,
        data: Iterable[str | Path] = (),
        endpoint: str | None = None,
        leads: bool = False,
        cache: bool = True,
        announce: Callable[[str], None] = _ignore,
    ) -> None:
        self.layout = layout_of(folder)
        self.data = tuple(map(Path, data))
        self.endpoint = endpoint
        self.leads = leads
        self._cache = cache
        self._announce = announce
        if endpoint is not None and (self.data or leads):
            raise UsageError("--endpoint cannot be combined with --data or --leads")

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
        return [
            *self.layout.ontology_files(),
            *self.layout.data_files(leads=self.leads if leads is None else leads),
            *self.data,
        ]

    @cached_property
    def files(self) -> tuple[RdfFile, ...]:
        """Every file, parsed: the truth, with each literal as its file spells it."""
        from factbook.rdf.parse import read_rdf

        return tuple(read_rdf(path) for path in self.paths())

    def read(self) -> Iterator[RdfFile | RdfStream]:
        """Yield the content of each file; large files are read quad by quad and not kept."""
        from factbook.rdf.parse import read_any

        if "files" in self.__dict__:
            yield from self.files
        else:
            yield from map(read_any, self.paths())

    @cached_property
    def graph(self) -> rdflib.Graph:
        """The merge of everything as an rdflib graph, with the literals of the files."""
        from factbook.rdf.bridge import to_rdflib

        quads = (quad for file in self.files for quad in file.quads)
        return to_rdflib(quads, self.prefixes)

    @cached_property
    def engine(self) -> Engine:
        """What runs queries: the endpoint, or a store of the files."""
        if self.endpoint is not None:
            from factbook.store.remote import RemoteEngine

            return RemoteEngine(self.endpoint, login=True)
        return self._open_engine(leads=self.leads)

    @cached_property
    def engine_without_leads(self) -> Engine:
        """What runs queries over the files without the leads."""
        return self._open_engine(leads=False) if self.leads else self.engine

    def with_leads(self) -> Book:
        """Return the book with leads loaded; an endpoint answers from its own data."""
        if self.leads or self.endpoint is not None:
            return self
        root, announce = self.layout.root, self._announce
        return Book(root, data=self.data, leads=True, cache=self._cache, announce=announce)

    def _open_engine(self, *, leads: bool) -> Engine:
        from factbook.store.embedded import EmbeddedEngine, load_files

        paths = self.paths(leads=leads)
        if self._cache:
            from factbook.store.cache_folder import cache_folder
            from factbook.store.snapshot import open_snapshot

            folder = cache_folder()
            if folder is not None:
                return open_snapshot(paths, folder, announce=self._announce)
        return EmbeddedEngine(load_files(paths))
