"""The dialect of a SPARQL engine: how to write tests that it evaluates correctly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias
from typing import Literal as OneOf

from pyoxigraph import Literal, NamedNode

from factbook.rdf.terms import XSD, to_sparql
from factbook.shacl.shapes_graph import LANG_STRING
from factbook.store.answers import select

if TYPE_CHECKING:
    from factbook.rdf.terms import Term
    from factbook.store.answers import Engine

View: TypeAlias = OneOf["plain", "encoded", "stored"]
"""The part of the data that a query reads: see `data_graph`."""
VIEWS: tuple[View, ...] = ("plain", "encoded", "stored")

_STRING = f'FILTER(isLiteral(?o) && LANG(?o) = "" && DATATYPE(?o) = <{XSD}string>)'
_TAGGED = 'FILTER(isLiteral(?o) && LANG(?o) != "")'
_BIND_INSIDE = "EXISTS {{ {{ BIND(?s AS ?x) }} FILTER({}sameTerm(?s, ?x)) }}"


@dataclass(frozen=True)
class Dialect:
    """The choices that the quirks of one engine require."""

    prefers_values_first: bool = False
    """Whether it is faster to find bad values first, and then whether their subject is in focus."""
    has_term_equality: bool = True
    """Whether `sameTerm` holds between equal strings."""
    has_lang_string: bool = True
    """Whether DATATYPE of a literal with a language is rdf:langString."""
    has_strict_order: bool = True
    """Whether comparing a text with a number, or a year with a date, is an error."""
    binds_in_exists: bool = True
    """Whether BIND in a group inside EXISTS sees the variables outside."""


EMBEDDED = Dialect(prefers_values_first=True)


def probe_dialect(engine: Engine) -> Dialect:
    """Return the dialect of an endpoint, detected with test queries.

    Raises:
        EndpointError: The endpoint failed.
    """
    same, different = _BIND_INSIDE.format(""), _BIND_INSIDE.format("!")
    return Dialect(
        has_term_equality=_holds(engine, _STRING, "sameTerm(?o, {})"),
        has_lang_string=_holds(engine, _TAGGED, f"DATATYPE(?o) = <{LANG_STRING}>"),
        has_strict_order=_holds(engine, _STRING, "!COALESCE(?o > 0, ?o <= 0, false)"),
        binds_in_exists=_has_rows(engine, "?s ?p ?o .", same)
        and not _has_rows(engine, "?s ?p ?o .", different),
    )


def _holds(engine: Engine, condition: str, test: str) -> bool:
    """Tell whether a test that must be true is true, of a value that meets the condition."""
    rows = select(engine, f"SELECT ?s ?p ?o WHERE {{ ?s ?p ?o . {condition} }} LIMIT 1")
    if not rows:
        return True
    subject, property_, value = rows[0]
    assert isinstance(value, Literal)  # noqa: S101 - by the condition
    pattern = f"{_node(subject)} {_node(property_)} ?o ."
    return _has_rows(engine, pattern, test.format(to_sparql(value)))


def _has_rows(engine: Engine, pattern: str, test: str) -> bool:
    return bool(select(engine, f"SELECT ?o WHERE {{ {pattern} FILTER({test}) }} LIMIT 1"))


def _node(term: Term | None) -> str:
    """Return a node as a query can name it: a blank node becomes a variable."""
    return to_sparql(term) if isinstance(term, NamedNode) else "?any"


def all_of(tests: list[str]) -> str:
    """Return the test that all of some tests hold."""
    return _join(tests, "&&", "true")


def any_of(tests: list[str]) -> str:
    """Return the test that one of some tests holds."""
    return _join(tests, "||", "false")


def negate(test: str) -> str:
    """Return the test that a test does not hold."""
    if test in {"true", "false"}:
        return "false" if test == "true" else "true"
    if test.startswith("!") and test[1:].startswith(("EXISTS", "COALESCE", "sameTerm")):
        return test[1:]
    return f"!{test}" if test.startswith(("EXISTS", "COALESCE", "sameTerm")) else f"!({test})"


def safe(test: str) -> str:
    """Return a test that is false where the given one is an error."""
    return f"COALESCE({test}, false)"


def union(patterns: list[str]) -> str:
    """Return the pattern that matches where one of some patterns does."""
    if len(patterns) == 1:
        return patterns[0]
    return " UNION ".join(f"{{ {pattern} }}" for pattern in patterns)


def _join(tests: list[str], operator: str, empty: str) -> str:
    """Join tests as a balanced tree: a long chain overflows the stack of some engines."""
    wanted = list(dict.fromkeys(test for test in tests if test != empty))
    if not wanted:
        return empty
    while len(wanted) > 1:
        pairs = zip(wanted[::2], wanted[1::2], strict=False)
        joined = [f"({first} {operator} {second})" for first, second in pairs]
        wanted = joined + wanted[len(joined) * 2 :]
    return wanted[0]
