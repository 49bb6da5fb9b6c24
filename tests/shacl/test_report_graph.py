"""The report as a graph equals pySHACL's, up to blank nodes."""

from __future__ import annotations

from pathlib import Path

import pyshacl
from pyoxigraph import Literal, Quad, RdfFormat, parse
from rdflib import Graph, URIRef
from rdflib.compare import graph_diff, isomorphic

from factbook.rdf.bridge import to_rdflib
from factbook.shacl import iterate_graph, validate
from factbook.shacl.shapes import Shapes
from factbook.shacl.shapes_graph import TRUE, TYPE, ShapesGraph, sh

HERE = Path(__file__).parent


def read(name: str) -> list[Quad]:
    """Parse a file beside the test."""
    return list(parse((HERE / name).read_bytes(), RdfFormat.TURTLE, rename_blank_nodes=True))


def with_messages(shapes: list[Quad]) -> list[Quad]:
    """Give each shape a message, because pySHACL invents missing ones."""
    silent = [shape.node for shape in Shapes(ShapesGraph(shapes)) if not shape.messages]
    return [*shapes, *(Quad(node, sh("message"), Literal("Repair this.")) for node in silent)]


def without_details(report: Graph) -> Graph:
    """Leave out the results that pySHACL puts under others, for sh:node."""
    for detail in list(report.objects(None, URIRef(sh("detail").value))):
        report.remove((None, None, detail))
        report.remove((detail, None, None))
    return report


def test_report_graph_equals_that_of_pyshacl() -> None:
    """Report node, results, paths, values, sources, severities and messages are equal."""
    shapes, data = with_messages(read("library-shapes.ttl")), read("library-data.ttl")
    _, expected, _ = pyshacl.validate(to_rdflib(data, {}), shacl_graph=to_rdflib(shapes, {}))
    assert isinstance(expected, Graph)

    graph = to_rdflib(iterate_graph(validate(shapes, data)), {})

    expected = without_details(expected)
    assert isomorphic(graph, expected), list(graph_diff(graph, expected)[1:])


def test_report_without_results_conforms() -> None:
    """The report has sh:conforms true."""
    quads = list(iterate_graph(validate([], read("library-data.ttl"))))

    assert [quad.object for quad in quads if quad.predicate == TYPE] == [sh("ValidationReport")]
    assert [quad.object for quad in quads if quad.predicate == sh("conforms")] == [TRUE]
