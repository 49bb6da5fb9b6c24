"""Mark the rows of an answer that need a lead: those that are missing without the leads."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pyoxigraph import Literal

from factbook.store.answers import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from factbook.store.answers import Row

COLUMN = "lead"


def mark_leads(everything: Table, without: Table) -> Table:
    """Return all rows with a column that says whether the row needs a lead."""
    plain = Counter(without.rows)

    def rows() -> Iterator[Row]:
        for row in everything.rows:
            known = plain[row] > 0
            plain[row] -= known
            yield (*row, Literal(not known))

    return Table((*everything.variables, COLUMN), rows())
