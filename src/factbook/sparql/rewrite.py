"""Rewrite a query: without one graph, or to count its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factbook.rdf.terms import to_sparql
from factbook.sparql.tree import Group, Select, parse_query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import NamedNode


def count_rows(text: str) -> str | None:
    """Return the query that counts the rows of another, or None if it cannot be nested.

    It cannot if it has a LIMIT, an OFFSET or a FROM.
    """
    query = parse_query(text)
    chooses_graphs = any(token.keyword == "FROM" for token in query.head)
    if query.form != "SELECT" or query.clause("LIMIT") or query.clause("OFFSET") or chooses_graphs:
        return None
    return f"{text[: query.start]}SELECT (COUNT(*) AS ?n) WHERE {{ {{ {text[query.start :]}\n}} }}"


def exclude_graph(text: str, graph: NamedNode) -> str:
    """Return a query whose `GRAPH ?variable { … }` groups do not match one graph.

    A store without a default graph keeps the merge as another named graph, which is not a source.
    Each group gets a filter after it, in the enclosing group, where the variable is bound. A
    variable that BIND has computed in an enclosing group gets none: its value is never the name of
    the merge, and Virtuoso fails on many filters of computed values. A graph that the query names
    becomes a variable with a filter too, because Virtuoso shows it to variables only.

    Raises:
        QueryTextError: The query cannot be parsed.
    """
    edits = sorted(_exclusions(parse_query(text), frozenset(), to_sparql(graph)), reverse=True)
    for start, end, new in edits:
        text = text[:start] + new + text[end:]
    return text


def _exclusions(
    part: Select | Group, computed: frozenset[str], graph: str
) -> Iterator[tuple[int, int, str]]:
    """Yield the start, the end and the new text of each edit.

    Args:
        part: What to look through.
        computed: The names of variables that a group around it has computed before.
        graph: The graph, as SPARQL.
    """
    if isinstance(part, Select):
        yield from _exclusions(part.where, computed, graph)
        return
    before = ""
    for inner in part.parts:
        if isinstance(inner, Group | Select):
            if isinstance(inner, Group) and inner.keyword == "GRAPH" and inner.name is not None:
                name = inner.name
                if name.kind != "variable":
                    fresh = f"?graph_at_{name.start}"
                    yield name.start, name.start + len(name.text), fresh
                    yield inner.end, inner.end, f" FILTER({fresh} = {name.text})"
                elif name.variable not in computed:
                    yield inner.end, inner.end, f" FILTER({name.text} != {graph})"
            yield from _exclusions(inner, computed, graph)
            before = ""
            continue
        if inner.variable and before == "AS":
            computed |= {inner.variable}
        before = inner.keyword
