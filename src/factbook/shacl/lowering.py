"""What lowering a shape to SPARQL needs at every step: names, terms, paths, nested shapes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode

from factbook.rdf.terms import XSD, to_sparql
from factbook.shacl.forms import every, no, some, sure
from factbook.shacl.lexical import is_well_formed
from factbook.shacl.names import SUB_CLASS_OF, TYPE
from factbook.shacl.paths import is_nullable
from factbook.shacl.report import SEQUENCE, PathExpression
from factbook.shacl.spelling import SPELLED, WIDE, disguise, is_numeric, is_wide

if TYPE_CHECKING:
    from factbook.rdf.terms import Term
    from factbook.shacl.classes import Classes
    from factbook.shacl.constraints.sparql import Query
    from factbook.shacl.forms import Forms, View
    from factbook.shacl.names import Node
    from factbook.shacl.regexes import Regexes
    from factbook.shacl.report import Path
    from factbook.shacl.shapes import Shapes

CONSTANT = "urn:factbook:constant:"
"""The function that stands for a blank node, which SPARQL cannot name."""
_DEEPEST = 24


class CannotLowerError(Exception):
    """A constraint that no single SELECT says faithfully; the text is the reason."""


class Lowering:
    """Hands out variables and texts; one for all queries of a validation."""

    def __init__(  # noqa: PLR0913 - what a query depends on, and nothing else
        self,
        shapes: Shapes,
        *,
        forms: Forms,
        classes: Classes,
        regexes: Regexes,
        properties: frozenset[str] | None,
        view: View,
        is_local: bool,
    ) -> None:
        self.shapes = shapes
        self.forms = forms
        self.classes = classes
        self.regexes = regexes
        self.properties = properties
        """All properties that the data has, where that is known."""
        self.blank_nodes: dict[str, BlankNode] = {}
        self.queries: list[Query] = []
        self.reads_everything = False
        """Whether a query with a variable for the property has been written."""
        self._view: View = view
        self._is_local = is_local
        self._variables = 0
        self._depth = 0

    def note_query(self, query: Query) -> None:
        """Remember that a query from the shapes is part of what is being lowered."""
        self.queries.append(query)

    def fresh(self) -> str:
        """Return a variable that no query has used yet."""
        self._variables += 1
        return f"?_v{self._variables}"

    def renamed(self, text: str, variable: str, other: str) -> str:
        """Return a pattern of ours with one variable called another."""
        return re.sub(rf"{re.escape(variable)}(?!\w)", other, text)

    # Terms

    def text(self, term: Term) -> str:
        """Return a term as the index holds it; a blank node becomes a call, for expressions."""
        if isinstance(term, BlankNode):
            if not self._is_local:
                raise CannotLowerError("an endpoint's blank nodes cannot be named")
            name = f"{CONSTANT}{term.value}"
            self.blank_nodes[name] = term
            return f"<{name}>()"
        if isinstance(term, Literal):
            hidden = self._is_local and self._view != "stored"
            return to_sparql(disguise(term) if hidden else term)
        if isinstance(term, NamedNode):
            return to_sparql(term)
        raise CannotLowerError("triple terms are beyond SHACL")

    def same(self, variable: str, term: Term) -> str:
        """Return the test that a variable is bound to a term."""
        if self.forms.same_term or not isinstance(term, Literal):
            return f"sameTerm({variable}, {self.text(term)})"
        kind = (
            f'LANG({variable}) = "{term.language}"' if term.language else f'LANG({variable}) = ""'
        )
        return sure(f"isLiteral({variable}) && {kind} && {variable} = {self.text(term)}")

    def alike(self, first: str, second: str) -> str:
        """Return the test that two variables are bound to the same term."""
        if self.forms.same_term:
            return f"sameTerm({first}, {second})"
        return sure(f"{first} = {second}")

    def comparable(self, variable: str) -> str:
        """Return the expression for a value that may be in disguise."""
        if self._view != "spelled":
            return variable
        datatype = f"STR(DATATYPE({variable}))"
        own = f'STRDT(STR({variable}), IRI(STRAFTER({datatype}, "{SPELLED}")))'
        wide = f'IF(STRSTARTS({datatype}, "{WIDE}"), <{_DOUBLE}>(STR({variable})), {variable})'
        return f'COALESCE(IF(STRSTARTS({datatype}, "{SPELLED}"), {own}, {wide}), {variable})'

    def within(self, variable: str, operator: str, limit: Literal) -> str:
        """Return the test that a value is on the right side of a limit."""
        datatype = limit.datatype.value
        if not is_well_formed(limit.value, datatype):
            return "false"
        if is_wide(limit.value, datatype):
            limit = Literal(limit.value, datatype=NamedNode(_DOUBLE))
        test = sure(f"{self.comparable(variable)} {operator} {to_sparql(limit)}")
        if self.forms.strict_order:
            return test
        if is_numeric(datatype):
            return every([_is_number(variable), test])
        return every([self.has_datatype(variable, limit.datatype), test])

    def in_order(self, one: str, operator: str, other: str) -> str:
        """Return the test that two values stand in an order."""
        test = sure(f"{self.comparable(one)} {operator} {self.comparable(other)}")
        if self.forms.strict_order:
            return test
        numbers = every([_is_number(one), _is_number(other)])
        return every([some([numbers, sure(f"DATATYPE({one}) = DATATYPE({other})")]), test])

    def has_datatype(self, variable: str, datatype: NamedNode) -> str:
        """Return the test that a literal is of a datatype, as the files spell it."""
        iris = [to_sparql(datatype)]
        if self._view == "spelled":
            iris += [to_sparql(NamedNode(prefix + datatype.value)) for prefix in (SPELLED, WIDE)]
        if len(iris) == 1:
            return sure(f"DATATYPE({variable}) = {iris[0]}")
        return sure(f"DATATYPE({variable}) IN ({', '.join(iris)})")

    def matches(self, variable: str, pattern: str, flags: str) -> str:
        """Return the test that a term's text matches a regular expression."""
        if self._is_local and not self.regexes.knows(pattern, flags):
            return sure(f"{self.regexes.call(pattern, flags)}(STR({variable}))")
        options = f", {to_sparql(Literal(flags))}" if flags else ""
        return sure(f"REGEX(STR({variable}), {to_sparql(Literal(pattern))}{options})")

    # Classes

    def instances(self, variable: str, class_: Term) -> str:
        """Return the pattern for the instances of a class, each at least once."""
        below = self.classes.below(class_)
        if below is None:
            return f"{variable} {to_sparql(TYPE)}/{to_sparql(SUB_CLASS_OF)}* {self.text(class_)} ."
        if len(below) == 1:
            return f"{variable} {to_sparql(TYPE)} {self.text(class_)} ."
        kind = self.fresh()
        values = " ".join(sorted(to_sparql(each) for each in below))
        return f"VALUES {kind} {{ {values} }} {variable} {to_sparql(TYPE)} {kind} ."

    def is_instance(self, variable: str, class_: Term) -> str:
        """Return the test that a node is an instance of a class."""
        below = self.classes.below(class_)
        if below is None or len(below) == 1:
            return f"EXISTS {{ {self.instances(variable, class_)} }}"
        kind = self.fresh()
        values = ", ".join(sorted(to_sparql(each) for each in below))
        pattern = f"{variable} {to_sparql(TYPE)} {kind} . FILTER({kind} IN ({values}))"
        return f"EXISTS {{ {pattern} }}"

    # Paths

    def ways(self, path: Path | None, start: str, end: str) -> tuple[str, ...]:
        """Return the patterns by which a path leads from one variable to another.

        A path that may be of no length needs a pattern of its own for that: whether an engine finds
        a node from itself depends on what else it knows of the node (SPARQL 1.1, section 9.3).
        """
        if path is None:
            return (f"BIND({start} AS {end})",)
        step = f"{start} {path} {end} ."
        return (step, f"BIND({start} AS {end})") if is_nullable(path) else (step,)

    def step(self, path: Path | None, start: str, end: str) -> str:
        """Return the pattern for a path inside EXISTS, where the start is known."""
        ways = self.ways(path, start, end)
        if len(ways) > 1 and not self.forms.binds_inside:
            raise CannotLowerError("the endpoint does not find a node from itself inside EXISTS")
        return ways[0] if len(ways) == 1 else " UNION ".join(f"{{ {way} }}" for way in ways)

    def some_value(self, path: Path | None, start: str, end: str, test: str) -> str:
        """Return the test that a path leads from a node to one that passes a test of `end`.

        A sequence is followed from node to node, one EXISTS inside the other: engines plan the
        patterns of one EXISTS without knowing that its start is a single node.
        """
        if isinstance(path, PathExpression) and path.operator == SEQUENCE:
            first, *others = path.parts
            rest = PathExpression(SEQUENCE, tuple(others)) if len(others) > 1 else others[0]
            middle = self.fresh()
            return self.some_value(first, start, middle, self.some_value(rest, middle, end, test))
        if path is not None and is_nullable(path) and not self.forms.binds_inside:
            step, here = f"{start} {path} {end} .", self.renamed(test, end, start)
            return some([here, f"EXISTS {{ {step} FILTER({test}) }}"])
        step = self.step(path, start, end)
        if test == "true":
            return f"EXISTS {{ {step} }}"
        group = step if step.endswith(".") else f"{{ {step} }}"
        return f"EXISTS {{ {group} FILTER({test}) }}"

    def leads(self, path: Path | None, start: str, end: str) -> str:
        """Return the test that a path leads from one bound variable to another."""
        if path is None:
            return self.alike(start, end)
        step = f"EXISTS {{ {start} {path} {end} . }}"
        return some([self.alike(start, end), step]) if is_nullable(path) else step

    # Shapes inside shapes

    def conforms(self, node: Node, value: str) -> str:
        """Return the test that a node conforms to a shape.

        Raises:
            CannotLowerError: Shapes are nested deeper than engines can follow.
        """
        shape = self.shapes[node]
        if shape.is_deactivated:
            return "true"
        self._depth += 1
        try:
            if self._depth > _DEEPEST:
                raise CannotLowerError(f"shapes are nested more than {_DEEPEST} deep")
            if shape.path is None:
                return every(self._tests(node, value, value) + self._overall(node, value))
            inner = self.fresh()
            tests = every(self._tests(node, inner, value))
            overall = self._overall(node, value)
            if tests == "true":
                return every(overall)
            return every([no(self.some_value(shape.path, value, inner, no(tests))), *overall])
        finally:
            self._depth -= 1

    def conforming(self, node: Node, value: str) -> str | None:
        """Return a pattern for all nodes that conform to a shape, where it is one simple set."""
        shape = self.shapes[node]
        if shape.path is not None or shape.is_deactivated or shape.properties or shape.of_focus:
            return None
        return shape.of_values[0].passing(value, self) if len(shape.of_values) == 1 else None

    def _tests(self, node: Node, value: str, focus: str) -> list[str]:
        """Return what has to hold of a value node."""
        shape = self.shapes[node]
        return [
            *(each.holds(value, focus, self) for each in shape.of_values),
            *(self.conforms(each, value) for each in shape.properties),
        ]

    def _overall(self, node: Node, focus: str) -> list[str]:
        """Return what has to hold of all value nodes together."""
        shape = self.shapes[node]
        return [each.holds_of(focus, shape.path, self) for each in shape.of_focus]


def _is_number(variable: str) -> str:
    return sure(f"isNumeric({variable}) && DATATYPE({variable}) != <{XSD}boolean>")


_DOUBLE = "http://www.w3.org/2001/XMLSchema#double"
