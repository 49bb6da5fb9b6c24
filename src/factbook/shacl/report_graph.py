"""The report as the graph that the W3C defines (SHACL, section 3.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from factbook.rdf.terms import XSD
from factbook.shacl.names import TYPE, sh
from factbook.shacl.paths import path_quads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from factbook.rdf.terms import Term
    from factbook.shacl.names import Node
    from factbook.shacl.report import Path, Report, Result


def to_graph(report: Report) -> list[Quad]:
    """Return a report as triples: the results, and the paths of each shape once."""
    head = BlankNode()
    conforms = Literal(str(report.conforms).lower(), datatype=NamedNode(f"{XSD}boolean"))
    quads = [Quad(head, TYPE, sh("ValidationReport")), Quad(head, sh("conforms"), conforms)]
    paths: dict[tuple[Node, Path], Node] = {}
    for result in report.results:
        if result.path is not None and (result.source_shape, result.path) not in paths:
            node, described = path_quads(result.path)
            paths[result.source_shape, result.path] = node
            quads += described
        node = BlankNode()
        quads.append(Quad(head, sh("result"), node))
        quads += (Quad(node, name, value) for name, value in _properties(result, paths))
    return quads


def _properties(
    result: Result, paths: dict[tuple[Node, Path], Node]
) -> Iterator[tuple[NamedNode, Term]]:
    yield TYPE, sh("ValidationResult")
    yield sh("focusNode"), result.focus
    if result.path is not None:
        yield sh("resultPath"), paths[result.source_shape, result.path]
    if result.value is not None:
        yield sh("value"), result.value
    yield sh("sourceConstraintComponent"), result.component
    if result.constraint is not None:
        yield sh("sourceConstraint"), result.constraint
    yield sh("sourceShape"), result.source_shape
    yield sh("resultSeverity"), result.severity
    for message in result.messages:
        yield sh("resultMessage"), message
