"""Validation gives the same results in this process, on Oxigraph's server and on Virtuoso."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import RdfFormat, Store, parse
from tests.shacl.w3c import rows

from factbook.shacl import load_data, validate
from factbook.store.remote import RemoteEngine

if TYPE_CHECKING:
    from pyoxigraph import Quad
    from tests.conftest import Server, Servers

    from factbook.shacl import Report

HERE = Path(__file__).parent
DATA = HERE / "library-data.ttl"
GRAPH = "http://example.org/graph"


def read(path: Path) -> list[Quad]:
    """Parse a file."""
    return list(parse(path.read_bytes(), RdfFormat.TURTLE, rename_blank_nodes=True))


SHAPES = read(HERE / "library-shapes.ttl")


def here() -> Report:
    """Validate in this process."""
    return validate(SHAPES, read(DATA))


def test_oxigraph_server_gives_the_same_results(servers: Servers) -> None:
    """A read-only Oxigraph server gives the results of the files."""
    server = servers.oxigraph(read(DATA))

    report = validate(SHAPES, RemoteEngine(server.query))

    assert rows(report.results) == rows(here().results)
    assert not report.notes


def test_virtuoso_gives_the_same_results(servers: Servers) -> None:
    """Virtuoso gives the results of the files; pySHACL evaluates what Virtuoso cannot run."""
    server = servers.virtuoso()
    upload(server, DATA.read_bytes())

    report = validate(SHAPES, RemoteEngine(f"{server.query}?default-graph-uri={GRAPH}"))

    assert rows(report.results) == rows(here().results)
    assert len(report.notes) == 1
    assert (
        "ReachableFromAnn>: NodeKindConstraintComponent was decided by pySHACL" in report.notes[0]
    )


@pytest.mark.parametrize("keeps", [True, False], ids=["canonical", "noncanonical"])
def test_load_data_reuses_a_store_of_canonical_literals(*, keeps: bool) -> None:
    """Results do not depend on a store of the same data that is given along."""
    data = (
        read(DATA) if keeps else [*read(DATA), *read_text('ex:bad ex:price "7.50"^^xsd:decimal .')]
    )
    store = Store()
    store.extend(data)

    report = validate(SHAPES, load_data(data, store=store))

    assert rows(report.results) == rows(validate(SHAPES, data).results)


def read_text(text: str) -> list[Quad]:
    """Parse Turtle about the library."""
    prefixes = """
        PREFIX ex: <http://example.org/>
        PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
    """
    return list(parse(prefixes + text, RdfFormat.TURTLE))


def upload(server: Server, turtle: bytes) -> None:
    """Put a graph into Virtuoso, which may not be listening yet."""
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, server.graph_store, server.user or "", server.password or "")
    opener = urllib.request.build_opener(urllib.request.HTTPDigestAuthHandler(passwords))
    request = urllib.request.Request(  # noqa: S310 - of this machine
        f"{server.graph_store}?graph={GRAPH}", turtle, {"Content-Type": "text/turtle"}, method="PUT"
    )
    for attempt in range(40):
        try:
            with opener.open(request, timeout=30):
                return
        except urllib.error.URLError:
            if attempt == 39:
                raise
            time.sleep(0.5)
