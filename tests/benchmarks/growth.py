"""Compare what each stored query takes with what it takes on a graph of a tenth of the size.

A command, not a test: `python tests/benchmarks/growth.py --help`. Both are asked in turn, so that a
machine which is slower at times does not count; the smaller one three times as often.
"""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.report import Measured, line
from tests.benchmarks.run import Size, keep, options, say

if TYPE_CHECKING:
    from tests.benchmarks.measure import Run

    from factbook.query.stored_queries import StoredQuery

_OTHER = "a tenth of it"


def main() -> None:
    """Run the comparison and print a table; `--json` keeps the figures."""
    parser = options(__doc__ or "")
    parser.set_defaults(sizes=[1_000_000, 10_000_000], repeat=1)
    wanted = parser.parse_args()
    if wanted.folder is None:
        parser.error("--folder is needed: books of this size are not made for one run")
    small, large = (Size(wanted.folder, size, wanted) for size in wanted.sizes)
    measured = [row for size in (small, large) for row in size.loading()]
    for query in large.queries():
        row = _grown(query, small, large, wanted.repeat)
        measured.append(row)
        say(line(row))
    keep(wanted, measured)


def _grown(query: StoredQuery, small: Size, large: Size, repeat: int) -> Measured:
    runs: list[Run] = []
    seconds, work = [], []
    for _ in range(repeat):
        before, after = _ask(query, small), _ask(query, small)
        runs.append(_ask(query, large))
        own = (before, after, _ask(query, small))
        seconds.append(runs[-1].seconds / median(run.seconds for run in own))
        work.append(runs[-1].work / median(run.work for run in own))
    return Measured(
        large.size,
        f"query {query.name}",
        median(run.seconds for run in runs),
        median(run.work for run in runs),
        max(run.peak_mib for run in runs),
        other=_OTHER,
        ratio=median(seconds),
        work_ratio=median(work),
        said=runs[0].error,
    )


def _ask(query: StoredQuery, size: Size) -> Run:
    return size.run([*size.call, *size.asking(query)])


if __name__ == "__main__":
    main()
