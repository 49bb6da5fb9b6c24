"""Write terms, values, classes and paths as SPARQL, for one engine and one view of the data."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import defaultdict
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode

from factbook.rdf.lexical import is_well_formed
from factbook.rdf.terms import XSD, to_sparql
from factbook.shacl.data_graph import ENCODED, OUT_OF_RANGE, encode, is_numeric, is_out_of_range
from factbook.shacl.dialect import all_of, any_of, safe, union
from factbook.shacl.paths import SEQUENCE, PathExpression, is_nullable
from factbook.shacl.shapes_graph import SUB_CLASS_OF, TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from factbook.rdf.terms import Term
    from factbook.shacl.backend import Backend
    from factbook.shacl.dialect import View
    from factbook.shacl.paths import Path
    from factbook.shacl.shapes_graph import Node
    from factbook.sparql.patterns import RegexFunctions
    from factbook.sparql.tree import Select

CONSTANT = "urn:factbook:constant:"
"""Precedes the name of a function that returns a blank node, which SPARQL cannot name."""
_DOUBLE = f"{XSD}double"
_MAX_CLASSES = 500


class CannotCompileError(Exception):
    """A constraint that no single SELECT expresses faithfully; the text is the reason."""


class ClassHierarchy:
    """The subclasses of each class, by rdfs:subClassOf in the data graph."""

    def __init__(self, pairs: Iterable[tuple[Term | None, Term | None]]) -> None:
        self._subclasses: dict[Term, list[Term]] = defaultdict(list)
        for subclass, superclass in pairs:
            if subclass is not None and superclass is not None:
                self._subclasses[superclass].append(subclass)

    def closure(self, class_: Term) -> frozenset[NamedNode] | None:
        """Return a class with all its subclasses, or None if a query cannot list them."""
        found: set[NamedNode] = set()
        waiting = [class_]
        while waiting:
            each = waiting.pop()
            if not isinstance(each, NamedNode) or len(found) > _MAX_CLASSES:
                return None
            if each not in found:
                found.add(each)
                waiting += self._subclasses.get(each, ())
        return frozenset(found)


class Emitter(ABC):
    """Writes the parts of queries on one view of the data.

    Args:
        backend: What runs the queries.
        view: The view that they read.
        classes: The classes of the data.
        regexes: Collects the functions for regular expressions.
    """

    def __init__(
        self, backend: Backend, view: View, classes: ClassHierarchy, regexes: RegexFunctions
    ) -> None:
        self.dialect = backend.dialect
        self._backend = backend
        self.as_standard = backend.as_standard
        """Returns a query of a shape so that it is answered as SPARQL 1.1 says."""
        self.classes = classes
        self.queries: list[Select] = []
        """The queries from the shapes that are part of what was written."""
        self.reads_everything = False
        """Whether a pattern with a variable for the property has been written."""
        self._is_local = backend.is_local
        self._view: View = view
        self._regexes = regexes
        self._variables = 0

    @property
    def properties(self) -> frozenset[str] | None:
        """All properties of the data, where they are known."""
        return self._backend.properties

    @abstractmethod
    def conforms(self, node: Node, value: str) -> str:
        """Return the test that a variable's value conforms to a shape."""

    def new_variable(self) -> str:
        """Return a variable that no query has used yet."""
        self._variables += 1
        return f"?_v{self._variables}"

    def rename(self, text: str, variable: str, other: str) -> str:
        """Return a pattern of ours with one variable renamed."""
        return re.sub(rf"{re.escape(variable)}(?!\w)", other, text)

    # Terms

    def term(self, term: Term) -> str:
        """Return a term as the store holds it; a blank node becomes a call, for expressions."""
        if isinstance(term, BlankNode):
            name = f"{CONSTANT}{term.value}"
            if not self._backend.define_node(name, term):
                raise CannotCompileError("an endpoint's blank nodes cannot be named")
            return f"<{name}>()"
        if isinstance(term, Literal):
            is_encoded = self._is_local and self._view != "stored"
            return to_sparql(encode(term) if is_encoded else term)
        if isinstance(term, NamedNode):
            return to_sparql(term)
        raise CannotCompileError("SHACL has no triple terms")

    def is_term(self, variable: str, term: Term) -> str:
        """Return the test that a variable is bound to a term."""
        if self.dialect.has_term_equality or not isinstance(term, Literal):
            return f"sameTerm({variable}, {self.term(term)})"
        language = f'LANG({variable}) = "{term.language or ""}"'
        return safe(f"isLiteral({variable}) && {language} && {variable} = {self.term(term)}")

    def same_term(self, first: str, second: str) -> str:
        """Return the test that two variables are bound to the same term."""
        if self.dialect.has_term_equality:
            return f"sameTerm({first}, {second})"
        return safe(f"{first} = {second}")

    def decoded(self, variable: str) -> str:
        """Return the expression for a value that may be encoded."""
        if self._view != "encoded":
            return variable
        datatype = f"STR(DATATYPE({variable}))"
        own = f'STRDT(STR({variable}), IRI(STRAFTER({datatype}, "{ENCODED}")))'
        number = f"<{_DOUBLE}>(STR({variable}))"
        wide = f'IF(STRSTARTS({datatype}, "{OUT_OF_RANGE}"), {number}, {variable})'
        return f'COALESCE(IF(STRSTARTS({datatype}, "{ENCODED}"), {own}, {wide}), {variable})'

    def compare_to(self, variable: str, operator: str, limit: Literal) -> str:
        """Return the test that a value is on the right side of a limit."""
        datatype = limit.datatype.value
        if not is_well_formed(limit.value, datatype):
            return "false"
        if is_out_of_range(limit.value, datatype):
            limit = Literal(limit.value, datatype=NamedNode(_DOUBLE))
        test = safe(f"{self.decoded(variable)} {operator} {to_sparql(limit)}")
        if self.dialect.has_strict_order:
            return test
        if is_numeric(datatype):
            return all_of([_is_number(variable), test])
        return all_of([self.has_datatype(variable, limit.datatype), test])

    def compare(self, one: str, operator: str, other: str) -> str:
        """Return the test that two values are in an order."""
        test = safe(f"{self.decoded(one)} {operator} {self.decoded(other)}")
        if self.dialect.has_strict_order:
            return test
        numbers = all_of([_is_number(one), _is_number(other)])
        return all_of([any_of([numbers, safe(f"DATATYPE({one}) = DATATYPE({other})")]), test])

    def has_datatype(self, variable: str, datatype: NamedNode) -> str:
        """Return the test that a literal has a datatype in the data."""
        iris = [to_sparql(datatype)]
        if self._view == "encoded":
            prefixes = (ENCODED, OUT_OF_RANGE)
            iris += [to_sparql(NamedNode(prefix + datatype.value)) for prefix in prefixes]
        if len(iris) == 1:
            return safe(f"DATATYPE({variable}) = {iris[0]}")
        return safe(f"DATATYPE({variable}) IN ({', '.join(iris)})")

    def matches(self, variable: str, pattern: str, flags: str) -> str:
        """Return the test that a term's text matches a regular expression."""
        if self._is_local:
            readable = self._regexes.for_engine(pattern, flags)
            if readable is None:
                return safe(f"{self._regexes.define(pattern, flags)}(STR({variable}))")
            pattern, flags = readable, flags.replace("q", "")
        options = f", {to_sparql(Literal(flags))}" if flags else ""
        return safe(f"REGEX(STR({variable}), {to_sparql(Literal(pattern))}{options})")

    # Classes

    def instances(self, variable: str, class_: Term) -> str:
        """Return the pattern for the instances of a class, each at least once."""
        classes = self.classes.closure(class_)
        if classes is None:
            return f"{variable} {to_sparql(TYPE)}/{to_sparql(SUB_CLASS_OF)}* {self.term(class_)} ."
        if len(classes) == 1:
            return f"{variable} {to_sparql(TYPE)} {self.term(class_)} ."
        kind = self.new_variable()
        values = " ".join(sorted(to_sparql(each) for each in classes))
        return f"VALUES {kind} {{ {values} }} {variable} {to_sparql(TYPE)} {kind} ."

    def is_instance(self, variable: str, class_: Term) -> str:
        """Return the test that a node is an instance of a class."""
        classes = self.classes.closure(class_)
        if classes is None or len(classes) == 1:
            return f"EXISTS {{ {self.instances(variable, class_)} }}"
        kind = self.new_variable()
        values = ", ".join(sorted(to_sparql(each) for each in classes))
        pattern = f"{variable} {to_sparql(TYPE)} {kind} . FILTER({kind} IN ({values}))"
        return f"EXISTS {{ {pattern} }}"

    # Paths

    def path_patterns(self, path: Path | None, start: str, end: str) -> list[str]:
        """Return the patterns by which a path connects two variables.

        A path of possibly no length needs a pattern of its own for that: whether an engine finds a
        node from itself depends on what else it knows of the node (SPARQL 1.1, section 9.3).
        """
        if path is None:
            return [f"BIND({start} AS {end})"]
        step = f"{start} {path} {end} ."
        return [step, f"BIND({start} AS {end})"] if is_nullable(path) else [step]

    def path_inside_exists(self, path: Path | None, start: str, end: str) -> str:
        """Return the pattern for a path inside EXISTS, where the start is bound."""
        patterns = self.path_patterns(path, start, end)
        if len(patterns) > 1 and not self.dialect.binds_in_exists:
            raise CannotCompileError("the endpoint does not find a node from itself inside EXISTS")
        return union(patterns)

    def has_value(self, path: Path | None, start: str, end: str, test: str) -> str:
        """Return the test that a path leads from a node to a value `end` that passes a test.

        A sequence becomes one EXISTS inside another: engines plan the patterns of one EXISTS
        without knowing that its start is a single node.
        """
        if isinstance(path, PathExpression) and path.operator == SEQUENCE:
            first, *others = path.parts
            rest = PathExpression(SEQUENCE, tuple(others)) if len(others) > 1 else others[0]
            middle = self.new_variable()
            return self.has_value(first, start, middle, self.has_value(rest, middle, end, test))
        if path is not None and is_nullable(path) and not self.dialect.binds_in_exists:
            step, here = f"{start} {path} {end} .", self.rename(test, end, start)
            return any_of([here, f"EXISTS {{ {step} FILTER({test}) }}"])
        step = self.path_inside_exists(path, start, end)
        if test == "true":
            return f"EXISTS {{ {step} }}"
        group = step if step.endswith(".") else f"{{ {step} }}"
        return f"EXISTS {{ {group} FILTER({test}) }}"

    def connects(self, path: Path | None, start: str, end: str) -> str:
        """Return the test that a path leads from one bound variable to another."""
        if path is None:
            return self.same_term(start, end)
        step = f"EXISTS {{ {start} {path} {end} . }}"
        return any_of([self.same_term(start, end), step]) if is_nullable(path) else step


def _is_number(variable: str) -> str:
    return safe(f"isNumeric({variable}) && DATATYPE({variable}) != <{XSD}boolean>")
