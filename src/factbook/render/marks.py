"""The marks behind figures and sources that one should not simply lean on, and their wording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Mark:
    """A sign behind a value, and what it says."""

    name: str
    """The column of `queries/pages/marks.rq` that is true where the mark stands."""
    sign: str
    word: str
    """What is said beside a single figure or source."""
    meaning: str
    """What a line under a table says."""


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
    """Return a text with the signs of its marks behind it."""
    return text + "".join(MARKS[name].sign for name in names) if text else text


def explain_marks(names: Iterable[str]) -> str:
    """Return the line under a table that explains the marks in it, or nothing without any."""
    used = set(names)
    return "; ".join(f"{mark.sign} {mark.meaning}" for mark in MARKS.values() if mark.name in used)
