"""Compare the check with other SHACL validators on graphs of two shapes.

A command, not a test: `python tests/benchmarks/check.py --help`. The other validators are installed
by whoever runs it (`pip install pyshacl shacl-rust pyshifty pyrudof`), here or in an environment
that `--others` names; a missing one is passed over with a word. Times are of whole processes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks.engines import OTHERS, OURS, Engine  # noqa: E402 - see above
from tests.benchmarks.market import make_market  # noqa: E402
from tests.benchmarks.measure import environment, machine, run  # noqa: E402
from tests.benchmarks.scattered import make_scattered  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.benchmarks.triples import Market

HERE = Path(__file__).parent
GENERATORS = {
    "market": (make_market, HERE / "market-shapes.ttl"),
    "scattered": (make_scattered, HERE / "scattered-shapes.ttl"),
}
"""What makes a graph and what it is checked against: two graphs of unlike shape."""
SIZES = (10_000, 100_000, 1_000_000)


@dataclass(frozen=True)
class Measured:
    """What one validator did with one graph."""

    engine: str
    triples: int
    seconds: float | None
    """The median, or None where it did not finish."""
    peak_mib: int = 0
    found: int = 0
    """How many of the things with planted violations it reports."""
    planted: int = 0
    astray: int = 0
    """How many sound things it reports."""
    exact: bool = False
    """Whether node, shape and component of every result are those that were planted."""
    limit: float = 0
    """The seconds in which it did not finish."""
    said: str = ""
    generator: str = ""


def main() -> None:
    """Run the comparison and print a table; `--json` keeps the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="triples in a graph")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each validator but pySHACL")
    parser.add_argument("--others", default=sys.executable, help="Python with the other validators")
    parser.add_argument("--only", nargs="+", help="names of validators to run")
    parser.add_argument("--timeout", type=float, default=3600, help="seconds for one run")
    parser.add_argument("--json", type=Path, help="file for the figures")
    wanted = parser.parse_args()

    measured: list[Measured] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, (make, shapes) in GENERATORS.items():
            for size in wanted.sizes:
                data = Path(folder) / f"{name}-{size}.nt"
                market = make(data, size)
                number = sum(market.planted.values())
                _say(f"\n{name}: {market.triples:,} triples, {number} planted violations")
                for row in _compare(data, shapes, market, wanted):
                    measured.append(replace(row, generator=name))
                    _say(_line(row))
                data.unlink()
    for name in GENERATORS:
        rows = [row for row in measured if row.generator == name]
        _say(f"\n{name}:\n" + "\n".join(_verdicts(rows)))
    if wanted.json:
        document = {"machine": machine(), "measured": [asdict(row) for row in measured]}
        wanted.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _compare(
    data: Path, shapes: Path, market: Market, wanted: argparse.Namespace
) -> Iterator[Measured]:
    others = [(engine, wanted.others) for engine in OTHERS]
    for engine, python in [(OURS, sys.executable), *others]:
        if wanted.only and engine.name not in wanted.only:
            continue
        repeat = 1 if engine.name == "pySHACL" else wanted.repeat
        command = [python, "-c", engine.program, str(shapes), str(data)]
        yield _measure(engine, command, market, repeat=repeat, timeout=wanted.timeout)


def _measure(
    engine: Engine, command: Sequence[str], market: Market, *, repeat: int, timeout: float
) -> Measured:
    row = Measured(engine.name, market.triples, None)
    probe = [command[0], "-c", f"import {engine.package}"]
    if subprocess.run(
        probe, capture_output=True, cwd="/", env=environment(), check=False
    ).returncode:
        return replace(row, said=f"not installed: {engine.package}")
    try:
        if repeat > 1:
            run(command, timeout=timeout)  # the first run compiles modules
        runs = [run(command, timeout=timeout) for _ in range(repeat)]
    except subprocess.TimeoutExpired:
        said = f"not finished in {timeout:g} s"
        return replace(row, limit=timeout, said=said)
    failed = next((each for each in runs if each.error), None)
    if failed is not None:
        return replace(row, said=failed.error)
    seconds, peak = median(each.seconds for each in runs), max(each.peak_mib for each in runs)
    found = Counter(tuple(result) for result in json.loads(runs[0].output))
    planted = {focus for focus, _, _ in market.planted}
    reported = {focus for focus, _, _ in found}
    return Measured(
        engine.name,
        market.triples,
        seconds,
        peak,
        found=len(planted & reported),
        planted=len(planted),
        astray=len(reported - planted),
        exact=found == market.planted,
    )


def _line(row: Measured) -> str:
    if row.seconds is None:
        return f"  {row.engine:22} {row.said}"
    line = f"  {row.engine:22} {row.seconds:8.2f} s {row.peak_mib:6} MiB"
    if row.said:
        return f"{line}   {row.said}"
    astray = f", {row.astray} sound things reported" if row.astray else ""
    exact = ", every result as planted" if row.exact else ""
    return f"{line}   {row.found} of {row.planted} faulty things found{astray}{exact}"


def _verdicts(measured: Sequence[Measured]) -> Iterator[str]:
    """Yield how the check stands to its goals, at the largest size."""
    largest = max(row.triples for row in measured)
    at = {row.engine: row for row in measured if row.triples == largest and row.seconds}
    ours = at.get(OURS.name)
    names = [engine.name for engine in OTHERS]
    others = [row for name, row in at.items() if name in names and name != "pySHACL"]
    yield f"At {largest:,} triples:"
    if ours is None or ours.seconds is None:
        yield "  the check did not run"
        return
    yield f"  peak memory {ours.peak_mib} MiB (goal: at most 700)"
    for row in measured:
        if row.engine == "pySHACL" and row.triples == largest and (row.seconds or row.limit):
            least = "" if row.seconds else "more than "
            times = (row.seconds or row.limit) / ours.seconds
            yield f"  {least}{times:.0f} times as fast as pySHACL (goal: 40)"
    if others:
        fastest = min(others, key=lambda row: row.seconds or 0)
        assert fastest.seconds is not None
        ratio = ours.seconds / fastest.seconds
        yield f"  {ratio:.2f} times the time of {fastest.engine} (goal: at most 1.3)"
    smaller = [row for row in measured if row.engine == OURS.name and row.triples < largest]
    if smaller:
        before = max(smaller, key=lambda row: row.triples)
        if before.seconds:
            growth = ours.seconds / before.seconds
            yield f"  {growth:.1f} times the time of {before.triples:,} triples (goal: at most 12)"


if __name__ == "__main__":
    main()
