"""Put terms in the place of a query's parameters: always a whole RDF term, never text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.errors import UsageError
from factbook.rdf.terms import XSD, to_sparql

if TYPE_CHECKING:
    from collections.abc import Mapping

    from factbook.query.header import Parameter

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


def bind(text: str, terms: Mapping[str, NamedNode | Literal]) -> str:
    """Return the query with each of the variables replaced by its term.

    Args:
        text: A SPARQL query.
        terms: Variable names, without '?', and what stands for them.
    """
    if not terms:
        return text
    from factbook.sparql.tokens import tokens

    forms = {variable: to_sparql(term) for variable, term in terms.items()}
    return "".join(
        forms.get(token.text[1:], token.text) if token.kind == "variable" else token.text
        for token in tokens(text)
    )


def literal_for(parameter: Parameter, value: str) -> Literal:
    """Return the literal of a parameter's kind for a value as somebody typed it.

    Raises:
        UsageError: The value is not of that kind.
    """
    kind, _, detail = parameter.kind.partition(":")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise UsageError(f"--{parameter.name}: {value!a} is not valid Unicode text")
    if kind == "lang":
        return Literal(value, language=detail)
    if kind == "text":
        return Literal(value)
    pattern, example = _LEXICAL[detail]
    if re.fullmatch(pattern, value, re.ASCII) is None or (
        detail.startswith("date") and not _in_calendar(value)
    ):
        raise UsageError(
            f"--{parameter.name}: {value!r} is not an xsd:{detail}; write it like {example}"
        )
    return Literal(value, datatype=NamedNode(XSD + detail))


def _in_calendar(value: str) -> bool:
    from datetime import datetime

    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True
