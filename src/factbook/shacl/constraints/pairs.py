"""How the values of one property relate to each other, to another's or to a constant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pyoxigraph import BlankNode, Literal, NamedNode

from factbook.rdf.terms import to_sparql
from factbook.shacl.constraint import FocusConstraint
from factbook.shacl.forms import every, no, sure
from factbook.shacl.graph import ill_formed
from factbook.shacl.names import sh
from factbook.shacl.paths import is_open, is_step
from factbook.shacl.search import Rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from factbook.rdf.terms import Term
    from factbook.shacl.graph import ShapesGraph
    from factbook.shacl.lowering import Lowering
    from factbook.shacl.names import Node
    from factbook.shacl.report import Path
    from factbook.shacl.search import Search


@dataclass(frozen=True)
class Equals(FocusConstraint):
    """sh:equals."""

    name: ClassVar[str] = "Equals"
    property_: NamedNode

    def holds_of(self, focus: str, path: Path | None, low: Lowering) -> str:
        """Return the test that both sets of values are the same."""
        value, other = low.fresh(), low.fresh()
        missing = f"!EXISTS {{ {_other(focus, self.property_, value)} }}"
        surplus = f"FILTER({no(low.leads(path, focus, other))})"
        return every(
            [
                no(low.some_value(path, focus, value, missing)),
                f"!EXISTS {{ {_other(focus, self.property_, other)} {surplus} }}",
            ]
        )

    def searches(self, path: Path | None, low: Lowering) -> tuple[Search, ...]:
        """Return what finds values of the one that are not values of the other, both ways."""
        there = _other("?this", self.property_, "?value")
        open_ = path is not None and is_open(path)
        missing = f"!EXISTS {{ {there} }}"
        surplus = no(low.leads(path, "?this", "?value"))
        return (
            Rows(low.ways(path, "?this", "?value"), missing, ("?value",), is_open=open_),
            Rows((there,), surplus, ("?value",), is_open=open_),
        )


@dataclass(frozen=True)
class Disjoint(FocusConstraint):
    """sh:disjoint."""

    name: ClassVar[str] = "Disjoint"
    property_: NamedNode

    def holds_of(self, focus: str, path: Path | None, low: Lowering) -> str:
        """Return the test that no value is a value of both."""
        value = low.fresh()
        there = _other(focus, self.property_, value)
        return f"!EXISTS {{ {there} FILTER({low.leads(path, focus, value)}) }}"

    def searches(self, path: Path | None, low: Lowering) -> tuple[Search, ...]:
        """Return what finds the values of both."""
        there = _other("?this", self.property_, "?value")
        open_ = path is not None and is_open(path)
        shared = low.leads(path, "?this", "?value")
        return (Rows((there,), shared, ("?value",), is_open=open_),)


@dataclass(frozen=True)
class LessThan(FocusConstraint):
    """sh:lessThan."""

    name: ClassVar[str] = "LessThan"
    operator: ClassVar[str] = "<"
    property_: NamedNode

    def holds_of(self, focus: str, path: Path | None, low: Lowering) -> str:
        """Return the test that each value is less than each value of the other."""
        value, other = low.fresh(), low.fresh()
        there = _other(focus, self.property_, other)
        fails = f"EXISTS {{ {there} FILTER({self._fails(value, other, low)}) }}"
        return no(low.some_value(path, focus, value, fails))

    def searches(self, path: Path | None, low: Lowering) -> tuple[Search, ...]:
        """Return what finds the pairs that are not so; what cannot be compared is not."""
        other = low.fresh()
        there = _other("?this", self.property_, other)
        ways = tuple(f"{way} {there}" for way in low.ways(path, "?this", "?value"))
        test = self._fails("?value", other, low)
        open_ = path is not None and is_open(path)
        return (Rows(ways, test, ("?value", other), is_open=open_),)

    def _fails(self, value: str, other: str, low: Lowering) -> str:
        return no(low.in_order(value, self.operator, other))


@dataclass(frozen=True)
class LessThanOrEquals(LessThan):
    """sh:lessThanOrEquals."""

    name: ClassVar[str] = "LessThanOrEquals"
    operator: ClassVar[str] = "<="


@dataclass(frozen=True)
class HasValue(FocusConstraint):
    """sh:hasValue."""

    name: ClassVar[str] = "HasValue"
    term: Term

    def holds_of(self, focus: str, path: Path | None, low: Lowering) -> str:
        """Return the test that the term is among the values."""
        if path is None:
            return low.same(focus, self.term)
        value = low.fresh()
        if is_step(path) and not isinstance(self.term, BlankNode):
            return f"EXISTS {{ {focus} {path} {low.text(self.term)} }}"
        return low.some_value(path, focus, value, low.same(value, self.term))

    def searches(self, path: Path | None, low: Lowering) -> tuple[Search, ...]:
        """Return what finds focus nodes without the value."""
        return (Rows(("",), no(self.holds_of("?this", path, low))),)


@dataclass(frozen=True)
class UniqueLang(FocusConstraint):
    """sh:uniqueLang."""

    name: ClassVar[str] = "UniqueLang"

    def holds_of(self, focus: str, path: Path | None, low: Lowering) -> str:
        """Return the test that no two values share a language."""
        one, other = low.fresh(), low.fresh()
        steps = f"{{ {low.step(path, focus, one)} }} {{ {low.step(path, focus, other)} }}"
        return f"!EXISTS {{ {steps} FILTER({self._clash(one, other, low)}) }}"

    def searches(self, path: Path | None, low: Lowering) -> tuple[Search, ...]:
        """Return what finds each language that is used twice, once."""
        one, other, tag = low.fresh(), low.fresh(), low.fresh()
        bind = f"BIND(LCASE(LANG({one})) AS {tag})"
        ways = tuple(
            f"{first} {second} {bind}"
            for first in low.ways(path, "?this", one)
            for second in low.ways(path, "?this", other)
        )
        open_ = path is not None and is_open(path)
        return (Rows(ways, self._clash(one, other, low), (tag,), is_open=open_),)

    def _clash(self, one: str, other: str, low: Lowering) -> str:
        return every(
            [
                sure(f'LANG({one}) != "" && LCASE(LANG({one})) = LCASE(LANG({other}))'),
                no(low.alike(one, other)),
            ]
        )


def read(graph: ShapesGraph, node: Node, *, is_property: bool) -> Iterator[FocusConstraint]:
    """Yield the constraints of this family that a shape states."""
    for property_ in _properties(graph, node, "equals"):
        yield Equals(property_)
    for property_ in _properties(graph, node, "disjoint"):
        yield Disjoint(property_)
    for term in graph.objects(node, sh("hasValue")):
        yield HasValue(term)
    if not is_property:
        return
    for property_ in _properties(graph, node, "lessThan"):
        yield LessThan(property_)
    for property_ in _properties(graph, node, "lessThanOrEquals"):
        yield LessThanOrEquals(property_)
    if graph.flag(node, sh("uniqueLang")):
        yield UniqueLang()


def _properties(graph: ShapesGraph, node: Node, name: str) -> Iterator[NamedNode]:
    for term in graph.objects(node, sh(name)):
        if not isinstance(term, NamedNode):
            what = "a literal" if isinstance(term, Literal) else "a blank node"
            raise ill_formed(node, f"has sh:{name} with {what}; it takes the IRI of a property")
        yield term


def _other(focus: str, property_: NamedNode, value: str) -> str:
    return f"{focus} {to_sparql(property_)} {value} ."
