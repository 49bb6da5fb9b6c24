"""Run a validation: compile the shapes, run the queries, turn their rows into results."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from factbook.errors import EndpointError, InputError, UsageError
from factbook.rdf.terms import to_sparql
from factbook.shacl.backend import LocalBackend
from factbook.shacl.compile import Compiler, Task
from factbook.shacl.emitter import CONSTANT, CannotCompileError, ClassHierarchy
from factbook.shacl.explain import explain
from factbook.shacl.loading import load_data
from factbook.shacl.prebinding import for_one, mentions
from factbook.shacl.query_constraints import AskConstraint, SelectConstraint
from factbook.shacl.recursion import FUNCTION
from factbook.shacl.report import Report, Result, sort_results
from factbook.shacl.shapes import TARGETS, Shapes
from factbook.shacl.shapes_graph import (
    SHAPES_GRAPH,
    SUB_CLASS_OF,
    TRUE,
    Remark,
    ShapesError,
    ill_formed,
    sh,
    shape_name,
)
from factbook.shacl.unreached import find_unreached
from factbook.shacl.without_effect import deactivated
from factbook.sparql.patterns import RegexFunctions
from factbook.store.literal_forms import is_canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from factbook.rdf.terms import Term
    from factbook.shacl.backend import Backend
    from factbook.shacl.paths import Path
    from factbook.shacl.shapes_graph import Node

    Row = Mapping[str, Term]

_WORKERS = 2
_UNKNOWN_FUNCTION = re.compile(r"custom function <([^>]*)>")
_THIS = f"{CONSTANT}this"
_PLACEHOLDER = re.compile(r"\{[?$]([A-Za-z0-9_]+)\}")


def run(shapes: Shapes, backend: Backend, progress: Callable[[int, int], None]) -> Report:
    """Validate the data of a backend.

    What cannot be used of the shapes is left out, and described in the report.

    Raises:
        EndpointError: The endpoint failed.
    """
    regexes = RegexFunctions()
    compiler = _compiler(shapes, backend, regexes)
    tasks = list(compiler.tasks())
    circles, reason = _circle_tasks(compiler)
    unreached = tuple(find_unreached(shapes, compiler, backend))
    if isinstance(backend, LocalBackend):
        backend.functions |= regexes.functions | compiler.conformance.functions()
        if any(_mentions_shapes_graph(task) for task in tasks):
            backend = _with_shapes(backend, shapes)
    reason = reason or _settle(compiler, circles, backend)
    unevaluated = list(shapes.unevaluated)
    if reason:
        unevaluated += (_not_evaluated(task, reason) for task in tasks if FUNCTION in task.text)
        tasks = [task for task in tasks if FUNCTION not in task.text]
    tasks.sort(key=_is_quick)  # two long queries one after the other would end alone
    results: list[Result] = []
    left: list[Task] = []
    broken = 0
    faults = [*shapes.faults, *compiler.faults]
    with ThreadPoolExecutor(_WORKERS) as workers:
        outcomes = workers.map(lambda task: _run_task(task, backend), tasks)
        for done, outcome in enumerate(outcomes, start=1):
            if isinstance(outcome, Task):
                left.append(outcome)
            elif isinstance(outcome, ShapesError):
                faults += outcome.remarks
                broken += 1
            else:
                results += outcome
            progress(done, len(tasks))
    find = partial(_find, backend)
    ordered = tuple(explain(sort_results(results), shapes, compiler, find))
    if left:
        try:
            ordered = sort_results([*ordered, *_run_pyshacl(left, shapes, backend)])
        except InputError as error:
            unevaluated += (_not_evaluated(task, f"{task.reason}; {error}") for task in left)
            left = []
    return Report(
        ordered,
        tuple(
            dict.fromkeys([*shapes.notes, *deactivated(shapes), *backend.notes, *map(_note, left)])
        ),
        faults=tuple(dict.fromkeys(faults)),
        unevaluated=tuple(dict.fromkeys(unevaluated)),
        unreached=unreached,
        evaluated=len(tasks) - broken,
    )


def _is_quick(task: Task) -> bool:
    """Tell whether a task looks at the values of one property, and does not call for a query."""
    is_query = isinstance(task.constraint, SelectConstraint)
    return isinstance(task.shape.path, NamedNode) and not is_query


def unreached_by(shapes: Shapes, backend: Backend) -> tuple[Remark, ...]:
    """Return the remarks on shapes and targets that no node is checked against."""
    return tuple(find_unreached(shapes, _compiler(shapes, backend, RegexFunctions()), backend))


def _compiler(shapes: Shapes, backend: Backend, regexes: RegexFunctions) -> Compiler:
    pairs = f"SELECT ?sub ?super WHERE {{ ?sub {to_sparql(SUB_CLASS_OF)} ?super }}"
    classes = ClassHierarchy(
        (row["sub"], row["super"]) for row in backend.rows(pairs, view="plain")
    )
    encodes_all = backend.is_local and _targets_noncanonical(shapes)
    return Compiler(shapes, backend, classes, regexes, encodes_all=encodes_all)


def _find(backend: Backend, tasks: Iterable[Task]) -> list[Result]:
    """Return the results of tasks that explain others; what cannot be run explains nothing."""
    outcomes = (_run_task(task, backend) for task in tasks)
    return [result for found in outcomes if isinstance(found, list) for result in found]


def _circle_tasks(compiler: Compiler) -> tuple[dict[Node, Task], str]:
    """Return the tasks of the shapes that refer to themselves, or why there are none."""
    try:
        return compiler.circle_tasks(), ""
    except CannotCompileError as error:
        return {}, str(error)


def _settle(compiler: Compiler, circles: Mapping[Node, Task], backend: Backend) -> str:
    """Find the nodes that violate the shapes that refer to themselves; return why it failed."""

    def find(node: Node) -> set[Term]:
        task = circles[node]
        return {row["this"] for row in backend.rows(task.text, view=task.view)}

    if not circles or compiler.conformance.settle(find):
        return ""
    return "it refers to itself through negation, or along a very long chain"


def _targets_noncanonical(shapes: Shapes) -> bool:
    """Tell whether a literal that the store would rewrite is a focus node."""
    terms = (target.term for shape in shapes.roots for target in shape.targets)
    return any(isinstance(term, Literal) and not is_canonical(term) for term in terms)


def _mentions_shapes_graph(task: Task) -> bool:
    constraint = task.constraint
    return isinstance(constraint, SelectConstraint | AskConstraint) and mentions(
        constraint.query.select, "shapesGraph"
    )


def _with_shapes(backend: LocalBackend, shapes: Shapes) -> LocalBackend:
    """Return a backend whose queries find the shapes in a named graph."""
    graph = replace(load_data(backend.quads()), files=backend.graph.files)
    graph.store.extend(
        Quad(quad.subject, quad.predicate, quad.object, SHAPES_GRAPH) for quad in shapes.graph.quads
    )
    return LocalBackend(graph, backend.functions, backend.notes)


def _not_evaluated(task: Task, reason: str) -> Remark:
    name = shape_name(task.shape.node)
    return Remark(
        f"{name}: not evaluated: sh:{task.constraint.parameter}: {reason}", task.shape.node
    )


def _note(task: Task) -> str:
    component = task.constraint.component.value.rpartition("#")[2]
    return f"{shape_name(task.shape.node)}: {component} was decided by pySHACL: {task.reason}"


def _run_pyshacl(tasks: list[Task], shapes: Shapes, backend: Backend) -> Iterator[Result]:
    """Yield what pySHACL finds for the constraints that no SELECT expresses."""
    from factbook.shacl import pyshacl_engine

    wanted = {(task.shape.node, task.constraint.component) for task in tasks}
    roots = {task.root.node for task in tasks}
    quads = [
        quad
        for quad in shapes.graph.quads
        if quad.subject in roots
        or (quad.predicate not in TARGETS and quad.predicate != sh("target"))
    ]
    for result in pyshacl_engine.validate(quads, backend.quads(), backend.tags).results:
        if (result.source_shape, result.component) in wanted:
            yield result


def _run_task(task: Task, backend: Backend) -> list[Result] | Task | ShapesError:
    """Return the results of a task, or the task itself where it is left to pySHACL."""
    if not task.text:
        return task
    try:
        rows = list(_rows(task, backend))
    except SyntaxError as error:
        return replace(task, text="", reason=f"its query cannot be combined: {error}")
    except (EndpointError, UsageError) as error:
        backend.require_answer()  # the query fails, not the endpoint
        return replace(task, text="", reason=f"its query failed: {error}")
    except RuntimeError as error:
        match = _UNKNOWN_FUNCTION.search(str(error))
        if match is None:
            raise
        problem = (
            f"has a query that calls <{match[1]}>, which is not known; if it is a function of "
            "SHACL's advanced features, try --engine pyshacl"
        )
        return ill_formed(task.shape.node, problem)
    unique = {tuple(sorted(row.items())): row for row in rows}
    try:
        return [result for row in unique.values() for result in _results(task, row, backend)]
    except ShapesError as error:
        return error


def _rows(task: Task, backend: Backend) -> Iterator[Row]:
    rows = backend.rows(task.text, view=task.view)
    if task.each is None:
        yield from rows
        return
    for focus in list(rows):
        this = focus["this"]
        nodes: dict[str, BlankNode] = {}
        if isinstance(this, BlankNode):
            nodes[_THIS] = this
            pattern = f"BIND(<{_THIS}>() AS ?this)"
        else:
            assert isinstance(this, NamedNode | Literal)  # noqa: S101 - no triple terms in SHACL
            pattern = f"VALUES ?this {{ {to_sparql(this)} }}"
        for row in backend.rows(for_one(task.each, pattern), view=task.view, nodes=nodes):
            yield {**focus, **row}


def _results(task: Task, row: Row, backend: Backend) -> Iterator[Result]:
    """Yield the results of a row: one for each form that the value has in the data."""
    shape, constraint = task.shape, task.constraint
    focus = row["this"]
    is_query = isinstance(constraint, SelectConstraint | AskConstraint)
    bound = row.get("path")
    path = bound if isinstance(bound, NamedNode) else shape.path
    if is_query and row.get("failure") == TRUE:
        raise ill_formed(shape.node, f"has a query that reports a failure for {focus}")
    value: Term | None = None
    if task.value != "none":
        value = row.get("value", focus if task.value == "focus" else None)
    values: list[Term | None] = [value]
    if value is not None and task.view == "stored":
        property_ = path.value if isinstance(path, NamedNode) else None
        values = list(backend.original_forms(focus, value, property_))
    for each in values:
        yield Result(
            focus=focus,
            source_shape=shape.node,
            component=constraint.component,
            path=path,
            value=each,
            severity=shape.severity,
            messages=_messages(task, row, each),
            constraint=constraint.node if isinstance(constraint, SelectConstraint) else None,
        )


def _messages(task: Task, row: Row, value: Term | None) -> tuple[Literal, ...]:
    """Return the messages of a result, their variables replaced (SHACL, section 5.2.1)."""
    shape, constraint = task.shape, task.constraint
    if not isinstance(constraint, SelectConstraint | AskConstraint):
        return shape.messages
    own = row.get("message")
    if isinstance(own, Literal):
        return (own,)
    bindings = {"path": shape.path, **constraint.query.parameters, **row, "value": value}
    messages = dict.fromkeys((*constraint.messages, *shape.messages))
    return tuple(_fill_placeholders(message, bindings) for message in messages)


def _fill_placeholders(message: Literal, bindings: Mapping[str, Term | Path | None]) -> Literal:
    """Return a message with each `{?name}` and `{$name}` replaced by the value of the variable."""

    def replacement(match: re.Match[str]) -> str:
        term = bindings.get(match.group(1))
        if term is None:
            return match.group()
        return term.value if isinstance(term, NamedNode | Literal | BlankNode) else str(term)

    text = _PLACEHOLDER.sub(replacement, message.value)
    if message.language:
        return Literal(text, language=message.language)
    return Literal(text, datatype=message.datatype)
