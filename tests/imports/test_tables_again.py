"""Figures of imported sources are what the tables say, read again without the program.

The tables stand beside the repository and are not part of it: without them the tests are skipped.
"""

from __future__ import annotations

import csv
import json
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import factbook

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
TABLES = ROOT.parent / "shared" / "datasets"
BASE = "https://w3id.org/ai-infra/"
FIGURES = """
PREFIX infra: <https://w3id.org/ai-infra/def#>
PREFIX qudt: <http://qudt.org/schema/qudt/>
PREFIX schema: <https://schema.org/>
SELECT ?source ?row ?measure ?value ?low ?high ?date ?unit WHERE {
  GRAPH ?source {
    ?figure infra:row ?row ; schema:measuredProperty ?measure ; schema:value ?value ;
      schema:observationDate ?date .
    OPTIONAL { ?figure schema:minValue ?low ; schema:maxValue ?high }
  }
  ?figure qudt:hasUnit ?unit .
}
ORDER BY ?source ?row ?measure
"""
# The row, the measure, the value with both ends of its interval, the day and the unit
Figure = tuple[str, str, Decimal, Decimal | None, Decimal | None, str, str]
DOLLAR, NUMBER, WATT, MEGAWATT = "CCY_USD", "NUM", "W", "MegaW"
H100 = "h100-equivalent"


def table(name: str) -> list[dict[str, str]]:
    """Return the rows of a table, or skip the test where the tables are missing."""
    path = TABLES / name
    if not path.exists():
        pytest.skip(f"{path} is missing: the tables are not part of the repository")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@cache
def figures() -> list[Any]:
    """Return all imported figures of the book."""
    return list(factbook.open(ROOT, cache=False).sparql(FIGURES))


def imported(mapping: str) -> set[Figure]:
    """Return the figures that a mapping gave."""

    def number(value: object) -> Decimal | None:
        return None if value is None else Decimal(str(value))

    return {
        (
            str(row["row"]),
            str(row["measure"]).rpartition("/")[2],
            Decimal(str(row["value"])),
            number(row["low"]),
            number(row["high"]),
            str(row["date"]),
            str(row["unit"]).rpartition("/")[2],
        )
        for row in figures()
        if str(row["source"]).startswith(f"{BASE}source/{mapping}-20")
    }


def intervals(row: dict[str, str], names: tuple[str, str, str]) -> tuple[Decimal, Decimal, Decimal]:
    """Return a median and both ends of its interval."""
    median, low, high = (Decimal(row[name]) for name in names)
    return median, low, high


def day_of(text: str) -> str:
    """Return a day such as 3/31/2024 in ISO 8601."""
    return datetime.strptime(text, "%m/%d/%Y").date().isoformat()  # noqa: DTZ007 - a day alone


COMPUTE = (
    "Compute estimate in H100e (median)",
    "H100e (5th percentile)",
    "H100e (95th percentile)",
)
TDP = ("Total TDP (W)", "Total TDP (W) (5th percentile)", "Total TDP (W) (95th percentile)")
POWER = ("Power in MW (median)", "Power in MW (5th percentile)", "Power in MW (95th percentile)")


def units_of(row: dict[str, str]) -> tuple[str, str, str]:
    """Return the names of the columns of units, which differ between tables."""
    name = "Number of Units"
    first = name if name in row else f"{name} (median)"
    return (first, f"{name} (5th percentile)", f"{name} (95th percentile)")


def sales() -> Iterator[Figure]:
    """Yield what the tables of sales say."""
    for maker in ("nvidia", "tpu", "amd", "trainium"):
        for row in table(f"epoch-{maker}-chip-sales.csv"):
            if row["Notes"].startswith("Incomplete"):
                continue
            day = day_of(row["End date"])
            key = f"{row['Chip type']} / {day}"
            yield (key, "units-sold", *intervals(row, units_of(row)), day, NUMBER)
            yield (key, "compute-sold", *intervals(row, COMPUTE), day, H100)
            if POWER[0] in row:
                yield (key, "power-sold", *intervals(row, POWER), day, MEGAWATT)


