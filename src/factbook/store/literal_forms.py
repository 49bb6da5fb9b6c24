"""Tell which literals the embedded engine normalizes to another lexical form.

It keeps values: `1.50` becomes 1.5, and an xsd:int an xsd:integer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from pyoxigraph import Literal, NamedNode, Quad, Store

from factbook.rdf.lexical import is_well_formed
from factbook.rdf.terms import XSD

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import QuerySolutions

    from factbook.rdf.terms import Term

_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{0,2}[1-9])?"
_ZONE = r"(?:Z|[+-](?:0[1-9]|1[0-3]):[0-5][0-9])?"
_CANONICAL = {
    "boolean": r"true|false",
    "integer": r"0|-?[1-9][0-9]{0,17}",
    "decimal": r"0|-?[1-9][0-9]{0,14}|-?(?:0|[1-9][0-9]{0,14})\.[0-9]{0,13}[1-9]",
    "float": r"0|-?[1-9][0-9]{0,5}|-?(?:0|[1-9][0-9]{0,2})\.[0-9]{0,2}[1-9]",
    "double": r"0|-?[1-9][0-9]{0,14}|-?(?:0|[1-9][0-9]{0,7})\.[0-9]{0,6}[1-9]",
    "date": _DAY + _ZONE,
    "time": _CLOCK + _ZONE,
    "dateTime": f"{_DAY}T{_CLOCK}{_ZONE}",
    "gYear": r"[0-9]{4}",
    "gYearMonth": r"[0-9]{4}-[0-9]{2}",
    "gMonth": r"--[0-9]{2}",
    "gMonthDay": r"--[0-9]{2}-[0-9]{2}",
    "gDay": r"---[0-9]{2}",
}
"""Lexical forms that the store keeps for certain."""
DERIVED_INTEGERS = (
    *("byte", "int", "long", "negativeInteger", "nonNegativeInteger", "nonPositiveInteger"),
    *("positiveInteger", "short", "unsignedByte", "unsignedInt", "unsignedLong", "unsignedShort"),
)
_NEVER_CANONICAL = (
    *DERIVED_INTEGERS,
    *("dateTimeStamp", "dayTimeDuration", "duration", "yearMonthDuration"),
)
_WHOLE_OR_DECIMAL = {XSD + name for name in ("integer", "decimal", *DERIVED_INTEGERS)}
_NOTHING = re.compile(r"(?!)")
_FORMS = {
    **{XSD + name: re.compile(pattern, re.ASCII) for name, pattern in _CANONICAL.items()},
    **{XSD + name: _NOTHING for name in _NEVER_CANONICAL},
}


def is_canonical(literal: Literal) -> bool:
    """Tell whether the store is certain to keep a literal's lexical form."""
    return keeps(literal.value, literal.datatype.value)


def keeps(text: str, datatype: str) -> bool:
    """Tell whether the store is certain to keep a text as a literal of a datatype."""
    pattern = _FORMS.get(datatype)
    return pattern is None or pattern.fullmatch(text) is not None


def is_rewritten_kind(datatype: str) -> bool:
    """Tell whether the store rewrites some literals of a datatype."""
    return datatype in _FORMS


def stored_forms(terms: Iterable[Term]) -> dict[Term, Term]:
    """Return the normalized form of each term."""
    numbered = {NamedNode(f"urn:factbook:term:{n}"): term for n, term in enumerate(terms)}
    predicate = NamedNode("urn:factbook:stored")
    store = Store()
    store.extend(Quad(subject, predicate, term) for subject, term in numbered.items())
    stored = {quad.subject: quad.object for quad in store}
    return {term: stored[subject] for subject, term in numbered.items()}


def beyond_range(terms: Iterable[Term]) -> list[Literal]:
    """Return the numbers that the store cannot compare or add, because it holds them as text."""
    store = Store()
    subject, predicate = NamedNode("urn:factbook:term"), NamedNode("urn:factbook:stored")
    store.extend(
        Quad(subject, predicate, term)
        for term in terms
        if isinstance(term, Literal)
        and term.datatype.value in _WHOLE_OR_DECIMAL
        and is_well_formed(term.value, term.datatype.value)
    )
    found = store.query("SELECT ?v { ?s ?p ?v BIND(?v + 0 AS ?sum) FILTER(!BOUND(?sum)) }")
    return [row[0] for row in cast("QuerySolutions", found)]
