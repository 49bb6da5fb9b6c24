"""Constraints of SHACL 1.2 Core, a working draft of the W3C: they may change with it.

Lists as values of sh:class, sh:datatype and sh:nodeKind (section 7.1) are read with the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import Literal, NamedNode

from factbook.rdf.terms import to_sparql
from factbook.shacl.dialect import all_of, any_of, negate, safe
from factbook.shacl.focus_constraints import Count
from factbook.shacl.paths import SEQUENCE, ZERO_OR_MORE, PathExpression, is_enumerable, read_path
from factbook.shacl.plan import RowConstraint, RowPlan
from factbook.shacl.shapes_graph import FIRST, NIL, REST, SUB_CLASS_OF, ill_formed, sh
from factbook.shacl.value_constraints import (
    TermConstraint,
    read_number,
    read_shape,
    require_shape,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from factbook.rdf.terms import Term
    from factbook.shacl.emitter import Emitter
    from factbook.shacl.paths import Path
    from factbook.shacl.plan import Constraint
    from factbook.shacl.shapes_graph import Node, ShapesGraph
    from factbook.shacl.value_constraints import WriteTest

    ReadConstraints: TypeAlias = Callable[[ShapesGraph, Node], Iterator[Constraint]]

_CELLS = PathExpression(ZERO_OR_MORE, (REST,))
_MEMBERS = PathExpression(SEQUENCE, (_CELLS, FIRST))


@dataclass(frozen=True)
class SubsetOf(RowConstraint):
    """sh:subsetOf (section 7.6.3)."""

    other: Path

    def searches(
        self, focus: str, value: str, path: Path | None, emitter: Emitter
    ) -> list[RowPlan]:
        """Return the search for the values that the other path lacks."""
        missing = negate(emitter.connects(self.other, focus, value))
        is_fast = path is not None and is_enumerable(path)
        return [RowPlan(missing, path, value, columns=(value,), is_enumerable=is_fast)]


def _is_list(value: str, emitter: Emitter) -> str:
    """Return the test that a value is a list: it ends in rdf:nil, and each cell is whole."""
    end, cell = emitter.new_variable(), emitter.new_variable()
    parts = []
    for property_ in (FIRST, REST):
        one, other = emitter.new_variable(), emitter.new_variable()
        iri = to_sparql(property_)
        differ = negate(emitter.same_term(one, other))
        parts += [
            f"!EXISTS {{ {cell} {iri} {one} }}",
            f"EXISTS {{ {cell} {iri} {one} . {cell} {iri} {other} . FILTER({differ}) }}",
        ]
    is_broken = all_of([negate(emitter.is_term(cell, NIL)), any_of(parts)])
    return all_of(
        [
            f"!isLiteral({value})",
            emitter.has_value(_CELLS, value, end, emitter.is_term(end, NIL)),
            negate(emitter.has_value(_CELLS, value, cell, is_broken)),
        ]
    )


def _has_cells(number: int, value: str, emitter: Emitter) -> str:
    """Return the test that a list has at least so many members."""
    if number == 0:
        return "true"
    path = REST if number == 1 else PathExpression(SEQUENCE, (REST,) * number)
    return f"EXISTS {{ {value} {path} {emitter.new_variable()} . }}"


def _is_long_enough(number: int) -> WriteTest:
    return lambda value, emitter: all_of(
        [_is_list(value, emitter), _has_cells(number, value, emitter)]
    )


def _is_short_enough(number: int) -> WriteTest:
    return lambda value, emitter: all_of(
        [_is_list(value, emitter), negate(_has_cells(number + 1, value, emitter))]
    )


def _has_unique_members(value: str, emitter: Emitter) -> str:
    one, other, member = (emitter.new_variable() for _ in range(3))
    first = to_sparql(FIRST)
    steps = " ".join(
        f"{{ {emitter.path_inside_exists(_CELLS, value, cell)} }} {cell} {first} {member} ."
        for cell in (one, other)
    )
    repeated = f"EXISTS {{ {steps} FILTER({negate(emitter.same_term(one, other))}) }}"
    return all_of([_is_list(value, emitter), negate(repeated)])


def _members_conform(shapes: tuple[Node, ...], value: str, emitter: Emitter) -> str:
    member = emitter.new_variable()
    fails = negate(emitter.conforms(shapes[0], member))
    return all_of(
        [_is_list(value, emitter), negate(emitter.has_value(_MEMBERS, value, member, fails))]
    )


def _is_single_line(value: str, _: Emitter) -> str:
    breaks = [
        f"CONTAINS(STR({value}), {to_sparql(Literal(character))})" for character in ("\n", "\r")
    ]
    return negate(all_of([f"isLiteral({value})", safe(any_of(breaks))]))


def _is_below(class_: Term) -> WriteTest:
    def write(value: str, emitter: Emitter) -> str:
        above = f"EXISTS {{ {value} {to_sparql(SUB_CLASS_OF)}+ {emitter.term(class_)} }}"
        return any_of([emitter.is_term(value, class_), above])

    return write


def _read_flag(parameter: str, constraint: Constraint) -> ReadConstraints:
    return lambda graph, node: iter([constraint] if graph.flag(node, sh(parameter)) else [])


def _read_some_value(graph: ShapesGraph, node: Node) -> Iterator[Constraint]:
    for each in graph.objects(node, sh("someValue")):
        yield Count("SomeValue", least=1, shape=require_shape(node, each, "someValue"))


def _read_subset_of(graph: ShapesGraph, node: Node) -> Iterator[Constraint]:
    for path in graph.objects(node, sh("subsetOf")):
        yield SubsetOf("SubsetOf", read_path(graph, path, shape=node))


def _read_root_class(graph: ShapesGraph, node: Node) -> Iterator[Constraint]:
    for class_ in graph.objects(node, sh("rootClass")):
        if not isinstance(class_, NamedNode):
            problem = f"has sh:rootClass {class_}, which must be the IRI of a class"
            raise ill_formed(node, problem, sh("rootClass"))
        yield TermConstraint("RootClass", _is_below(class_))


DRAFT_READERS: dict[str, ReadConstraints] = {
    "rootClass": _read_root_class,  # section 7.1
    "singleLine": _read_flag(
        "singleLine", TermConstraint("SingleLine", _is_single_line)
    ),  # section 7.4.4
    # Section 7.5, as are the next three
    "memberShape": read_shape("memberShape", _members_conform),
    "uniqueMembers": _read_flag(
        "uniqueMembers", TermConstraint("UniqueMembers", _has_unique_members)
    ),
    "minListLength": read_number("minListLength", _is_long_enough),
    "maxListLength": read_number("maxListLength", _is_short_enough),
    "subsetOf": _read_subset_of,  # section 7.6.3
    "someValue": _read_some_value,  # section 7.8
}
"""Reads the constraints of each parameter of the draft."""
