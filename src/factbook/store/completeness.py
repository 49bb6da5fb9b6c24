"""Find out whether an endpoint has left out rows without a word.

Endpoints cut long answers at a round number. Where an answer has a round number of rows, the
endpoint is asked how many there are.
"""

from __future__ import annotations

from factbook.sparql.structure import selects

_ROUND = 100
_LEAST_POWER = 64


def is_suspect(rows: int) -> bool:
    """Tell whether a number of rows may be a limit rather than a result."""
    power = rows >= _LEAST_POWER and rows & (rows - 1) == 0
    return power or (rows > 0 and rows % _ROUND == 0)


def counting(text: str) -> str | None:
    """Return the query that counts the rows of another, or None where that has a limit itself.

    Nor can a query be counted that chooses its graphs, for that cannot be nested.
    """
    found = selects(text)
    if not found:
        return None
    outer = found[0]
    if "LIMIT" in outer.clauses or "OFFSET" in outer.clauses or _chooses_graphs(text):
        return None
    return f"{text[: outer.start]}SELECT (COUNT(*) AS ?n) WHERE {{ {{ {text[outer.start :]}\n}} }}"


def _chooses_graphs(text: str) -> bool:
    from factbook.sparql.tokens import meaningful

    return any(token.kind == "word" and token.text.upper() == "FROM" for token in meaningful(text))
