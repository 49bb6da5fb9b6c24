"""Plans: what to search for to find the violations of a constraint, and the SELECT for it.

A SELECT finds all violations at once, in one of two directions. From the focus nodes: bind `?this`,
follow the path, test the value. Or from the values, if the engine prefers that: scan all values of
the property, and ask only of those that fail whether their subject is a focus node. Violations are
rare, so the second does one scan where the first does a look-up for each focus node. Engines tend
to evaluate EXISTS before a cheaper test; inside IF they cannot.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from factbook.shacl.dialect import negate, union
from factbook.shacl.shapes_graph import sh

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyoxigraph import NamedNode

    from factbook.shacl.dialect import Dialect
    from factbook.shacl.emitter import Emitter
    from factbook.shacl.paths import Path
    from factbook.shacl.shapes_graph import Node


@dataclass(frozen=True)
class FocusNodes:
    """The focus nodes of a shape, bound as `?this`."""

    pattern: str
    """Binds `?this`, each focus node once for each route to it."""
    test: str | None
    """The test that `?this` is a focus node, where one node can be tested alone."""
    route: tuple[str, ...] = ()
    """Further variables, which tell the routes to a focus node apart."""
    is_listed: bool = False
    """Whether the focus nodes are named one by one: few, and not to be searched for."""


@dataclass(frozen=True)
class RowPlan:
    """Each row that passes a test is a violation."""

    patterns: Sequence[str]
    """Alternative patterns that bind what the test needs, starting from `?this`."""
    test: str
    columns: tuple[str, ...] = ()
    """The variables of a row besides the focus node: `?value`, `?path`, what keeps rows apart."""
    is_enumerable: bool = False
    """Whether it is cheap to match the pattern without knowing `?this`."""
    excluded: str | None = None
    """A pattern for the values that conform, where they are a set: the complement of the test."""


@dataclass(frozen=True)
class CountPlan:
    """Focus nodes with too few or too many values are violations."""

    patterns: Sequence[str]
    """Alternative patterns that lead from `?this` to `counted`."""
    counted: str
    test: str = "true"
    least: int | None = None
    most: int | None = None
    is_enumerable: bool = False
    is_distinct: bool = False
    """Whether the pattern finds each value once."""
    exists: str = ""
    """The test that `?this` has a value that counts."""


Plan: TypeAlias = RowPlan | CountPlan


@dataclass(frozen=True)
class Constraint:
    """A constraint of one shape."""

    name: str

    @property
    def component(self) -> NamedNode:
        """The constraint component, as reports name it."""
        return sh(f"{self.name}ConstraintComponent")

    @property
    def parameter(self) -> str:
        """The parameter of SHACL that the constraint comes from."""
        return self.name[:1].lower() + self.name[1:]

    @property
    def shapes(self) -> tuple[Node, ...]:
        """The shapes that the constraint refers to."""
        return ()


class ValueConstraint(Constraint, ABC):
    """A constraint that each value node meets or violates by itself."""

    @abstractmethod
    def test(self, value: str, focus: str, emitter: Emitter) -> str:
        """Return the test that a value node conforms; it is never an error."""

    def conforming(self, value: str, emitter: Emitter) -> str | None:  # noqa: ARG002 - for overrides
        """Return a pattern for all nodes that conform, where they are a set to name."""
        return None


class FocusConstraint(Constraint, ABC):
    """A constraint on all value nodes of a focus node together; node shapes have no path."""

    @abstractmethod
    def test(self, focus: str, path: Path | None, emitter: Emitter) -> str:
        """Return the test that a focus node conforms; it is never an error."""

    @abstractmethod
    def plans(self, path: Path | None, emitter: Emitter) -> list[Plan]:
        """Return the plans that find the violations, with `?this` as the focus node."""


def to_select(plan: RowPlan | CountPlan, focus: FocusNodes, dialect: Dialect) -> str:
    """Return the SELECT that finds all violations of one constraint."""
    columns = ["?this", *focus.route]
    if isinstance(plan, RowPlan):
        columns += plan.columns
        body = _rows(plan, focus, dialect)
    elif plan.most is None:
        body = _too_few(plan, focus, dialect)
    else:
        body = _too_many(plan, focus, dialect)
    return f"SELECT DISTINCT {' '.join(columns)} WHERE {{ {body} }}"


def _starts_from_values(plan: RowPlan | CountPlan, focus: FocusNodes, dialect: Dialect) -> bool:
    return (
        dialect.prefers_values_first
        and plan.is_enumerable
        and focus.test is not None
        and not focus.is_listed
        and len(plan.patterns) == 1
    )


def _rows(plan: RowPlan, focus: FocusNodes, dialect: Dialect) -> str:
    if not _starts_from_values(plan, focus, dialect):
        return union(
            [f"{focus.pattern} {pattern} FILTER({plan.test})" for pattern in plan.patterns]
        )
    pattern = plan.patterns[0]
    if plan.excluded is None:
        return f"{pattern} FILTER(IF({plan.test}, {focus.test}, false))"
    columns = " ".join(("?this", *plan.columns))
    found = f"{pattern} MINUS {{ SELECT ?value WHERE {{ {plan.excluded} }} }}"
    return f"{{ SELECT {columns} WHERE {{ {found} }} }} {focus.pattern}"


def _too_many(plan: CountPlan, focus: FocusNodes, dialect: Dialect) -> str:
    if _starts_from_values(plan, focus, dialect):
        body = plan.patterns[0] + _filter(plan.test)
        count = f"SELECT ?this ({_count(plan)} AS ?count)"
        grouped = f"{{ {count} WHERE {{ {body} }} GROUP BY ?this }}"
        return f"{grouped} FILTER(IF(?count > {plan.most}, {focus.test}, false))"
    patterns = [f"{focus.pattern} {pattern}{_filter(plan.test)}" for pattern in plan.patterns]
    return f"{_grouped_count(plan, focus, patterns)} FILTER(?count > {plan.most})"


def _too_few(plan: CountPlan, focus: FocusNodes, dialect: Dialect) -> str:
    if _starts_from_values(plan, focus, dialect):
        body = plan.patterns[0] + _filter(plan.test)
        having = (
            "" if plan.least == 1 else f" GROUP BY ?this HAVING({_count(plan)} >= {plan.least})"
        )
        return f"{focus.pattern} MINUS {{ SELECT ?this WHERE {{ {body} }}{having} }}"
    if plan.least == 1:
        return f"{focus.pattern} FILTER({negate(plan.exists)})"
    first, *others = (pattern + _filter(plan.test) for pattern in plan.patterns)
    patterns = [f"{focus.pattern} OPTIONAL {{ {first} }}"]
    patterns += [f"{focus.pattern} {other}" for other in others]
    return f"{_grouped_count(plan, focus, patterns)} FILTER(?count < {plan.least})"


def _grouped_count(plan: CountPlan, focus: FocusNodes, patterns: list[str]) -> str:
    columns = " ".join(("?this", *focus.route))
    count = f"SELECT {columns} (COUNT(DISTINCT {plan.counted}) AS ?count)"
    return f"{{ {count} WHERE {{ {union(patterns)} }} GROUP BY {columns} }}"


def _count(plan: CountPlan) -> str:
    return f"COUNT({'' if plan.is_distinct else 'DISTINCT '}{plan.counted})"


def _filter(test: str) -> str:
    return "" if test == "true" else f" FILTER({test})"
