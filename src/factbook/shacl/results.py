"""Run what was compiled, and turn its rows into validation results."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode

from factbook.errors import EndpointError, UsageError
from factbook.rdf.terms import to_sparql
from factbook.shacl.constraints.sparql import AskConstraint, SparqlConstraint
from factbook.shacl.graph import ill_formed
from factbook.shacl.messages import filled
from factbook.shacl.names import TRUE
from factbook.shacl.prebinding import for_one
from factbook.shacl.report import Result
from factbook.shacl.writer import CONSTANT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from factbook.rdf.terms import Term
    from factbook.shacl.compile import Task
    from factbook.shacl.places import Place

    Row = Mapping[str, Term]

_SHOWN = 60
_THIS = f"{CONSTANT}this"


def answer(task: Task, place: Place) -> list[Result] | Task:
    """Return what a task finds, or the task itself where it is left to the reference."""
    if not task.is_lowered:
        return task
    try:
        rows = list(_rows(task, place))
    except SyntaxError as error:
        raise ill_formed(task.shape.node, _invalid(error)) from None
    except (EndpointError, UsageError) as error:
        place.must_answer()  # it is this query that fails, not the endpoint
        return replace(task, text="", reason=f"its query failed: {error}")
    return list(_results(task, rows, place))


def _invalid(error: SyntaxError) -> str:
    """Say in few words that a query is wrong: the engine lists all that it would have accepted."""
    said = " ".join(str(error).split())
    short = said if len(said) <= _SHOWN else f"{said[:_SHOWN]}…"
    return f"has a query that is not valid SPARQL 1.1: {short}"


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
        nodes = {_THIS: this} if isinstance(this, BlankNode) else {}
        bound = f"BIND(<{_THIS}>() AS ?this)" if nodes else f"VALUES ?this {{ {_text(this)} }}"
        for row in place.rows(for_one(task.each, bound), view=task.view, nodes=nodes):
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
