"""Make literals of what somebody types for a parameter."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from factbook.errors import UsageError
from factbook.rdf.terms import XSD

# XML Schema 1.1 part 2: the lexical forms, and an example for the message
_LEXICAL = {
    "integer": (r"[+-]?[0-9]{1,18}", "12"),
    "decimal": (r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)", "1.5"),
    "boolean": (r"true|false|1|0", "true"),
    "date": (r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "2025-03-31"),
    "dateTime": (
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z?",
        "2025-03-31T12:00:00Z",
    ),
    "gYear": (r"[0-9]{4}", "2025"),
}


def literal_for(name: str, kind: str, value: str) -> Literal:
    """Return the literal of a parameter's kind for a value as somebody typed it.

    Args:
        name: The parameter's name.
        kind: Its kind, see `header.Parameter`; not 'iri'.
        value: What was typed.

    Raises:
        UsageError: The value is not of that kind.
    """
    kind, _, detail = kind.partition(":")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise UsageError(f"--{name}: {value!a} is not valid Unicode text")
    if kind == "lang":
        return Literal(value, language=detail)
    if kind == "text":
        return Literal(value)
    import re

    pattern, example = _LEXICAL[detail]
    if re.fullmatch(pattern, value, re.ASCII) is None or (
        detail.startswith("date") and not _in_calendar(value)
    ):
        raise UsageError(f"--{name}: {value!r} is not an xsd:{detail}; write it like {example}")
    return Literal(value, datatype=NamedNode(XSD + detail))


def _in_calendar(value: str) -> bool:
    from datetime import datetime

    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True
