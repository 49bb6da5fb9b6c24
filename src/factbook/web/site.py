"""The state that all parts of the explorer share: the book and its addresses."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

from flask import current_app, g, has_request_context
from pyoxigraph import Literal, NamedNode

from factbook.link.reconcile import Service
from factbook.rdf.publication import KNOWN_SINCE, require_day
from factbook.sparql.bind import bind
from factbook.store.answers import select
from factbook.store.query_limits import BusyError, Limits, Outcome
from factbook.store.worker import Source, WorkerEngine, Workers
from factbook.web.addresses import Addresses, find_base
from factbook.web.checking import Checking
from factbook.web.file_cache import FileCache
from factbook.web.thing_data import ThingFiles

if TYPE_CHECKING:
    from factbook.api import Book
    from factbook.store.answers import Engine

KEY = "factbook"
_MORE_WORKERS = 16
_MOST_EDITIONS = 4
_MOST_WAIT_SECONDS = 10
_VERSION_LENGTH = 12
_LICENCE = """PREFIX dcat: <http://www.w3.org/ns/dcat#>
SELECT ?licence WHERE { ?book a dcat:Dataset ; <http://purl.org/dc/terms/license> ?licence }"""
_TITLE = """PREFIX dcat: <http://www.w3.org/ns/dcat#>
SELECT ?title WHERE { ?book a dcat:Dataset ; <http://purl.org/dc/terms/title> ?title }"""
_CUT = "factbook_cut"
_DAYS = "SELECT DISTINCT ?day WHERE { ?source ?property ?day }"
_GRAPH_NAMES = "SELECT ?graph WHERE { GRAPH ?graph {} } ORDER BY ?graph"


@dataclass(frozen=True)
class Settings:
    """The settings of the server."""

    trusted_hosts: tuple[str, ...] = ()
    """Host names besides localhost and that of the address; others are rejected."""
    address: str | None = None
    """The public address of the site, ending in '/', if it differs from that of requests."""
    limits: Limits = field(default_factory=Limits)
    workers: int = 2
    """The number of processes for visitors' queries while none is slow."""
    editor: Path = Path(__file__).with_name("static") / "editor"
    """The folder of the query editor, if the installation has it."""
    has_visitors: bool = True
    """Whether queries are limited; if not, the queries of pages run in this process."""


class Edition:
    """A book with some of its sources, and the workers for visitors' queries.

    Args:
        book: The book, whose engine answers in this process.
        settings: How many workers there are, and what a query may use.
        without_leads: The edition without the leads, if this one has them.
    """

    def __init__(self, book: Book, settings: Settings, without_leads: Edition | None) -> None:
        self.book = book
        self.has_visitors = settings.has_visitors
        self.workers = Workers(
            Source.of(book.engine, book.inputs(), book.layout.rules()),
            count=settings.workers,
            most=settings.workers + _MORE_WORKERS,
            limits=settings.limits,
            prefixes=book.prefixes,
        )
        self.engine: Engine = (
            WorkerEngine(self.workers, _note_cut) if settings.has_visitors else book.engine
        )
        other = without_leads.engine if without_leads is not None else None
        self.limited = book.with_engine(self.engine, other)
        """The book with queries that are stopped when they use too much."""


class Site:
    """A book as it is served.

    Args:
        book: The book.
        settings: How it is served.
    """

    def __init__(self, book: Book, settings: Settings) -> None:
        self.book = book
        self.settings = settings
        self._editions: OrderedDict[tuple[bool, str | None], Edition] = OrderedDict()
        self._lock = threading.Lock()
        self.downloads = FileCache()

    @cached_property
    def version(self) -> str:
        """The version of the book: a hash of its files and queries."""
        digest = hashlib.sha256()
        for path in self._files:
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()[:_VERSION_LENGTH]

    @cached_property
    def modified(self) -> float:
        """The time of the last change of a file of the book, in seconds since 1970."""
        return max((path.stat().st_mtime for path in self._files), default=0.0)

    @cached_property
    def _files(self) -> list[Path]:
        """The files that answers depend on."""
        layout = self.book.layout
        own = [*layout.ontology_files(), *layout.data_files(leads=True)]
        return [*own, *sorted(layout.queries.glob("*/*.rq")), *self.book.data]

    @cached_property
    def edition(self) -> Edition:
        """The book as it was opened."""
        plain = None
        if self.book.leads:
            plain = self.edition_for(leads=False, known_by=self.book.known_by)
        return Edition(self.book, self.settings, plain)

    def start(self) -> None:
        """Prepare what the first visitors would wait for.

        Raises:
            InputError: The book cannot be read.
        """
        self.workers.start()
        _ = self.addresses, self.version, self.licence

    @property
    def workers(self) -> Workers:
        """The workers for visitors' queries."""
        return self.edition.workers

    def edition_for(self, *, leads: bool, known_by: str | None) -> Edition:
        """Return the book with leads, or with the sources published by a day.

        Days between which nothing came out share an edition; a few are kept.

        Raises:
            UsageError: The day is none.
            BusyError: Others are being made.
        """
        day = self._effective_day(known_by)
        if (leads, day) == (self.book.leads, self.book.known_by):
            return self.edition
        plain = self.edition_for(leads=False, known_by=day) if leads else None
        if not self._lock.acquire(timeout=_MOST_WAIT_SECONDS):
            raise BusyError("the sources of another day are being loaded: try again in a moment")
        try:
            found = self._editions.get((leads, day))
            if found is None:
                book = self.book.with_sources(leads=leads, known_by=day)
                found = Edition(book, replace(self.settings, workers=1), plain)
                self._editions[leads, day] = found
            self._editions.move_to_end((leads, day))
            while len(self._editions) > _MOST_EDITIONS:
                self._editions.popitem(last=False)[1].workers.close()
        finally:
            self._lock.release()
        return found

    def _effective_day(self, known_by: str | None) -> str | None:
        """Return the last day of publication up to a day, or the book's own if none is later."""
        if known_by is None:
            return self.book.known_by
        require_day(known_by)
        last = min(known_by, self.book.known_by or known_by)
        earlier = [day for day in self._publication_days if day <= last]
        if len(earlier) == len(self._publication_days):
            return self.book.known_by
        return max(earlier, default="0001-01-01")

    @cached_property
    def _publication_days(self) -> frozenset[str]:
        found = select(self.book.engine, bind(_DAYS, {"property": KNOWN_SINCE}))
        return frozenset(day.value for (day,) in found if isinstance(day, Literal))

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

    @cached_property
    def title(self) -> str:
        """The title of the book, or else the name of its folder."""
        found = select(self.book.engine, _TITLE)
        own = self.book.layout.root.resolve().name
        return next((each.value for (each,) in found if isinstance(each, Literal)), own)

    @cached_property
    def reconciliation(self) -> Service:
        """The reconciliation service."""
        return Service(self.book, address="", name=self.title)

    @cached_property
    def licence(self) -> str | None:
        """The licence of the data, if the book states one."""
        found = select(self.book.engine, _LICENCE)
        return next((each.value for (each,) in found if isinstance(each, NamedNode)), None)

    @cached_property
    def checking(self) -> Checking:
        """The background check of the book."""
        return Checking(self.book)

    @cached_property
    def thing_files(self) -> ThingFiles:
        """The lookup of the files about a thing."""
        return ThingFiles(self.book)

    @cached_property
    def addresses(self) -> Addresses:
        """The addresses of things on this site."""
        return Addresses(find_base(self.book.engine, self.graphs))

    def close(self) -> None:
        """End what runs queries."""
        if "edition" in self.__dict__:
            self.edition.workers.close()
        for edition in self._editions.values():
            edition.workers.close()
        self.downloads.close()
        if "checking" in self.__dict__:
            self.checking.close()


def cut_of_request() -> Outcome | None:
    """Return the outcome of the query of this request that a limit cut, if any."""
    return cast("Outcome | None", g.get(_CUT))


def _note_cut(outcome: Outcome) -> None:
    if has_request_context():
        setattr(g, _CUT, outcome)


def current_site() -> Site:
    """Return the site of the current request."""
    return cast("Site", current_app.extensions[KEY])
