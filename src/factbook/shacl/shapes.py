"""Shapes as read from a shapes graph: targets, path, constraints, severity, messages."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias
from typing import Literal as OneOf

from pyoxigraph import BlankNode, Literal, NamedNode

from factbook.shacl.draft_constraints import DRAFT_READERS
from factbook.shacl.focus_constraints import FOCUS_READERS, PROPERTY_ONLY, WITHOUT_EFFECT
from factbook.shacl.paths import read_path
from factbook.shacl.plan import FocusConstraint, ValueConstraint
from factbook.shacl.query_constraints import (
    find_incomplete,
    read_components,
    read_query_target,
    read_sparql_constraint,
)
from factbook.shacl.recursion import find_circles
from factbook.shacl.report import VIOLATION
from factbook.shacl.shapes_graph import (
    CLASS,
    FIRST,
    OWL_CLASS,
    SH,
    TYPE,
    NotEvaluatedError,
    Remark,
    ShapesError,
    ill_formed,
    sh,
    shape_name,
    short,
)
from factbook.shacl.value_constraints import VALUE_READERS
from factbook.shacl.vocabulary import (
    CORE_PARAMETERS,
    DRAFT_PARAMETERS,
    find_notes,
    find_unevaluated,
    is_query_target,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from factbook.rdf.terms import Term
    from factbook.shacl.paths import Path
    from factbook.shacl.plan import Constraint
    from factbook.shacl.query_constraints import Query
    from factbook.shacl.shapes_graph import Node, ShapesGraph

    ReadConstraints: TypeAlias = Callable[[ShapesGraph, Node], Iterator[Constraint]]

TargetKind: TypeAlias = OneOf["node", "class", "subjectsOf", "objectsOf", "where", "query"]
TARGETS: dict[NamedNode, TargetKind] = {
    sh("targetNode"): "node",
    sh("targetClass"): "class",
    sh("targetSubjectsOf"): "subjectsOf",
    sh("targetObjectsOf"): "objectsOf",
    sh("targetWhere"): "where",  # SHACL 1.2 Core (draft), section 3.1.3.6
}
_SHAPE_CLASS = sh("ShapeClass")
"""What is a class and a shape in one (SHACL 1.2 Core, draft, section 3.1.3.3)."""
SHAPE_CLASSES = {sh("NodeShape"), sh("PropertyShape"), _SHAPE_CLASS}
_CLASSES = {CLASS, OWL_CLASS, _SHAPE_CLASS}
PARAMETERS = tuple(sh(name) for name in sorted(CORE_PARAMETERS | DRAFT_PARAMETERS))
_NOT_MONOTONE = ("Not", "Xone", "QualifiedMaxCount")
"""Constraints that can hold because a shape is violated."""


READERS: dict[str, ReadConstraints] = {**VALUE_READERS, **FOCUS_READERS, **DRAFT_READERS}
"""Reads the constraints of each parameter."""


@dataclass(frozen=True)
class Target:
    """One target declaration (SHACL, section 2.1.3)."""

    kind: TargetKind
    term: Term
    query: Query | None = None
    """The SELECT of a query target."""


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
    """All shapes that can be reached from a target; what cannot be used is left out.

    Args:
        graph: The shapes graph.
    """

    def __init__(self, graph: ShapesGraph) -> None:
        self.graph = graph
        self.faults: list[Remark] = []
        """The violations of the syntax rules of SHACL."""
        self.unevaluated = list(find_unevaluated(graph, by_pyshacl=False))
        """What is not evaluated."""
        self.unreached: list[Remark] = []
        """What is evaluated, but has no effect."""
        self.notes = list(find_notes(graph))
        self._properties = {
            value
            for parent in graph.subjects(sh("property"))
            for value in graph.objects(parent, sh("property"))
        }
        self._shapes: dict[Node, Shape] = {}
        self._missing: set[Node] = set()
        """The nodes that cannot be used as shapes."""
        self._partial: set[Node] = set()
        """The shapes of which something was left out."""
        self._components = read_components(graph, self.guard)
        targeted = (node for property_ in TARGETS for node in graph.subjects(property_))
        nodes = dict.fromkeys([*targeted, *graph.subjects(sh("target")), *self._classes()])
        for node in nodes:
            self._reach(node)
        self._leave_out_unsound()
        found = (self._shapes[node] for node in nodes if node in self._shapes)
        self.roots = tuple(shape for shape in found if shape.targets)
        """The shapes with targets, where validation starts."""

    def __getitem__(self, node: Node) -> Shape:
        """Return the shape of a node."""
        return self._shapes[node]

    def __contains__(self, node: Node) -> bool:
        """Tell whether a node was tried as a shape, whether or not it can be used."""
        return node in self._shapes or node in self._missing

    def __iter__(self) -> Iterator[Shape]:
        """Iterate over all shapes."""
        return iter(self._shapes.values())

    @contextmanager
    def guard(self, node: Term) -> Iterator[None]:
        """Record what is wrong with a part of a shape, and go on without the part."""
        try:
            yield
        except ShapesError as error:
            self.faults += error.remarks
            self._note_partial(node)
        except NotEvaluatedError as error:
            self.unevaluated.append(error.remark)
            self._note_partial(node)

    def _note_partial(self, node: Term) -> None:
        if isinstance(node, NamedNode | BlankNode):
            self._partial.add(node)

    @cached_property
    def recursive(self) -> Mapping[Node, frozenset[Node]]:
        """The shapes that refer to themselves, each with all shapes of its circle."""
        return find_circles({node: references(shape) for node, shape in self._shapes.items()})

    def _classes(self) -> Iterator[Node]:
        """Yield the shapes that are also classes (SHACL, section 2.1.3.3)."""
        graph = self.graph
        for node in dict.fromkeys(graph.subjects(TYPE)):
            types = graph.types(node)
            if types & _CLASSES and (types & SHAPE_CLASSES or self._has_parameter(node)):
                yield node

    def _has_parameter(self, node: Node) -> bool:
        return any(predicate in PARAMETERS for predicate in self.graph.predicates(node)) or any(
            component.applies_to(self.graph, node) for component in self._components
        )

    def _reach(self, node: Node) -> None:
        """Read a shape with all that it refers to."""
        if node in self:
            return
        self._missing.add(node)
        if isinstance(node, NamedNode) and not self.graph.describes(node):
            return
        with self.guard(node):
            shape = self._read(node)
            self._missing.remove(node)
            self._shapes[node] = shape
            for each in references(shape):
                self._reach(each)
            self._shapes[node] = self._without_missing(shape)

    def _without_missing(self, shape: Shape) -> Shape:
        """Return a shape without the constraints that refer to what is no shape."""
        properties = []
        for node in shape.properties:
            if node in self._missing:
                self._note_dangling(shape.node, "property", node)
            else:
                properties.append(node)
        shape = replace(shape, properties=tuple(properties))
        return _keep(shape, lambda constraint: not self._is_dangling(shape, constraint))

    def _is_dangling(self, shape: Shape, constraint: Constraint) -> bool:
        missing = [node for node in constraint.shapes if node in self._missing]
        for node in missing:
            self._note_dangling(shape.node, constraint.parameter, node)
        return bool(missing)

    def _note_dangling(self, node: Node, parameter: str, value: Node) -> None:
        self._partial.add(node)
        if not self.graph.describes(value):
            name = shape_name(node)
            text = f"{name}: not evaluated: sh:{parameter} {value}, which is stated nowhere"
            self.unevaluated.append(Remark(text, node, sh(parameter), value))

    def _leave_out_unsound(self) -> None:
        """Leave out constraints that could report a node because a shape was left out."""
        count = -1
        while len(self._partial) != count:
            count = len(self._partial)
            self._partial |= {
                node for node, shape in self._shapes.items() if self._partial & {*references(shape)}
            }
        for node, shape in self._shapes.items():
            if not self._partial & {*references(shape)}:
                continue
            self._shapes[node] = self._without_unsound(shape)

    def _without_unsound(self, shape: Shape) -> Shape:
        return _keep(shape, lambda constraint: not self._is_unsound(shape, constraint))

    def _is_unsound(self, shape: Shape, constraint: Constraint) -> bool:
        if constraint.name not in _NOT_MONOTONE or not self._partial & {*constraint.shapes}:
            return False
        text = (
            f"{shape_name(shape.node)}: not evaluated: sh:{constraint.parameter}, because a shape "
            "that it uses is not evaluated in full"
        )
        self.unevaluated.append(Remark(text, shape.node, sh(constraint.parameter)))
        return True

    def _read(self, node: Node) -> Shape:
        graph = self.graph
        if graph.objects(node, FIRST):
            raise ill_formed(node, "is a list, where a shape is expected")
        value = graph.value(node, sh("path"))
        if value is None and node in self._properties:
            raise ill_formed(node, "is a value of sh:property but has no sh:path")
        if value is None and sh("PropertyShape") in graph.types(node):
            raise ill_formed(node, "is a sh:PropertyShape without sh:path")
        path = None if value is None else read_path(graph, value, shape=node)
        constraints = self._read_constraints(node, path)
        severity = None
        with self.guard(node):
            severity = graph.iri(node, sh("severity"))
        is_deactivated = False
        with self.guard(node):
            is_deactivated = graph.flag(node, sh("deactivated"))
        return Shape(
            node=node,
            path=path,
            targets=tuple(self._read_targets(node)),
            of_values=tuple(each for each in constraints if isinstance(each, ValueConstraint)),
            of_focus=tuple(each for each in constraints if isinstance(each, FocusConstraint)),
            properties=tuple(self._read_properties(node)),
            severity=severity or VIOLATION,
            messages=graph.messages(node),
            is_deactivated=is_deactivated,
        )

    def _read_constraints(self, node: Node, path: Path | None) -> list[Constraint]:
        """Return the constraints of a shape, without those that cannot be used."""
        graph = self.graph
        found: list[Constraint] = []
        given = {each.value.removeprefix(SH) for each in graph.predicates(node)}
        for name, read in READERS.items():
            if name not in given:
                continue
            if path is None and name in WITHOUT_EFFECT:
                text = f"{shape_name(node)}: sh:{name} has no effect on a node shape"
                self.unreached.append(Remark(text, node, sh(name)))
                continue
            with self.guard(node):
                if path is None and name in PROPERTY_ONLY:
                    problem = (
                        f"has sh:{name}, which node shapes cannot have (SHACL, section "
                        f"{PROPERTY_ONLY[name]}); a property shape has sh:path"
                    )
                    raise ill_formed(node, problem, sh(name))
                found += read(graph, node)
        for query in graph.objects(node, sh("sparql")):
            with self.guard(node):
                found += read_sparql_constraint(graph, node, path, query)
        for component in self._components:
            with self.guard(node):
                found += component.constraints(graph, node, path)
        self.unevaluated += find_incomplete(self._components, graph, node)
        return found

    def _read_targets(self, node: Node) -> Iterator[Target]:
        """Yield the targets of a shape, the implicit class target included."""
        graph = self.graph
        for property_, kind in TARGETS.items():
            for term in graph.objects(node, property_):
                with self.guard(node):
                    _require_target(node, property_, kind, term)
                    yield Target(kind, term)
        for term in graph.objects(node, sh("target")):
            if isinstance(term, NamedNode | BlankNode) and is_query_target(graph, term):
                with self.guard(node):
                    yield Target("query", term, read_query_target(graph, term, node))
        if isinstance(node, NamedNode) and graph.types(node) & _CLASSES:
            yield Target("class", node)

    def _read_properties(self, node: Node) -> Iterator[Node]:
        for each in self.graph.objects(node, sh("property")):
            with self.guard(node):
                if isinstance(each, NamedNode | BlankNode):
                    yield each
                    continue
                problem = "has sh:property with a literal; it takes a property shape"
                raise ill_formed(node, problem, sh("property"))


def _keep(shape: Shape, is_kept: Callable[[Constraint], bool]) -> Shape:
    """Return a shape with some of its constraints."""
    return replace(
        shape,
        of_values=tuple(each for each in shape.of_values if is_kept(each)),
        of_focus=tuple(each for each in shape.of_focus if is_kept(each)),
    )


def references(shape: Shape) -> tuple[Node, ...]:
    """Return the shapes that a shape refers to."""
    where = (target.term for target in shape.targets if target.kind == "where")
    found = [each for each in where if isinstance(each, NamedNode | BlankNode)]
    inner = [each for constraint in shape.constraints for each in constraint.shapes]
    return (*shape.properties, *inner, *found)


def _require_target(node: Node, property_: NamedNode, kind: TargetKind, term: Term) -> None:
    """Check the value of a target's property.

    Raises:
        ShapesError: It is of the wrong kind (SHACL, section 2.1.3).
    """
    if kind == "node":
        is_right = isinstance(term, NamedNode | Literal)
    elif kind == "where":
        is_right = isinstance(term, NamedNode | BlankNode)
    else:
        is_right = isinstance(term, NamedNode)
    if not is_right:
        takes = {"node": "an IRI or a literal", "where": "a shape"}.get(kind, "an IRI")
        what = {Literal: "a literal", BlankNode: "a blank node"}.get(type(term), "an IRI")
        problem = f"has {short(property_)} with {what}; it takes {takes}"
        raise ill_formed(node, problem, property_)
