"""What an analyst must find in the real graph, above all what has changed since the survey."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from factbook.api import Book
from factbook.render.rows import Rows
from factbook.store.answers import Table

if TYPE_CHECKING:
    from tests.queries.conftest import Shelf


def ask(shelf: Shelf, query: str, **values: str) -> Rows:
    """Return the typed rows of a stored query on the bundled book."""
    answer = shelf("bundled").ask(query, values, engine="embedded")
    assert isinstance(answer, Table)
    return Rows(answer)


def slug(iri: object) -> str:
    """Return the end of an IRI."""
    return str(iri).replace("#", "/").rpartition("/")[2]


def test_rank_puts_chips_of_eight_terabytes_first(shelf: Shelf) -> None:
    """Neither an on-chip figure nor a rack leads the ranking of off-chip bandwidth."""
    rows = ask(shelf, "rank", measure="off-chip memory bandwidth")

    first = [row for row in rows if row.value == rows[0].value]
    assert {slug(row.thing) for row in first} == {"gb200-gpu", "gb300-gpu", "mi350x", "mi355x"}
    assert rows[0].value == 8000


def test_rank_takes_the_shipping_figure(shelf: Shelf) -> None:
    """The B200 stands with the newest figure of high confidence, not with what was announced."""
    rows = ask(shelf, "rank", measure="off-chip memory bandwidth")

    assert [row.value for row in rows if slug(row.thing) == "b200"] == [7672]


def test_rank_known_by_takes_the_announced_figure(shelf: Shelf) -> None:
    """Who had read only what was out before the chip shipped knew the announcement alone."""
    book = Book(shelf("bundled").book.layout.root, known_by="2024-12-31", cache=False)
    rows = book.query("rank", measure="off-chip memory bandwidth", asof="2024-12-31")

    assert [row["value"] for row in rows if slug(row["thing"]) == "b200"] == [8000]


def test_racks_rank_only_when_asked_for(shelf: Shelf) -> None:
    """The rack with the sum of its chips leads its own kind and is no chip."""
    chips = ask(shelf, "rank", measure="off-chip memory bandwidth", kind="infra:Chip")
    rows = ask(shelf, "rank", measure="off-chip memory bandwidth", kind="infra:Product")

    assert "gb200-nvl72" not in {slug(row.thing) for row in chips}
    systems = [slug(row.thing) for row in rows if slug(row.kind) == "System"]
    assert systems[0] == "gb200-nvl72"


def test_peak_figures_are_ordered_within_one_way_of_counting(shelf: Shelf) -> None:
    """A figure that does not say how it counts never stands among those that do."""
    rows = ask(shelf, "rank", measure="peak performance", numberformat="number-format:fp16")

    for way in {(row.kind, row.sparsity) for row in rows}:
        values = [float(str(row.value)) for row in rows if (row.kind, row.sparsity) == way]
        assert values == sorted(values, reverse=True)


def test_missing_figures_stay_empty(shelf: Shelf) -> None:
    """A wafer without memory beside it has no figure for that, and nothing is ever 0."""
    rows = ask(shelf, "accelerators")

    wafer = next(row for row in rows if slug(row.chip) == "wse-3")
    assert (wafer.onchipmemory, wafer.offchipmemory, wafer.bandwidth) == (44000, None, None)
    assert [row for row in rows if 0 in row.values()] == []


def test_a_revision_shows_what_it_revises(shelf: Shelf) -> None:
    """The shipped memory of the B200 answers, and the announced one says by how much it differs."""
    rows = ask(shelf, "accelerator", product="b200")

    memory = [row for row in rows if slug(row.measure) == "off-chip-memory"]
    assert [(row.value, row.current) for row in memory] == [(180, True), (192, False)]
    assert {row.answer for row in memory} == {memory[0].observation}


@pytest.mark.parametrize(
    ("day", "owners"), [("2024-07-10", []), ("2024-07-11", ["softbank-group"])]
)
def test_graphcore_has_an_owner(day: str, owners: list[str], shelf: Shelf) -> None:
    """Graphcore belongs to SoftBank from the day of the purchase on, not a day earlier."""
    rows = ask(shelf, "ownership", company="graphcore", asof=day)

    assert [slug(row.owner) for row in rows] == owners


@pytest.mark.parametrize("company", ["anyscale", "cerebras", "groq", "sambanova"])
def test_bid_makes_no_owner(company: str, shelf: Shelf) -> None:
    """An agreement that is not closed, a refused offer or a licence makes no owner."""
    assert len(ask(shelf, "ownership", company=company)) == 0


def test_announced_sale_is_not_completed(shelf: Shelf) -> None:
    """The agreement with Nscale is announced, and nothing says that it is completed."""
    rows = ask(shelf, "timeline", company="anyscale", kind="Acquisition")

    assert [(slug(row.event), slug(row.stage)) for row in rows] == [
        ("anyscale-nscale-agreement", "announced")
    ]


@pytest.mark.parametrize(
    ("company", "day"), [("cerebras", "2026-05-14"), ("coreweave", "2025-03-28")]
)
def test_public_offering_is_completed(company: str, day: str, shelf: Shelf) -> None:
    """The public offerings of both companies end in a completed one."""
    rows = ask(shelf, "timeline", company=company, kind="Public offering")

    listed = [str(row.date) for row in rows if slug(row.stage) == "completed"]
    assert listed == [day]


def test_withdrawn_offering_comes_first(shelf: Shelf) -> None:
    """What was filed in 2024 is withdrawn before the second attempt."""
    rows = ask(shelf, "timeline", company="cerebras", kind="Public offering")

    assert [slug(row.stage) for row in rows] == ["announced", "withdrawn", "announced", "completed"]


@pytest.mark.parametrize(
    ("company", "names"),
    [
        ("coreweave", "Atlantic Crypto becomes CoreWeave"),
        ("databricks", "Lakehouse Platform becomes Data Intelligence Platform"),
        ("lambda", "Lambda Labs becomes Lambda"),
    ],
)
def test_renamed_thing_shows_both_names(company: str, names: str, shelf: Shelf) -> None:
    """A company or product that changed its name shows both names."""
    rows = ask(shelf, "timeline", company=company, kind="Rename")

    assert [row.detail for row in rows] == [names]


def test_groq_licensed_and_was_not_bought(shelf: Shelf) -> None:
    """The agreement with NVIDIA is a licence whose price is only reported."""
    rows = ask(shelf, "timeline", company="groq", kind="Licence")

    assert [(slug(row.event), row.amount, slug(row.amountstanding)) for row in rows] == [
        ("groq-nvidia-licence", 20_000_000_000, "reported")
    ]


def test_chip_makers_that_now_sell_inference(shelf: Shelf) -> None:
    """Three of the four chip makers of the survey have a hosted inference service since."""
    rows = ask(shelf, "drift")

    makers = {
        slug(row.company): slug(row.product)
        for row in rows
        if slug(row.segment) == "ai-hardware-manufacturers"
    }
    assert makers == {
        "cerebras": "cerebras-inference",
        "groq": "groqcloud",
        "sambanova": "sambacloud",
    }


def test_drift_before_it_began(shelf: Shelf) -> None:
    """Before its launch a service is not there; one without a known launch has no date."""
    before = ask(shelf, "drift", asof="2024-08-26")

    assert "cerebras-inference" not in {slug(row.product) for row in before}
    assert {row.came for row in before} == {None}


def test_multiples_stay_within_a_year(shelf: Shelf) -> None:
    """No valuation is set against a revenue of more than a year before or after."""
    rows = ask(shelf, "multiples")

    assert {slug(row.company) for row in rows} >= {"cerebras", "coreweave", "databricks"}
    days = [
        date.fromisoformat(str(row.valued)) - date.fromisoformat(str(row.earned)) for row in rows
    ]
    assert all(abs(between.days) <= 366 for between in days)


def test_chip_hours_are_not_instance_hours(shelf: Shelf) -> None:
    """Who rents out a B200 asks for one of them less than ten dollars an hour."""
    rows = ask(shelf, "rented-by", product="b200")

    assert {slug(row.provider) for row in rows} >= {"coreweave", "lambda", "modal"}
    assert all(row.hourly is None or row.hourly < 10 for row in rows)


def test_leads_are_listed_without_loading_them_for_others(shelf: Shelf) -> None:
    """The list of what waits to be read loads the leads; no other answer rests on them."""
    book = Book(cache=False)

    assert len(ask(shelf, "leads")) == 0
    listed = book.query("leads")
    assert len(listed) >= 70
    assert book.sparql("ASK { ?source a infra:Lead }", result_type=bool) is False
