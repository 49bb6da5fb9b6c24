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

from factbook.shacl.dialect import all_of, negate, union
from factbook.shacl.shapes_graph import sh

if TYPE_CHECKING:
    from pyoxigraph import NamedNode

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

    test: str
    path: Path | None = None
    """The path from the focus node to `value`."""
    value: str = ""
    """The variable for a value of the path; nothing if only the focus node is looked at."""
    others: str = ""
    """A further pattern, about the focus node and the value."""
    columns: tuple[str, ...] = ()
    """The variables of a row besides the focus node: `?value`, `?path`, what keeps rows apart."""
    is_enumerable: bool = False
    """Whether it is cheap to match the pattern without knowing `?this`."""

    def patterns(self, emitter: Emitter) -> list[str]:
        """Return alternative patterns that bind what the test needs, starting from `?this`."""
        if not self.value:
            return [self.others]
        steps = emitter.path_patterns(self.path, "?this", self.value)
        return [f"{step} {self.others}" for step in steps] if self.others else steps

    def is_violated(self, focus: str, emitter: Emitter) -> str:
        """Return the test that a focus node has a row."""
        test = f"EXISTS {{ {self.others} FILTER({self.test}) }}" if self.others else self.test
        return emitter.has_value(self.path, focus, self.value, test) if self.value else test


@dataclass(frozen=True)
class CountPlan:
    """Focus nodes with too few or too many values are violations."""

    patterns: list[str]
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


class FocusConstraint(Constraint, ABC):
    """A constraint on all value nodes of a focus node together; node shapes have no path."""

    @abstractmethod
    def test(self, focus: str, path: Path | None, emitter: Emitter) -> str:
        """Return the test that a focus node conforms; it is never an error."""

    @abstractmethod
    def plans(self, path: Path | None, emitter: Emitter) -> list[Plan]:
        """Return the plans that find the violations, with `?this` as the focus node."""


class RowConstraint(FocusConstraint, ABC):
    """A constraint of which each violation is a row, whether it is searched for or tested."""

    @abstractmethod
    def searches(
        self, focus: str, value: str, path: Path | None, emitter: Emitter
    ) -> list[RowPlan]:
        """Return what to search for; `value` is a variable for the value nodes."""

    def test(self, focus: str, path: Path | None, emitter: Emitter) -> str:
        """Return the test that no search finds anything for a focus node."""
        searches = self.searches(focus, emitter.new_variable(), path, emitter)
        return all_of([negate(each.is_violated(focus, emitter)) for each in searches])

    def plans(self, path: Path | None, emitter: Emitter) -> list[Plan]:
        """Return the searches."""
        return [*self.searches("?this", "?value", path, emitter)]


def to_select(plan: Plan, focus: FocusNodes, emitter: Emitter) -> str:
    """Return the SELECT that finds all violations of one constraint."""
    columns = ["?this", *focus.route]
    patterns = plan.patterns(emitter) if isinstance(plan, RowPlan) else plan.patterns
    from_values = (
        emitter.dialect.prefers_values_first
        and plan.is_enumerable
        and focus.test is not None
        and not focus.is_listed
        and len(patterns) == 1
    )
    if isinstance(plan, RowPlan):
        columns += plan.columns
        body = _rows(plan, focus, patterns, from_values=from_values)
    elif plan.most is None:
        body = _too_few(plan, focus, from_values=from_values)
    else:
        body = _too_many(plan, focus, from_values=from_values)
    return f"SELECT DISTINCT {' '.join(columns)} WHERE {{ {body} }}"


def _rows(plan: RowPlan, focus: FocusNodes, patterns: list[str], *, from_values: bool) -> str:
    if not from_values:
        return union([f"{focus.pattern} {pattern} FILTER({plan.test})" for pattern in patterns])
    return f"{patterns[0]} FILTER(IF({plan.test}, {focus.test}, false))"


def _too_many(plan: CountPlan, focus: FocusNodes, *, from_values: bool) -> str:
    if from_values:
        body = plan.patterns[0] + _filter(plan.test)
        count = f"SELECT ?this ({_count(plan)} AS ?count)"
        grouped = f"{{ {count} WHERE {{ {body} }} GROUP BY ?this }}"
        return f"{grouped} FILTER(IF(?count > {plan.most}, {focus.test}, false))"
    patterns = [f"{focus.pattern} {pattern}{_filter(plan.test)}" for pattern in plan.patterns]
    return f"{_grouped_count(plan, focus, patterns)} FILTER(?count > {plan.most})"


def _too_few(plan: CountPlan, focus: FocusNodes, *, from_values: bool) -> str:
    if from_values:
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