def owned() -> Iterator[Figure]:
    """Yield what the tables of owners say."""
    for maker in ("nvidia", "tpu", "coreweave", "amd"):
        for row in table(f"epoch-{maker}-owners-cumulative-by-chip.csv"):
            if row["Incomplete"] or row["Owner"] == "Other":
                continue
            day = day_of(row["End date"])
            key = f"{row['Owner']} / {row['Chip type']} / {day}"
            yield (key, "units-owned", *intervals(row, units_of(row)), day, NUMBER)
            yield (key, "compute-owned", *intervals(row, COMPUTE), day, H100)
            yield (key, "power-owned", *intervals(row, TDP), day, WATT)


def revenue() -> Iterator[Figure]:
    """Yield what the table of NVIDIA's quarters says, in dollars."""
    columns = {
        "revenue": "total_revenue",
        "data-centre-revenue": "dc_revenue",
        "networking-revenue": "network_revenue",
        "compute-revenue": "compute_revenue",
    }
    for row in table("epoch-nvidia-quarterly-revenue.csv"):
        for measure, column in columns.items():
            if row[column]:
                dollars = Decimal(row[column]) * 10**9
                key = f"{row['Quarter']} / {measure}"
                yield (key, measure, dollars, None, None, row["End Date"], DOLLAR)


def milestones() -> Iterator[Figure]:
    """Yield what the table of milestones says."""
    for row in table("epoch-data-center-timelines.csv"):
        key, day = f"{row['Data center']} / {row['Date']}", row["Date"]
        for column, measure, unit in (
            ("Power (MW)", "power-capacity", MEGAWATT),
            ("Buildings operational", "buildings-operational", NUMBER),
            ("H100 equivalents", "computing-power", H100),
            ("Total capital cost (2025 USD billions)", "capital-cost", "dollar-of-2025"),
        ):
            if not row[column]:
                continue
            value = Decimal(row[column])
            if unit == H100:
                value = value.quantize(Decimal(1))
            if measure == "capital-cost":
                value = value.quantize(Decimal("1e-9")) * 10**9
            yield (key, measure, value, None, None, day, unit)


def results() -> Iterator[Figure]:
    """Yield what the table of MLPerf says."""
    path = TABLES / "mlperf-inference-v5.1.json"
    if not path.exists():
        pytest.skip(f"{path} is missing: the tables are not part of the repository")
    units = {
        "Tokens/s": "token-per-second",
        "Samples/s": "sample-per-second",
        "Queries/s": "query-per-second",
        "Latency (ms)": "MilliSEC",
    }
    for row in json.loads(path.read_bytes(), parse_float=Decimal):
        if row["Category"] != "closed":
            continue
        key = " / ".join(row[name] for name in ("ID", "Suite", "Model", "Scenario"))
        unit = units[row["Performance_Units"]]
        measure = f"benchmark-{'latency' if unit == 'MilliSEC' else 'throughput'}"
        value = Decimal(row["Performance_Result"]).quantize(Decimal("1e-6"))
        yield (key, measure, value, None, None, "2025-09-09", unit)


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        ("epoch-chip-sales", sales),
        ("epoch-chip-owners", owned),
        ("epoch-nvidia-revenue", revenue),
        ("epoch-sites", milestones),
        ("mlperf-inference", results),
    ],
)
def test_figures_are_those_of_the_table(mapping: str, expected: Any) -> None:  # noqa: ANN401 - a function without arguments
    """Each value, interval, day and unit of the table is a figure of the source, and no more."""
    wanted = set(expected())
    got = imported(mapping)
    if mapping == "mlperf-inference":
        got = {figure for figure in got if figure[1].startswith("benchmark-")}

    assert got - wanted == set()
    assert wanted - got == set()
