"""Compile shapes: one task for each constraint and each route to its focus nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias
from typing import Literal as OneOf

from factbook.shacl.dialect import VIEWS, all_of, negate
from factbook.shacl.emitter import CannotCompileError, Emitter
from factbook.shacl.focus_nodes import find_focus_nodes, find_nodes_on, find_value_nodes
from factbook.shacl.paths import is_enumerable, properties_of
from factbook.shacl.plan import FocusConstraint, FocusNodes, RowPlan, ValueConstraint, to_select
from factbook.shacl.prebinding import (
    depends_on_form,
    for_all,
    reads_properties,
    why_one_by_one,
)
from factbook.shacl.query_constraints import AskConstraint, SelectConstraint
from factbook.shacl.recursion import Conformance, find_circles
from factbook.shacl.shapes import Shape, Target, references
from factbook.shacl.shapes_graph import ill_formed, sh
from factbook.shacl.value_constraints import conforms_to
from factbook.sparql.patterns import PatternError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from factbook.rdf.terms import Term
    from factbook.shacl.backend import Backend
    from factbook.shacl.dialect import View
    from factbook.shacl.emitter import ClassHierarchy
    from factbook.shacl.paths import Path
    from factbook.shacl.plan import Constraint
    from factbook.shacl.shapes import Shapes
    from factbook.shacl.shapes_graph import Node, Remark
    from factbook.sparql.patterns import RegexFunctions
    from factbook.sparql.tree import Select

ValueSource: TypeAlias = OneOf["row", "focus", "none"]
"""Where the value of a result comes from."""
_FocusByView: TypeAlias = Mapping["View", FocusNodes]
_MAX_DEPTH = 24
_MAX_SHAPES = 2000


@dataclass(frozen=True)
class Task:
    """How to find the violations of one constraint."""

    root: Shape
    """The shape with the targets that the search starts from."""
    shape: Shape
    constraint: Constraint
    text: str = ""
    """The SELECT that finds all violations, or the focus nodes for `each`."""
    each: Select | None = None
    """The query to run for each focus node."""
    reason: str = ""
    """Why no SELECT finds all violations, so that pySHACL has to evaluate the constraint."""
    value: ValueSource = "row"
    view: View = "plain"
    """The view of the data for the query."""


class ShapeEmitter(Emitter):
    """An emitter that writes the test that a node conforms to a shape."""

    def __init__(  # noqa: PLR0913, PLR0917 - all that the text depends on
        self,
        shapes: Shapes,
        backend: Backend,
        view: View,
        classes: ClassHierarchy,
        regexes: RegexFunctions,
        conformance: Conformance,
    ) -> None:
        super().__init__(backend, view, classes, regexes)
        self._shapes = shapes
        self._conformance = conformance
        self._above: list[tuple[Node, str]] = []
        self._written = 0

    def conforms(self, node: Node, value: str) -> str:
        """Return the test that a variable's value conforms to a shape.

        Raises:
            CannotCompileError: Shapes are nested deeper than engines can follow.
        """
        shape = self._shapes[node]
        if shape.is_deactivated:
            return "true"
        if self._is_again(node, value):
            if not self._is_local:
                raise CannotCompileError("it refers to itself, and the data are at an endpoint")
            return self._conformance.call(node, value)
        self._written = self._written + 1 if self._above else 1
        self._above.append((node, value))
        try:
            if len(self._above) > _MAX_DEPTH:
                raise CannotCompileError(f"shapes are nested more than {_MAX_DEPTH} deep")
            if self._written > _MAX_SHAPES:
                raise CannotCompileError(f"it is made of more than {_MAX_SHAPES} shapes")
            if shape.path is None:
                return all_of(
                    self._value_tests(shape, value, value) + self._focus_tests(shape, value)
                )
            inner = self.new_variable()
            tests = all_of(self._value_tests(shape, inner, value))
            focus_tests = self._focus_tests(shape, value)
            if tests == "true":
                return all_of(focus_tests)
            fails = self.has_value(shape.path, value, inner, negate(tests))
            return all_of([negate(fails), *focus_tests])
        finally:
            self._above.pop()

    def _is_again(self, node: Node, value: str) -> bool:
        """Tell whether the cycle of a shape has been entered before."""
        circle = self._shapes.recursive.get(node, frozenset())
        return any(
            each == node or (each in circle and variable != value) for each, variable in self._above
        )

    def _value_tests(self, shape: Shape, value: str, focus: str) -> list[str]:
        return [
            *(each.test(value, focus, self) for each in shape.of_values),
            *(self.conforms(each, value) for each in shape.properties),
        ]

    def _focus_tests(self, shape: Shape, focus: str) -> list[str]:
        return [each.test(focus, shape.path, self) for each in shape.of_focus]


class Compiler:
    """Turns shapes into tasks.

    Args:
        shapes: The shapes.
        backend: What runs the queries.
        classes: The classes of the data.
        regexes: Collects the functions for regular expressions.
        encodes_all: Whether encoded literals are focus nodes too, so that all queries read them.
    """

    def __init__(
        self,
        shapes: Shapes,
        backend: Backend,
        classes: ClassHierarchy,
        regexes: RegexFunctions,
        *,
        encodes_all: bool,
    ) -> None:
        self.shapes = shapes
        self.conformance = Conformance()
        self.emitters: dict[View, ShapeEmitter] = {
            view: ShapeEmitter(shapes, backend, view, classes, regexes, self.conformance)
            for view in VIEWS
        }
        self.faults: list[Remark] = []
        """The constraints that cannot be compiled because they break the rules of SHACL."""
        self._noncanonical = backend.noncanonical
        self._encodes_all = encodes_all

    def tasks(self) -> Iterator[Task]:
        """Yield all tasks."""
        encodes_all = self._encodes_all
        for shape in self.shapes.roots:
            queries = [target.query.select for target in shape.targets if target.query is not None]
            if any(reads_properties(query, self._noncanonical) for query in queries):
                reason = "its target reads lexical forms that the store changes"
                yield from self._leave(shape, shape, reason)
                continue
            self._encodes_all = encodes_all or any(each.kind == "where" for each in shape.targets)
            try:
                focus = self._focus_nodes(shape.targets)
            except CannotCompileError as error:
                yield from self._leave(shape, shape, str(error))
            else:
                yield from self._tasks_below(shape, shape, focus)
        self._encodes_all = encodes_all

    def _focus_nodes(self, targets: tuple[Target, ...]) -> _FocusByView:
        return {view: find_focus_nodes(targets, each) for view, each in self.emitters.items()}

    def _leave(
        self, root: Shape, shape: Shape, reason: str, above: tuple[Node, ...] = ()
    ) -> Iterator[Task]:
        """Yield the tasks of a shape that are left to pySHACL."""
        if shape.node in above or shape.is_deactivated:
            return
        yield from (Task(root, shape, each, reason=reason) for each in shape.constraints)
        for node in shape.properties:
            yield from self._leave(root, self.shapes[node], reason, (*above, shape.node))

    def _tasks_below(
        self, root: Shape, shape: Shape, focus: _FocusByView, above: tuple[Node, ...] = ()
    ) -> Iterator[Task]:
        """Yield the tasks of a shape and of the property shapes that validate its values."""
        if shape.is_deactivated:
            return
        for constraint in shape.constraints:
            task = Task(root, shape, constraint)
            try:
                if isinstance(constraint, SelectConstraint | AskConstraint):
                    yield from self._compile_query(task, constraint, focus)
                else:
                    yield from self._compile_core(task, focus)
            except CannotCompileError as error:
                yield replace(task, reason=str(error))
            except PatternError as error:
                problem = f"has a sh:pattern that is not a regular expression: {error}"
                self.faults += ill_formed(shape.node, problem, sh("pattern")).remarks
        if shape.path is not None and shape.properties:
            focus = {
                view: find_value_nodes(focus[view], shape.path, self.emitters[view])
                for view in VIEWS
            }
        for node in shape.properties:
            inner = self.shapes[node]
            if (
                inner == shape or inner in above
            ):  # sh:property leads back: each step of the data is a route of its own
                reason = "sh:property leads from it back to itself"
                yield from (Task(root, inner, each, reason=reason) for each in inner.constraints)
            else:
                yield from self._tasks_below(root, inner, focus, (*above, node))

    def tasks_for_nodes(self, shape: Shape, nodes: list[Term]) -> Iterator[Task]:
        """Yield the tasks that validate some nodes against a shape."""
        if not nodes:  # engines differ on VALUES without a term
            return
        targets = tuple(Target("node", node) for node in nodes)
        before = self._encodes_all
        self._encodes_all = bool(self._noncanonical)
        try:
            yield from self._tasks_below(shape, shape, self._focus_nodes(targets))
        except CannotCompileError:  # a blank node at an endpoint
            return
        finally:
            self._encodes_all = before

    def circle_tasks(self) -> dict[Node, Task]:
        """Return a task for each shape of a cycle, which finds the nodes that violate it.

        Raises:
            CannotCompileError: No SELECT finds them.
        """
        self._encodes_all |= bool(self._noncanonical)
        found: dict[Node, Task] = {}
        while len(found) < len(self.conformance.violating):
            for node in list(self.conformance.violating):
                if node not in found:
                    found[node] = self._circle_task(node)
        return found

    def _circle_task(self, node: Node) -> Task:
        shape = self.shapes[node]
        circle = [self.shapes[each] for each in self.shapes.recursive[node]]
        paths = [each.path for each in circle if each.path is not None]
        without_step = {each.node: references(each) for each in circle if each.path is None}
        stays = bool(find_circles(without_step))
        whole = Shape(node, None, (), (conforms_to(node),), (), (), shape.severity, (), False)  # noqa: FBT003
        focus = {
            view: find_nodes_on(paths, emitter, stays=stays)
            for view, emitter in self.emitters.items()
        }
        (task,) = self._compile_core(Task(whole, whole, whole.of_values[0]), focus)
        return task

    def _compile_core(self, task: Task, focus: _FocusByView) -> list[Task]:
        """Return the tasks of a constraint of SHACL Core.

        The plain view does where the constraint reads no noncanonical literal.
        """
        if not self._encodes_all:
            emitter = self.emitters["plain"]
            emitter.queries.clear()
            emitter.reads_everything = False
            found = self._compile(task, focus, "plain")
            if not self._noncanonical:
                return found
            if any(reads_properties(query, self._noncanonical) for query in emitter.queries):
                raise CannotCompileError(
                    "a query inside it reads lexical forms that the store changes"
                )
            if not emitter.reads_everything and not any(
                f"<{property_}>" in each.text for property_ in self._noncanonical for each in found
            ):
                return found
        return self._compile(task, focus, "encoded")

    def _compile_query(
        self, task: Task, constraint: SelectConstraint | AskConstraint, focus: _FocusByView
    ) -> list[Task]:
        """Return the tasks of a constraint that is a query itself."""
        path = task.shape.path
        properties = set() if path is None else {each.value for each in properties_of(path)}
        on_path = bool(properties & self._noncanonical)
        query = constraint.query.select
        reads = on_path or reads_properties(query, self._noncanonical)
        if reads and depends_on_form(query):
            raise CannotCompileError("its query depends on lexical forms that the store changes")
        view: View = "stored" if reads else "plain"
        if isinstance(constraint, AskConstraint):
            return self._compile(task, focus, "stored", run_on=view)
        bound = constraint.query.bind(self.emitters["stored"])
        task = replace(task, value="focus" if path is None else "row", view=view)
        reason, start = why_one_by_one(bound), focus["stored"]
        if reason is None:
            return [replace(task, text=for_all(bound, start.pattern, route=start.route))]
        columns = " ".join(("?this", *start.route))
        text = f"SELECT {columns} WHERE {{ {start.pattern} }}"
        return [replace(task, text=text, each=bound, reason=reason)]

    def _compile(
        self, task: Task, focus: _FocusByView, view: View, *, run_on: View | None = None
    ) -> list[Task]:
        """Return the tasks of a constraint, written for one view."""
        emitter, start, path = self.emitters[view], focus[view], task.shape.path
        task = replace(task, view=run_on or view)
        constraint = task.constraint
        if isinstance(constraint, ValueConstraint):
            plan = _plan_values(constraint, path, emitter)
            text = to_select(plan, start, emitter)
            return [replace(task, text=text, value="focus" if path is None else "row")]
        assert isinstance(constraint, FocusConstraint)  # noqa: S101 - there are two kinds
        return [
            replace(
                task,
                text=to_select(plan, start, emitter),
                value="row" if isinstance(plan, RowPlan) and "?value" in plan.columns else "none",
            )
            for plan in constraint.plans(path, emitter)
        ]


def _plan_values(constraint: ValueConstraint, path: Path | None, emitter: Emitter) -> RowPlan:
    if path is None:
        return RowPlan(negate(constraint.test("?this", "?this", emitter)))
    return RowPlan(
        negate(constraint.test("?value", "?this", emitter)),
        path,
        "?value",
        columns=("?value",),
        is_enumerable=is_enumerable(path),
    )
