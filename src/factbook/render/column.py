"""What a result column holds, as a table for people needs to know it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """What a result column holds, and which other columns belong to it.

    `unit` names the column with the unit of a number, `low` and `high` those with the ends of a
    range that stands in its place, and `precision` the one that says how much of a date is known:
    tables for people show them in one cell. A `detail` is left out of such tables unless asked for,
    and a `sparse` column where no row has anything in it.
    """

    name: str
    type: str = "text"
    unit: str | None = None
    low: str | None = None
    high: str | None = None
    precision: str | None = None
    detail: bool = False
    sparse: bool = False
    doc: str = ""
