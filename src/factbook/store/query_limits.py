"""The limits of a query, and the errors when a query exceeds them."""

from __future__ import annotations

from dataclasses import dataclass

from factbook.errors import InputError


@dataclass(frozen=True)
class Limits:
    """The limits of one query; None means no limit."""

    seconds: float | None = 10.0
    """Seconds from the call to the end of the answer."""
    memory: int | None = 512 << 20
    """Bytes of memory beyond those of an idle worker."""
    rows: int | None = 100_000
    """Rows or triples of an answer; the rest is cut off."""
    size: int | None = 32 << 20
    """Bytes of an answer; the rest is cut off."""


@dataclass(frozen=True)
class Outcome:
    """The kind of a written answer, and whether it was cut."""

    kind: str
    """'rows', 'triples' or 'truth'."""
    cut: str | None = None
    """The limit that cut the answer ('rows' or 'size'), or an empty string."""
    rows: int | None = None
    """The number of rows or triples of an answer that was cut."""


class QueryStoppedError(InputError):
    """A query exceeded a limit, or crashed its process.

    Args:
        message: What happened.
        limit: 'time', 'memory' or 'depth'.
    """

    def __init__(self, message: str, limit: str) -> None:
        super().__init__(message)
        self.limit = limit


class BusyError(InputError):
    """All workers are busy, and no more can be started."""
