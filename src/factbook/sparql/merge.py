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

    Each gets a filter behind it, in the group in which it stands itself and binds the variable. A
    variable that BIND has computed in a group around it is left alone: nobody computes the name of
    the merge, and Virtuoso fails on many a filter of a computed value. A graph that the query names
    becomes a variable with a filter as well, for Virtuoso shows it to a variable only.
    """
    parts = []
    open_groups: list[str] = []
    computed: list[set[str]] = [set()]
    previous = condition = ""
    for token in tokens(text):
        if token.kind in {"space", "comment"}:
            parts.append(token.text)
            continue
        if previous == "GRAPH" and token.kind in {"iri", "name"}:
            fresh = f"?graph_at_{token.start}"
            parts.append(fresh)
            condition = f" FILTER({fresh} = {token.text})"
        else:
            parts.append(token.text)
            if token.text == "{":
                open_groups.append(condition)
                computed.append(set())
            elif token.text == "}" and open_groups:
                computed.pop()
                parts.append(open_groups.pop())
            condition = ""
            if token.kind == "variable" and previous == "AS":
                computed[-1].add(token.text[1:])
            elif token.kind == "variable" and previous == "GRAPH":
                known = any(token.text[1:] in names for names in computed)
                condition = "" if known else f" FILTER({token.text} != {to_sparql(merge)})"
        previous = token.text.upper() if token.kind == "word" else ""
    return "".join(parts)
