"""Run a query once for all values of a parameter, and find the rows of each in the answer.

A parameter that only filters columns needs no value: the answer without one contains the answers
for all values. It occurs in one filter of the outermost group, alone or joined by `&&`, as

    ?company = COALESCE(?__company_iri, ?company)
    COALESCE(?maker, ?product) = COALESCE(?__company_iri, ?maker, ?product)
    COALESCE(?company = ?__company_iri, true)

A required parameter whose variable stands only in the outermost group can be a column, and takes
all values at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from factbook.sparql.tree import AGGREGATES, parse_query

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from factbook.sparql.tokens import Token
    from factbook.sparql.tree import Select

_VARIABLE = r"\?\w+"
_BY_COLUMNS = re.compile(
    rf"(?:(?P<one>{_VARIABLE})|COALESCE \( (?P<several>{_VARIABLE}(?: , {_VARIABLE})*) \))"
    rf" = COALESCE \( (?P<given>{_VARIABLE}) , (?P<same>{_VARIABLE}(?: , {_VARIABLE})*) \)"
)
_OR_UNBOUND = re.compile(
    rf"COALESCE \( (?P<one>{_VARIABLE}) = (?P<given>{_VARIABLE}) , true \)", re.IGNORECASE
)


@dataclass(frozen=True)
class ColumnFilter:
    """The condition that selects, from the answer without a value, the rows for a value."""

    columns: tuple[str, ...]
    """The first of these that is bound has the value."""
    keeps_unbound: bool
    """Whether to keep rows in which none is bound."""


@lru_cache(256)
def find_column_filter(text: str, variable: str) -> ColumnFilter | None:
    """Return how an optional parameter that takes an IRI filters a query's rows.

    Args:
        text: The query.
        variable: The name of the parameter's variable.

    Returns:
        The filter, or None if the parameter may do more than filter.
    """
    tree = parse_query(text)
    uses = len(re.findall(rf"[?$]{re.escape(variable)}\b", text))
    column_variable = f"?{variable}"
    groups = {token.variable for token in tree.clause("GROUP")}
    if not _keeps_rows(tree) or tree.clause("HAVING"):
        return None
    for condition in _conditions(tree.where.tokens):
        column_filter: ColumnFilter | None = None
        if match := _BY_COLUMNS.fullmatch(condition):
            named = match["one"] or match["several"]
            if match["given"] == column_variable and named == match["same"] and uses == 1:
                column_filter = ColumnFilter(
                    tuple(marked[1:] for marked in named.split(" , ")), keeps_unbound=False
                )
        elif (
            (match := _OR_UNBOUND.fullmatch(condition))
            and match["given"] == column_variable
            and uses == 1
        ):
            column_filter = ColumnFilter((match["one"][1:],), keeps_unbound=True)
        names = {*tree.columns} & groups if groups else {*tree.columns}
        if column_filter is not None and {*column_filter.columns} <= names:
            return column_filter
    return None


@lru_cache(256)
def find_column_for(text: str, variable: str) -> int | None:
    """Return where to insert a parameter's variable as the first column, to run all values at once.

    Args:
        text: The query.
        variable: The name of the variable; the parameter is required.

    Returns:
        The offset in the text, or None if rows for one value may depend on the others.
    """
    tree = parse_query(text)
    inside = sum(token.variable == variable for token in tree.where.tokens)
    uses = len(re.findall(rf"[?$]{re.escape(variable)}\b", text))
    if not _keeps_rows(tree) or tree.clause("GROUP") or tree.is_star or inside != uses:
        return None
    return next(token.start for token in tree.head if token.keyword not in {"DISTINCT", "REDUCED"})


def _keeps_rows(tree: Select) -> bool:
    """Tell whether no row of a table depends on the rows of other groups."""
    is_grouped = bool(tree.clause("GROUP"))
    return (
        tree.form == "SELECT"
        and not any(tree.clause(keyword) for keyword in ("LIMIT", "OFFSET", "VALUES"))
        and (is_grouped or not any(token.keyword in AGGREGATES for token in tree.head))
    )


def _conditions(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield the condition of each filter of a group, its tokens joined by spaces."""
    place = 0
    while place < len(tokens):
        if tokens[place].keyword != "FILTER" or tokens[place + 1 :][:1] == []:
            place += 1
            continue
        depth, parts = 0, [""]
        place += 1
        while place < len(tokens):
            token = tokens[place]
            depth += {"(": 1, ")": -1}.get(token.text, 0)
            if depth == 1 and token.text == "&&":
                parts.append("")
            elif depth > 1 or (depth == 1 and token.text not in "()") or token.text == ")":
                text = token.keyword if token.keyword == "COALESCE" else token.text
                parts[-1] = f"{parts[-1]} {text}"
            place += 1
            if not depth:
                break
        parts[-1] = parts[-1].removesuffix(" )")
        yield from (part.strip() for part in parts)
