"""Constraints on each value node: types, ranges, texts, lists, shapes (SHACL, 4.1 to 4.8)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode

from factbook.rdf.lexical import lexical_space
from factbook.rdf.terms import to_sparql
from factbook.shacl.dialect import all_of, any_of, negate, safe
from factbook.shacl.plan import ValueConstraint
from factbook.shacl.shapes_graph import FIRST, LANG_STRING, ill_formed, sh, short

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from factbook.rdf.terms import Term
    from factbook.shacl.emitter import Emitter
    from factbook.shacl.shapes_graph import Node, ShapesGraph

    WriteTest: TypeAlias = Callable[[str, Emitter], str]
    """Returns the test that a variable's value conforms."""
    ReadConstraints: TypeAlias = Callable[[ShapesGraph, Node], Iterator[ValueConstraint]]
    """Yields the constraints that a parameter adds to a shape."""
    WriteShapesTest: TypeAlias = Callable[[tuple[Node, ...], str, Emitter], str]
    """The same for a constraint on some shapes."""

_NODE_KINDS = {
    sh("IRI"): ("isIRI",),
    sh("BlankNode"): ("isBlank",),
    sh("Literal"): ("isLiteral",),
    sh("BlankNodeOrIRI"): ("isBlank", "isIRI"),
    sh("BlankNodeOrLiteral"): ("isBlank", "isLiteral"),
    sh("IRIOrLiteral"): ("isIRI", "isLiteral"),
}
_RANGES = {"minInclusive": ">=", "minExclusive": ">", "maxInclusive": "<=", "maxExclusive": "<"}
_LENGTHS = {"minLength": ">=", "maxLength": "<="}
_MAX_TESTS = 40
"""The longest sh:in that is written as one test for each member."""


@dataclass(frozen=True)
class TermConstraint(ValueConstraint):
    """A constraint that is a test of the value alone."""

    write: WriteTest

    def test(self, value: str, focus: str, emitter: Emitter) -> str:  # noqa: ARG002 - not needed here
        """Return the test that a value node conforms."""
        return self.write(value, emitter)


@dataclass(frozen=True)
class ShapeConstraint(ValueConstraint):
    """A constraint that is a test of other shapes: sh:node, sh:not, sh:and, sh:or, sh:xone."""

    members: tuple[Node, ...]
    write: WriteShapesTest

    @property
    def shapes(self) -> tuple[Node, ...]:
        """The shapes that the constraint refers to."""
        return self.members

    def test(self, value: str, focus: str, emitter: Emitter) -> str:  # noqa: ARG002 - not needed here
        """Return the test that a value node conforms."""
        return self.write(self.members, value, emitter)


def _read_class(graph: ShapesGraph, node: Node) -> Iterator[ValueConstraint]:
    for class_ in graph.objects(node, sh("class")):
        if isinstance(class_, BlankNode) and graph.objects(class_, FIRST):
            classes = graph.iris(node, sh("class"), class_)
            yield TermConstraint("Class", _is_instance_of_any(classes))
        elif isinstance(class_, NamedNode):
            yield TermConstraint("Class", _is_instance_of_any([class_]))
        else:
            kind = "a literal" if isinstance(class_, Literal) else "a node without an IRI"
            problem = f"has sh:class with {kind}; it takes the IRI of a class"
            raise ill_formed(node, problem, sh("class"))


def _is_instance_of_any(classes: list[NamedNode]) -> WriteTest:
    return lambda value, emitter: any_of([emitter.is_instance(value, each) for each in classes])


def _read_datatype(graph: ShapesGraph, node: Node) -> Iterator[ValueConstraint]:
    tests = [_has_datatype(each) for each in graph.iri_or_list(node, sh("datatype"))]
    yield TermConstraint(
        "Datatype", lambda value, emitter: any_of([test(value, emitter) for test in tests])
    )


