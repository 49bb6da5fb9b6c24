"""Shapes as they are read from a shapes graph: targets, path, constraints, severity, messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode

from factbook.shacl.components import read_components
from factbook.shacl.constraints import counts, kinds, logic, pairs, sparql, values
from factbook.shacl.graph import ill_formed
from factbook.shacl.names import CLASS, OWL_CLASS, TYPE, sh
from factbook.shacl.paths import read_path
from factbook.shacl.report import VIOLATION
from factbook.shacl.targets import read_targets, targeted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import Literal

    from factbook.shacl.components import Component
    from factbook.shacl.constraint import Constraint, FocusConstraint, ValueConstraint
    from factbook.shacl.graph import ShapesGraph
    from factbook.shacl.names import Node
    from factbook.shacl.report import Path
    from factbook.shacl.targets import Target

_KINDS = (sh("NodeShape"), sh("PropertyShape"))
_BEYOND = {
    sh("target"): "a target of SHACL's advanced features",
    sh("rule"): "a rule, which is for inference",
    sh("expression"): "a node expression",
    sh("js"): "a constraint in JavaScript",
}


@dataclass(frozen=True)
class Shape:
    """A node shape or a property shape (SHACL, section 2)."""

    node: Node
    path: Path | None
    targets: tuple[Target, ...]
    of_values: tuple[ValueConstraint, ...]
    of_focus: tuple[FocusConstraint, ...]
    properties: tuple[Node, ...]
    """The property shapes that its value nodes are the focus nodes of."""
    severity: NamedNode
    messages: tuple[Literal, ...]
    is_deactivated: bool

    @property
    def constraints(self) -> tuple[Constraint, ...]:
        """All constraints but sh:property, whose results are those of the property shapes."""
        return (*self.of_values, *self.of_focus)


class Shapes:
    """All shapes that can be reached from a target.

    Raises:
        ShapesError: A shape breaks the rules of SHACL, or refers to itself.
    """

    def __init__(self, graph: ShapesGraph) -> None:
        self.graph = graph
        self._components: tuple[Component, ...] = read_components(graph)
        self._shapes: dict[Node, Shape] = {}
        self.notes: list[str] = []
        """What the shapes say that validation leaves aside."""
        roots = dict.fromkeys([*targeted(graph), *self._classes()])
        self.roots = tuple(shape for node in roots if (shape := self._reach(node, ())).targets)
        """The shapes with targets, where validation starts."""

    def __getitem__(self, node: Node) -> Shape:
        """Return the shape of a node."""
        return self._shapes[node]

    def __iter__(self) -> Iterator[Shape]:
        """Iterate over all shapes."""
        return iter(self._shapes.values())

    def _classes(self) -> Iterator[Node]:
        """Yield the shapes that are classes as well (SHACL, section 2.1.3.3)."""
        graph = self.graph
        for node in dict.fromkeys(graph.subjects(TYPE)):
            types = graph.types(node)
            if types & {CLASS, OWL_CLASS} and (types & set(_KINDS) or self._has_parameter(node)):
                yield node

    def _has_parameter(self, node: Node) -> bool:
        return any(predicate in _PARAMETERS for predicate in self.graph.predicates(node)) or any(
            component.applies_to(self.graph, node) for component in self._components
        )

    def _reach(self, node: Node, above: tuple[Node, ...]) -> Shape:
        """Read a shape with all that it refers to."""
        if node in above:
            names = " -> ".join(_name(each) for each in (*above[above.index(node) :], node))
            raise ill_formed(
                node,
                f"refers to itself ({names}); SHACL leaves recursion open, so break the circle",
            )
        known = self._shapes.get(node)
        if known is not None:
            return known
        shape = self._read(node)
        for each in _referred(shape):
            inner = self._reach(each, (*above, node))
            if each in shape.properties and inner.path is None:
                raise ill_formed(each, "is a value of sh:property but has no sh:path")
        self._shapes[node] = shape
        return shape

    def _read(self, node: Node) -> Shape:
        graph = self.graph
        named = graph.value(node, sh("path"))
        if named is None and sh("PropertyShape") in graph.types(node):
            raise ill_formed(node, "is a sh:PropertyShape without sh:path")
        path = None if named is None else read_path(graph, named, shape=node)
        for predicate, what in _BEYOND.items():
            if graph.objects(node, predicate):
                self.notes.append(f"{_name(node)}: not evaluated: {what}")
        of_focus: list[FocusConstraint] = [*logic.read_closed(graph, node)]
        if path is not None:
            of_focus += counts.read(graph, node)
        of_focus += pairs.read(graph, node, is_property=path is not None)
        of_focus += sparql.read(graph, node, path)
        of_values = [*kinds.read(graph, node), *values.read(graph, node), *logic.read(graph, node)]
        for component in self._components:
            for constraint in component.constraints(graph, node, path):
                if isinstance(constraint, sparql.SparqlConstraint):
                    of_focus.append(constraint)
                else:
                    of_values.append(constraint)
        return Shape(
            node=node,
            path=path,
            targets=read_targets(graph, node),
            of_values=tuple(of_values),
            of_focus=tuple(of_focus),
            properties=tuple(_nodes(graph, node)),
            severity=graph.iri(node, sh("severity")) or VIOLATION,
            messages=graph.messages(node),
            is_deactivated=graph.flag(node, sh("deactivated")),
        )


def _nodes(graph: ShapesGraph, node: Node) -> Iterator[Node]:
    for each in graph.objects(node, sh("property")):
        if not isinstance(each, NamedNode | BlankNode):
            raise ill_formed(node, "has sh:property with a literal; it takes a property shape")
        yield each


def _referred(shape: Shape) -> Iterator[Node]:
    """Yield the shapes that a shape is made of."""
    yield from shape.properties
    for constraint in shape.constraints:
        if isinstance(constraint, logic.Composed):
            yield from constraint.shapes
        elif isinstance(constraint, counts.Qualified) and constraint.shape is not None:
            yield constraint.shape
            yield from constraint.rivals


def _name(node: Node) -> str:
    return node.value if isinstance(node, NamedNode) else "a shape without a name"


_PARAMETERS = frozenset(
    sh(name)
    for name in (
        *(
            "and",
            "class",
            "closed",
            "datatype",
            "disjoint",
            "equals",
            "hasValue",
            "in",
            "languageIn",
        ),
        *("lessThan", "lessThanOrEquals", "maxCount", "maxExclusive", "maxInclusive", "maxLength"),
        *("minCount", "minExclusive", "minInclusive", "minLength", "node", "nodeKind", "not", "or"),
        *("pattern", "property", "qualifiedMaxCount", "qualifiedMinCount", "sparql", "uniqueLang"),
        "xone",
    )
)
