"""See at a glance what most queries are not, before they are looked at token by token."""

from __future__ import annotations

import re

# SPARQL 1.1, 17.4
_FLEETING = re.compile(r"\b(?:now|rand|uuid|struuid|bnode)\b", re.IGNORECASE)


def asks_elsewhere(text: str) -> bool:
    """Tell whether a query asks another endpoint; see `tokens.calls_service`."""
    if "service" not in text.casefold() and "\\" not in text:
        return False
    from factbook.sparql.tokens import calls_service

    return calls_service(text)


def lasts(text: str) -> bool:
    """Tell whether a query surely has the same answer as long as the graph is the same.

    In doubt the answer is no: a word may only look like a function that never gives the same.
    """
    return _FLEETING.search(text) is None
