"""Rules of our own on literals: forms that their datatype does not have, which SHACL leaves out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.check.faults import Fault
from factbook.check.findings import ERROR, Rule
from factbook.rdf.lexical import FORMS, in_calendar
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
_ANY_URI = f"{XSD}anyURI"
_IN_IRI = re.compile(r"[^\x00-\x20<>\"{}|^`\\]*")


def literal_faults(quads: Iterable[Quad]) -> Iterator[Fault]:
    """Yield the literals that are not what their datatype promises."""
    for quad in quads:
        literal = quad.object
        if not isinstance(literal, Literal):
            continue
        datatype = literal.datatype.value
        if datatype not in FORMS and datatype != _ANY_URI:
            continue
        rule = _broken(literal.value, datatype)
        if rule is not None:
            path = quad.predicate if isinstance(quad.predicate, NamedNode) else None
            yield Fault(rule, quad.subject, path, literal, _message(rule, datatype))


def _broken(text: str, datatype: str) -> Rule | None:
    if datatype == _ANY_URI:
        return None if _IN_IRI.fullmatch(text) else ADDRESS
    if not FORMS[datatype].holds(text):
        return FORM
    return None if in_calendar(text) else CALENDAR


def _message(rule: Rule, datatype: str) -> str:
    if rule is not FORM:
        return ""
    form = FORMS[datatype]
    name = datatype.removeprefix(XSD)
    bounds = ""
    if form.lowest is not None or form.highest is not None:
        low = "" if form.lowest is None else f" from {form.lowest}"
        high = "" if form.highest is None else f" to {form.highest}"
        bounds = f", a whole number{low}{high}"
    return f'Write an xsd:{name} like "{form.example}"{bounds}, or give the value its own datatype.'
