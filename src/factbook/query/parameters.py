"""Parse the values of a query's parameters into RDF terms."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.errors import UsageError, did_you_mean
from factbook.rdf.terms import XSD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from factbook.book import Book
    from factbook.query.stored_queries import Parameter, StoredQuery


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


def parse_values(
    query: StoredQuery, values: Mapping[str, str], book: Book
) -> dict[str, NamedNode | Literal]:
    """Return the terms for a query's variables, by their names.

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
    terms: dict[str, NamedNode | Literal] = {}
    for parameter in query.parameters:
        value = values.get(parameter.name, parameter.default)
        if value is None:
            if parameter.required:
                raise UsageError(
                    f"Query '{query.name}' needs --{parameter.name}: "
                    f"{parameter.doc or parameter.kind}"
                )
        else:
            terms[parameter.variable] = parse_value(parameter, value, book)
    return terms


def parse_value(parameter: Parameter, value: str, book: Book) -> NamedNode | Literal:
    """Return the term of a parameter's kind for a value.

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
    """Return the literal of a parameter's kind for a value.

    Args:
        name: The parameter's name.
        kind: Its kind, see `stored_queries.Parameter`; not 'iri'.
        value: The value as the user typed it.

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
