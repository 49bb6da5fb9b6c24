"""What was measured, as lines to read and as figures to keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True)
class Measured:
    """What factbook took for one task, and what another program took in the same breath."""

    triples: int
    task: str
    seconds: float | None
    work: float | None = None
    """Seconds of processor time."""
    peak_mib: int = 0
    other: str = ""
    ratio: float | None = None
    """Our time over the other's."""
    work_ratio: float | None = None
    said: str = ""


def line(row: Measured) -> str:
    """Return a line of the table."""
    triples = f"{row.triples:,}" if row.triples else "bundled"
    text = f"{triples:>10}  {row.task:26}"
    if row.seconds is not None:
        text += f"{row.seconds:9.3f} s {row.work or 0:9.3f} s work {row.peak_mib:6} MiB"
    if row.ratio is not None:
        text += f"  {row.ratio:8.3f} (work {row.work_ratio or 0:.3f}) of {row.other}"
    elif row.other:
        text += f"  {row.other}: {row.said}"
    return text if row.ratio is None or not row.said else f"{text}  {row.said}"


def growth(measured: Sequence[Measured]) -> Iterator[str]:
    """Yield how much longer each task takes on a graph of ten times the size."""
    own = {
        (row.task, row.triples): row for row in measured if (not row.other or "same" in row.other)
    }
    for (task, size), row in own.items():
        larger = own.get((task, size * 10))
        if size and larger and row.work and larger.work:
            times = larger.work / row.work
            yield f"{size * 10:>10,}  {task:26} {times:5.1f} times the work of a tenth of it"
