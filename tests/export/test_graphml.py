"""GraphML has the things of the graph as nodes, and networkx reads it."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import networkx as nx
import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from factbook.errors import UsageError
from factbook.export.export_book import write_export
from factbook.export.graphml import write_graphml
from factbook.export.selection import Part

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


def test_graphml_types_values() -> None:
    """Whole numbers, numbers and truths have their types; what does not fit one type is text."""
    node = network(parse(POND, RdfFormat.TURTLE)).nodes["ex:a"]

    assert (node["depth"], node["ex:count"], node["ex:open"]) == (1.5, 3, True)
    assert (node["ex:mixed"], node["ex:late"]) == ("1", "7 | 8")
    assert network(parse(POND, RdfFormat.TURTLE)).nodes["ex:b"]["ex:big"] == float("9" * 30)


def test_graphml_nodes_have_label_iri_and_type() -> None:
    """A node has the English name for a label, its IRI, and its class as a value."""
    node = network(parse(POND, RdfFormat.TURTLE)).nodes["ex:a"]

    assert node["label"] == 'Pond "<&>" 1'
    assert node["iri"] == f"{EX}a"
    assert node["type"] == "ex:Pond"


def test_graphml_links_are_edges() -> None:
    """Two links between the same nodes are two edges, each with its property."""
    found = network(parse(POND, RdfFormat.TURTLE))

    assert {(u, v, d["label"]) for u, v, d in found.edges(data=True)} == {
        ("ex:a", "ex:b", "ex:link"),
        ("ex:a", "ex:b", "ex:near"),
        ("ex:a", "n2", "ex:link"),
    }


def test_graphml_writes_the_merge() -> None:
    """A statement of two sources is one edge and one value."""
    node = NamedNode(f"{EX}a")
    quads = [
        Quad(node, node, term, NamedNode(f"{EX}g{n}"))
        for n in (1, 2)
        for term in (node, Literal("x"))
    ]

    found = network(quads)

    assert found.number_of_edges() == 1
    assert found.nodes["ex:a"]["ex:a"] == "x"


def test_graphml_blank_nodes_have_no_iri() -> None:
    """A blank node is a node with a label only."""
    node = NamedNode(f"{EX}a")

    found = network([Quad(node, node, BlankNode("x"))])

    assert [dict(found.nodes[name]) for name in found if name != "ex:a"] == [{"label": "n1"}]


def test_graphml_keeps_properties_with_one_name_apart() -> None:
    """Of two properties with the same short name, one stands under its IRI."""
    text = """<urn:a> <urn:x:size> 1 ; <urn:y:size> "big" ; <urn:z:label> "x\\r" ."""
    node = network(parse(text, RdfFormat.TURTLE)).nodes["n0"]

    assert (node["size"], node["urn:y:size"]) == (1, "big")
    assert (node["label"], node["urn:z:label"]) == ("n0", "x\r")


def test_graphml_without_networkx_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to install."""
    monkeypatch.setitem(sys.modules, "networkx", None)

    with pytest.raises(UsageError, match=r"pip install 'factbook\[graphml\]'"):
        written([])


@pytest.mark.parametrize("profile", ["full", "simple"])
def test_graphml_of_the_bundled_book_is_consistent(bundled: Book, profile: str) -> None:
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


def test_graphml_refuses_characters_that_xml_has_not() -> None:
    """The error names the character."""
    node = NamedNode(f"{EX}a")

    with pytest.raises(UsageError, match=r"U\+0001"):
        written([Quad(node, node, Literal("\x01"))])
