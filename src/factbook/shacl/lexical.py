"""Encode literals whose lexical form the store would change, so that it keeps them.

Oxigraph stores "1.50" as 1.5 and an xsd:int as an xsd:integer. The result of a validation can
depend on the difference: on the datatype, on a pattern, on whether 1.0 and 1.00 are one or two
values. The store therefore holds such a literal with a datatype of ours, which it does not
interpret. Tests of terms (equality, counts, datatypes, text) then give the right answer as they
are; only tests that compare values have to decode it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Quad, Store

from factbook.rdf.lexical import is_well_formed
from factbook.rdf.terms import XSD

if TYPE_CHECKING:
    from collections.abc import Iterable

    from factbook.rdf.terms import Term

ENCODED = "urn:factbook:encoded:"
"""Precedes the datatype of a literal that the store would rewrite."""
OUT_OF_RANGE = "urn:factbook:out-of-range:"
"""The same for numbers beyond the store's 64 bits (integers) and 128 bits (decimals)."""
ILL_TYPED = "urn:factbook:ill-typed:"
"""The same for texts outside the lexical space of their datatype, which have no value."""

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
"""Lexical forms that the store is certain to keep."""
_DERIVED_INTEGERS = (
    *("byte", "int", "long", "negativeInteger", "nonNegativeInteger", "nonPositiveInteger"),
    *("positiveInteger", "short", "unsignedByte", "unsignedInt", "unsignedLong", "unsignedShort"),
)
_NEVER_CANONICAL = (
    *_DERIVED_INTEGERS,
    *("dateTimeStamp", "dayTimeDuration", "duration", "yearMonthDuration"),
)
_NOTHING = re.compile(r"(?!)")
_FORMS = {
    **{XSD + name: re.compile(pattern, re.ASCII) for name, pattern in _CANONICAL.items()},
    **{XSD + name: _NOTHING for name in _NEVER_CANONICAL},
}
_NUMBER = re.compile(r"[+-]?0*([0-9]*)(?:\.([0-9]*?)0*)?", re.ASCII)
_INTEGER_DIGITS = 18
_WHOLE_DIGITS = 20
_FRACTION_DIGITS = 18
_DECIMAL = f"{XSD}decimal"
_INTEGERS = frozenset(XSD + name for name in (*_DERIVED_INTEGERS, "integer"))
_NUMERIC = _INTEGERS | {_DECIMAL, f"{XSD}double", f"{XSD}float"}
_VALID_IF_CANONICAL = frozenset(
    XSD + name for name in ("boolean", "integer", "decimal", "float", "double", "gYear")
)


def is_canonical(literal: Literal) -> bool:
    """Tell whether the store is certain to keep a literal's lexical form."""
    pattern = _FORMS.get(literal.datatype.value)
    return pattern is None or pattern.fullmatch(literal.value) is not None


def is_valid_if_canonical(datatype: str) -> bool:
    """Tell whether all canonical forms of a datatype are in its lexical space."""
    return datatype in _VALID_IF_CANONICAL


def encode(literal: Literal) -> Literal:
    """Return a literal in the form that the store holds it in."""
    return literal if is_canonical(literal) else _encode(literal.value, literal.datatype.value)


@lru_cache(maxsize=4096)
def _encode(value: str, datatype: str) -> Literal:
    if is_well_formed(value, datatype):
        prefix = OUT_OF_RANGE if is_out_of_range(value, datatype) else ENCODED
    else:
        prefix = ILL_TYPED
    return Literal(value, datatype=NamedNode(prefix + datatype))


def decode(term: Term) -> Term:
    """Return a term of the store in the lexical form of the data."""
    if not isinstance(term, Literal):
        return term
    datatype = term.datatype.value
    for prefix in (ENCODED, OUT_OF_RANGE, ILL_TYPED):
        if datatype.startswith(prefix):
            return Literal(term.value, datatype=NamedNode(datatype.removeprefix(prefix)))
    return term


def is_numeric(datatype: str) -> bool:
    """Tell whether a datatype is one of numbers."""
    return datatype in _NUMERIC


def is_out_of_range(value: str, datatype: str) -> bool:
    """Tell whether a number exceeds what the store can calculate with."""
    if datatype not in _INTEGERS and datatype != _DECIMAL:
        return False
    match = _NUMBER.fullmatch(value)
    if match is None:
        return False
    whole, fraction = match.group(1), match.group(2) or ""
    if datatype in _INTEGERS:
        return len(whole) > _INTEGER_DIGITS
    return len(whole) > _WHOLE_DIGITS or len(fraction) > _FRACTION_DIGITS


def stored_forms(terms: Iterable[Term]) -> dict[Term, Term]:
    """Return the form that the store gives each term back in."""
    numbered = {NamedNode(f"urn:factbook:term:{n}"): term for n, term in enumerate(terms)}
    predicate = NamedNode("urn:factbook:stored")
    store = Store()
    store.extend(Quad(subject, predicate, term) for subject, term in numbered.items())
    stored = {quad.subject: quad.object for quad in store}
    return {term: stored[subject] for subject, term in numbered.items()}
