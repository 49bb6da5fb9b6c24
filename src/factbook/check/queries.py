"""Rules that are stored queries: each row of a query in `queries/checks/` is a finding."""

from __future__ import annotations

import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from factbook.check.findings import ERROR, SEVERITIES, RawFinding, Rule
from factbook.errors import InputError
from factbook.store.answers import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from factbook.query.stored_queries import StoredQuery
    from factbook.store.answers import Engine

KIND = "query"
_WORKERS = 2
_FOCUS = "focus"
_COLUMNS = {_FOCUS, "path", "value", "message", "graph"}


def query_rule(query: StoredQuery) -> Rule:
    """Return the rule that a check query defines in its front matter.

    Raises:
        InputError: The front matter is incomplete.
    """
    front = query.front_matter
    for key in ("summary", "problem", "fix"):
        if not front.get(key):
            raise InputError(f"{query.path}:1: the front matter of a check needs '{key}'")
    severity = str(front.get("severity", ERROR))
    if severity not in SEVERITIES:
        raise InputError(
            f"{query.path}:1: severity '{severity}' is not one of {', '.join(SEVERITIES)}"
        )
    return Rule(
        name=query.name,
        severity=severity,
        summary=query.summary,
        fix=str(front["fix"]).strip(),
        kind=KIND,
        problem=str(front["problem"]).strip(),
        path=query.path,
    )


def run_queries(queries: Iterable[StoredQuery], engine: Engine) -> list[RawFinding]:
    """Return the findings of check queries, which run side by side.

    Raises:
        InputError: A query is not a SELECT with the columns of a check.
    """
    with ThreadPoolExecutor(_WORKERS) as workers:
        found = workers.map(lambda query: _run_in_thread(query, engine), queries)
        return [finding for findings in found for finding in findings]


def _run_in_thread(query: StoredQuery, engine: Engine) -> list[RawFinding]:
    try:
        return list(run_query(query, engine))
    except BaseException as error:
        # Results of the engine must not leave the thread that they were made in
        traceback.clear_frames(error.__traceback__)
        raise


def run_query(query: StoredQuery, engine: Engine) -> Iterator[RawFinding]:
    """Yield a finding for each row of a check query.

    Raises:
        InputError: The query is not a SELECT with the columns of a check.
    """
    rule = query_rule(query)
    table = engine.query(query.text)
    if not isinstance(table, Table):
        raise InputError(f"{query.path}: a check must be a SELECT query")
    if _FOCUS not in table.variables or not _COLUMNS.issuperset(table.variables):
        raise InputError(
            f"{query.path}: a check has the columns ?focus and, as needed, ?path ?value ?message "
            "?graph, and no other"
        )
    for row in table.rows:
        cells = dict(zip(table.variables, row, strict=True))
        focus, path, graph = (cells.get(name) for name in (_FOCUS, "path", "graph"))
        if focus is None:
            continue
        yield RawFinding(
            rule=rule,
            focus=focus,
            path=path if isinstance(path, NamedNode) else None,
            value=cells.get("value"),
            message=getattr(cells.get("message"), "value", ""),
            graph=graph if isinstance(graph, NamedNode) else None,
        )
