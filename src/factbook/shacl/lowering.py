"""Write paths, and the conditions under which a node conforms to a shape, as SPARQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factbook.shacl.forms import every, no, some
from factbook.shacl.paths import is_nullable
from factbook.shacl.report import SEQUENCE, PathExpression
from factbook.shacl.writer import CannotLowerError, Writer

if TYPE_CHECKING:
    from factbook.shacl.classes import Classes
    from factbook.shacl.forms import Forms, View
    from factbook.shacl.names import Node
    from factbook.shacl.regexes import Regexes
    from factbook.shacl.report import Path
    from factbook.shacl.shapes import Shapes

_DEEPEST = 24
_MOST_SHAPES = 2000


class Lowering(Writer):
    """A writer that knows the shapes."""

    def __init__(  # noqa: PLR0913 - what a query depends on, and nothing else
        self,
        shapes: Shapes,
        *,
        forms: Forms,
        classes: Classes,
        regexes: Regexes,
        properties: frozenset[str] | None,
        view: View,
        is_local: bool,
    ) -> None:
        super().__init__(
            forms=forms,
            classes=classes,
            regexes=regexes,
            properties=properties,
            view=view,
            is_local=is_local,
        )
        self.shapes = shapes
        self._depth = 0
        self._written = 0

    def ways(self, path: Path | None, start: str, end: str) -> tuple[str, ...]:
        """Return the patterns by which a path leads from one variable to another.

        A path that may be of no length needs a pattern of its own for that: whether an engine finds
        a node from itself depends on what else it knows of the node (SPARQL 1.1, section 9.3).
        """
        if path is None:
            return (f"BIND({start} AS {end})",)
        step = f"{start} {path} {end} ."
        return (step, f"BIND({start} AS {end})") if is_nullable(path) else (step,)

    def step(self, path: Path | None, start: str, end: str) -> str:
        """Return the pattern for a path inside EXISTS, where the start is known."""
        ways = self.ways(path, start, end)
        if len(ways) > 1 and not self.forms.binds_inside:
            raise CannotLowerError("the endpoint does not find a node from itself inside EXISTS")
        return ways[0] if len(ways) == 1 else " UNION ".join(f"{{ {way} }}" for way in ways)

    def some_value(self, path: Path | None, start: str, end: str, test: str) -> str:
        """Return the test that a path leads from a node to one that passes a test of `end`.

        A sequence is followed from node to node, one EXISTS inside the other: engines plan the
        patterns of one EXISTS without knowing that its start is a single node.
        """
        if isinstance(path, PathExpression) and path.operator == SEQUENCE:
            first, *others = path.parts
            rest = PathExpression(SEQUENCE, tuple(others)) if len(others) > 1 else others[0]
            middle = self.fresh()
            return self.some_value(first, start, middle, self.some_value(rest, middle, end, test))
        if path is not None and is_nullable(path) and not self.forms.binds_inside:
            step, here = f"{start} {path} {end} .", self.renamed(test, end, start)
            return some([here, f"EXISTS {{ {step} FILTER({test}) }}"])
        step = self.step(path, start, end)
        if test == "true":
            return f"EXISTS {{ {step} }}"
        group = step if step.endswith(".") else f"{{ {step} }}"
        return f"EXISTS {{ {group} FILTER({test}) }}"

    def leads(self, path: Path | None, start: str, end: str) -> str:
        """Return the test that a path leads from one bound variable to another."""
        if path is None:
            return self.alike(start, end)
        step = f"EXISTS {{ {start} {path} {end} . }}"
        return some([self.alike(start, end), step]) if is_nullable(path) else step

    # Shapes inside shapes

    def conforms(self, node: Node, value: str) -> str:
        """Return the test that a node conforms to a shape.

        Raises:
            CannotLowerError: Shapes are nested deeper than engines can follow.
        """
        shape = self.shapes[node]
        if shape.is_deactivated:
            return "true"
        self._written = self._written + 1 if self._depth else 1
        self._depth += 1
        try:
            if self._depth > _DEEPEST:
                raise CannotLowerError(f"shapes are nested more than {_DEEPEST} deep")
            if self._written > _MOST_SHAPES:
                raise CannotLowerError(f"it is made of more than {_MOST_SHAPES} shapes")
            if shape.path is None:
                return every(self._tests(node, value, value) + self._overall(node, value))
            inner = self.fresh()
            tests = every(self._tests(node, inner, value))
            overall = self._overall(node, value)
            if tests == "true":
                return every(overall)
            return every([no(self.some_value(shape.path, value, inner, no(tests))), *overall])
        finally:
            self._depth -= 1

    def conforming(self, node: Node, value: str) -> str | None:
        """Return a pattern for all nodes that conform to a shape, where it is one simple set."""
        shape = self.shapes[node]
        if shape.path is not None or shape.is_deactivated or shape.properties or shape.of_focus:
            return None
        return shape.of_values[0].passing(value, self) if len(shape.of_values) == 1 else None

    def _tests(self, node: Node, value: str, focus: str) -> list[str]:
        """Return what has to hold of a value node."""
        shape = self.shapes[node]
        return [
            *(each.holds(value, focus, self) for each in shape.of_values),
            *(self.conforms(each, value) for each in shape.properties),
        ]

    def _overall(self, node: Node, focus: str) -> list[str]:
        """Return what has to hold of all value nodes together."""
        shape = self.shapes[node]
        return [each.holds_of(focus, shape.path, self) for each in shape.of_focus]
