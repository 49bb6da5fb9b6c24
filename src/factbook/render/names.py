"""The formats of answers to SELECT, by our names."""

from __future__ import annotations

MACHINE = ("csv", "tsv", "json", "xml")
HUMAN = ("table", "md", "html")


def usual(*, terminal: bool) -> str:
    """Return the format for stdout where none is chosen."""
    return "table" if terminal else "tsv"
