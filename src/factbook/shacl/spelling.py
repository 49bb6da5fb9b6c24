"""Literals that the store would rewrite, kept from it under a datatype that it does not know.

Oxigraph stores "1.50" as 1.5 and an xsd:int as an xsd:integer (DESIGN.md, section 4). A verdict of
SHACL can hang on the difference: on the datatype, on a pattern, on whether 1.0 and 1.00 are one or
two values. The index that shapes are run on therefore holds such a literal under a datatype of our
own, which the store leaves alone. Everything that asks for terms (equality, counts, datatypes, the
text of a value) is right by construction; only what compares values looks through the disguise.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.rdf.lexical import is_well_formed
from factbook.rdf.terms import XSD

if TYPE_CHECKING:
    from factbook.rdf.terms import Term

SPELLED = "urn:factbook:spelled:"
"""What stands before the datatype of a literal that the store would rewrite."""
WIDE = "urn:factbook:wide:"
"""The same for numbers beyond the store's 64 bits (integers) and 128 bits (decimals)."""
ILL_FORMED = "urn:factbook:ill-formed:"
"""The same for texts that their datatype does not allow, which have no value at all."""

_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{0,2}[1-9])?"
_ZONE = r"(?:Z|[+-](?:0[1-9]|1[0-3]):[0-5][0-9])?"
_KEPT = {
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
"""Spellings that the store is sure to keep; whatever else is possible is not worth the risk."""
_NEVER_KEPT = (
    "byte",
    "dateTimeStamp",
    "dayTimeDuration",
    "duration",
    "int",
    "long",
    "negativeInteger",
    "nonNegativeInteger",
    "nonPositiveInteger",
    "positiveInteger",
    "short",
    "unsignedByte",
    "unsignedInt",
    "unsignedLong",
    "unsignedShort",
    "yearMonthDuration",
)
_NOTHING = re.compile(r"(?!)")
_SPELLINGS = {
    **{XSD + name: re.compile(pattern, re.ASCII) for name, pattern in _KEPT.items()},
    **{XSD + name: _NOTHING for name in _NEVER_KEPT},
}
_NUMBER = re.compile(r"[+-]?0*([0-9]*)(?:\.([0-9]*?)0*)?", re.ASCII)
_INTEGER_DIGITS = 18
_WHOLE_DIGITS = 20
_FRACTION_DIGITS = 18
_INTEGERS = frozenset(
    XSD + name
    for name in (*_NEVER_KEPT, "integer")
    if "uration" not in name and name != "dateTimeStamp"
)
_DECIMAL = f"{XSD}decimal"
_SURELY_SOUND = frozenset(
    XSD + name for name in ("boolean", "integer", "decimal", "float", "double", "gYear")
)
_NUMERIC = _INTEGERS | {_DECIMAL, f"{XSD}double", f"{XSD}float"}


def is_kept(literal: Literal) -> bool:
    """Tell whether the store gives a literal back as it is spelled."""
    pattern = _SPELLINGS.get(literal.datatype.value)
    return pattern is None or pattern.fullmatch(literal.value) is not None


def is_surely_sound(datatype: str) -> bool:
    """Tell whether the spellings that the store keeps are all in the datatype's lexical space."""
    return datatype in _SURELY_SOUND


def disguise(literal: Literal) -> Literal:
    """Return a literal as the index holds it."""
    return literal if is_kept(literal) else _disguised(literal.value, literal.datatype.value)


@lru_cache(maxsize=4096)
def _disguised(value: str, datatype: str) -> Literal:
    if is_well_formed(value, datatype):
        prefix = WIDE if is_wide(value, datatype) else SPELLED
    else:
        prefix = ILL_FORMED
    return Literal(value, datatype=NamedNode(prefix + datatype))


def reveal(term: Term) -> Term:
    """Return a term of the index as the files spell it."""
    if not isinstance(term, Literal):
        return term
    datatype = term.datatype.value
    for prefix in (SPELLED, WIDE, ILL_FORMED):
        if datatype.startswith(prefix):
            return Literal(term.value, datatype=NamedNode(datatype.removeprefix(prefix)))
    return term


def is_numeric(datatype: str) -> bool:
    """Tell whether a datatype is one of numbers."""
    return datatype in _NUMERIC


def is_wide(value: str, datatype: str) -> bool:
    """Tell whether a number is beyond what the store can calculate with."""
    if datatype not in _INTEGERS and datatype != _DECIMAL:
        return False
    match = _NUMBER.fullmatch(value)
    if match is None:
        return False
    whole, fraction = match.group(1), match.group(2) or ""
    if datatype in _INTEGERS:
        return len(whole) > _INTEGER_DIGITS
    return len(whole) > _WHOLE_DIGITS or len(fraction) > _FRACTION_DIGITS
