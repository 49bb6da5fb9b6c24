"""Rules of our own on literals: forms that their datatype does not have, which SHACL leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.check.faults import Fault
from factbook.check.findings import ERROR, Rule
from factbook.rdf.lexical import ANY_URI, bounds, in_calendar, is_doubtful
from factbook.rdf.terms import XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Quad

KIND = "literal"
FORM = Rule(
    name="literal-form",
    severity=ERROR,
    summary="A literal is spelt as its datatype demands.",
    cure="Write the value in the form of its datatype, or give it the datatype that it has.",
    problem="The literal has no value: queries leave it out of comparisons, sums and sorting "
    "without a word. sh:datatype finds it only where a shape looks.",
    kind=KIND,
)
CALENDAR = Rule(
    name="literal-calendar",
    severity=ERROR,
    summary="A date is in the calendar.",
    cure="Write a day that exists.",
    problem="Engines differ in what they make of it: nothing, another day, or an error.",
    kind=KIND,
)
ADDRESS = Rule(
    name="literal-address",
    severity=ERROR,
    summary="An address that is kept as a literal could stand as an IRI.",
    cure="Percent-encode what an IRI may not contain (a space is %20), or write it as an IRI.",
    problem="XML Schema lets any text be an xsd:anyURI, but no program can follow this one.",
    kind=KIND,
)
RULES = (ADDRESS, CALENDAR, FORM)
EXAMPLES = {
    "boolean": "true",
    "decimal": "12.5",
    "float": "1.5E3",
    "double": "1.5E3",
    "date": "2024-05-31",
    "dateTime": "2024-05-31T12:00:00",
    "dateTimeStamp": "2024-05-31T12:00:00Z",
    "time": "12:00:00",
    "gYear": "2024",
    "gYearMonth": "2024-05",
    "gMonth": "--05",
    "gDay": "---31",
    "gMonthDay": "--05-31",
    "duration": "P1Y6M",
    "yearMonthDuration": "P1Y6M",
    "dayTimeDuration": "P1DT12H",
    "hexBinary": "0FB7",
    "base64Binary": "D7c=",
    "normalizedString": "one line",
    "token": "single spaces",
    "language": "en",
    "Name": "name",
    "NCName": "name",
    "NMTOKEN": "name",
    "integer": "12",
    "nonPositiveInteger": "-12",
    "negativeInteger": "-12",
}
"""A literal of each datatype; other whole numbers are written like integers."""


def literal_faults(quads: Iterable[Quad]) -> Iterator[Fault]:
    """Yield the literals that are not what their datatype promises."""
    for quad in quads:
        literal = quad.object
        if isinstance(literal, Literal) and is_doubtful(literal.value, literal.datatype.value):
            rule = _broken(literal)
            path = quad.predicate if isinstance(quad.predicate, NamedNode) else None
            message = _message(rule, literal.datatype.value)
            yield Fault(rule, quad.subject, path, literal, message)


def _broken(literal: Literal) -> Rule:
    if literal.datatype.value == ANY_URI:
        return ADDRESS
    return FORM if in_calendar(literal.value) else CALENDAR


def _message(rule: Rule, datatype: str) -> str:
    if rule is not FORM:
        return ""
    name = datatype.removeprefix(XSD)
    lowest, highest = bounds(datatype)
    limits = ""
    if lowest is not None or highest is not None:
        low = "" if lowest is None else f" from {lowest}"
        high = "" if highest is None else f" to {highest}"
        limits = f", a whole number{low}{high}"
    example = EXAMPLES.get(name, EXAMPLES["integer"])
    return f'Write an xsd:{name} like "{example}"{limits}, or give the value its own datatype.'
