"""A mapping is plain SPARQL: rdflib gives the same graph for the same rows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import rdflib
from pyoxigraph import BlankNode, RdfFormat, parse
from rdflib.compare import isomorphic

from factbook.imports.construct import Batch, Bindings, write_numbers_plainly
from factbook.imports.mapping import read_mapping
from factbook.imports.tables import open_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
MAPPING = HERE / "book" / "queries" / "imports" / "machines.rq"
SOURCE = "https://w3id.org/ai-infra/source/machines-2025-07-01"
OBSERVATION = "https://w3id.org/ai-infra/observation/"
THINGS = {
    "Owner": {"Acme Compute": "https://e.org/acme", "delta labs": "https://e.org/delta"},
    "Users": {"Acme": "https://e.org/acme"},
}


def batches(mapping: Path, table: Path) -> Iterator[Batch]:
    """Yield the rows of a table with what our engine makes of them."""
    read = read_mapping(mapping)
    with open_tables(read, [table]) as rows:
        yield from Bindings(read, SOURCE, OBSERVATION, THINGS).run(rows)


def graph_of(triples: bytes) -> rdflib.Graph:
    """Return N-Triples as a graph that keeps every literal as it is written."""
    graph = rdflib.Graph()
    graph.parse(data=triples, format="nt")
    return graph


def by_rdflib(query: str) -> bytes:
    """Return what rdflib makes of a query over the rows that stand in it, as N-Triples."""
    found = rdflib.Graph().query(query).graph
    assert found is not None
    return write_numbers_plainly(found.serialize(format="nt", encoding="utf-8"))


@pytest.fixture
def with_blank_nodes(tmp_path: Path) -> Path:
    """Return the mapping with a blank node for each row."""
    mapping = tmp_path / "machines.rq"
    text = MAPPING.read_text(encoding="utf-8")
    usual = "?Users_iri schema:knowsAbout ?Users_qualifier ."
    mapping.write_text(text.replace(usual, f"{usual} [] infra:row ?row ; schema:name ?Owner ."))
    return mapping


def test_rdflib_gives_isomorphic_graph(with_blank_nodes: Path) -> None:
    """Numbers, days, split cells, blank nodes and empty cells mean the same to another engine."""
    (batch,) = batches(with_blank_nodes, HERE / "machines.csv")

    assert batch.triples.count(b"\n") > 40
    assert isomorphic(graph_of(batch.triples), graph_of(by_rdflib(batch.query)))


def test_blank_nodes_belong_to_their_row(with_blank_nodes: Path, tmp_path: Path) -> None:
    """Each row has blank nodes of its own, also where rows are read in several batches."""
    table = tmp_path / "machines.csv"
    head, row = (HERE / "machines.csv").read_text(encoding="utf-8").splitlines()[:2]
    rows = (row.replace("Orion", f"Orion {number}") for number in range(6_000))
    table.write_text("\n".join([head, *rows]), encoding="utf-8")

    triples = b"".join(batch.triples for batch in batches(with_blank_nodes, table))

    quads = parse(triples, RdfFormat.N_TRIPLES)
    nodes = {quad.subject for quad in quads if isinstance(quad.subject, BlankNode)}
    assert len(nodes) == 12_000  # the row has two users, and so two solutions
