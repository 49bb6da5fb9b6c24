"""Bind the variables of a query: replace them by terms, or add rows of terms in VALUES.

Values are always RDF terms, never text.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode

from factbook.rdf.terms import to_sparql
from factbook.sparql.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from factbook.rdf.terms import Term

_KEPT_TEXTS: Final = 256  # more than there are stored queries


def bind(text: str, terms: Mapping[str, NamedNode | Literal]) -> str:
    """Return a query with each of the variables replaced by its term.

    Args:
        text: The query.
        terms: Terms by the names of the variables, without '?'.
    """
    return replace_variables(text, {name: to_sparql(term) for name, term in terms.items()})


def replace_variables(text: str, forms: Mapping[str, str]) -> str:
    """Return a query with each of the variables replaced by a SPARQL expression.

    Args:
        text: The query.
        forms: Expressions by the names of the variables, without '?'.
    """
    if not forms:
        return text
    return "".join(forms.get(variable, piece) for piece, variable in _split(text))


@lru_cache(_KEPT_TEXTS)
def _split(text: str) -> tuple[tuple[str, str], ...]:
    """Return the pieces of a query, each with the name of its variable or an empty string."""
    pieces: list[tuple[str, str]] = []
    start = 0
    for token in tokens(text):
        if token.variable:
            pieces += [(text[start : token.start], ""), (token.text, token.variable)]
            start = token.start + len(token.text)
    return (*pieces, (text[start:], ""))


def bind_rows(text: str, names: Sequence[str], rows: Iterable[Sequence[Term | None]]) -> str:
    """Return a query restricted to some rows of values of its variables.

    Args:
        text: The query.
        names: The names of the variables, without '?'.
        rows: A term for each variable.
    """
    inside = _find_where(text)
    return f"{text[:inside]} {values_block(names, rows)}{text[inside:]}"


@lru_cache(_KEPT_TEXTS)
def _find_where(text: str) -> int:
    """Return the offset after the brace that opens the patterns of a query."""
    from factbook.sparql.tree import parse_query

    return parse_query(text).where.start + 1


def values_block(names: Sequence[str], rows: Iterable[Sequence[Term | None]]) -> str:
    """Return VALUES with rows of terms; blank nodes and missing terms are UNDEF."""
    variables = " ".join(f"?{name}" for name in names)
    lines = "".join(f" ({' '.join(map(_form, row))})" for row in rows)
    return f"VALUES ({variables}) {{{lines} }}"


def _form(term: Term | None) -> str:
    return to_sparql(term) if isinstance(term, NamedNode | Literal) else "UNDEF"
