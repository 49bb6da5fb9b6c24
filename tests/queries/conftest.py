"""Small books and the four engines that must answer alike about them.

A book of the tests is a folder `books/<name>/` with `register/` and `sources/` (and `leads/` where
wanted): Turtle files as under `data/`, tiny and made for the traps that they hold. It is joined
with the ontology and the queries of the checkout. The book named `bundled` is the checkout's own
without what is imported from data sets, `whole` is all of it, for the embedded engine only, and a
name that ends in `-with-leads` opens a book with its leads.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode

import pytest
from pyoxigraph import Quad, Triple
from rdflib import Dataset, URIRef
from tests.core_book import core_book

from factbook.api import Book
from factbook.errors import EndpointError
from factbook.layout import layout_of
from factbook.push.push_book import push
from factbook.push.target import find_target
from factbook.query.run_query import bind_stored, run_bound, run_stored
from factbook.query.stored_queries import find_query
from factbook.rdf.bridge import from_rdflib, to_rdflib
from factbook.store.answers import Graph, Table
from factbook.store.embedded import dataset
from factbook.store.remote import RemoteEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.conftest import Server, Servers

    from factbook.query.parameters import Values
    from factbook.rdf.parse import RdfFile
    from factbook.store.answers import Answer, Engine
    from factbook.store.rules import Rules

HERE = Path(__file__).parent
BUNDLED = "bundled"
WHOLE = "whole"
MERGE = "urn:factbook:merge"
LEADS = "-with-leads"


T = TypeVar("T")
_MORE_TRIES = 3
# Virtuoso 7.2 loses rows of these queries
VIRTUOSO_DIFFERS = {"funding-rounds", "ownership", "schema-org-figures", "timeline"}
# Of these it loses rows now and then, while it is busy, and has them when it is asked again
VIRTUOSO_MAY_DIFFER = {
    *("accelerators", "category-totals", "chip-owners", "circular-deals", "companies"),
    *("connections", "efficiency", "gaps", "guidance-outcomes", "investors", "money-raised"),
    *("products", "rank", "relationships", "rental-prices", "rented-by", "similar"),
    *("token-prices", "unknown-figures", "valuations"),
}


def mark_virtuoso(query: str, engine: str) -> list[pytest.MarkDecorator]:
    """Return the mark of a query that Virtuoso is known to answer differently, always or at times.

    One that always differs is not run: over some of these the server ends, and takes the other
    tests with it.
    """
    reason = "Virtuoso 7.2 is known to lose rows of this query, see docs/endpoints.md"
    if engine == "virtuoso" and query in VIRTUOSO_DIFFERS:
        return [pytest.mark.xfail(reason=reason, run=False)]
    if engine == "virtuoso" and query in VIRTUOSO_MAY_DIFFER:
        return [pytest.mark.xfail(reason=reason, strict=False)]
    return []


def ask_patiently(ask: Callable[[], T], expected: T, engine: str) -> T:
    """Return an answer; ask Virtuoso again for the right one: it loses rows while it is busy."""
    answer = ask()
    for _ in range(_MORE_TRIES if engine == "virtuoso" else 0):
        if answer == expected:
            break
        answer = ask()
    return answer


class RdflibEngine:
    """Runs queries with rdflib over the same dataset: the merge and each named graph.

    It derives what the rules give by itself.
    """

    def __init__(self, files: tuple[RdfFile, ...], rules: Rules) -> None:
        self.dataset = Dataset(default_union=False)
        by_graph: dict[str, list[Quad]] = {}
        for file in files:
            for quad in file.named_quads():
                by_graph.setdefault(str(getattr(quad.graph_name, "value", "")), []).append(quad)
        for name, quads in by_graph.items():
            named = self.dataset.graph(URIRef(name))
            for triple in to_rdflib(quads, {}):
                named.add(triple)
                self.dataset.add(triple)
        derived = self.dataset.graph(URIRef(rules.graph.value))
        for text in rules.texts.values():
            for triple in list(self.dataset.query(text).graph or ()):
                derived.add(triple)
                self.dataset.add(triple)

    def query_as_standard(self, text: str, *, prefixes: Mapping[str, str] | None = None) -> Answer:
        """Run a query; rdflib has no other way."""
        return self.query(text, prefixes=prefixes)

    def query(self, text: str, *, prefixes: Mapping[str, str] | None = None) -> Answer:
        """Run a query."""
        result = self.dataset.query(text, initNs=dict(prefixes or {}))
        if result.type == "ASK":
            return bool(result.askAnswer)
        if result.type == "SELECT":
            names = result.vars or []
            rows = [
                tuple(from_rdflib(row[name]) if name in row else None for name in names)
                for row in result.bindings
            ]
            return Table(tuple(map(str, names)), rows)
        return Graph(
            [
                Triple(*(from_rdflib(term) for term in triple))  # type: ignore[arg-type] # by position
                for triple in result.graph or ()
            ]
        )


@dataclass
class Virtuoso:
    """A Virtuoso server that all books share: it holds one at a time, filled as by `push`.

    Where a query ends the server, the next test gets another one.
    """

    servers: Servers
    holding: str = ""
    started: Server | None = None

    def address(self, book: Book, name: str) -> str:
        """Return where a book is asked, after filling the server with it where need be."""
        server = self._running()
        address = f"{server.query}?{urlencode({'default-graph-uri': MERGE})}"
        if self.holding != name:
            self.holding = ""
            with pytest.MonkeyPatch.context() as environment:
                environment.setenv("FACTBOOK_USER", str(server.user))
                environment.setenv("FACTBOOK_PASSWORD", str(server.password))
                target = find_target(address)
                outcome = push(book, target, prune=True, announce=lambda _: None)
            assert outcome.differences == ()
            self.holding = name
        return address

    def has_ended(self) -> bool:
        """Tell whether the server that was asked last has ended, or does so within 5 seconds."""
        until = time.monotonic() + 5
        while self.started is not None and not self.started.ended:
            if time.monotonic() > until:
                return False
            time.sleep(0.1)
        return True

    def _running(self) -> Server:
        if self.started is None or self.started.ended:
            self.holding = ""
            self.started = self.servers.virtuoso()
        return self.started


@dataclass
class Tested:
    """One book behind the four engines, each started when it is first asked."""

    book: Book
    name: str
    shared: Virtuoso

    @cached_property
    def embedded(self) -> Engine:
        """The engine in this process."""
        return self.book.engine

    @cached_property
    def rdflib(self) -> Engine:
        """The reference in Python."""
        return RdflibEngine(self.book.files, self.book.rules)

    @cached_property
    def endpoint(self) -> Engine:
        """A real SPARQL server, as `--endpoint` asks it."""
        return RemoteEngine(self.address)

    @cached_property
    def address(self) -> str:
        """Where the server listens."""
        derived = list(self.book.derived())
        merge = (Quad(quad.subject, quad.predicate, quad.object) for quad in derived)
        everything = chain(dataset(self.book.files), derived, merge)
        return self.shared.servers.oxigraph(everything).query

    @property
    def virtuoso(self) -> str:
        """Where Virtuoso answers for the book."""
        return self.shared.address(self.book, self.name)

    def engine(self, name: str) -> Engine:
        """Return an engine by its name."""
        engines: dict[str, Callable[[], Engine]] = {
            "embedded": lambda: self.embedded,
            "rdflib": lambda: self.rdflib,
            "endpoint": lambda: self.endpoint,
            "virtuoso": lambda: RemoteEngine(self.virtuoso),
        }
        return engines[name]()

    def ask(self, query: str, values: Values, *, engine: str) -> Answer:
        """Run a stored query; through the endpoint, its parameters are looked up there as well."""
        if engine == "endpoint":
            remote = Book(self.book.layout.root, endpoint=self.address, cache=False)
            return run_stored(remote, find_query(remote.layout.queries, query), values)
        stored = find_query(self.book.layout.queries, query)
        columns, bound = bind_stored(stored, values, self.book)
        try:
            return run_bound(columns, bound, self.engine(engine).query)
        except EndpointError:
            # Virtuoso 7.2 may end some time after the query that harmed it
            if engine != "virtuoso" or not self.shared.has_ended():
                raise
            return run_bound(columns, bound, self.engine(engine).query)


@dataclass
class Shelf:
    """The books of the tests, each opened once a session."""

    folder: Path
    shared: Virtuoso
    opened: dict[str, Tested] = field(default_factory=dict)

    def __call__(self, name: str) -> Tested:
        """Return a book of the tests."""
        if name not in self.opened:
            self.opened[name] = Tested(
                Book(
                    self._made(name.removesuffix(LEADS)),
                    leads=name.endswith(LEADS),
                    cache=False,
                ),
                name,
                self.shared,
            )
        return self.opened[name]

    def _made(self, name: str) -> Path:
        checkout = layout_of(None).root
        if name in {BUNDLED, WHOLE}:
            return core_book() if name == BUNDLED else checkout
        made = self.folder / name
        if made.exists():
            return made
        made.mkdir()
        (made / "ontology").symlink_to(checkout / "ontology")
        (made / "queries").symlink_to(checkout / "queries")
        (made / "data").symlink_to(HERE / "books" / name)
        return made


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory, servers: Servers) -> Shelf:
    """Give the books of the tests by name."""
    return Shelf(tmp_path_factory.mktemp("books"), Virtuoso(servers))
