"""Queries as rules: every row that one of `queries/checks/` gives is a fault."""

from __future__ import annotations

import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from factbook.check.faults import Fault
from factbook.check.findings import ERROR, SEVERITIES, Rule
from factbook.errors import InputError
from factbook.store.answers import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from factbook.query.header import StoredQuery
    from factbook.store.answers import Engine

KIND = "query"
FOCUS = "focus"
_WORKERS = 2
COLUMNS = (FOCUS, "path", "value", "message", "graph")


def query_rule(query: StoredQuery) -> Rule:
    """Return the rule that a check query is, from its front matter.

    Raises:
        InputError: The front matter lacks something.
    """
    front = query.front_matter
    for key in ("summary", "problem", "fix"):
        if not front.get(key):
            raise InputError(f"{query.path}:1: the front matter of a check needs '{key}'")
    severity = str(front.get("severity", ERROR))
    if severity not in SEVERITIES:
        raise InputError(
            f"{query.path}:1: severity '{severity}' is none of {', '.join(SEVERITIES)}"
        )
    return Rule(
        name=query.name,
        severity=severity,
        summary=query.summary,
        cure=str(front["fix"]).strip(),
        kind=KIND,
        problem=str(front["problem"]).strip(),
        path=query.path,
    )


def run_queries(queries: Iterable[StoredQuery], engine: Engine) -> list[Fault]:
    """Return the faults that queries find; the engine answers several at a time.

    Raises:
        InputError: A query is no SELECT with the columns of a check.
    """
    with ThreadPoolExecutor(_WORKERS) as workers:
        found = workers.map(lambda query: _faults(query, engine), queries)
        return [fault for faults in found for fault in faults]


def _faults(query: StoredQuery, engine: Engine) -> list[Fault]:
    try:
        return list(run_query(query, engine))
    except BaseException as fault:
        # What the frames still hold of the engine's results may not leave this thread
        traceback.clear_frames(fault.__traceback__)
        raise


def run_query(query: StoredQuery, engine: Engine) -> Iterator[Fault]:
    """Yield a fault for each row.

    Raises:
        InputError: The query is no SELECT with the columns of a check.
    """
    rule = query_rule(query)
    table = engine.query(query.text)
    if not isinstance(table, Table):
        raise InputError(f"{query.path}: a check is a SELECT")
    if FOCUS not in table.variables or not set(table.variables) <= set(COLUMNS):
        raise InputError(
            f"{query.path}: a check has the columns ?focus and, as needed, ?path ?value ?message "
            "?graph, and no other"
        )
    for row in table.rows:
        cells = dict(zip(table.variables, row, strict=True))
        focus, path, graph = (cells.get(name) for name in (FOCUS, "path", "graph"))
        if focus is None:
            continue
        yield Fault(
            rule=rule,
            focus=focus,
            path=path if isinstance(path, NamedNode) else None,
            value=cells.get("value"),
            message=getattr(cells.get("message"), "value", ""),
            graph=graph if isinstance(graph, NamedNode) else None,
        )
