"""Bind the parameters of a query: replace a variable by an RDF term, never by text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factbook.rdf.terms import to_sparql
from factbook.sparql.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyoxigraph import Literal, NamedNode


def bind(text: str, terms: Mapping[str, NamedNode | Literal]) -> str:
    """Return the query with each of the variables replaced by its term.

    Args:
        text: A SPARQL query.
        terms: Terms by the names of the variables, without '?'.
    """
    if not terms:
        return text
    forms = {name: to_sparql(term) for name, term in terms.items()}
    return "".join(
        forms.get(token.text[1:], token.text) if token.kind == "variable" else token.text
        for token in tokens(text)
    )
