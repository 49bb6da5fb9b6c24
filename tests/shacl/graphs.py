"""Strategies for small random graphs and shapes, dense enough that constraints meet values."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from factbook.shacl.shapes_graph import FIRST, NIL, RDFS, REST, SUB_CLASS_OF, TRUE, TYPE, sh

if TYPE_CHECKING:
    from collections.abc import Iterator

    from factbook.rdf.terms import Term
    from factbook.shacl.shapes_graph import Node

EX = "http://example.org/"
XSD = "http://www.w3.org/2001/XMLSchema#"


def ex(name: str) -> NamedNode:
    """Return a name of the example."""
    return NamedNode(EX + name)


def typed(value: str, datatype: str) -> Literal:
    """Return a literal of one of XML Schema's datatypes."""
    return Literal(value, datatype=NamedNode(XSD + datatype))


NODES = [ex(name) for name in "abcd"]
CLASSES = [ex("Thing"), ex("Part")]
PROPERTIES = [ex("p"), ex("q"), ex("r")]
COMPARED = PROPERTIES[2]
"""The property that sh:lessThan compares with, which has numbers only."""
TEXTS = [
    Literal("ab"),
    Literal("b"),
    Literal("ab", language="en"),
    Literal("ba", language="de"),
    Literal("b", language="en-gb"),
]
NUMBERS = [
    typed("1", "integer"),
    typed("3", "integer"),
    typed("1.0", "decimal"),
    typed("1.00", "decimal"),
    typed("2.5", "decimal"),
    typed("01", "integer"),
    typed("3", "int"),
    typed("2", "nonNegativeInteger"),
    typed("2.5E0", "double"),
    typed("99999999999999999999", "integer"),
]
ODDITIES = [
    typed("300", "byte"),
    typed("x", "integer"),
    typed("2024-02-29", "date"),
    typed("2023-02-29", "date"),
    typed("true", "boolean"),
    typed("1", "boolean"),
]
DATATYPES = [
    NamedNode(XSD + name)
    for name in (
        "string",
        "integer",
        "decimal",
        "int",
        "byte",
        "date",
        "boolean",
        "nonNegativeInteger",
    )
] + [NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#langString")]
KINDS = ["IRI", "BlankNode", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral"]

_nodes: st.SearchStrategy[Node] = st.sampled_from([*NODES, BlankNode("x"), BlankNode("y")])
_properties = st.sampled_from(PROPERTIES)


@st.composite
def data_graphs(draw: st.DrawFn, *, compare: bool) -> tuple[Quad, ...]:
    """Draw a graph of a few nodes with types, links and values."""
    literals = st.sampled_from(TEXTS + NUMBERS + ([] if compare else ODDITIES))
    terms: st.SearchStrategy[Term] = st.one_of(_nodes, literals, st.sampled_from(NODES))
    links = draw(st.lists(st.tuples(_nodes, _properties, terms), max_size=14))
    types = draw(st.lists(st.tuples(_nodes, st.sampled_from(CLASSES)), max_size=5))
    quads = [
        Quad(subject, property_, value)
        for subject, property_, value in links
        if property_ != COMPARED or value in NUMBERS
    ]
    quads += [Quad(node, TYPE, class_) for node, class_ in types]
    if draw(st.booleans()):
        quads.append(Quad(CLASSES[1], SUB_CLASS_OF, CLASSES[0]))
    return tuple(dict.fromkeys(quads))


class _Builder:
    """Collects the triples of shapes while they are drawn."""

    def __init__(self, draw: st.DrawFn, *, compare: bool) -> None:
        self.draw = draw
        self.compare = compare
        self.quads: list[Quad] = []
        self._numbers = count()

    def add(self, node: Node, name: str, value: Term) -> None:
        self.quads.append(Quad(node, sh(name), value))

    def listed(self, members: list[Term]) -> Term:
        head: Node = NIL
        for member in reversed(members):
            cell = BlankNode(f"list{next(self._numbers)}")
            self.quads += [Quad(cell, FIRST, member), Quad(cell, REST, head)]
            head = cell
        return head

    def shape(self, depth: int, *, is_property: bool | None = None) -> NamedNode:
        node = ex(f"S{next(self._numbers)}")
        if is_property is None:
            is_property = self.draw(st.booleans())
        kind = "PropertyShape" if is_property else "NodeShape"
        self.quads.append(Quad(node, TYPE, sh(kind)))
        if is_property:
            self.add(node, "path", self.path(2))
        pool = [*_FOR_ALL, *(_FOR_PROPERTIES if is_property else ())]
        if self.compare:
            pool += [*_COMPARING, *(_COMPARING_PROPERTIES if is_property else ())]
        if depth:
            pool += [*_NESTED, *(_NESTED_PROPERTIES if is_property else ())]
        for name in self.draw(st.lists(st.sampled_from(pool), min_size=1, max_size=2, unique=True)):
            self.constraint(node, name, depth)
        if self.draw(st.integers(0, 11)) == 0:
            self.add(node, "deactivated", TRUE)
        if self.draw(st.integers(0, 5)) == 0:
            self.add(node, "severity", sh("Warning"))
        return node

    def path(self, depth: int, *, is_inverse: bool = False) -> Term:
        """Draw a path; none is the inverse of a sequence, which pySHACL walks the wrong way."""
        draw = self.draw
        kinds = ["property"] * 4
        if depth:
            kinds += ["inverse", "zeroOrMore", "oneOrMore", "zeroOrOne", "alternative"]
            kinds += [] if is_inverse else ["sequence"]
        kind = draw(st.sampled_from(kinds))
        if kind == "property":
            return draw(_properties)
        if kind == "sequence":
            return self.listed([self.path(depth - 1), self.path(depth - 1)])
        node = BlankNode(f"path{next(self._numbers)}")
        if kind == "alternative":
            members = [self.path(depth - 1, is_inverse=is_inverse) for _ in range(2)]
            self.add(node, "alternativePath", self.listed(members))
        else:
            backward = is_inverse or kind == "inverse"
            self.add(node, f"{kind}Path", self.path(depth - 1, is_inverse=backward))
        return node

    def constraint(self, node: Node, name: str, depth: int) -> None:
        draw = self.draw
        if name in {"and", "or", "xone"}:
            members = [self.shape(depth - 1) for _ in range(draw(st.integers(1, 2)))]
            self.add(node, name, self.listed(list(members)))
        elif name in {"node", "not"}:
            self.add(
                node, name, self.shape(depth - 1, is_property=False if name == "node" else None)
            )
        elif name == "property":
            self.add(node, name, self.shape(depth - 1, is_property=True))
        elif name == "qualified":
            self.add(node, "qualifiedValueShape", self.shape(depth - 1))
            self.add(node, "qualifiedMinCount", typed(str(draw(st.integers(0, 2))), "integer"))
            self.add(node, "qualifiedMaxCount", typed(str(draw(st.integers(0, 2))), "integer"))
        elif name == "disjointSiblings":
            for _ in range(2):
                each = self.shape(0, is_property=True)
                self.add(each, "qualifiedValueShape", self.shape(0, is_property=False))
                self.add(each, "qualifiedMinCount", typed("1", "integer"))
                self.add(each, "qualifiedValueShapesDisjoint", TRUE)
                self.add(node, "property", each)
        elif name == "closed":
            self.add(node, "closed", TRUE)
            self.add(node, "ignoredProperties", self.listed([TYPE, PROPERTIES[0]]))
        elif name == "uniqueLang":
            self.add(node, "uniqueLang", TRUE)
        else:
            self.add(node, name, self._value(name))

    def _value(self, name: str) -> Term:
        if name == "in":
            return self.listed(self.draw(st.lists(_values, max_size=4, unique=True)))
        if name == "languageIn":
            return self.listed(self.draw(st.lists(_languages, max_size=2, unique=True)))
        return self.draw(_PARAMETERS.get(name, _limits))


_values: st.SearchStrategy[Term] = st.one_of(
    st.sampled_from(NODES), st.sampled_from(TEXTS + NUMBERS + ODDITIES)
)
_limits = st.sampled_from([typed("1", "integer"), typed("2.50", "decimal")])
_languages = st.sampled_from([Literal("en"), Literal("de"), Literal("en-GB")])
_patterns = ["^a", "b$", "^[0-9.]+$", "00", "(?=a)a", "example"]
_numbers = [typed(str(number), "integer") for number in range(6)]
_PARAMETERS: dict[str, st.SearchStrategy[Term]] = {
    "class": st.sampled_from(CLASSES),
    "datatype": st.sampled_from(DATATYPES),
    "nodeKind": st.sampled_from([sh(kind) for kind in KINDS]),
    "hasValue": _values,
    "pattern": st.sampled_from([Literal(pattern) for pattern in _patterns]),
    "minLength": st.sampled_from(_numbers[1:]),
    "maxLength": st.sampled_from(_numbers),
    "minCount": st.sampled_from(_numbers),
    "maxCount": st.sampled_from(_numbers),
    "equals": _properties,
    "disjoint": _properties,
    "lessThan": st.just(COMPARED),
    "lessThanOrEquals": st.just(COMPARED),
}
_FOR_ALL = [
    *("class", "datatype", "nodeKind", "minLength", "maxLength", "pattern", "languageIn", "in"),
    *("hasValue", "equals", "disjoint", "closed"),
]
_FOR_PROPERTIES = ["minCount", "maxCount", "uniqueLang"]
_COMPARING = ["minInclusive", "maxExclusive", "minExclusive", "maxInclusive"]
_COMPARING_PROPERTIES = ["lessThan", "lessThanOrEquals"]
_NESTED = ["and", "or", "xone", "node", "not", "property", "disjointSiblings"]
_NESTED_PROPERTIES = ["qualified"]


@st.composite
def shapes_graphs(draw: st.DrawFn, *, compare: bool) -> tuple[Quad, ...]:
    """Draw shapes with targets, nested up to three deep."""
    builder = _Builder(draw, compare=compare)
    for _ in range(draw(st.integers(1, 2))):
        node = builder.shape(draw(st.integers(0, 2)))
        for target in draw(st.lists(st.sampled_from(list(_targets())), min_size=1, max_size=2)):
            builder.add(node, *target)
    return tuple(dict.fromkeys(builder.quads))


@st.composite
def problems(draw: st.DrawFn) -> tuple[tuple[Quad, ...], tuple[Quad, ...]]:
    """Draw shapes and data; constraints that compare values meet numbers and texts only."""
    compare = draw(st.booleans())
    return draw(shapes_graphs(compare=compare)), draw(data_graphs(compare=compare))


def _targets() -> Iterator[tuple[str, Term]]:
    yield from (("targetClass", each) for each in CLASSES)
    yield from (("targetNode", each) for each in (NODES[0], NUMBERS[2], NODES[1], ex("absent")))
    yield from (("targetSubjectsOf", each) for each in PROPERTIES[:2])
    yield from (("targetObjectsOf", each) for each in PROPERTIES[:2])


def prefixed(quads: tuple[Quad, ...]) -> str:
    """Return triples as lines short enough to read in a failure."""
    text = "\n".join(sorted(f"{q.subject} {q.predicate} {q.object}" for q in quads))
    for prefix, namespace in (("", EX), ("sh:", sh("").value), ("xsd:", XSD), ("rdfs:", RDFS)):
        text = text.replace(f"<{namespace}", f"<{prefix}")
    return text
