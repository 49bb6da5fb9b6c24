"""Parse the values of a query's parameters into RDF terms."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from pyoxigraph import Literal, NamedNode

from factbook.errors import UsageError, did_you_mean
from factbook.rdf.terms import XSD, require_unicode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from factbook.book import Book
    from factbook.query.stored_queries import Parameter, StoredQuery

Value: TypeAlias = str | int | float | Decimal | date | NamedNode
"""A Python value for a parameter."""
Values: TypeAlias = "Mapping[str, Value | Iterable[Value] | None]"
"""Values by parameter name; several values of one parameter mean any of them."""

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


JSON_TYPES: Mapping[str, dict[str, Any]] = {
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "dateTime": {"type": "string", "format": "date-time"},
    "gYear": {"type": "string", "pattern": "^[0-9]{4}$"},
}
"""The JSON Schema of the values of each datatype."""
_FROM_TEXT: Mapping[str, Callable[[str], Any]] = {
    "integer": int,
    "number": float,
    "boolean": {"true": True, "1": True, "false": False, "0": False}.get,
}


def describe_parameter(parameter: Parameter) -> dict[str, Any]:
    """Return the JSON Schema of one value of a parameter."""
    schema = dict(JSON_TYPES.get(parameter.kind.removeprefix("xsd:"), {"type": "string"}))
    docs = [parameter.doc]
    if parameter.kind == "iri":
        docs.append(f"An IRI, a CURIE or any name of a {parameter.type_curie or 'thing'}.")
    schema["description"] = " ".join(f"{part.rstrip('.')}." for part in docs if part)
    if parameter.default is not None:
        schema["default"] = _FROM_TEXT.get(schema["type"], str)(parameter.default)
    return schema


def parse_values(
    query: StoredQuery, values: Values, book: Book
) -> dict[str, tuple[NamedNode | Literal, ...]]:
    """Return the terms of a query's variables by name; several terms mean any of them.

    Args:
        query: The query.
        values: The values given, by the names of the parameters.
        book: The book in which names are looked up; opened only if a value is a name.

    Raises:
        UsageError: A parameter is missing or unknown, or its value does not fit.
    """
    known = {parameter.name for parameter in query.parameters}
    for name in values:
        if name not in known:
            takes = f"it has --{', --'.join(sorted(known))}" if known else "it has none"
            raise UsageError(
                f"Query '{query.name}' has no parameter --{name}; {takes}."
                f"{did_you_mean(name, known)}"
            )
    terms: dict[str, tuple[NamedNode | Literal, ...]] = {}
    for parameter in query.parameters:
        texts = _texts(values.get(parameter.name, parameter.default))
        parsed = tuple(dict.fromkeys(parse_value(parameter, text, book) for text in texts))
        if parsed:
            terms[parameter.variable] = parsed
        elif parameter.required:
            raise UsageError(
                f"Query '{query.name}' needs --{parameter.name}: {parameter.doc or parameter.kind}"
            )
        if len(parsed) > 1 and not takes_several(query, parameter):
            raise UsageError(f"--{parameter.name} takes one value, not {len(parsed)}")
    return terms


def takes_several(query: StoredQuery, parameter: Parameter) -> bool:
    """Tell whether a parameter takes several values.

    The query runs once for each value of a required parameter, which must be a thing or a text. An
    optional parameter must not be compared or computed with, as a day is.
    """
    if parameter.required:
        return not parameter.kind.startswith("xsd:")
    from factbook.sparql.alternatives import OneTermOnlyError, bind_any

    example = Literal("") if parameter.kind != "iri" else NamedNode("urn:x")
    try:
        bind_any(query.text, parameter.variable, [example])
    except OneTermOnlyError:
        return False
    return True


def _texts(given: Value | Iterable[Value] | None) -> list[str]:
    """Return the values of a parameter as a user would type them."""
    if given is None:
        return []
    return [_text(value) for value in ([given] if isinstance(given, Value) else given)]


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, NamedNode):
        return value.value
    return value if isinstance(value, str) else f"{Decimal(str(value)):f}"


def parse_value(parameter: Parameter, value: str, book: Book) -> NamedNode | Literal:
    """Return the term for a value of a parameter.

    Raises:
        UsageError: The value does not fit.
    """
    if parameter.kind != "iri":
        return parse_literal(parameter.name, parameter.kind, value)
    from factbook.query.names import Names

    return Names.of(book).lookup_one(
        value, type_curie=parameter.type_curie, option=f"--{parameter.name}"
    )


def parse_literal(name: str, kind: str, value: str) -> Literal:
    """Return the literal for a value of a parameter.

    Args:
        name: The parameter's name.
        kind: Its kind, see `stored_queries.Parameter`; not 'iri'.
        value: The value as the user typed it.

    Raises:
        UsageError: The value is not of that kind.
    """
    kind, _, detail = kind.partition(":")
    require_unicode(value, f"--{name}")
    if kind == "lang":
        return Literal(value, language=detail)
    if kind == "text":
        return Literal(value)
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
