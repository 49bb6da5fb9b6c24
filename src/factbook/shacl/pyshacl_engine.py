"""Validate with pySHACL, the reference that every other engine here is measured against."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import pyshacl
from pyoxigraph import BlankNode, Literal, NamedNode
from rdflib import RDF, Graph
from rdflib.collection import Collection
from rdflib.namespace import SH

from factbook.errors import InputError
from factbook.rdf.bridge import from_rdflib, to_rdflib
from factbook.shacl.paths import (
    ALTERNATIVE,
    INVERSE,
    ONE_OR_MORE,
    SEQUENCE,
    ZERO_OR_MORE,
    ZERO_OR_ONE,
    Path,
    PathExpression,
)
from factbook.shacl.report import VIOLATION, Report, Result, sort_results

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Quad
    from rdflib.graph import _ObjectType as Node
    from rdflib.term import Identifier

    from factbook.rdf.terms import Term

# As deep as shapes may refer to shapes; pySHACL's own limit of 15 stops short of honest nesting.
_DEPTH = 60
_UNARY = {
    SH.inversePath: INVERSE,
    SH.zeroOrMorePath: ZERO_OR_MORE,
    SH.oneOrMorePath: ONE_OR_MORE,
    SH.zeroOrOnePath: ZERO_OR_ONE,
}


def validate(shapes: Iterable[Quad], data: Iterable[Quad]) -> Report:
    """Validate the merge of some data against shapes.

    Args:
        shapes: The shapes graph.
        data: What to validate, the classes with their superclasses included; every literal is
            judged as it is spelt.

    Raises:
        InputError: pySHACL cannot make sense of the shapes.
    """
    with _quiet():
        data_graph, shapes_graph = to_rdflib(data, {}), to_rdflib(shapes, {})
        try:
            _, found, said = pyshacl.validate(
                data_graph, shacl_graph=shapes_graph, max_validation_depth=_DEPTH
            )
        except Exception as error:  # noqa: BLE001 - a faulty query in a shape raises just that
            raise InputError(f"the shapes cannot be used: {_one_line(error)}") from None
    if not isinstance(found, Graph):
        raise InputError(f"the shapes cannot be used: {_one_line(said)}")
    return Report(sort_results(_result(found, node) for node in found.objects(None, SH.result)))


def _result(graph: Graph, node: Node) -> Result:
    def term(name: str) -> Term | None:
        found = graph.value(node, SH[name])
        return None if found is None else from_rdflib(cast("Identifier", found))

    path = graph.value(node, SH.resultPath)
    constraint = term("sourceConstraint")
    messages = map(from_rdflib, cast("Iterable[Identifier]", graph.objects(node, SH.resultMessage)))
    return Result(
        focus=cast("Term", term("focusNode")),
        source_shape=cast("NamedNode | BlankNode", term("sourceShape")),
        component=cast("NamedNode", term("sourceConstraintComponent")),
        path=None if path is None else _path(graph, path),
        value=term("value"),
        severity=cast("NamedNode", term("resultSeverity") or VIOLATION),
        messages=tuple(sorted((m for m in messages if isinstance(m, Literal)), key=str)),
        constraint=constraint if isinstance(constraint, NamedNode | BlankNode) else None,
    )


def _path(graph: Graph, node: Node) -> Path:
    """Return a path that the report repeats from the shapes graph (SHACL, section 2.3.1)."""
    own = from_rdflib(cast("Identifier", node))
    if isinstance(own, NamedNode):
        return own
    for property_, operator in _UNARY.items():
        inner = graph.value(node, property_)
        if inner is not None:
            return PathExpression(operator, (_path(graph, inner),))
    alternatives = graph.value(node, SH.alternativePath)
    members, operator = (node, SEQUENCE) if alternatives is None else (alternatives, ALTERNATIVE)
    if (members, RDF.first, None) not in graph:
        raise InputError(f"the shapes cannot be used: {own} is not a property path")
    return PathExpression(
        operator, tuple(_path(graph, member) for member in Collection(graph, members))
    )


@contextmanager
def _quiet() -> Iterator[None]:
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
