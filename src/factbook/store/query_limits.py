"""What a query may use, and how one ends that uses more."""

from __future__ import annotations

from dataclasses import dataclass

from factbook.errors import InputError


@dataclass(frozen=True)
class Limits:
    """What one query may use; None for as much as it likes."""

    seconds: float | None = 10.0
    """From the call to the end of the answer."""
    memory: int | None = 512 << 20
    """Bytes beyond what a worker uses at rest."""
    rows: int | None = 100_000
    """Rows or triples of an answer; what is more is cut off."""
    size: int | None = 32 << 20
    """Bytes of an answer; what is more is cut off."""


@dataclass(frozen=True)
class Outcome:
    """What an answer is that was written."""

    kind: str
    """'rows', 'triples' or 'truth'."""
    cut: str | None = None
    """'rows' or 'size' where a limit has cut the answer, which is then incomplete."""
    rows: int | None = None
    """How many rows or triples are left of an answer that was cut."""


class QueryStoppedError(InputError):
    """A query used more than it may, or ended the process that it ran in.

    Args:
        message: What happened.
        limit: 'time', 'memory' or 'depth'.
    """

    def __init__(self, message: str, limit: str) -> None:
        super().__init__(message)
        self.limit = limit


class BusyError(InputError):
    """All workers are busy, and no more can be started."""
