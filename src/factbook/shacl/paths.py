"""Property paths: read from the shapes graph, written as SPARQL and as triples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import BlankNode, NamedNode, Quad

from factbook.shacl.shapes_graph import FIRST, NIL, REST, ill_formed, sh

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from factbook.rdf.terms import Term
    from factbook.shacl.shapes_graph import Node, ShapesGraph

# The operators of a path, named as SHACL's own properties are (`inversePath`, `zeroOrMorePath` …)
SEQUENCE = "sequence"
ALTERNATIVE = "alternative"
INVERSE = "inverse"
ZERO_OR_MORE = "zeroOrMore"
ONE_OR_MORE = "oneOrMore"
ZERO_OR_ONE = "zeroOrOne"
_SUFFIXES = {ZERO_OR_MORE: "*", ONE_OR_MORE: "+", ZERO_OR_ONE: "?"}


@dataclass(frozen=True)
class PathExpression:
    """An operator applied to paths."""

    operator: str
    parts: tuple[Path, ...]

    def __str__(self) -> str:
        """Return the path as SPARQL writes it."""
        inner = [
            f"({part})" if isinstance(part, PathExpression) else str(part) for part in self.parts
        ]
        if self.operator == SEQUENCE:
            return "/".join(inner)
        if self.operator == ALTERNATIVE:
            return "|".join(inner)
        if self.operator == INVERSE:
            return f"^{inner[0]}"
        return inner[0] + _SUFFIXES[self.operator]


Path: TypeAlias = NamedNode | PathExpression
"""A property path (SHACL, section 2.3.1); `str` of it is the path in SPARQL, and canonical."""

_UNARY = {
    sh(f"{operator}Path"): operator
    for operator in (INVERSE, ZERO_OR_MORE, ONE_OR_MORE, ZERO_OR_ONE)
}
_ALTERNATIVE = sh("alternativePath")
_MIN_MEMBERS = 2


def read_path(graph: ShapesGraph, node: Term, *, shape: Node) -> Path:
    """Return a path (SHACL, section 2.3.1).

    Raises:
        ShapesError: It is not one; the shape is named.
    """
    return _read(graph, node, shape, within=())


def _read(graph: ShapesGraph, node: Term, shape: Node, within: tuple[Term, ...]) -> Path:
    if isinstance(node, NamedNode) and node != NIL:
        return node
    if not isinstance(node, BlankNode) or node in within:
        what = "a blank node that leads back to itself" if node in within else str(node)
        raise ill_formed(shape, f"has a sh:path with {what}, which is no property path")
    inside = (*within, node)
    if graph.objects(node, FIRST):
        members = graph.members(node, of=shape)
        return _read_members(SEQUENCE, members, graph=graph, shape=shape, within=inside)
    alternatives = graph.value(node, _ALTERNATIVE)
    if alternatives is not None:
        members = graph.members(alternatives, of=shape)
        return _read_members(ALTERNATIVE, members, graph=graph, shape=shape, within=inside)
    for predicate, operator in _UNARY.items():
        inner = graph.value(node, predicate)
        if inner is not None:
            return PathExpression(operator, (_read(graph, inner, shape, inside),))
    raise ill_formed(shape, "has a sh:path that is neither a property nor a property path")


def has_two_kinds(graph: ShapesGraph, node: Term) -> bool:
    """Tell whether a path is of several kinds, of which only the first is used."""
    kinds = [each for each in (FIRST, _ALTERNATIVE, *_UNARY) if graph.objects(node, each)]
    return isinstance(node, BlankNode) and len(kinds) > 1


def _read_members(
    operator: str,
    members: Iterable[Term],
    *,
    graph: ShapesGraph,
    shape: Node,
    within: tuple[Term, ...],
) -> Path:
    parts = tuple(_read(graph, member, shape, within) for member in members)
    if len(parts) < _MIN_MEMBERS:
        raise ill_formed(shape, f"has a sh:path with a {operator} of fewer than two members")
    return PathExpression(operator, parts)


def is_nullable(path: Path) -> bool:
    """Tell whether a path leads from every node to that node itself."""
    if isinstance(path, NamedNode):
        return False
    if path.operator in {ZERO_OR_MORE, ZERO_OR_ONE}:
        return True
    among = any if path.operator == ALTERNATIVE else all
    return among(is_nullable(part) for part in path.parts)


def is_step(path: Path) -> bool:
    """Tell whether a path is one property, forward or inverse: cheap to follow from either end."""
    if isinstance(path, PathExpression) and path.operator == INVERSE:
        return isinstance(path.parts[0], NamedNode)
    return isinstance(path, NamedNode)


def is_enumerable(path: Path) -> bool:
    """Tell whether it is cheap to list all pairs of nodes that a path connects.

    It is for single steps, sequences of forward steps, and alternatives of these. A sequence that
    turns round connects each node with all nodes that share a neighbour, which are many.
    """
    if isinstance(path, NamedNode) or is_step(path):
        return True
    if path.operator == SEQUENCE:
        return all(isinstance(part, NamedNode) for part in path.parts)
    return path.operator == ALTERNATIVE and all(is_enumerable(part) for part in path.parts)


def properties_of(path: Path) -> Iterator[NamedNode]:
    """Yield the properties that a path is made of."""
    if isinstance(path, NamedNode):
        yield path
    else:
        for part in path.parts:
            yield from properties_of(part)


def path_quads(path: Path) -> tuple[Node, list[Quad]]:
    """Return the node that represents a path in a graph, and the triples that describe it."""
    if isinstance(path, NamedNode):
        return path, []
    quads: list[Quad] = []
    heads: list[Term] = []
    for part in path.parts:
        head, described = path_quads(part)
        heads.append(head)
        quads += described
    if path.operator == SEQUENCE:
        return _list(heads, quads), quads
    node = BlankNode()
    if path.operator == ALTERNATIVE:
        quads.append(Quad(node, _ALTERNATIVE, _list(heads, quads)))
    else:
        quads.append(Quad(node, sh(f"{path.operator}Path"), heads[0]))
    return node, quads


def _list(members: list[Term], quads: list[Quad]) -> Node:
    head: Node = NIL
    for member in reversed(members):
        cell = BlankNode()
        quads += [Quad(cell, FIRST, member), Quad(cell, REST, head)]
        head = cell
    return head
