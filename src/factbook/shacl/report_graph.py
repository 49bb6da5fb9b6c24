"""The report as the graph that the W3C defines (SHACL, section 3.6)."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from factbook.rdf.terms import XSD
from factbook.shacl.names import REST, TYPE, sh
from factbook.shacl.paths import path_quads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from factbook.rdf.terms import Term
    from factbook.shacl.names import Node
    from factbook.shacl.report import Path, Report, Result

    About = Callable[[BlankNode], Iterable[Quad]]

_DEEPEST = 10
_MOST = 1_000
"""As many triples as describe one blank node: in a web of them everything describes each."""


def about_in(quads: Iterable[Quad]) -> About:
    """Return what gives the triples about a blank node in some data."""
    found: dict[Term, list[Quad]] = {}
    for quad in quads:
        if isinstance(quad.subject, BlankNode):
            found.setdefault(quad.subject, []).append(quad)
    return lambda node: found.get(node, ())


def _nothing(_: BlankNode) -> Iterable[Quad]:
    return ()


def to_graph(report: Report, *, shapes: About = _nothing, data: About = _nothing) -> list[Quad]:
    """Return a report as triples: the results, and the paths of each shape once.

    A blank node means nothing to whoever reads the report alone. Each comes with what the shapes or
    the data say of it, as in the reports of pySHACL.

    Args:
        report: The report.
        shapes: Gives the triples about a blank node of the shapes.
        data: The same for the data.
    """
    head = BlankNode()
    conforms = Literal(str(report.conforms).lower(), datatype=NamedNode(f"{XSD}boolean"))
    quads = [Quad(head, TYPE, sh("ValidationReport")), Quad(head, sh("conforms"), conforms)]
    paths: dict[tuple[Node, Path], Node] = {}
    described: dict[BlankNode, About] = {}
    for result in report.results:
        if result.path is not None and (result.source_shape, result.path) not in paths:
            node, steps = path_quads(result.path)
            paths[result.source_shape, result.path] = node
            quads += steps
        node = BlankNode()
        quads.append(Quad(head, sh("result"), node))
        quads += (Quad(node, name, value) for name, value in _properties(result, paths))
        for part in (result.source_shape, result.constraint):
            if isinstance(part, BlankNode):
                described[part] = shapes
        for end in (result.focus, result.value):
            if isinstance(end, BlankNode):
                described.setdefault(end, data)
    for node, about in described.items():
        quads += islice(_description(node, node, about, ()), _MOST)
    return quads


def _description(
    node: BlankNode, written: BlankNode, about: About, above: tuple[BlankNode, ...]
) -> Iterator[Quad]:
    """Yield the triples about a node, and with new names the blank nodes inside it."""
    for quad in about(node):
        value = quad.object
        if not isinstance(value, BlankNode) or value in (*above, node):
            yield Quad(written, quad.predicate, value)
            continue
        copy = BlankNode()
        yield Quad(written, quad.predicate, copy)
        is_next = quad.predicate == REST  # a list is as deep as its members, however long
        if is_next or len(above) < _DEEPEST:
            yield from _description(value, copy, about, above if is_next else (*above, node))


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
