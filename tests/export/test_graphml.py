"""GraphML holds the things of the graph as nodes, and networkx reads it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import networkx as nx
import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from factbook.errors import UsageError
from factbook.export.export_book import Part, write_export
from factbook.export.graphml import write_graphml

if TYPE_CHECKING:
    from collections.abc import Iterable

    from factbook.book import Book

EX = "https://example.org/"
NS = "{http://graphml.graphdrawing.org/xmlns}"
CONTEXT = {"ex": EX, "depth": "ex:deep"}
POND = f"""
@prefix : <{EX}> . @prefix schema: <https://schema.org/> .
:a a :Pond ; schema:name "Teich"@de , "Pond \\"<&>\\" 1"@en ; :deep 1.50 ; :count 3 ; :open true ;
  :link :b , <urn:x y> ; :near :b ; :mixed 1 ; :late 7 , 8 .
:b :deep 2 ; :count 4 ; :mixed "x" ; :big {"9" * 30} .
""".replace("<urn:x y>", "<urn:x>")


def written(quads: Iterable[Quad]) -> bytes:
    """Return GraphML."""
    out = io.BytesIO()
    write_graphml(quads, out, prefixes={"ex": EX}, context=CONTEXT)
    return out.getvalue()


def network(quads: Iterable[Quad]) -> nx.MultiDiGraph:
    """Return what networkx makes of it."""
    return nx.read_graphml(io.BytesIO(written(quads)))


def test_values_are_typed() -> None:
    """Whole numbers, numbers and truths have their types; what does not fit one type is text."""
    node = network(parse(POND, RdfFormat.TURTLE)).nodes["ex:a"]

    assert (node["depth"], node["ex:count"], node["ex:open"]) == (1.5, 3, True)
    assert (node["ex:mixed"], node["ex:late"]) == ("1", "7 | 8")
    assert network(parse(POND, RdfFormat.TURTLE)).nodes["ex:b"]["ex:big"] == float("9" * 30)


def test_names_and_classes() -> None:
    """A node has the English name for a label, its IRI, and its class as a value."""
    node = network(parse(POND, RdfFormat.TURTLE)).nodes["ex:a"]

    assert node["label"] == 'Pond "<&>" 1'
    assert node["iri"] == f"{EX}a"
    assert node["type"] == "ex:Pond"


def test_links_are_edges() -> None:
    """Two links between the same nodes are two edges, each with its property."""
    found = network(parse(POND, RdfFormat.TURTLE))

    assert {(u, v, d["label"]) for u, v, d in found.edges(data=True)} == {
        ("ex:a", "ex:b", "ex:link"),
        ("ex:a", "ex:b", "ex:near"),
        ("ex:a", "n2", "ex:link"),
    }


def test_statements_of_two_sources_count_once() -> None:
    """The merge is written."""
    node = NamedNode(f"{EX}a")
    quads = [
        Quad(node, node, term, NamedNode(f"{EX}g{n}"))
        for n in (1, 2)
        for term in (node, Literal("x"))
    ]

    found = network(quads)

    assert found.number_of_edges() == 1
    assert found.nodes["ex:a"]["ex:a"] == "x"


def test_blank_nodes() -> None:
    """They are nodes without an IRI."""
    node = NamedNode(f"{EX}a")

    found = network([Quad(node, node, BlankNode("x"))])

    assert [dict(found.nodes[name]) for name in found if name != "ex:a"] == [{"label": "n1"}]


@pytest.mark.parametrize("profile", ["full", "simple"])
def test_the_bundled_book(bundled: Book, profile: str) -> None:
    """Every node and edge refers to a key and a node that there is, each name once."""
    out = io.BytesIO()
    write_export(bundled, Part(profile=profile), "graphml", out)
    root = ET.fromstring(out.getvalue())  # noqa: S314 - our own
    nodes = [node.attrib["id"] for node in root.iter(f"{NS}node")]
    ends = {edge.attrib[end] for edge in root.iter(f"{NS}edge") for end in ("source", "target")}
    keys = {key.attrib["id"] for key in root.iter(f"{NS}key")}

    assert len(nodes) == len(set(nodes))
    assert ends <= set(nodes)
    assert {data.attrib["key"] for data in root.iter(f"{NS}data")} <= keys
    assert nx.read_graphml(io.BytesIO(out.getvalue())).nodes["company:groq"]["label"] == "Groq"


def test_characters_that_xml_has_not() -> None:
    """They are refused in words."""
    node = NamedNode(f"{EX}a")

    with pytest.raises(UsageError, match=r"U\+0001"):
        written([Quad(node, node, Literal("\x01"))])