def _read_node_kind(graph: ShapesGraph, node: Node) -> Iterator[ValueConstraint]:
    functions: dict[str, None] = {}
    for kind in graph.iri_or_list(node, sh("nodeKind")):
        if kind not in _NODE_KINDS:
            known = ", ".join(short(each) for each in _NODE_KINDS)
            problem = f"has sh:nodeKind {short(kind)}, which is no kind of node; known: {known}"
            raise ill_formed(node, problem, sh("nodeKind"))
        functions |= dict.fromkeys(_NODE_KINDS[kind])
    yield TermConstraint(
        "NodeKind", lambda value, _: any_of([f"{each}({value})" for each in functions])
    )


def _has_datatype(datatype: NamedNode) -> WriteTest:
    def write(value: str, emitter: Emitter) -> str:
        if datatype.value == LANG_STRING and not emitter.dialect.has_lang_string:
            return safe(f'LANG({value}) != ""')
        tests = [emitter.has_datatype(value, datatype)]
        space = lexical_space(datatype.value)
        if space is not None:
            tests.append(emitter.matches(value, space, ""))
        return all_of(tests)

    return write


def _read_range(name: str) -> ReadConstraints:
    def read(graph: ShapesGraph, node: Node) -> Iterator[ValueConstraint]:
        limit = graph.literal(node, sh(name))
        if limit is not None:
            yield TermConstraint(_component(name), _is_within(_RANGES[name], limit))

    return read


def read_number(name: str, make: Callable[[int], WriteTest]) -> ReadConstraints:
    """Return what reads a parameter whose value is a whole number."""

    def read(graph: ShapesGraph, node: Node) -> Iterator[ValueConstraint]:
        number = graph.count(node, sh(name))
        if number is not None:
            yield TermConstraint(_component(name), make(number))

    return read


def _is_within(operator: str, limit: Literal) -> WriteTest:
    """Return the test that a value is within a limit; a value that does not compare is not."""
    return lambda value, emitter: emitter.compare_to(value, operator, limit)


def _has_length(operator: str, length: int) -> WriteTest:
    """Return the test that a value's text has a length; blank nodes have no text."""

    def write(value: str, _: Emitter) -> str:
        return all_of([f"!isBlank({value})", safe(f"STRLEN(STR({value})) {operator} {length}")])

    return write


def _read_pattern(graph: ShapesGraph, node: Node) -> Iterator[ValueConstraint]:
    flags = graph.literal(node, sh("flags"))
    for pattern in graph.objects(node, sh("pattern")):
        if not isinstance(pattern, Literal):
            raise ill_formed(
                node, f"has sh:pattern {pattern}, which must be a string", sh("pattern")
            )
        yield TermConstraint(
            "Pattern", _matches(pattern.value, "" if flags is None else flags.value)
        )


def _read_language_in(graph: ShapesGraph, node: Node) -> Iterator[ValueConstraint]:
    listed = graph.value(node, sh("languageIn"))
    if listed is not None:
        languages = [_language(node, each) for each in graph.members(listed, of=node)]
        yield TermConstraint("LanguageIn", _has_language(languages))


def _read_in(graph: ShapesGraph, node: Node) -> Iterator[ValueConstraint]:
    members = graph.value(node, sh("in"))
    if members is not None:
        yield TermConstraint("In", _is_member(graph.members(members, of=node)))


def _language(node: Node, term: Term) -> str:
    if isinstance(term, Literal):
        return term.value
    problem = f"has sh:languageIn with {term}, which must be a string"
    raise ill_formed(node, problem, sh("languageIn"))


def _matches(pattern: str, flags: str) -> WriteTest:
    """Return the test that a value's text matches; blank nodes have no text."""

    def write(value: str, emitter: Emitter) -> str:
        return all_of([f"!isBlank({value})", emitter.matches(value, pattern, flags)])

    return write


def _has_language(languages: list[str]) -> WriteTest:
    """Return the test that a value's language matches one of some language ranges."""

    def write(value: str, _: Emitter) -> str:
        ranges = [
            safe(f"langMatches(LANG({value}), {to_sparql(Literal(each))})") for each in languages
        ]
        return all_of([safe(f'LANG({value}) != ""'), any_of(ranges)])

    return write


