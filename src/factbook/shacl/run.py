"""Validate: compile the shapes, run the queries where the data is, put the rows into a report."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from factbook.errors import EndpointError, UsageError
from factbook.rdf.terms import to_sparql
from factbook.shacl.classes import Classes
from factbook.shacl.compile import Compiler, Task
from factbook.shacl.constraints.sparql import AskConstraint, SparqlConstraint
from factbook.shacl.forms import VIEWS
from factbook.shacl.graph import ShapesGraph, ill_formed
from factbook.shacl.index import Index, index_of
from factbook.shacl.lowering import CONSTANT, Lowering
from factbook.shacl.messages import filled
from factbook.shacl.names import SHAPES_GRAPH, SUB_CLASS_OF, TRUE
from factbook.shacl.places import Here, There
from factbook.shacl.prebinding import for_one
from factbook.shacl.regexes import Regexes
from factbook.shacl.report import Report, Result, in_order
from factbook.shacl.shapes import Shapes
from factbook.shacl.spelling import is_kept
from factbook.shacl.targets import TARGET_PROPERTIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pyoxigraph import Store

    from factbook.rdf.terms import Term
    from factbook.shacl.forms import View
    from factbook.shacl.places import Place
    from factbook.store.answers import Engine

    Row = Mapping[str, Term]

_WORKERS = 2


def validate(
    shapes: Iterable[Quad],
    data: Iterable[Quad] = (),
    *,
    store: Store | None = None,
    engine: Engine | None = None,
) -> Report:
    """Validate data against shapes, by queries that each find all violations of a constraint.

    Args:
        shapes: The shapes graph, as parsed.
        data: What to validate, as parsed: the truth about how literals are spelled.
        store: A store that holds the same data in its default graph already, which spares
            building one; it is used where it holds every literal as the data spells it.
        engine: An endpoint to ask instead of any data here.

    Raises:
        ShapesError: The shapes break the rules of SHACL.
        EndpointError: The endpoint failed.
    """
    catalogue = Shapes(ShapesGraph(shapes))
    if engine is not None:
        from factbook.shacl.probe import forms_of

        return run(catalogue, There(engine, forms_of(engine)))
    index = None if store is None else _reused(store, data)
    return run(catalogue, Here(index or index_of(data)))


def _reused(store: Store, data: Iterable[Quad]) -> Index | None:
    kept = all(not isinstance(quad.object, Literal) or is_kept(quad.object) for quad in data)
    return Index(store) if kept else None


def run(shapes: Shapes, place: Place) -> Report:
    """Validate what is at a place.

    Raises:
        ShapesError: The shapes break the rules of SHACL, or a query in them cannot be run.
        EndpointError: The endpoint failed.
    """
    pairs = f"SELECT ?sub ?super WHERE {{ ?sub {to_sparql(SUB_CLASS_OF)} ?super }}"
    classes = Classes((row["sub"], row["super"]) for row in place.rows(pairs, view="plain"))
    regexes = Regexes()

    lowerings: dict[View, Lowering] = {
        view: Lowering(
            shapes,
            forms=place.forms,
            classes=classes,
            regexes=regexes,
            properties=place.properties,
            view=view,
            is_local=place.is_local,
        )
        for view in VIEWS
    }
    all_spelled = place.is_local and _names_disguised(shapes)
    tasks = list(Compiler(lowerings, place.respelled, all_spelled).tasks(shapes))
    if isinstance(place, Here):
        for low in lowerings.values():
            place.functions |= {name: _constant(node) for name, node in low.blank_nodes.items()}
        place.functions |= regexes.functions
        if any(_asks_for_shapes(task) for task in tasks):
            place = _with_shapes(place, shapes)
    tasks.sort(
        key=lambda task: not isinstance(task.constraint, SparqlConstraint)
    )  # slow ones first
    with ThreadPoolExecutor(_WORKERS) as workers:
        answers = list(workers.map(lambda task: _answer(task, place), tasks))
    results = [result for answer in answers if not isinstance(answer, Task) for result in answer]
    handed = [answer for answer in answers if isinstance(answer, Task)]
    if handed:
        results += _from_reference(handed, shapes, place)
    return Report(in_order(results), tuple(dict.fromkeys([*shapes.notes, *map(_note, handed)])))


def _names_disguised(shapes: Shapes) -> bool:
    """Tell whether a literal that the store would rewrite is itself a focus node."""
    terms = (target.term for shape in shapes.roots for target in shape.targets)
    return any(isinstance(term, Literal) and not is_kept(term) for term in terms)


def _constant(node: BlankNode) -> Callable[..., Term]:
    return lambda: node


def _asks_for_shapes(task: Task) -> bool:
    constraint = task.constraint
    return isinstance(constraint, SparqlConstraint | AskConstraint) and constraint.query.uses(
        "shapesGraph"
    )


def _with_shapes(place: Here, shapes: Shapes) -> Here:
    """Return a place whose queries find the shapes as a named graph."""
    index = index_of(place.index.quads())
    index.store.extend(
        Quad(quad.subject, quad.predicate, quad.object, SHAPES_GRAPH) for quad in shapes.graph.quads
    )
    return Here(index, place.functions)


def _answer(task: Task, place: Place) -> list[Result] | Task:
    """Return what a task finds, or the task itself where it is left to the reference."""
    if not task.is_lowered:
        return task
    try:
        rows = list(_rows(task, place))
    except SyntaxError as error:
        raise ill_formed(task.shape.node, f"has a query that cannot be run: {error}") from None
    except (EndpointError, UsageError) as error:
        place.must_answer()  # it is this query that fails, not the endpoint
        return replace(task, text="", reason=f"its query failed: {error}")
    return list(_results(task, rows, place))


def _results(task: Task, rows: Iterable[Row], place: Place) -> Iterator[Result]:
    seen: set[tuple[tuple[str, Term], ...]] = set()
    for row in rows:
        key = tuple(sorted(row.items()))
        if key not in seen:
            seen.add(key)
            yield from _result(task, row, place)


def _rows(task: Task, place: Place) -> Iterator[Row]:
    rows = place.rows(task.text, view=task.view)
    if task.each is None:
        yield from rows
        return
    for focus in list(rows):
        this = focus["this"]
        name = f"<{CONSTANT}{this.value}>()" if isinstance(this, BlankNode) else ""
        if isinstance(this, BlankNode) and isinstance(place, Here):
            place.functions[name[1:-3]] = _constant(this)
        bound = f"BIND({name} AS ?this)" if name else f"VALUES ?this {{ {_text(this)} }}"
        for row in place.rows(for_one(task.each, bound), view=task.view):
            yield {**focus, **row}


def _text(term: Term) -> str:
    assert isinstance(term, NamedNode | Literal)  # noqa: S101 - blank nodes have been dealt with
    return to_sparql(term)


def _result(task: Task, row: Row, place: Place) -> Iterator[Result]:
    shape, constraint = task.shape, task.constraint
    focus = row["this"]
    is_query = isinstance(constraint, SparqlConstraint | AskConstraint)
    named = row.get("path")
    path = named if isinstance(named, NamedNode) else shape.path
    if is_query and row.get("failure") == TRUE:
        raise ill_formed(shape.node, f"has a query that reports a failure for {focus}")
    value: Term | None = None
    if task.value != "nowhere":
        value = row.get("value", focus if task.value == "focus" else None)
    values: list[Term | None] = [value]
    if value is not None and task.view == "stored":
        property_ = path.value if isinstance(path, NamedNode) else None
        values = list(place.spellings(focus, value, property_))
    for each in values:
        yield Result(
            focus=focus,
            source_shape=shape.node,
            component=constraint.component,
            path=path,
            value=each,
            severity=shape.severity,
            messages=_messages(task, row, each),
            constraint=constraint.node if isinstance(constraint, SparqlConstraint) else None,
        )


def _messages(task: Task, row: Row, value: Term | None) -> tuple[Literal, ...]:
    shape, constraint = task.shape, task.constraint
    if not isinstance(constraint, SparqlConstraint | AskConstraint):
        return shape.messages
    said = row.get("message")
    if isinstance(said, Literal):
        return (said,)
    bindings = {
        "path": shape.path,
        **constraint.query.use.parameters,
        **row,
        "value": value,
    }
    own = dict.fromkeys((*constraint.messages, *shape.messages))
    return filled(own, bindings)


def _note(task: Task) -> str:
    node = task.shape.node
    name = node.value if isinstance(node, NamedNode) else "a shape without a name"
    component = task.constraint.component.value.rpartition("#")[2]
    return f"{name}: {component} was decided by pySHACL: {task.reason}"


def _from_reference(tasks: list[Task], shapes: Shapes, place: Place) -> Iterator[Result]:
    """Yield what the reference finds for the constraints that are left to it."""
    from factbook.shacl import reference

    wanted = {(task.shape.node, task.constraint.component) for task in tasks}
    roots = {task.root.node for task in tasks}
    quads = [
        quad
        for quad in shapes.graph.quads
        if quad.subject in roots or quad.predicate not in TARGET_PROPERTIES
    ]
    report = reference.validate(quads, place.quads())
    for result in report.results:
        if (result.source_shape, result.component) in wanted:
            yield result
