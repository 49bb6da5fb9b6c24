"""What all parts of the explorer share: the book and where its things are found."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, cast

from flask import current_app
from pyoxigraph import Literal, NamedNode

from factbook.store.answers import select
from factbook.store.worker import Limits, Source, Workers
from factbook.web.addresses import Addresses, find_base

if TYPE_CHECKING:
    from factbook.api import Book

KEY = "factbook"
_MORE_WORKERS = 16
_GRAPH_NAMES = "SELECT DISTINCT ?graph WHERE { GRAPH ?graph { ?s ?p ?o } } ORDER BY ?graph"


@dataclass(frozen=True)
class Settings:
    """How the explorer is served."""

    trusted_hosts: tuple[str, ...] = ()
    """Names of this server besides localhost; requests for others are refused."""
    limits: Limits = field(default_factory=Limits)
    workers: int = 2
    """How many processes run the queries of visitors while none is slow."""


class Site:
    """A book as it is served."""

    def __init__(self, book: Book, settings: Settings) -> None:
        self.book = book
        self.settings = settings

    @cached_property
    def workers(self) -> Workers:
        """What runs the queries of visitors."""
        book = self.book
        return Workers(
            Source.of(book.engine, book.inputs(), book.layout.rules()),
            count=self.settings.workers,
            most=self.settings.workers + _MORE_WORKERS,
            limits=self.settings.limits,
            prefixes=book.prefixes,
        )

    @cached_property
    def graphs(self) -> tuple[str, ...]:
        """The IRIs of the named graphs."""
        found = select(self.book.engine, _GRAPH_NAMES)
        return tuple(graph.value for (graph,) in found if isinstance(graph, NamedNode))

    @cached_property
    def triples(self) -> int:
        """The number of triples in the merge."""
        (count,) = select(self.book.engine, "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")[0]
        return int(count.value) if isinstance(count, Literal) else 0

    def close(self) -> None:
        """End what runs queries."""
        if "workers" in self.__dict__:
            self.workers.close()

    @cached_property
    def addresses(self) -> Addresses:
        """Where the things of the book are found on this site."""
        return Addresses(find_base(self.book.engine, self.graphs))


def current_site() -> Site:
    """Return the site of the running request."""
    return cast("Site", current_app.extensions[KEY])
