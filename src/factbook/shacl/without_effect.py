"""Parts of shapes that are evaluated and can find nothing: a green check may rest on them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from factbook.shacl.paths import has_two_kinds
from factbook.shacl.shapes_graph import FALSE, SH, TRUE, Remark, sh, shape_name
from factbook.shacl.vocabulary import CORE_PARAMETERS, defines_parameter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from factbook.shacl.shapes import Shape, Shapes
    from factbook.shacl.shapes_graph import Node

_PARTNERS = {
    "flags": ("pattern",),
    "ignoredProperties": ("closed",),
    "qualifiedValueShape": ("qualifiedMinCount", "qualifiedMaxCount"),
    "qualifiedValueShapesDisjoint": ("qualifiedValueShape",),
}
"""The parameters that mean nothing without one of others."""
_LOOKALIKES = frozenset(
    name
    for name in (*CORE_PARAMETERS, "targetClass", "targetNode", "targetObjectsOf")
    if not name.islower()
)
_LOCAL_NAME = re.compile(r"[^/#:]*$")
_MOST_NAMES = 3


def find_without_effect(shapes: Shapes) -> Iterator[Remark]:
    """Yield a remark on each part of the shapes that has no effect."""
    for shape in shapes:
        if not shape.is_deactivated:
            yield from _parameters_alone(shapes, shape)
            yield from _flags(shapes, shape)
            yield from _strange_paths(shapes, shape)
            yield from _lookalikes(shapes, shape)
            yield from _empty_references(shapes, shape)
    for shape in shapes.roots:
        if not shape.is_deactivated and not _constrains(shapes, shape, set()):
            name = shape_name(shape.node)
            yield Remark(f"{name} constrains nothing: no constraint of it is active", shape.node)


def deactivated(shapes: Shapes) -> Iterator[str]:
    """Yield a note on the shapes that are deactivated."""
    names = [shape_name(shape.node) for shape in shapes if shape.is_deactivated]
    if not names:
        return
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    verb = "is" if len(names) == 1 else "are"
    yield f"{', '.join(names[:_MOST_NAMES])}{more} {verb} deactivated, and not evaluated"


def _constrains(shapes: Shapes, shape: Shape, above: set[Node]) -> bool:
    """Tell whether a shape has a constraint that is active, itself or in its property shapes."""
    if shape.is_deactivated or shape.node in above:
        return False
    inner = (shapes[node] for node in shape.properties)
    return bool(shape.constraints) or any(
        _constrains(shapes, each, {*above, shape.node}) for each in inner
    )


def _parameters_alone(shapes: Shapes, shape: Shape) -> Iterator[Remark]:
    graph = shapes.graph
    for name, partners in _PARTNERS.items():
        if graph.objects(shape.node, sh(name)) and not any(
            graph.objects(shape.node, sh(each)) for each in partners
        ):
            wanted = " or ".join(f"sh:{each}" for each in partners)
            text = f"{shape_name(shape.node)}: sh:{name} has no effect without {wanted}"
            yield Remark(text, shape.node, sh(name))


def _flags(shapes: Shapes, shape: Shape) -> Iterator[Remark]:
    for name in ("closed", "deactivated", "uniqueLang"):
        for value in shapes.graph.objects(shape.node, sh(name)):
            if value not in {TRUE, FALSE}:
                text = f"{shape_name(shape.node)}: sh:{name} {value} has no effect: only true has"
                yield Remark(text, shape.node, sh(name), value)


def _strange_paths(shapes: Shapes, shape: Shape) -> Iterator[Remark]:
    for path in shapes.graph.objects(shape.node, sh("path")):
        if has_two_kinds(shapes.graph, path):
            text = f"{shape_name(shape.node)}: sh:path is of two kinds, and only one has an effect"
            yield Remark(text, shape.node, sh("path"))


def _empty_references(shapes: Shapes, shape: Shape) -> Iterator[Remark]:
    """Yield a remark on each named shape that constrains nothing where one refers to it."""
    for constraint in shape.constraints:
        for node in constraint.shapes:
            if isinstance(node, NamedNode) and not _constrains(shapes, shapes[node], set()):
                parameter = constraint.parameter
                text = f"{shape_name(shape.node)}: sh:{parameter} {node} constrains nothing"
                yield Remark(text, shape.node, sh(parameter), node)


def _lookalikes(shapes: Shapes, shape: Shape) -> Iterator[Remark]:
    """Yield a remark on each property that has the name of a parameter, but not its namespace."""
    for predicate in shapes.graph.predicates(shape.node):
        match = _LOCAL_NAME.search(predicate.value)
        name = match.group() if match else ""
        if name not in _LOOKALIKES or predicate.value.startswith(SH):
            continue
        if defines_parameter(shapes.graph, predicate):
            continue
        text = f"{shape_name(shape.node)}: {NamedNode(predicate.value)} is not sh:{name}: no effect"
        yield Remark(text, shape.node, predicate)
