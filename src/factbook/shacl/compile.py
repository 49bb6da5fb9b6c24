"""Compile shapes: one task for each constraint and each way that focus nodes come to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from factbook.shacl.constraint import FocusConstraint, ValueConstraint
from factbook.shacl.constraints.sparql import AskConstraint, SparqlConstraint
from factbook.shacl.forms import no
from factbook.shacl.paths import is_open, properties_of
from factbook.shacl.prebinding import cuts_across, for_all
from factbook.shacl.search import Asked, Rows, select
from factbook.shacl.sensitivity import hangs_on_spelling, touches
from factbook.shacl.targets import along, origin_of
from factbook.shacl.writer import CannotLowerError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from factbook.shacl.constraint import Constraint
    from factbook.shacl.forms import View
    from factbook.shacl.lowering import Lowering
    from factbook.shacl.querytext import Select
    from factbook.shacl.search import Search
    from factbook.shacl.shapes import Shape, Shapes
    from factbook.shacl.targets import Origin

ValueFrom = Literal["row", "focus", "nowhere"]


@dataclass(frozen=True)
class Task:
    """How to find the violations of one constraint."""

    root: Shape
    """The shape with the targets that the search starts from."""
    shape: Shape
    constraint: Constraint
    text: str = ""
    """The SELECT that finds them all, or else the one that finds the focus nodes."""
    each: Select | None = None
    """The query to run for each focus node."""
    reason: str = ""
    """Why no SELECT finds them all, or why the constraint is left to the reference."""
    value: ValueFrom = "row"
    view: View = "plain"
    """What the query is run on."""

    @property
    def is_lowered(self) -> bool:
        """Whether the task can be done here at all."""
        return bool(self.text)


Origins = Mapping["View", "Origin"]


@dataclass(frozen=True)
class Use:
    """A shape, as it is reached from one with targets."""

    root: Shape
    shape: Shape


@dataclass(frozen=True)
class Compiler:
    """Turns shapes into tasks.

    Args:
        lowerings: What writes queries, for each view.
        respelled: The properties with values that the store rewrites.
        all_spelled: Whether such literals turn up elsewhere too, so that every query minds them.
    """

    lowerings: Mapping[View, Lowering]
    respelled: frozenset[str]
    all_spelled: bool

    def tasks(self, shapes: Shapes) -> Iterator[Task]:
        """Yield all tasks."""
        for shape in shapes.roots:
            origins = {view: origin_of(shape.targets, low) for view, low in self.lowerings.items()}
            yield from self._below(shapes, Use(shape, shape), origins)

    def _below(self, shapes: Shapes, use: Use, origins: Origins) -> Iterator[Task]:
        """Yield the tasks of a shape and of the property shapes that it hands its values to."""
        shape = use.shape
        if shape.is_deactivated:
            return
        for constraint in shape.constraints:
            try:
                if isinstance(constraint, SparqlConstraint | AskConstraint):
                    yield from self._query(use, constraint, origins["stored"])
                else:
                    yield from self._core(use, constraint, origins)
            except CannotLowerError as error:
                yield Task(use.root, shape, constraint, reason=str(error))
        if shape.path is not None and shape.properties:
            origins = {
                view: along(origin, shape.path, self.lowerings[view])
                for view, origin in origins.items()
            }
        for node in shape.properties:
            yield from self._below(shapes, Use(use.root, shapes[node]), origins)

    def _core(self, use: Use, constraint: Constraint, origins: Origins) -> list[Task]:
        """Return the tasks of a constraint of SHACL Core, whatever it is made of."""
        if not self.all_spelled:
            low = self.lowerings["plain"]
            low.queries.clear()
            low.reads_everything = False
            found = list(_tasks(use, constraint, origins["plain"], low, view="plain"))
            if not self.respelled:
                return found
            if any(touches(query.text, self.respelled) for query in low.queries):
                raise CannotLowerError("a query inside it reads literals that the store respells")
            if not low.reads_everything and not self._reads_respelled(found):
                return found
        low = self.lowerings["spelled"]
        return list(_tasks(use, constraint, origins["spelled"], low, view="spelled"))

    def _reads_respelled(self, tasks: list[Task]) -> bool:
        return any(f"<{each}>" in task.text for each in self.respelled for task in tasks)

    def _query(
        self, use: Use, constraint: SparqlConstraint | AskConstraint, origin: Origin
    ) -> Iterator[Task]:
        """Yield the tasks of a constraint that is a query itself."""
        root, shape = use.root, use.shape
        low = self.lowerings["stored"]
        paths = set() if shape.path is None else {each.value for each in properties_of(shape.path)}
        on_path = bool(paths & self.respelled)
        query = constraint.query.text
        if hangs_on_spelling(query, self.respelled, also=on_path):
            raise CannotLowerError("its query can notice that the store respells literals")
        view: View = "stored" if on_path or touches(query, self.respelled) else "plain"
        if isinstance(constraint, AskConstraint):
            yield from _tasks(use, constraint, origin, low, view=view)
            return
        prepared = constraint.query.prepared(low)
        value: ValueFrom = "row" if shape.path is not None else "focus"
        reason = cuts_across(prepared)
        if reason is None:
            text = for_all(prepared, origin.pattern, route=origin.route)
            yield Task(root, shape, constraint, text, value=value, view=view)
        else:
            columns = " ".join(("?this", *origin.route))
            text = f"SELECT {columns} WHERE {{ {origin.pattern} }}"
            yield Task(
                root, shape, constraint, text, each=prepared, reason=reason, value=value, view=view
            )


def _tasks(
    use: Use, constraint: Constraint, origin: Origin, low: Lowering, *, view: View
) -> Iterator[Task]:
    root, shape = use.root, use.shape
    if isinstance(constraint, ValueConstraint):
        search = _of_values(shape, constraint, low)
        value: ValueFrom = "row" if shape.path is not None else "focus"
        text = select(search, origin, low.forms)
        yield Task(root, shape, constraint, text, value=value, view=view)
    elif isinstance(constraint, FocusConstraint):
        for each in constraint.searches(shape.path, low):
            if not isinstance(each, Asked):
                text = select(each, origin, low.forms)
                yield Task(root, shape, constraint, text, value=_value_of(each), view=view)


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
