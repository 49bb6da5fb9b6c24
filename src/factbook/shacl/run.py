"""Validate: compile the shapes, run the queries where the data is, put the rows into a report."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Quad

from factbook.rdf.terms import to_sparql
from factbook.shacl.classes import Classes
from factbook.shacl.compile import Compiler, Task
from factbook.shacl.constraints.sparql import AskConstraint, SparqlConstraint
from factbook.shacl.forms import VIEWS
from factbook.shacl.graph import ShapesGraph
from factbook.shacl.index import Index, index_of
from factbook.shacl.lowering import Lowering
from factbook.shacl.names import SHAPES_GRAPH, SUB_CLASS_OF
from factbook.shacl.places import Here, There
from factbook.shacl.regexes import Regexes
from factbook.shacl.report import Report, Result, in_order
from factbook.shacl.results import answer
from factbook.shacl.shapes import Shapes
from factbook.shacl.spelling import is_kept
from factbook.shacl.targets import TARGET_PROPERTIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pyoxigraph import Store

    from factbook.shacl.forms import View
    from factbook.shacl.places import Place
    from factbook.store.answers import Engine


_WORKERS = 2


def _silent(_done: int, _all: int) -> None:
    """Show nothing."""


def validate(  # noqa: PLR0913 - the data may be in several forms
    shapes: Iterable[Quad],
    data: Iterable[Quad] = (),
    *,
    store: Store | None = None,
    index: Index | None = None,
    engine: Engine | None = None,
    progress: Callable[[int, int], None] = _silent,
) -> Report:
    """Validate data against shapes, by queries that each find all violations of a constraint.

    Args:
        shapes: The shapes graph, as parsed.
        data: What to validate, as parsed: the truth about how literals are spelled.
        store: A store that holds the same data in its default graph already, which spares
            building one; it is used where it holds every literal as the data spells it.
        index: An index of the data, instead of the data.
        engine: An endpoint to ask instead of any data here.
        progress: Called with how many queries have been answered, of how many.

    Raises:
        ShapesError: The shapes break the rules of SHACL.
        EndpointError: The endpoint failed.
    """
    catalogue = Shapes(ShapesGraph(shapes))
    if engine is not None:
        from factbook.shacl.probe import forms_of

        return run(catalogue, There(engine, forms_of(engine)), progress)
    if index is None and store is not None:
        index = _reused(store, data)
    return run(catalogue, Here(index or index_of(data)), progress)


def _reused(store: Store, data: Iterable[Quad]) -> Index | None:
    kept = all(not isinstance(quad.object, Literal) or is_kept(quad.object) for quad in data)
    return Index(store) if kept else None


def run(shapes: Shapes, place: Place, progress: Callable[[int, int], None] = _silent) -> Report:
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
            place.define(low.blank_nodes)
        place.functions |= regexes.functions
        if any(_asks_for_shapes(task) for task in tasks):
            place = _with_shapes(place, shapes)
    tasks.sort(
        key=lambda task: not isinstance(task.constraint, SparqlConstraint)
    )  # slow ones first
    with ThreadPoolExecutor(_WORKERS) as workers:
        found = []
        for each in workers.map(lambda task: answer(task, place), tasks):
            found.append(each)
            progress(len(found), len(tasks))
    results = [result for each in found if not isinstance(each, Task) for result in each]
    handed = [each for each in found if isinstance(each, Task)]
    if handed:
        results += _from_reference(handed, shapes, place)
    notes = [*shapes.notes, *map(_note, handed)]
    if not shapes.roots:
        notes.append("No shape has a target: nothing was validated")
    return Report(in_order(results), tuple(dict.fromkeys(notes)))


def _names_disguised(shapes: Shapes) -> bool:
    """Tell whether a literal that the store would rewrite is itself a focus node."""
    terms = (target.term for shape in shapes.roots for target in shape.targets)
    return any(isinstance(term, Literal) and not is_kept(term) for term in terms)


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
