"""Find out how an endpoint wants things said, by asking it about values that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.rdf.terms import XSD, to_sparql
from factbook.shacl.forms import Forms
from factbook.shacl.names import LANG_STRING
from factbook.store.answers import select

if TYPE_CHECKING:
    from factbook.rdf.terms import Term
    from factbook.store.answers import Engine

_STRING = f'FILTER(isLiteral(?o) && LANG(?o) = "" && DATATYPE(?o) = <{XSD}string>)'
_TAGGED = 'FILTER(isLiteral(?o) && LANG(?o) != "")'


def forms_of(engine: Engine) -> Forms:
    """Return the forms that an endpoint understands rightly.

    Raises:
        EndpointError: The endpoint failed.
    """
    binds_inside = _yields(
        engine, "?s ?p ?o .", "EXISTS { { BIND(?s AS ?x) } FILTER(sameTerm(?s, ?x)) }"
    ) and not _yields(
        engine, "?s ?p ?o .", "EXISTS { { BIND(?s AS ?x) } FILTER(!sameTerm(?s, ?x)) }"
    )
    return Forms(
        same_term=_holds(engine, _STRING, "sameTerm(?o, {})"),
        language_datatype=_holds(engine, _TAGGED, f"DATATYPE(?o) = <{LANG_STRING}>"),
        strict_order=_holds(engine, _STRING, "!COALESCE(?o > 0, ?o <= 0, false)"),
        binds_inside=binds_inside,
    )


def _holds(engine: Engine, like: str, test: str) -> bool:
    """Tell whether a test holds of a value that it must hold of; where there is none, it may."""
    rows = select(engine, f"SELECT ?s ?p ?o WHERE {{ ?s ?p ?o . {like} }} LIMIT 1")
    if not rows:
        return True
    subject, property_, value = rows[0]
    assert isinstance(value, Literal)  # noqa: S101 - asked for
    pattern = f"{_node(subject)} {_node(property_)} ?o ."
    return _yields(engine, pattern, test.format(to_sparql(value)))


def _yields(engine: Engine, pattern: str, test: str) -> bool:
    return bool(select(engine, f"SELECT ?o WHERE {{ {pattern} FILTER({test}) }} LIMIT 1"))


def _node(term: Term | None) -> str:
    """Return a node as a query can name it: a blank node as anything."""
    return to_sparql(term) if isinstance(term, NamedNode) else "?any"
