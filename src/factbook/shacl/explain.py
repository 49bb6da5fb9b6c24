"""Explain results of sh:or, sh:xone, sh:and, sh:node and of qualified counts.

Such a result says only that a value does not conform to shapes, or that too few or too many do.
This validates each value against each of these shapes by itself, so that a message can say which
one fails for which reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode

from factbook.shacl.report import Alternative
from factbook.shacl.value_constraints import TermConstraint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

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
_QUALIFIED = ("QualifiedMinCount", "QualifiedMaxCount")
_MAX_VALUES = 20
"""The most values of one focus node that are explained."""


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
    explained = [each for each in listed if _members(each, shapes, (*_EXPLAINED, *_QUALIFIED))]
    if not explained:
        yield from listed
        return
    values = _values_to_count(explained, shapes, compiler, find)
    wanted: dict[Node, dict[Term, None]] = {}
    for result in explained:
        for member in (*_members(result, shapes), *_members(result, shapes, _QUALIFIED)):
            nodes = wanted.setdefault(member, {})
            for value in values.get((result.source_shape, result.focus), [result.value]):
                most = _MAX_BLANK_NODES if isinstance(value, BlankNode) else _MAX_NODES
                if value is not None and len(nodes) < most:
                    nodes[value] = None
    find_reasons = _Reasons(shapes, compiler, find, depth)
    found = {member: find_reasons(member, nodes) for member, nodes in wanted.items()}
    for result in listed:
        counted = _members(result, shapes, _QUALIFIED)
        if counted:
            about = values.get((result.source_shape, result.focus), [])
            known = [value for value in about if all(value in wanted[each] for each in counted)]
            counts = (_counted(value, counted, found) for value in known)
            yield replace(result, alternatives=tuple(counts))
            continue
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


def _values_to_count(
    results: Iterable[Result], shapes: Shapes, compiler: Compiler, find: FindResults
) -> dict[tuple[Node, Term], list[Term]]:
    """Return the values that qualified counts are about, by shape and focus node."""
    focus: dict[Node, dict[Term, None]] = {}
    for result in results:
        if _members(result, shapes, _QUALIFIED):
            nodes = focus.setdefault(result.source_shape, {})
            most = _MAX_BLANK_NODES if isinstance(result.focus, BlankNode) else _MAX_NODES
            if len(nodes) < most:
                nodes[result.focus] = None
    found: dict[tuple[Node, Term], list[Term]] = {}
    for node, nodes in focus.items():
        # A constraint that no value meets gives a result for each
        every = replace(
            shapes[node],
            of_values=(TermConstraint("Qualified", lambda _value, _emitter: "false"),),
            of_focus=(),
            properties=(),
        )
        for each in find(compiler.tasks_for_nodes(every, list(nodes))):
            values = found.setdefault((node, each.focus), [])
            if each.value is not None and len(values) < _MAX_VALUES:
                values.append(each.value)
    return found


def _counted(
    value: Term, shapes: tuple[Node, ...], found: Mapping[Node, Mapping[Term, list[Result]]]
) -> Alternative:
    """Return why a value does not count: it fails the shape, or conforms to that of a sibling."""
    shape, *siblings = shapes
    failures = tuple(found[shape].get(value, ()))
    sibling = next((each for each in siblings if not found[each].get(value)), None)
    if sibling is not None and not failures:
        return Alternative(sibling, (), value)
    return Alternative(shape, failures, value)


def _members(
    result: Result, shapes: Shapes, names: tuple[str, ...] = _EXPLAINED
) -> tuple[Node, ...]:
    """Return the shapes that a result's constraint refers to, if it has one of some names."""
    source = result.source_shape
    if not isinstance(source, NamedNode | BlankNode):
        return ()
    shape: Shape = shapes[source]
    found: dict[Node, None] = {}
    for each in shape.constraints:
        if each.name in names and each.component == result.component:
            found |= dict.fromkeys(each.shapes)
    return tuple(found)
