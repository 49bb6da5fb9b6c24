"""Ask a store that has no default graph: the merge is then one more named graph among the sources.

`GRAPH ?source { … }` must not find it there, because the merge is nobody's statement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from factbook.rdf.terms import to_sparql
from factbook.sparql.tokens import tokens

if TYPE_CHECKING:
    from pyoxigraph import NamedNode


def asks_named_graphs(text: str) -> bool:
    """Tell whether a query looks into named graphs."""
    return any(token.kind == "word" and token.text.upper() == "GRAPH" for token in tokens(text))


def sparing(text: str, merge: NamedNode) -> str:
    """Return a query whose `GRAPH ?variable { … }` patterns do not match one graph.

    Each gets a filter behind it, in the group in which it stands itself and binds the variable.
    """
    condition = f"!= {to_sparql(merge)}"
    parts = []
    open_groups: list[str | None] = []
    previous = ""
    graph: str | None = None
    for token in tokens(text):
        parts.append(token.text)
        if token.kind in {"space", "comment"}:
            continue
        if token.text == "{":
            open_groups.append(graph)
        elif token.text == "}" and open_groups:
            closed = open_groups.pop()
            if closed is not None:
                parts.append(f" FILTER({closed} {condition})")
        graph = token.text if token.kind == "variable" and previous == "GRAPH" else None
        previous = token.text.upper() if token.kind == "word" else ""
    return "".join(parts)
