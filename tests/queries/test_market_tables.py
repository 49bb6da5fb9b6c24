"""Market queries answer what Python finds in the tables that they come from.

Each answer is worked out again from the rows, read with csv and json and without SPARQL.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from functools import cache
from statistics import median
from typing import TYPE_CHECKING, Any

import pytest
from tests.imports import again_chips, again_estimates, again_places, again_services
from tests.imports.again import path_of, read_csv

from factbook.render.rows import Rows
from factbook.store.answers import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.imports.again import Row, Statements
    from tests.queries.conftest import Shelf

DAY = "2026-05-31"
Figure = dict[str, str]


@pytest.fixture
def ask(shelf: Shelf) -> Callable[..., list[Any]]:
    """Return what asks a stored query about the whole book, on one day."""
    path_of("SHA256SUMS")

    def run(query: str, **values: str) -> list[Any]:
        answer = shelf("whole").ask(query, {"asof": DAY, **values}, engine="embedded")
        assert isinstance(answer, Table)
        return [
            {name: None if value is None else end_of(str(value)) for name, value in row.items()}
            for row in Rows(answer)
        ]

    return run


def end_of(value: str) -> str:
    """Return an IRI without the namespace of the book, and a text as it is."""
    return value.removeprefix("https://w3id.org/ai-infra/")


def figures(rows: list[Row], read: Callable[[Row], Statements], measure: str) -> list[Figure]:
    """Return the figures of a measure that rows state."""
    stated = (each for row in rows if not isinstance(found := read(row), str) for each in found)
    return [
        figure
        for each in stated
        if (figure := dict(each)).get("measuredProperty") == f"measure/{measure}"
    ]


@cache
def sales() -> list[Row]:
    """Return the rows of all tables of sales."""
    makers = ("nvidia", "tpu", "amd", "trainium")
    return [row for maker in makers for row in read_csv(f"epoch-{maker}-chip-sales.csv")]


def test_chips_sold(ask: Callable[..., list[Any]]) -> None:
    """Each quarter of each chip has its units with both ends."""
    wanted = {
        (
            f["observationAbout"],
            f["counted"],
            f["observationDate"],
            f["value"],
            f["minValue"],
            f["maxValue"],
        )
        for f in figures(sales(), again_estimates.sale, "units-sold")
        if f["observationDate"] <= DAY
    }
    rows = ask("chips-sold")

    got = {(r["maker"], r["chip"], r["quarterend"], r["units"], r["low"], r["high"]) for r in rows}
    assert got == wanted
    assert len(rows) == len(wanted)


def test_chip_owners(ask: Callable[..., list[Any]]) -> None:
    """The latest number of each chip of each owner, and the first day with any."""
    tables = (
        f"epoch-{who}-owners-cumulative-by-chip.csv"
        for who in ("nvidia", "tpu", "coreweave", "amd")
    )
    rows = [row for table in tables for row in read_csv(table)]
    found = defaultdict(list)
    for f in figures(rows, again_estimates.owned, "units-owned"):
        if f["observationDate"] <= DAY:
            found[f["observationAbout"], f["counted"]].append(f)
    wanted = set()
    for pair, each in found.items():
        last = max(each, key=lambda f: f["observationDate"])
        some = [f["observationDate"] for f in each if Decimal(f["value"]) > 0]
        if Decimal(last["value"]) > 0:
            wanted.add((*pair, last["value"], last["minValue"], last["maxValue"], min(some)))

    got = {
        (r["owner"], r["chip"], r["units"], r["low"], r["high"], r["since"])
        for r in ask("chip-owners")
    }
    assert got == wanted


def test_shares_of_computing_power(ask: Callable[..., list[Any]]) -> None:
    """A maker's share of a quarter is its sum of medians over that of all makers."""
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for f in figures(sales(), again_estimates.sale, "compute-sold"):
        sums[f["observationDate"]][f["observationAbout"]] += Decimal(f["value"])
    wanted = {
        (quarter, maker, amount, round(amount * 100 / sum(makers.values()), 1))
        for quarter, makers in sums.items()
        for maker, amount in makers.items()
        if quarter <= DAY
    }
    rows = ask("maker-shares")

    got = {(r["quarterend"], r["maker"], Decimal(r["amount"]), Decimal(r["share"])) for r in rows}
    assert got == wanted


