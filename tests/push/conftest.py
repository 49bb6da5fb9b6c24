"""Empty stores, Oxigraph's and Virtuoso's, and a small book to fill them with."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pyoxigraph
import pytest
from click.testing import CliRunner
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Literal, NamedNode, Quad

from factbook.cli.root import root
from factbook.store.answers import Graph, select
from factbook.store.remote import RemoteEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from click.testing import Result
    from tests.conftest import Server, Servers

    from factbook.store.answers import Engine

RIVERS = Path(__file__).parents[1] / "cli" / "book"
MERGE = "urn:factbook:merge"
# Graphs that a new Virtuoso has
_OWN = ("http://www.openlinksw.com/", "http://www.w3.org/", "http://local")
_COUNTS = "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"
_TOTAL = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
_TRIPLES = "CONSTRUCT { ?s ?p ?o } WHERE { %s }"


@dataclass(frozen=True)
class Place:
    """A store that can be filled."""

    product: str
    server: Server

    @property
    def endpoint(self) -> str:
        """Where the store is asked; with the graph of the merge where it needs one."""
        if self.product == "oxigraph":
            return self.server.query
        return f"{self.server.query}?{urlencode({'default-graph-uri': MERGE})}"

    def holds(self, graph: str | None = None) -> set[str]:
        """Return the statements of a graph, or of the merge, whatever blank nodes are called."""
        pattern = "?s ?p ?o" if graph is None else f"GRAPH <{graph}> {{ ?s ?p ?o }}"
        answer = RemoteEngine(self.endpoint).query(_TRIPLES % pattern)
        assert isinstance(answer, Graph)
        return canonical(Quad(t.subject, t.predicate, t.object) for t in answer.triples)

    def counts(self) -> dict[str, int]:
        """Return the sizes of the store's graphs; see `sizes`."""
        return sizes(RemoteEngine(self.endpoint))


def sizes(engine: Engine) -> dict[str, int]:
    """Return the size of each named graph but those that a new Virtuoso has, and of the merge."""
    found = {
        graph.value: int(number.value)
        for graph, number in select(engine, _COUNTS)
        if isinstance(graph, NamedNode) and isinstance(number, Literal)
    }
    ((total,),) = select(engine, _TOTAL)
    assert isinstance(total, Literal)
    book = {name: size for name, size in found.items() if not name.startswith(_OWN)}
    return {**book, MERGE: int(total.value)}


def canonical(quads: Iterable[Quad]) -> set[str]:
    """Return statements as lines that do not depend on the names of blank nodes."""
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset}


def read(path: Path) -> set[str]:
    """Return what a Turtle file says."""
    return canonical(pyoxigraph.parse(path=str(path)))


@pytest.fixture(scope="session", params=["oxigraph", "virtuoso"])
def store(request: pytest.FixtureRequest, servers: Servers) -> Place:
    """Give each of the two stores."""
    start = {"oxigraph": servers.oxigraph, "virtuoso": servers.virtuoso}
    return Place(request.param, start[request.param]())


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Give a copy of the book about rivers, to change."""
    return Path(shutil.copytree(RIVERS, tmp_path / "book"))


@pytest.fixture
def run(tmp_path: Path, store: Place, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Give what runs the command line, with the login of the store in the environment."""
    monkeypatch.setenv("FACTBOOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NO_COLOR", "1")
    if store.server.user:
        monkeypatch.setenv("FACTBOOK_USER", store.server.user)
        monkeypatch.setenv("FACTBOOK_PASSWORD", str(store.server.password))

    def run(*args: str) -> Result:
        return CliRunner().invoke(root, args, prog_name="factbook")

    return run
