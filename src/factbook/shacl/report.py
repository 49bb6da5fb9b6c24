"""The validation report: the results of any engine, and their graph (SHACL, section 3.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias, TypeVar, cast

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from factbook.rdf.terms import XSD
from factbook.shacl.paths import path_quads
from factbook.shacl.shapes_graph import REST, TYPE, Remark, sh

if TYPE_CHECKING:
    from collections.abc import Iterator

    from factbook.rdf.terms import Term
    from factbook.shacl.paths import Path
    from factbook.shacl.shapes_graph import Node

VIOLATION = sh("Violation")
WARNING = sh("Warning")
INFO = sh("Info")

T = TypeVar("T")
DescribeNode: TypeAlias = Callable[[BlankNode], Iterable[Quad]]
"""Gives the triples about a blank node."""

_MAX_DEPTH = 10
_MAX_TRIPLES = 1_000
"""The maximum number of triples that describe one blank node."""


@dataclass(frozen=True)
class Result:
    """One validation result (SHACL, section 3.6.2), with terms in the forms of the data."""

    focus: Term
    source_shape: NamedNode | BlankNode
    component: NamedNode
    """The constraint component, `sh:MinCountConstraintComponent` and so on."""
    path: Path | None = None
    value: Term | None = None
    severity: NamedNode = VIOLATION
    messages: tuple[Literal, ...] = ()
    """The messages with their variables filled in, as the shape's author wrote them."""
    constraint: NamedNode | BlankNode | None = None
    """The `sh:SPARQLConstraint` behind the result, where it is one."""
    alternatives: tuple[Alternative, ...] = ()
    """Of sh:or, sh:xone, sh:and and sh:node: how the value fails each of the shapes; of a qualified
    count: how each value fails the shape."""


@dataclass(frozen=True)
class Alternative:
    """A shape that a value was validated against, as one of several."""

    shape: NamedNode | BlankNode
    results: tuple[Result, ...]
    """Why the value does not conform; nothing if it does, or if the reason lies deeper."""
    value: Term | None = None
    """The value, where a qualified count has several."""


@dataclass(frozen=True)
class Report:
    """The outcome of a validation."""

    results: tuple[Result, ...]
    notes: tuple[str, ...] = ()
    """Remarks on the run, one line each: constraints that pySHACL evaluated, and why."""
    faults: tuple[Remark, ...] = ()
    """The parts of the shapes that break the rules of SHACL, and were left out."""
    unevaluated: tuple[Remark, ...] = ()
    """The parts of the shapes that are not evaluated."""
    unreached: tuple[Remark, ...] = ()
    """The shapes and targets that no node of the data is checked against."""
    evaluated: int = 0
    """The number of constraints that were evaluated; 0 if pySHACL evaluated them."""

    @property
    def conforms(self) -> bool:
        """Whether there is no result of any severity (SHACL, section 3.6.1)."""
        return not self.results


def sort_results(results: Iterable[Result]) -> tuple[Result, ...]:
    """Return results sorted by focus node, path, shape, component and value."""
    return tuple(sorted(results, key=_sort_key))


def _sort_key(result: Result) -> tuple[str, ...]:
    parts = (result.focus, result.path, result.source_shape, result.component, result.value)
    return tuple("" if part is None else str(part) for part in parts)


def index_blank_nodes(quads: Iterable[Quad]) -> DescribeNode:
    """Return a function that gives the triples about each blank node of some data."""
    found: dict[Term, list[Quad]] = {}
    for quad in quads:
        if isinstance(quad.subject, BlankNode):
            found.setdefault(quad.subject, []).append(quad)
    return lambda node: found.get(node, ())


def _describe_nothing(_: BlankNode) -> Iterable[Quad]:
    return ()


def iterate_graph(
    report: Report,
    *,
    shapes: DescribeNode = _describe_nothing,
    data: DescribeNode = _describe_nothing,
) -> Iterator[Quad]:
    """Yield a report as triples: the results, and the path of each shape once.

    Blank nodes are described by the triples of the shapes or the data, as in pySHACL's reports.
    They are b1, b2 … in the order of their appearance: the same on every run.

    Args:
        report: The report.
        shapes: Gives the triples about a blank node of the shapes.
        data: Gives the triples about a blank node of the data.
    """
    own = _Labels()
    head = own(BlankNode())
    conforms = Literal(str(report.conforms).lower(), datatype=NamedNode(f"{XSD}boolean"))
    yield Quad(head, TYPE, sh("ValidationReport"))
    yield Quad(head, sh("conforms"), conforms)
    paths: dict[tuple[Node, Path], Node] = {}
    described: dict[BlankNode, DescribeNode] = {}
    for result in report.results:
        if result.path is not None and (result.source_shape, result.path) not in paths:
            node, steps = path_quads(result.path)
            yield from map(own.quad, steps)
            paths[result.source_shape, result.path] = node
        node = own(BlankNode())
        yield Quad(head, sh("result"), node)
        for name, value in _properties(result, paths):
            yield Quad(node, name, own(value))
        for part in (result.source_shape, result.constraint):
            if isinstance(part, BlankNode):
                described[part] = shapes
        for end in (result.focus, result.value):
            if isinstance(end, BlankNode):
                described.setdefault(end, data)
    for node, describe in described.items():
        yield from map(own.quad, islice(_description(node, node, describe, ()), _MAX_TRIPLES))


class _Labels(dict[BlankNode, BlankNode]):
    """New blank nodes by those that they stand for, in the order in which these were asked for."""

    def __missing__(self, node: BlankNode) -> BlankNode:
        found = self[node] = BlankNode(f"b{len(self) + 1}")
        return found

    def __call__(self, term: T) -> T:
        """Return the node that stands for a blank node, or any other term as it is."""
        return cast("T", self[term]) if isinstance(term, BlankNode) else term

    def quad(self, quad: Quad) -> Quad:
        """Return a quad with its blank nodes replaced."""
        return Quad(self(quad.subject), quad.predicate, self(quad.object))


def _description(
    node: BlankNode, copy: BlankNode, describe: DescribeNode, above: tuple[BlankNode, ...]
) -> Iterator[Quad]:
    """Yield the triples about a node's copy, and about copies of the blank nodes inside it."""
    for quad in describe(node):
        value = quad.object
        if not isinstance(value, BlankNode) or value in (*above, node):
            yield Quad(copy, quad.predicate, value)
            continue
        inner = BlankNode()
        yield Quad(copy, quad.predicate, inner)
        is_rest = quad.predicate == REST  # the length of a list does not count as depth
        if is_rest or len(above) < _MAX_DEPTH:
            yield from _description(value, inner, describe, above if is_rest else (*above, node))


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
