"""Compile shapes: one task for each constraint and each way that focus nodes come to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from factbook.shacl.constraint import FocusConstraint, ValueConstraint
from factbook.shacl.constraints.sparql import AskConstraint, SparqlConstraint
from factbook.shacl.forms import no
from factbook.shacl.lowering import CannotLowerError
from factbook.shacl.paths import is_open, properties_of
from factbook.shacl.prebinding import cuts_across, for_all, hangs_on_spelling, touches
from factbook.shacl.search import Asked, Rows, select
from factbook.shacl.targets import along, origin_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from factbook.shacl.constraint import Constraint
    from factbook.shacl.lowering import Lowering
    from factbook.shacl.querytext import Select
    from factbook.shacl.search import Search
    from factbook.shacl.shapes import Shape, Shapes
    from factbook.shacl.targets import Origin

ValueFrom = Literal["row", "focus", "nowhere"]


@dataclass(frozen=True)
class Task:
    """How to find the violations of one constraint."""

    shape: Shape
    constraint: Constraint
    text: str = ""
    """The SELECT that finds them all, or else the one that finds the focus nodes."""
    each: Select | None = None
    """The query to run for each focus node."""
    reason: str = ""
    """Why no SELECT finds them all, or why the constraint is left to the reference."""
    value: ValueFrom = "row"
    is_spelled: bool = True
    """Whether literals have to be as the files spell them."""

    @property
    def is_lowered(self) -> bool:
        """Whether the task can be done here at all."""
        return bool(self.text)


@dataclass(frozen=True)
class Compiler:
    """Turns shapes into tasks.

    Args:
        spelled: Writes queries about literals as the files spell them.
        stored: Writes queries about literals as the store has them.
        respelled: The properties with values for which that makes a difference.
    """

    spelled: Lowering
    stored: Lowering
    respelled: frozenset[str]

    def tasks(self, shapes: Shapes) -> Iterator[Task]:
        """Yield all tasks."""
        for shape in shapes.roots:
            origins = [origin_of(shape.targets, low) for low in (self.spelled, self.stored)]
            yield from self._below(shape, origins[0], origins[1])

    def _below(self, shape: Shape, spelled: Origin, stored: Origin) -> Iterator[Task]:
        """Yield the tasks of a shape and of the property shapes that it hands its values to."""
        if shape.is_deactivated:
            return
        for constraint in shape.constraints:
            yield from self._task(shape, constraint, spelled, stored)
        if shape.path is not None and shape.properties:
            spelled = along(spelled, shape.path, self.spelled)
            stored = along(stored, shape.path, self.stored)
        for node in shape.properties:
            yield from self._below(self.spelled.shapes[node], spelled, stored)

    def _task(
        self, shape: Shape, constraint: Constraint, spelled: Origin, stored: Origin
    ) -> Iterator[Task]:
        try:
            if isinstance(constraint, SparqlConstraint | AskConstraint):
                yield from self._from_shapes(shape, constraint, stored)
            else:
                yield from self._of_core(shape, constraint, spelled)
        except CannotLowerError as error:
            yield Task(shape, constraint, reason=str(error))

    def _of_core(self, shape: Shape, constraint: Constraint, origin: Origin) -> list[Task]:
        """Return the tasks of a constraint of SHACL Core, whatever it is made of."""
        self.spelled.queries.clear()
        found = list(_core(shape, constraint, origin, self.spelled))
        if any(touches(query.text, self.respelled) for query in self.spelled.queries):
            raise CannotLowerError("a query inside it reads literals that the store respells")
        return found

    def _from_shapes(
        self, shape: Shape, constraint: SparqlConstraint | AskConstraint, origin: Origin
    ) -> Iterator[Task]:
        """Yield the tasks of a constraint that is a query itself."""
        paths = set() if shape.path is None else {each.value for each in properties_of(shape.path)}
        query = constraint.query.text
        if hangs_on_spelling(query, self.respelled, also=bool(paths & self.respelled)):
            raise CannotLowerError("its query can notice that the store respells literals")
        if isinstance(constraint, AskConstraint):
            yield from _core(shape, constraint, origin, self.stored)
            return
        prepared = constraint.query.prepared(self.stored)
        value: ValueFrom = "row" if shape.path is not None else "focus"
        reason = cuts_across(prepared)
        if reason is None:
            text = for_all(prepared, origin.pattern, route=origin.route)
            yield Task(shape, constraint, text, value=value, is_spelled=False)
        else:
            columns = " ".join(("?this", *origin.route))
            text = f"SELECT {columns} WHERE {{ {origin.pattern} }}"
            yield Task(
                shape, constraint, text, each=prepared, reason=reason, value=value, is_spelled=False
            )


def _core(shape: Shape, constraint: Constraint, origin: Origin, low: Lowering) -> Iterator[Task]:
    is_spelled = not isinstance(constraint, AskConstraint)
    if isinstance(constraint, ValueConstraint):
        search = _of_values(shape, constraint, low)
        value: ValueFrom = "row" if shape.path is not None else "focus"
        text = select(search, origin, low.forms)
        yield Task(shape, constraint, text, value=value, is_spelled=is_spelled)
    elif isinstance(constraint, FocusConstraint):
        for each in constraint.searches(shape.path, low):
            if not isinstance(each, Asked):
                text = select(each, origin, low.forms)
                yield Task(shape, constraint, text, value=_value_of(each))


def _value_of(search: Search) -> ValueFrom:
    return "row" if isinstance(search, Rows) and "?value" in search.columns else "nowhere"


def _of_values(shape: Shape, constraint: ValueConstraint, low: Lowering) -> Rows:
    if shape.path is None:
        return Rows(("",), no(constraint.holds("?this", "?this", low)))
    open_ = is_open(shape.path)
    excluded = constraint.passing("?value", low) if open_ else None
    return Rows(
        low.ways(shape.path, "?this", "?value"),
        no(constraint.holds("?value", "?this", low)),
        ("?value",),
        is_open=open_,
        excluded=excluded,
    )
