"""Shapes as read from a shapes graph: targets, path, constraints, severity, messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias
from typing import Literal as OneOf

from pyoxigraph import BlankNode, NamedNode

from factbook.shacl.focus_constraints import read_focus_constraints
from factbook.shacl.paths import read_path
from factbook.shacl.plan import FocusConstraint, ValueConstraint
from factbook.shacl.query_constraints import read_components, read_sparql_constraints
from factbook.shacl.report import VIOLATION
from factbook.shacl.shapes_graph import CLASS, OWL_CLASS, TYPE, ill_formed, sh
from factbook.shacl.value_constraints import read_value_constraints

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import Literal

    from factbook.rdf.terms import Term
    from factbook.shacl.paths import Path
    from factbook.shacl.plan import Constraint
    from factbook.shacl.shapes_graph import Node, ShapesGraph

TargetKind: TypeAlias = OneOf["node", "class", "subjectsOf", "objectsOf"]
TARGETS: dict[NamedNode, TargetKind] = {
    sh("targetNode"): "node",
    sh("targetClass"): "class",
    sh("targetSubjectsOf"): "subjectsOf",
    sh("targetObjectsOf"): "objectsOf",
}
_SHAPE_CLASSES = {sh("NodeShape"), sh("PropertyShape")}
_UNSUPPORTED = {
    sh("target"): "a target of SHACL's advanced features",
    sh("rule"): "a rule, which is for inference",
    sh("expression"): "a node expression",
    sh("js"): "a constraint in JavaScript",
}
_PARAMETERS = frozenset(
    sh(name)
    for name in (
        *("and", "class", "closed", "datatype", "disjoint", "equals", "hasValue", "in"),
        *("languageIn", "lessThan", "lessThanOrEquals", "maxCount", "maxExclusive"),
        *("maxInclusive", "maxLength", "minCount", "minExclusive", "minInclusive", "minLength"),
        *("node", "nodeKind", "not", "or", "pattern", "property", "qualifiedMaxCount"),
        *("qualifiedMinCount", "sparql", "uniqueLang", "xone"),
    )
)


@dataclass(frozen=True)
class Target:
    """One target declaration (SHACL, section 2.1.3)."""

    kind: TargetKind
    term: Term


@dataclass(frozen=True)
class Shape:
    """A node shape or a property shape (SHACL, section 2)."""

    node: Node
    path: Path | None
    targets: tuple[Target, ...]
    of_values: tuple[ValueConstraint, ...]
    of_focus: tuple[FocusConstraint, ...]
    properties: tuple[Node, ...]
    """The property shapes that validate its value nodes."""
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
        self._components = read_components(graph)
        self._shapes: dict[Node, Shape] = {}
        self.notes: list[str] = []
        """The features of the shapes that are not evaluated."""
        targeted = (node for property_ in TARGETS for node in graph.subjects(property_))
        nodes = dict.fromkeys([*targeted, *self._classes()])
        self.roots = tuple(shape for node in nodes if (shape := self._reach(node, ())).targets)
        """The shapes with targets, where validation starts."""

    def __getitem__(self, node: Node) -> Shape:
        """Return the shape of a node."""
        return self._shapes[node]

    def __iter__(self) -> Iterator[Shape]:
        """Iterate over all shapes."""
        return iter(self._shapes.values())

    def _classes(self) -> Iterator[Node]:
        """Yield the shapes that are also classes (SHACL, section 2.1.3.3)."""
        graph = self.graph
        for node in dict.fromkeys(graph.subjects(TYPE)):
            types = graph.types(node)
            if types & {CLASS, OWL_CLASS} and (types & _SHAPE_CLASSES or self._has_parameter(node)):
                yield node

    def _has_parameter(self, node: Node) -> bool:
        return any(predicate in _PARAMETERS for predicate in self.graph.predicates(node)) or any(
            component.applies_to(self.graph, node) for component in self._components
        )

    def _reach(self, node: Node, above: tuple[Node, ...]) -> Shape:
        """Read a shape with all that it refers to."""
        if node in above:
            names = " -> ".join(shape_name(each) for each in (*above[above.index(node) :], node))
            raise ill_formed(
                node,
                f"refers to itself ({names}); SHACL leaves recursion open, so break the circle",
            )
        known = self._shapes.get(node)
        if known is not None:
            return known
        shape = self._read(node)
        referred = [each for constraint in shape.constraints for each in constraint.shapes]
        for each in (*shape.properties, *referred):
            inner = self._reach(each, (*above, node))
            if each in shape.properties and inner.path is None:
                raise ill_formed(each, "is a value of sh:property but has no sh:path")
        self._shapes[node] = shape
        return shape

    def _read(self, node: Node) -> Shape:
        graph = self.graph
        value = graph.value(node, sh("path"))
        if value is None and sh("PropertyShape") in graph.types(node):
            raise ill_formed(node, "is a sh:PropertyShape without sh:path")
        path = None if value is None else read_path(graph, value, shape=node)
        for predicate, what in _UNSUPPORTED.items():
            if graph.objects(node, predicate):
                self.notes.append(f"{shape_name(node)}: not evaluated: {what}")
        custom = [
            constraint
            for component in self._components
            for constraint in component.constraints(graph, node, path)
        ]
        return Shape(
            node=node,
            path=path,
            targets=_read_targets(graph, node),
            of_values=(
                *read_value_constraints(graph, node),
                *(each for each in custom if isinstance(each, ValueConstraint)),
            ),
            of_focus=(
                *read_focus_constraints(graph, node, is_property=path is not None),
                *read_sparql_constraints(graph, node, path),
                *(each for each in custom if isinstance(each, FocusConstraint)),
            ),
            properties=tuple(_read_properties(graph, node)),
            severity=graph.iri(node, sh("severity")) or VIOLATION,
            messages=graph.messages(node),
            is_deactivated=graph.flag(node, sh("deactivated")),
        )


def shape_name(node: Node) -> str:
    """Return the name of a shape in messages."""
    return node.value if isinstance(node, NamedNode) else "a shape without a name"


def _read_targets(graph: ShapesGraph, node: Node) -> tuple[Target, ...]:
    """Return the targets of a shape, the implicit class target included."""
    found = [
        Target(kind, term)
        for property_, kind in TARGETS.items()
        for term in graph.objects(node, property_)
    ]
    if isinstance(node, NamedNode) and graph.types(node) & {CLASS, OWL_CLASS}:
        found.append(Target("class", node))
    return tuple(found)


def _read_properties(graph: ShapesGraph, node: Node) -> Iterator[Node]:
    for each in graph.objects(node, sh("property")):
        if not isinstance(each, NamedNode | BlankNode):
            raise ill_formed(node, "has sh:property with a literal; it takes a property shape")
        yield each
