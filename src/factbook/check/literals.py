"""Rules of our own on literals: forms that their datatype does not have, which SHACL leaves out."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.check.faults import Fault
from factbook.check.findings import ERROR, Rule
from factbook.rdf.lexical import bounds, in_calendar, is_well_formed
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
    kind=KIND,
)
CALENDAR = Rule(
    name="literal-calendar",
    severity=ERROR,
    summary="A date is in the calendar.",
    cure="Write a day that exists.",
    kind=KIND,
)
ADDRESS = Rule(
    name="literal-address",
    severity=ERROR,
    summary="An address that is kept as a literal could stand as an IRI.",
    cure="Percent-encode what an IRI may not contain (a space is %20), or write it as an IRI.",
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
_ANY_URI = f"{XSD}anyURI"
_STRING = f"{XSD}string"
_IN_IRI = re.compile(r"[^\x00-\x20<>\"{}|^`\\]*")


def is_doubtful(literal: Literal) -> bool:
    """Tell whether a literal breaks a rule."""
    datatype = literal.datatype.value
    return datatype != _STRING and _broken(literal.value, datatype) is not None


def literal_faults(quads: Iterable[Quad]) -> Iterator[Fault]:
    """Yield the literals that are not what their datatype promises."""
    for quad in quads:
        literal = quad.object
        if not isinstance(literal, Literal):
            continue
        datatype = literal.datatype.value
        rule = None if datatype == _STRING else _broken(literal.value, datatype)
        if rule is not None:
            path = quad.predicate if isinstance(quad.predicate, NamedNode) else None
            yield Fault(rule, quad.subject, path, literal, _message(rule, datatype))


@lru_cache(maxsize=4096)
def _broken(text: str, datatype: str) -> Rule | None:
    if datatype == _ANY_URI:
        return None if _IN_IRI.fullmatch(text) else ADDRESS
    if is_well_formed(text, datatype):
        return None
    return FORM if in_calendar(text) else CALENDAR


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
