"""Places in files: lines and columns, and an index of triples by where they stand."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyoxigraph import Quad

    from factbook.rdf.terms import Term


class Place(NamedTuple):
    """A line and a column, both counted from 1; columns are characters, not bytes."""

    line: int
    column: int


class PlacedQuad(NamedTuple):
    """A quad and the places of its terms."""

    quad: Quad
    subject: Place
    predicate: Place
    object: Place


class Places:
    """An index of placed quads by subject and object."""

    def __init__(self, quads: Iterable[PlacedQuad]) -> None:
        self._by_subject: dict[Term, list[PlacedQuad]] = {}
        self._by_object: dict[Term, PlacedQuad] = {}
        for placed in quads:
            self._by_subject.setdefault(placed.quad.subject, []).append(placed)
            self._by_object.setdefault(placed.quad.object, placed)

    def find(
        self, subject: Term, predicate: Term | None = None, value: Term | None = None
    ) -> Place | None:
        """Return the place of a triple, or of the closest match.

        This is the object of the triple. If the value is missing in the file, it is the last triple
        with that subject and predicate; if the predicate is missing, the first triple with that
        subject; if the subject is missing, the first triple with it as its object.
        """
        placed = self._by_subject.get(subject)
        if placed is None:
            mention = self._by_object.get(subject)
            return None if mention is None else mention.object
        same = [each for each in placed if each.quad.predicate == predicate]
        exact = next((each for each in same if each.quad.object == value), None)
        if exact is not None:
            return exact.object
        return same[-1].predicate if same else placed[0].subject


def line_starts(text: str) -> list[int]:
    """Return the offsets at which the lines of a text begin."""
    return [0, *(match.end() for match in re.finditer("\n", text))]


def place_at(starts: Sequence[int], offset: int, *, first_line: int = 1) -> Place:
    """Return the place of an offset in a text.

    Args:
        starts: The offsets at which its lines begin.
        offset: The offset.
        first_line: The number of its first line.
    """
    index = bisect_right(starts, offset) - 1
    return Place(first_line + index, offset - starts[index] + 1)
