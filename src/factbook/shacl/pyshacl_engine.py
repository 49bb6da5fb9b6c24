"""Validate with pySHACL, the reference for the compiled queries."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import pyshacl
from pyoxigraph import Quad
from rdflib import Graph

from factbook.errors import InputError
from factbook.rdf.bridge import NO_TAGS, from_rdflib, to_rdflib
from factbook.shacl.paths import read_path
from factbook.shacl.report import VIOLATION, Report, Result, sort_results
from factbook.shacl.shapes_graph import ShapesGraph, sh

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pyoxigraph import NamedNode
    from rdflib.term import Identifier

    from factbook.rdf.terms import Term
    from factbook.shacl.shapes_graph import Node

_MAX_DEPTH = 60
"""How deep shapes may refer to shapes; pySHACL's default of 15 is less than real shapes need."""


def validate(
    shapes: Iterable[Quad], data: Iterable[Quad], tags: Mapping[str, str] = NO_TAGS
) -> Report:
    """Validate the merge of some data against shapes.

    Args:
        shapes: The shapes graph.
        data: What to validate, with its class hierarchy; literals keep their lexical form.
        tags: By their form in lower case, language tags as the data spell them.

    Raises:
        InputError: pySHACL cannot use the shapes.
    """
    with _silence():
        data_graph, shapes_graph = to_rdflib(data, {}, tags), to_rdflib(shapes, {})
        try:
            _, report, text = pyshacl.validate(
                data_graph,
                shacl_graph=shapes_graph,
                advanced=True,
                max_validation_depth=_MAX_DEPTH,
            )
        except Exception as error:  # noqa: BLE001 - a faulty query in a shape raises just that
            raise InputError(f"the shapes cannot be used: {_one_line(error)}") from None
    if not isinstance(report, Graph):
        raise InputError(f"the shapes cannot be used: {_one_line(text)}")
    graph = ShapesGraph(from_graph(report))
    results = [
        node for head in graph.subjects(sh("result")) for node in graph.objects(head, sh("result"))
    ]
    return Report(sort_results(_result(graph, node) for node in results))


def from_graph(graph: Graph) -> Iterator[Quad]:
    """Yield the triples of a graph of rdflib."""
    for subject, predicate, value in graph:
        yield Quad(
            cast("Node", from_rdflib(cast("Identifier", subject))),
            cast("NamedNode", from_rdflib(cast("Identifier", predicate))),
            from_rdflib(cast("Identifier", value)),
        )


def _result(graph: ShapesGraph, node: Term) -> Result:
    focus = graph.value(node, sh("focusNode"))
    shape = graph.node(node, sh("sourceShape"))
    component = graph.iri(node, sh("sourceConstraintComponent"))
    assert focus is not None and shape is not None and component is not None  # noqa: S101, PT018 - SHACL, 3.6.2
    path = graph.value(node, sh("resultPath"))
    return Result(
        focus=focus,
        source_shape=shape,
        component=component,
        path=None if path is None else read_path(graph, path, shape=shape),
        value=graph.value(node, sh("value")),
        severity=graph.iri(node, sh("resultSeverity")) or VIOLATION,
        messages=graph.messages(node, sh("resultMessage")),
        constraint=graph.node(node, sh("sourceConstraint")),
    )


@contextmanager
def _silence() -> Iterator[None]:
    """Keep rdflib from logging a traceback for each ill-typed literal that pySHACL looks at."""
    logger = logging.getLogger("rdflib.term")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)


def _one_line(error: object) -> str:
    return " ".join(str(error).split())