def _is_member(members: tuple[Term, ...]) -> WriteTest:
    """Return the test that a value is a member of a list, compared as a term."""
    iris = ", ".join(to_sparql(each) for each in members if isinstance(each, NamedNode))
    literals = [each for each in members if isinstance(each, Literal)]

    def write(value: str, emitter: Emitter) -> str:
        tests = [all_of([f"isIRI({value})", f"{value} IN ({iris})"])] if iris else []
        others = [each for each in members if not isinstance(each, NamedNode)]
        if len(literals) > _MAX_TESTS and emitter.dialect.has_term_equality:
            member = emitter.new_variable()
            values = f"VALUES {member} {{ {' '.join(map(emitter.term, literals))} }}"
            tests.append(f"EXISTS {{ {values} FILTER({emitter.same_term(member, value)}) }}")
            others = [each for each in others if not isinstance(each, Literal)]
        return any_of([*tests, *(emitter.is_term(value, each) for each in others)])

    return write


def read_shape(name: str, write: WriteShapesTest) -> ReadConstraints:
    """Return what reads a parameter each of whose values is a shape."""

    def read(graph: ShapesGraph, node: Node) -> Iterator[ValueConstraint]:
        for shape in graph.objects(node, sh(name)):
            yield ShapeConstraint(_component(name), (require_shape(node, shape, name),), write)

    return read


def _read_list_of_shapes(name: str, write: WriteShapesTest) -> ReadConstraints:
    def read(graph: ShapesGraph, node: Node) -> Iterator[ValueConstraint]:
        for listed in graph.objects(node, sh(name)):
            members = graph.members(listed, of=node)
            shapes = tuple(require_shape(node, each, name) for each in members)
            yield ShapeConstraint(_component(name), shapes, write)

    return read


def _no_shape(shapes: tuple[Node, ...], value: str, emitter: Emitter) -> str:
    return negate(emitter.conforms(shapes[0], value))


def _all_shapes(shapes: tuple[Node, ...], value: str, emitter: Emitter) -> str:
    return all_of([emitter.conforms(each, value) for each in shapes])


def _any_shape(shapes: tuple[Node, ...], value: str, emitter: Emitter) -> str:
    return any_of([emitter.conforms(each, value) for each in shapes])


def _one_shape(shapes: tuple[Node, ...], value: str, emitter: Emitter) -> str:
    counted = [f"IF({emitter.conforms(each, value)}, 1, 0)" for each in shapes]
    return f"({' + '.join(counted) or '0'} = 1)"


def _component(parameter: str) -> str:
    """Return the name of the constraint component of a parameter."""
    return parameter[0].upper() + parameter[1:]


def conforms_to(shape: Node) -> ShapeConstraint:
    """Return the constraint that each value conforms to a shape."""
    return ShapeConstraint("Node", (shape,), _all_shapes)


def require_shape(node: Node, term: Term, name: str) -> Node:
    """Return a value of a parameter that takes shapes.

    Raises:
        ShapesError: It is a literal.
    """
    if isinstance(term, NamedNode | BlankNode):
        return term
    raise ill_formed(node, f"has sh:{name} with a literal; it takes a shape", sh(name))


VALUE_READERS: dict[str, ReadConstraints] = {
    "class": _read_class,
    "datatype": _read_datatype,
    "nodeKind": _read_node_kind,
    **{name: _read_range(name) for name in _RANGES},
    **{name: read_number(name, partial(_has_length, sign)) for name, sign in _LENGTHS.items()},
    "pattern": _read_pattern,
    "languageIn": _read_language_in,
    "in": _read_in,
    "node": read_shape("node", _all_shapes),
    "not": read_shape("not", _no_shape),
    "and": _read_list_of_shapes("and", _all_shapes),
    "or": _read_list_of_shapes("or", _any_shape),
    "xone": _read_list_of_shapes("xone", _one_shape),
}
"""Reads the constraints of each parameter that applies to each value node by itself."""
