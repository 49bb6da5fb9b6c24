"""Write terms, values and classes as SPARQL, for one engine and one view of the data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode

from factbook.rdf.lexical import is_well_formed
from factbook.rdf.terms import XSD, to_sparql
from factbook.shacl.forms import every, some, sure
from factbook.shacl.names import SUB_CLASS_OF, TYPE
from factbook.shacl.spelling import SPELLED, WIDE, disguise, is_numeric, is_wide

if TYPE_CHECKING:
    from factbook.rdf.terms import Term
    from factbook.shacl.classes import Classes
    from factbook.shacl.constraints.sparql import Query
    from factbook.shacl.forms import Forms, View
    from factbook.shacl.regexes import Regexes

CONSTANT = "urn:factbook:constant:"
"""The function that stands for a blank node, which SPARQL cannot name."""


class CannotLowerError(Exception):
    """A constraint that no single SELECT says faithfully; the text is the reason."""


class Writer:
    """Hands out variables and texts; one for all queries on one view."""

    def __init__(  # noqa: PLR0913 - what a query depends on, and nothing else
        self,
        *,
        forms: Forms,
        classes: Classes,
        regexes: Regexes,
        properties: frozenset[str] | None,
        view: View,
        is_local: bool,
    ) -> None:
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


def _is_number(variable: str) -> str:
    return sure(f"isNumeric({variable}) && DATATYPE({variable}) != <{XSD}boolean>")


_DOUBLE = "http://www.w3.org/2001/XMLSchema#double"
