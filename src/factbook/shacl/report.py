"""The outcome of a SHACL validation, the same whichever engine did it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from factbook.rdf.terms import Term

SH = "http://www.w3.org/ns/shacl#"
VIOLATION = NamedNode(f"{SH}Violation")
WARNING = NamedNode(f"{SH}Warning")
INFO = NamedNode(f"{SH}Info")

# The operators of a path, named as SHACL's own properties are (`inversePath`, `zeroOrMorePath` …)
SEQUENCE = "sequence"
ALTERNATIVE = "alternative"
INVERSE = "inverse"
ZERO_OR_MORE = "zeroOrMore"
ONE_OR_MORE = "oneOrMore"
ZERO_OR_ONE = "zeroOrOne"
_SUFFIXES = {ZERO_OR_MORE: "*", ONE_OR_MORE: "+", ZERO_OR_ONE: "?"}


@dataclass(frozen=True)
class PathExpression:
    """A path that is more than one property: an operator and what it is applied to."""

    operator: str
    parts: tuple[Path, ...]

    def __str__(self) -> str:
        """Return the path as SPARQL writes it."""
        inner = [
            f"({part})" if isinstance(part, PathExpression) else str(part) for part in self.parts
        ]
        if self.operator == SEQUENCE:
            return "/".join(inner)
        if self.operator == ALTERNATIVE:
            return "|".join(inner)
        if self.operator == INVERSE:
            return f"^{inner[0]}"
        return inner[0] + _SUFFIXES[self.operator]


Path: TypeAlias = NamedNode | PathExpression
"""A property path (SHACL, section 2.3.1); `str` of it is the path in SPARQL, and canonical."""


@dataclass(frozen=True)
class Result:
    """One validation result (SHACL, section 3.6.2), with every term as the files spell it."""

    focus: Term
    source_shape: NamedNode | BlankNode
    component: NamedNode
    """The constraint component, `sh:MinCountConstraintComponent` and so on."""
    path: Path | None = None
    value: Term | None = None
    severity: NamedNode = VIOLATION
    messages: tuple[Literal, ...] = ()
    """The messages with their variables filled in, as the shape's author wrote them."""
    constraint: NamedNode | BlankNode | None = None
    """The `sh:SPARQLConstraint` behind the result, where it is one."""


@dataclass(frozen=True)
class Report:
    """What a validation found, and how it went about it."""

    results: tuple[Result, ...]
    notes: tuple[str, ...] = ()
    """What a reader should know, a line each: shapes handed to another engine, and why."""

    @property
    def conforms(self) -> bool:
        """Whether nothing was found, of whatever severity (SHACL, section 3.6.1)."""
        return not self.results


def in_order(results: Iterable[Result]) -> tuple[Result, ...]:
    """Return results by focus node, path, shape, component and value: the same in every run."""
    return tuple(sorted(results, key=_sort_key))


def _sort_key(result: Result) -> tuple[str, ...]:
    parts = (result.focus, result.path, result.source_shape, result.component, result.value)
    return tuple("" if part is None else str(part) for part in parts)