@pytest.mark.parametrize("chip", ["product:tpu-v4", "product:tpu-v5e", "product:a40"])
def test_rental_prices(chip: str, ask: Callable[..., list[Any]]) -> None:
    """Least, median and greatest price of a year, mode and commitment, and who asks it."""
    found: dict[tuple[str, ...], list[tuple[Decimal, str]]] = defaultdict(list)
    for f in figures(again_chips.offers(), again_chips.offer, "price"):
        if f["observationAbout"] == chip.replace(":", "/") and f["per"] == "price-basis/gpu-hour":
            key = (f["observationDate"][:4], f["purchaseMode"], f.get("commitment", ""))
            found[key].append((Decimal(f.get("value") or f["minValue"]), f["offeredBy"]))
    wanted = set()
    for group, offers in found.items():
        prices = [price for price, _ in offers]
        sellers = len({seller for _, seller in offers})
        wanted.add((*group, min(prices), median(prices), max(prices), len(prices), sellers))

    got = {
        (
            *(r["year"], r["mode"], r["commitment"]),
            *(Decimal(r[name]) for name in ("least", "median", "greatest")),
            *(int(r[name]) for name in ("prices", "sellers")),
        )
        for r in ask("rental-prices", chip=chip)
    }
    assert wanted
    assert got == wanted


def test_benchmark_results(ask: Callable[..., list[Any]]) -> None:
    """All results, the best of each test, scenario and unit first."""
    rows = again_services.results()
    stated = [
        *figures(rows, again_services.result, "benchmark-throughput"),
        *figures(rows, again_services.result, "benchmark-latency"),
    ]
    wanted = sorted(
        (f["benchmark"], f["scenario"], f["observationAbout"], Decimal(f["value"])) for f in stated
    )
    got = ask("benchmark-results")

    results = {
        (r["observation"], r["benchmark"], r["scenario"], r["machine"], Decimal(r["result"]))
        for r in got
    }
    assert sorted(row[1:] for row in results) == wanted
    best: dict[tuple[str, ...], list[Decimal]] = defaultdict(list)
    for r in got:
        best[r["benchmark"], r["scenario"], r["unit"]].append(Decimal(r["result"]))
    for (*_, unit), values in best.items():
        assert values == sorted(values, reverse=not unit.endswith("MilliSEC"))


def test_sites(ask: Callable[..., list[Any]]) -> None:
    """The latest power of each site, and the greatest that is foreseen after the day."""
    powers = defaultdict(list)
    for f in figures(again_places.milestones(), again_places.milestone, "power-capacity"):
        powers[f["observationAbout"]].append(f)
    wanted = set()
    for site, each in powers.items():
        told = [f for f in each if f["standing"] != "standing/guidance"]
        last = max(told, key=lambda f: f["observationDate"])
        ahead = [
            Decimal(f["value"])
            for f in each
            if f["standing"] == "standing/guidance" and f["observationDate"] > DAY
        ]
        wanted.add(
            (site, Decimal(last["value"]), last["observationDate"], max(ahead, default=None))
        )

    got = {
        (r["site"], Decimal(r["power"]), r["date"], r["expected"] and Decimal(r["expected"]))
        for r in ask("sites")
        if r["site"] in powers
    }
    assert got == wanted


def test_token_prices(ask: Callable[..., list[Any]]) -> None:
    """All prices of a model, by provider, plan and day."""
    model = "product:gpt-oss-120b"
    wanted = {
        (f["per"], f["observationAbout"], f.get("plan"), f["observationDate"], Decimal(f["value"]))
        for f in figures(again_services.token_offers(), again_services.token_offer, "price")
        if f["servedModel"] == model.replace(":", "/") and f["standing"] == "standing/reported"
    }
    rows = ask("token-prices", model=model, asof="2026-08-31")

    got = {
        (r["basis"], r["service"], r["plan"], r["date"], Decimal(r["price"]))
        for r in rows
        if r["source"].startswith("source/genai-prices")
    }
    assert wanted
    assert got == wanted
