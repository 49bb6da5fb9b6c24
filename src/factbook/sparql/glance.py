"""See at a glance what most queries are not, before they are looked at token by token."""

from __future__ import annotations


def asks_elsewhere(text: str) -> bool:
    """Tell whether a query asks another endpoint; see `tokens.calls_service`."""
    if "service" not in text.casefold() and "\\" not in text:
        return False
    from factbook.sparql.tokens import calls_service

    return calls_service(text)
