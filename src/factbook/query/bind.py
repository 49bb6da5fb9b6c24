"""Put terms in the place of a query's parameters: always a whole RDF term, never text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factbook.query.filling import filled
from factbook.sparql.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pyoxigraph import Literal, NamedNode


def bind(text: str, terms: Mapping[str, NamedNode | Literal]) -> str:
    """Return the query with each of the variables replaced by its term.

    Args:
        text: A SPARQL query.
        terms: Variable names, without '?', and what stands for them.
    """
    return filled(pieces(text, terms), terms) if terms else text


def pieces(text: str, variables: Collection[str]) -> list[str]:
    """Split a query at some of its variables: text, variable, text, variable and so on, text.

    Args:
        text: A SPARQL query.
        variables: Their names, without '?'.
    """
    found = []
    begun = 0
    for token in tokens(text):
        if token.kind == "variable" and token.text[1:] in variables:
            found += [text[begun : token.start], token.text]
            begun = token.start + len(token.text)
    return [*found, text[begun:]]
