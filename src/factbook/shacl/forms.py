"""How an engine wants things said: SPARQL is one language with several dialects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

View: TypeAlias = Literal["plain", "spelled", "stored"]
"""What a query is run on: only what no store rewrites, or with the rest in either spelling."""
VIEWS: tuple[View, ...] = ("plain", "spelled", "stored")


@dataclass(frozen=True)
class Forms:
    """The choices that one engine's quirks leave."""

    values_first: bool = False
    """Whether it pays to look for bad values first and to ask then whether they matter."""
    same_term: bool = True
    """Whether `sameTerm` holds between equal strings."""
    language_datatype: bool = True
    """Whether DATATYPE of a literal with a language is rdf:langString."""
    strict_order: bool = True
    """Whether comparing a text with a number, or a year with a date, is an error."""
    binds_inside: bool = True
    """Whether BIND in a group inside EXISTS sees the variables outside."""


EMBEDDED = Forms(values_first=True)


def every(tests: list[str]) -> str:
    """Return the test that all of some tests hold."""
    return _chain(tests, "&&", "true")


def some(tests: list[str]) -> str:
    """Return the test that one of some tests holds."""
    return _chain(tests, "||", "false")


def no(test: str) -> str:
    """Return the test that a test does not hold."""
    if test in {"true", "false"}:
        return "false" if test == "true" else "true"
    if test.startswith("!") and test[1:].startswith(("EXISTS", "COALESCE", "sameTerm")):
        return test[1:]
    return f"!{test}" if test.startswith(("EXISTS", "COALESCE", "sameTerm")) else f"!({test})"


def sure(test: str) -> str:
    """Return a test that is false where the given one is an error."""
    return f"COALESCE({test}, false)"


def _chain(tests: list[str], operator: str, empty: str) -> str:
    """Join tests as a tree: engines recurse along a chain, and long ones break their stack."""
    wanted = list(dict.fromkeys(test for test in tests if test != empty))
    if not wanted:
        return empty
    while len(wanted) > 1:
        pairs = zip(wanted[::2], wanted[1::2], strict=False)
        joined = [f"({first} {operator} {second})" for first, second in pairs]
        wanted = joined + wanted[len(joined) * 2 :]
    return wanted[0]
