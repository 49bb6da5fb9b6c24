"""Shapes made of shapes: sh:not, sh:and, sh:or, sh:xone, sh:node (SHACL, sections 4.6 and 4.7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pyoxigraph import BlankNode, NamedNode

from factbook.rdf.terms import to_sparql
from factbook.shacl.constraint import FocusConstraint, ValueConstraint
from factbook.shacl.forms import every, no, some
from factbook.shacl.graph import ill_formed
from factbook.shacl.names import sh
from factbook.shacl.paths import is_open
from factbook.shacl.search import Rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from factbook.rdf.terms import Term
    from factbook.shacl.graph import ShapesGraph
    from factbook.shacl.lowering import Lowering
    from factbook.shacl.names import Node
    from factbook.shacl.report import Path
    from factbook.shacl.search import Search

_MOST_LISTED = 300


@dataclass(frozen=True)
class Composed(ValueConstraint):
    """A constraint that takes shapes."""

    shapes: tuple[Node, ...]


@dataclass(frozen=True)
class Not(Composed):
    """sh:not."""

    name: ClassVar[str] = "Not"

    def holds(self, value: str, focus: str, low: Lowering) -> str:  # noqa: ARG002 - as all do
        """Return the test that a value does not conform to the shape."""
        return no(low.conforms(self.shapes[0], value))


@dataclass(frozen=True)
class NodeShape(Composed):
    """sh:node."""

    name: ClassVar[str] = "Node"

    def holds(self, value: str, focus: str, low: Lowering) -> str:  # noqa: ARG002 - as all do
        """Return the test that a value conforms to the shape."""
        return low.conforms(self.shapes[0], value)


@dataclass(frozen=True)
class And(Composed):
    """sh:and."""

    name: ClassVar[str] = "And"

    def holds(self, value: str, focus: str, low: Lowering) -> str:  # noqa: ARG002 - as all do
        """Return the test that a value conforms to all of the shapes."""
        return every([low.conforms(each, value) for each in self.shapes])


@dataclass(frozen=True)
class Or(Composed):
    """sh:or."""

    name: ClassVar[str] = "Or"

    def holds(self, value: str, focus: str, low: Lowering) -> str:  # noqa: ARG002 - as all do
        """Return the test that a value conforms to one of the shapes."""
        return some([low.conforms(each, value) for each in self.shapes])

    def passing(self, value: str, low: Lowering) -> str | None:
        """Return the pattern for all nodes that conform, where each shape asks for a class."""
        patterns = [low.conforming(each, value) for each in self.shapes]
        known = [pattern for pattern in patterns if pattern is not None]
        if not known or len(known) < len(patterns):
            return None
        return " UNION ".join(f"{{ {pattern} }}" for pattern in known)


@dataclass(frozen=True)
class Xone(Composed):
    """sh:xone."""

    name: ClassVar[str] = "Xone"

    def holds(self, value: str, focus: str, low: Lowering) -> str:  # noqa: ARG002 - as all do
        """Return the test that a value conforms to one of the shapes and to no other."""
        counted = [f"IF({low.conforms(each, value)}, 1, 0)" for each in self.shapes]
        return f"({' + '.join(counted) or '0'} = 1)"


@dataclass(frozen=True)
class Closed(FocusConstraint):
    """sh:closed with sh:ignoredProperties."""

    name: ClassVar[str] = "Closed"
    allowed: tuple[NamedNode, ...]

    def holds_of(self, focus: str, path: Path | None, low: Lowering) -> str:
        """Return the test that no value has a property that is not allowed."""
        if path is None:
            return f"!EXISTS {{ {self._stray(focus, low)} }}"
        value = low.fresh()
        stray = f"EXISTS {{ {self._stray(value, low)} }}"
        return no(low.some_value(path, focus, value, stray))

    def searches(self, path: Path | None, low: Lowering) -> tuple[Search, ...]:
        """Return what finds each triple with a property that is not allowed."""
        columns: tuple[str, ...] = ("?path", "?value")
        node = "?this"
        ways: tuple[str, ...] = ("",)
        if path is not None:
            node = low.fresh()
            ways = low.ways(path, "?this", node)
            columns = (*columns, node)
        forbidden = None
        if low.properties is not None:
            forbidden = low.properties - {each.value for each in self.allowed}
            if not forbidden:
                return ()
        if forbidden is None or len(forbidden) > _MOST_LISTED:
            stray = self._stray(node, low, "?path", "?value")
        else:
            listed = " ".join(to_sparql(NamedNode(each)) for each in sorted(forbidden))
            stray = f"VALUES ?path {{ {listed} }} {node} ?path ?value ."
        open_ = path is None or is_open(path)
        return (Rows(tuple(f"{way} {stray}" for way in ways), "true", columns, is_open=open_),)

    def _stray(self, node: str, low: Lowering, *columns: str) -> str:
        property_, value = columns or (low.fresh(), low.fresh())
        low.reads_everything = True
        allowed = ", ".join(sorted(to_sparql(each) for each in self.allowed))
        test = f" FILTER({property_} NOT IN ({allowed}))" if allowed else ""
        return f"{node} {property_} {value} .{test}"


def read(graph: ShapesGraph, node: Node) -> Iterator[ValueConstraint]:
    """Yield the constraints of this family that a shape states."""
    for each in graph.objects(node, sh("node")):
        yield NodeShape((_shape(node, each, "node"),))
    for each in graph.objects(node, sh("not")):
        yield Not((_shape(node, each, "not"),))
    for name, kind in (("and", And), ("or", Or), ("xone", Xone)):
        for listed in graph.objects(node, sh(name)):
            members = graph.members(listed, of=node)
            yield kind(tuple(_shape(node, each, name) for each in members))


def read_closed(graph: ShapesGraph, node: Node) -> Iterator[Closed]:
    """Yield the constraint that closes a shape, where there is one."""
    if not graph.flag(node, sh("closed")):
        return
    ignored = graph.value(node, sh("ignoredProperties"))
    listed = () if ignored is None else graph.members(ignored, of=node)
    paths = (
        path
        for each in graph.objects(node, sh("property"))
        for path in graph.objects(each, sh("path"))
    )
    yield Closed(tuple(each for each in (*paths, *listed) if isinstance(each, NamedNode)))


def _shape(node: Node, term: Term, name: str) -> Node:
    if isinstance(term, NamedNode | BlankNode):
        return term
    raise ill_formed(node, f"has sh:{name} with a literal; it takes a shape")
