"""The marks that warn about figures and sources, and their wording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Mark:
    """A sign after a value, and its meaning."""

    name: str
    """The column of `queries/pages/marks.rq` that is true if a value has the mark."""
    sign: str
    word: str
    """The text beside a single figure or source."""
    meaning: str
    """The text in the line under a table."""


MARKS = {
    mark.name: mark
    for mark in (
        Mark("stale", "†", "old", "a year old or more, and nobody has given a newer one"),
        Mark("unread", "*", "not read", "nobody has read the source, another document cites it"),
        Mark("disputed", "?", "disputed", "a party says that it is wrong"),
        Mark("contradicted", "≠", "contradicted", "a source that is as good gives another value"),
        Mark("withdrawn", "‡", "withdrawn", "its source has taken it back"),
    )
}
SIGNS = "".join(mark.sign for mark in MARKS.values())


def mark_text(text: str, names: Iterable[str]) -> str:
    """Return a text followed by the signs of its marks."""
    return text + "".join(MARKS[name].sign for name in names) if text else text


def explain_marks(names: Iterable[str]) -> str:
    """Return the line under a table that explains its marks; empty if it has none."""
    used = set(names)
    return "; ".join(f"{mark.sign} {mark.meaning}" for mark in MARKS.values() if mark.name in used)
