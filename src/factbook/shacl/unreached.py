"""Shapes and targets that no node of the data is checked against."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from factbook.rdf.terms import to_sparql
from factbook.shacl.emitter import CannotCompileError
from factbook.shacl.focus_nodes import target_pattern
from factbook.shacl.shapes import PARAMETERS, SHAPE_CLASSES, TARGETS
from factbook.shacl.shapes_graph import TYPE, Remark, ShapesError, sh, shape_name
from factbook.shacl.without_effect import find_without_effect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from factbook.shacl.backend import Backend
    from factbook.shacl.compile import Compiler
    from factbook.shacl.shapes import Shape, Shapes, Target
    from factbook.shacl.shapes_graph import Node, ShapesGraph

_REFERENCES = tuple(
    sh(name)
    for name in (
        *("property", "node", "not", "qualifiedValueShape", "someValue", "memberShape"),
        *("targetWhere", "parameter"),
    )
)
_LISTS = tuple(sh(name) for name in ("and", "or", "xone"))
_AT_ONCE = 20
"""How many targets one query asks for."""


def find_unreached(shapes: Shapes, compiler: Compiler, backend: Backend) -> Iterator[Remark]:
    """Yield a remark on empty data, on each target without a node, and on each unused shape."""
    yield from shapes.unreached
    any_triple = "SELECT ?this WHERE { ?this ?p ?o } LIMIT 1"
    if not any(backend.rows(any_triple, view="stored")):
        yield Remark("There are no data: nothing was validated")
    elif not shapes.roots:
        yield Remark("No shape has a target: nothing was validated")
    elif all(shape.is_deactivated for shape in shapes.roots):
        yield Remark("All shapes with a target are deactivated: nothing was validated")
    else:
        yield from _targets_without_nodes(shapes, compiler, backend)
    yield from _unused(shapes)
    yield from find_without_effect(shapes)


def _targets_without_nodes(
    shapes: Shapes, compiler: Compiler, backend: Backend
) -> Iterator[Remark]:
    targets = [
        (shape, target, pattern)
        for shape in shapes.roots
        if not shape.is_deactivated
        for target in shape.targets
        if (pattern := _occurrence(target, compiler)) is not None
    ]
    for start in range(0, len(targets), _AT_ONCE):
        chunk = targets[start : start + _AT_ONCE]
        parts = " UNION ".join(
            f"{{ SELECT ({number} AS ?number) WHERE {{ {pattern} }} LIMIT 1 }}"
            for number, (_, _, pattern) in enumerate(chunk)
        )
        rows = backend.rows(f"SELECT ?number WHERE {{ {parts} }}", view="encoded")
        found = {int(row["number"].value) for row in rows}  # type: ignore[union-attr] # a number
        for number, (shape, target, _) in enumerate(chunk):
            if number not in found:
                yield _remark(shape, target)


def _occurrence(target: Target, compiler: Compiler) -> str | None:
    """Return the pattern that matches if a target has a node, or None if that is not asked."""
    emitter = compiler.emitters["encoded"]
    term = target.term
    if target.kind in {"query", "where"}:
        try:
            return target_pattern(target, emitter)
        except CannotCompileError:
            return None
    if target.kind == "class":
        return emitter.instances("?this", term)
    if not isinstance(term, NamedNode):
        return None
    iri = to_sparql(term)
    return {
        "node": f"{{ {iri} ?p ?o }} UNION {{ ?s ?p {iri} }}",
        "subjectsOf": f"?this {iri} ?o .",
        "objectsOf": f"?s {iri} ?this .",
    }.get(target.kind)


def _remark(shape: Shape, target: Target) -> Remark:
    name = shape_name(shape.node)
    text = {
        "class": f"{target.term} has no instance in the data, so that {name} is not checked there",
        "node": f"{target.term} is not in the data, and is a target of {name}",
        "subjectsOf": f"No node has {target.term}, so that {name} is not checked there",
        "objectsOf": f"No node is a value of {target.term}, so that {name} is not checked there",
        "where": f"No node matches sh:targetWhere, so that {name} is not checked there",
        "query": f"The query of a target finds no node, so that {name} is not checked there",
    }[target.kind]
    predicates = {kind: predicate for predicate, kind in TARGETS.items()}
    predicates["query"] = sh("target")
    is_implicit = target.kind == "class" and target.term == shape.node
    predicate = TYPE if is_implicit else predicates[target.kind]
    return Remark(text, shape.node, predicate, None if is_implicit else target.term)


def _unused(shapes: Shapes) -> Iterator[Remark]:
    """Yield a remark on each shape that has no target and that no other shape uses."""
    graph = shapes.graph
    used = {
        value
        for name in _REFERENCES
        for node in graph.subjects(name)
        for value in graph.objects(node, name)
    }
    for name in _LISTS:
        for node in graph.subjects(name):
            for listed in graph.objects(node, name):
                with suppress(ShapesError):
                    used.update(graph.members(listed, of=node))
    for node in _declared(graph):
        if node not in used and node not in shapes:
            yield Remark(f"{shape_name(node)} has no target, and no other shape uses it", node)


def _declared(graph: ShapesGraph) -> Iterator[Node]:
    """Yield the nodes that are shapes, by class or by parameter."""
    typed = (node for node in graph.subjects(TYPE) if graph.types(node) & SHAPE_CLASSES)
    having = (node for parameter in PARAMETERS for node in graph.subjects(parameter))
    for node in dict.fromkeys([*typed, *having]):
        if not graph.has_flag(node, sh("deactivated")):
            yield node
