"""Explain results of sh:or, sh:xone, sh:and and sh:node.

Such a result says only that a value does not conform to shapes. This validates the value against
each of these shapes by itself, so that a message can say which one fails for which reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode

from factbook.shacl.report import Alternative

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from factbook.rdf.terms import Term
    from factbook.shacl.compile import Compiler, Task
    from factbook.shacl.report import Result
    from factbook.shacl.shapes import Shape, Shapes
    from factbook.shacl.shapes_graph import Node

    FindResults = Callable[[Iterable[Task]], list[Result]]

_EXPLAINED = ("Or", "Xone", "And", "Node")
_MAX_NODES = 1_000
"""The most nodes of one constraint that are explained."""
_MAX_BLANK_NODES = 50
"""The same for blank nodes, each of which takes a pattern of its own."""
_MAX_DEPTH = 2


def explain(
    results: Iterable[Result], shapes: Shapes, compiler: Compiler, find: FindResults, depth: int = 0
) -> Iterator[Result]:
    """Yield results, with the alternatives that were tried.

    Args:
        results: The results of a validation.
        shapes: The shapes.
        compiler: Compiles the validation of single nodes.
        find: Runs tasks and returns their results.
        depth: How deep the results are inside others.
    """
    listed = list(results)
    wanted: dict[Node, dict[Term, None]] = {}
    for result in listed:
        for member in _members(result, shapes):
            nodes = wanted.setdefault(member, {})
            value = result.value
            most = _MAX_BLANK_NODES if isinstance(value, BlankNode) else _MAX_NODES
            if value is not None and len(nodes) < most:
                nodes[value] = None
    find_reasons = _Reasons(shapes, compiler, find, depth)
    found = {member: find_reasons(member, nodes) for member, nodes in wanted.items()}
    for result in listed:
        value = result.value
        alternatives = tuple(
            Alternative(each, tuple(found[each].get(value, ())))
            for each in _members(result, shapes)
            if value is not None and value in wanted[each]
        )
        yield replace(result, alternatives=alternatives) if alternatives else result


@dataclass(frozen=True)
class _Reasons:
    """Validates nodes against one shape."""

    shapes: Shapes
    compiler: Compiler
    find: FindResults
    depth: int

    def __call__(self, member: Node, nodes: Iterable[Term]) -> dict[Term, list[Result]]:
        """Return the results of a shape for some nodes, by node."""
        tasks = self.compiler.tasks_for_nodes(self.shapes[member], list(nodes))
        inner: Iterable[Result] = self.find(tasks)
        if self.depth + 1 < _MAX_DEPTH:
            inner = explain(inner, self.shapes, self.compiler, self.find, self.depth + 1)
        found: dict[Term, list[Result]] = {}
        for result in inner:
            found.setdefault(result.focus, []).append(result)
        return found


def _members(result: Result, shapes: Shapes) -> tuple[Node, ...]:
    """Return the shapes that a result's constraint refers to."""
    source = result.source_shape
    if not isinstance(source, NamedNode | BlankNode):
        return ()
    shape: Shape = shapes[source]
    same = (each for each in shape.constraints if each.component == result.component)
    members = (each.shapes for each in same if each.name in _EXPLAINED)
    return tuple(dict.fromkeys(node for found in members for node in found))
