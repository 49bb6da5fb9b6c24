"""How many values there are: plain and qualified counts (SHACL, sections 4.2 and 4.7.3)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, ClassVar

from factbook.shacl.constraint import FocusConstraint
from factbook.shacl.forms import every, no
from factbook.shacl.names import sh
from factbook.shacl.paths import is_open, is_step
from factbook.shacl.search import Tally

if TYPE_CHECKING:
    from collections.abc import Iterator

    from factbook.shacl.graph import ShapesGraph
    from factbook.shacl.lowering import Lowering
    from factbook.shacl.names import Node
    from factbook.shacl.report import Path
    from factbook.shacl.search import Search

_PAIRWISE = 3


@dataclass(frozen=True)
class _Count(FocusConstraint):
    least: int | None = None
    most: int | None = None

    def test(self, value: str, low: Lowering) -> str:  # noqa: ARG002 - qualified counts need them
        """Return what a value has to pass to be counted."""
        return "true"

    def holds_of(self, focus: str, path: Path | None, low: Lowering) -> str:
        """Return the test that a focus node has the right number of values."""
        tests = []
        if self.least is not None:
            tests.append(self._at_least(self.least, focus, path, low))
        if self.most is not None:
            tests.append(no(self._at_least(self.most + 1, focus, path, low)))
        return every(tests)

    def searches(self, path: Path | None, low: Lowering) -> tuple[Search, ...]:
        """Return what finds focus nodes with too few or too many values."""
        if not self.least and self.most is None:
            return ()
        value = low.fresh()
        return (
            Tally(
                low.ways(path, "?this", value),
                value,
                self.test(value, low),
                least=self.least,
                most=self.most,
                is_open=path is not None and is_open(path),
                is_set=path is not None and is_step(path),
                exists=low.some_value(path, "?this", value, self.test(value, low)),
            ),
        )

    def _at_least(self, number: int, focus: str, path: Path | None, low: Lowering) -> str:
        """Return the test that there are so many values that count.

        A few are told apart in pairs. More are counted in a sub-query that groups by the focus
        node: right whether or not the engine hands the focus node down into it.
        """
        if number == 0:
            return "true"
        if number == 1:
            value = low.fresh()
            return low.some_value(path, focus, value, self.test(value, low))
        if number > _PAIRWISE:
            value = low.fresh()
            body = f"{low.step(path, focus, value)} FILTER({self.test(value, low)})"
            having = f"HAVING(COUNT(DISTINCT {value}) >= {number})"
            return f"EXISTS {{ SELECT {focus} WHERE {{ {body} }} GROUP BY {focus} {having} }}"
        values = [low.fresh() for _ in range(number)]
        steps = " ".join(f"{{ {low.step(path, focus, value)} }}" for value in values)
        tests = every(
            [
                *(no(low.alike(one, other)) for one, other in combinations(values, 2)),
                *(self.test(value, low) for value in values),
            ]
        )
        return f"EXISTS {{ {steps} FILTER({tests}) }}"


@dataclass(frozen=True)
class MinCount(_Count):
    """sh:minCount."""

    name: ClassVar[str] = "MinCount"


@dataclass(frozen=True)
class MaxCount(_Count):
    """sh:maxCount."""

    name: ClassVar[str] = "MaxCount"


@dataclass(frozen=True)
class Qualified(_Count):
    """A count of those values that conform to a shape."""

    shape: Node | None = None
    rivals: tuple[Node, ...] = ()
    """The qualified shapes of siblings, which a counted value must not conform to."""

    def test(self, value: str, low: Lowering) -> str:
        """Return the test that a value conforms to the shape and to none of its rivals."""
        if self.shape is None:
            return "true"
        rivals = [no(low.conforms(each, value)) for each in self.rivals]
        return every([low.conforms(self.shape, value), *rivals])


@dataclass(frozen=True)
class QualifiedMinCount(Qualified):
    """sh:qualifiedMinCount."""

    name: ClassVar[str] = "QualifiedMinCount"


@dataclass(frozen=True)
class QualifiedMaxCount(Qualified):
    """sh:qualifiedMaxCount."""

    name: ClassVar[str] = "QualifiedMaxCount"


def read(graph: ShapesGraph, node: Node) -> Iterator[FocusConstraint]:
    """Yield the constraints of this family that a property shape states."""
    least = graph.count(node, sh("minCount"))
    if least is not None:
        yield MinCount(least=least)
    most = graph.count(node, sh("maxCount"))
    if most is not None:
        yield MaxCount(most=most)
    shape = graph.node(node, sh("qualifiedValueShape"))
    if shape is None:
        return
    rivals: tuple[Node, ...] = ()
    if graph.flag(node, sh("qualifiedValueShapesDisjoint")):
        rivals = tuple(_rivals(graph, node, shape))
    least = graph.count(node, sh("qualifiedMinCount"))
    if least is not None:
        yield QualifiedMinCount(least=least, shape=shape, rivals=rivals)
    most = graph.count(node, sh("qualifiedMaxCount"))
    if most is not None:
        yield QualifiedMaxCount(most=most, shape=shape, rivals=rivals)


def _rivals(graph: ShapesGraph, node: Node, shape: Node) -> list[Node]:
    """Return the qualified shapes of siblings: other property shapes of the same parents."""
    found: dict[Node, None] = {}
    for parent in graph.subjects(sh("property")):
        siblings = graph.objects(parent, sh("property"))
        if node not in siblings:
            continue
        for sibling in siblings:
            other = graph.node(sibling, sh("qualifiedValueShape"))
            if other is not None and other != shape:
                found[other] = None
    return list(found)
