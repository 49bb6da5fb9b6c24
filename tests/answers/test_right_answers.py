"""Answers that were once wrong, each found by hand in the bundled book, are right on given days."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from tests.core_book import core_book

import factbook
from factbook.cli.root import root
from factbook.front_matter import read_front_matter

if TYPE_CHECKING:
    from factbook.render.rows import Row

BOOK = factbook.open(core_book(), cache=False)
TODAY = "2026-11-23"
B200 = "https://w3id.org/ai-infra/product/b200"
BANDWIDTH = "off-chip memory bandwidth"


def ask(query: str, **values: str) -> list[Row]:
    """Return the rows of a stored query."""
    return list(BOOK.query(query, **values))


def find(text: str) -> list[Row]:
    """Return the rows of a query of one's own."""
    return list(BOOK.sparql(text))


def slug(iri: object) -> str:
    """Return the end of an IRI."""
    return str(iri).replace("#", "/").rpartition("/")[2]


def titles(query: str) -> dict[str, Any]:
    """Return what the front matter of a query says of its columns."""
    found = next(stored for stored in BOOK.queries() if stored.name == query)
    return dict(read_front_matter(found.text, found.path)["columns"])


def test_timeline_has_the_source_of_each_amount() -> None:
    """The contract of Cerebras with OpenAI: 20 billion by one source, reported first by another."""
    rows = [
        row
        for row in ask("timeline", company="cerebras")
        if slug(row["event"]) == "cerebras-openai-contract" and row["amount"] == Decimal(20 * 10**9)
    ]

    assert len(rows) == 1
    assert slug(rows[0]["source"]) == "cerebras-scores-openai-deal-worth-over-10-billion"
    assert slug(rows[0]["amountsource"]) == "cerebras-files-s-1-coverage-in-copy"


def test_revenues_are_ranked_within_one_length_of_time() -> None:
    """No quarter stands among years, and each row says which it is."""
    rows = ask("rank", measure="revenue", kind="infra:Company", asof=TODAY)
    periods = [row["period"] for row in rows]

    assert periods == sorted(periods, key=lambda period: (period is None, str(period)))
    assert [slug(row["thing"]) for row in rows if row["period"] == "P1Y"][:2] == [
        "coreweave",
        "databricks",
    ]
    assert {row["period"] for row in rows} >= {"P1Y", "P3M"}


def test_bandwidth_of_one_chip_is_one_answer() -> None:
    """Three queries give the B200 the same figure."""
    ranked = [
        row["value"]
        for row in ask("rank", measure=BANDWIDTH, asof=TODAY)
        if slug(row["thing"]) == "b200"
    ]
    current = [
        row["value"]
        for row in ask("accelerator", product=B200, asof=TODAY)
        if slug(row["measure"]) == "off-chip-memory-bandwidth" and row["current"]
    ]
    side_by_side = [
        row["bandwidth"] for row in ask("accelerators", asof=TODAY) if slug(row["chip"]) == "b200"
    ]
    simple: Any = BOOK.query("simple")
    plain = [
        int(value)
        for thing, measure, value in simple
        if str(thing) == B200 and slug(measure) == "off-chip-memory-bandwidth"
    ]

    assert ranked == current == side_by_side == plain == [7672]


def test_plain_properties_have_the_unit_and_period_that_they_seem_to_have() -> None:
    """Pounds do not pose as dollars, nor a figure of an unknown period as one of a year."""
    simple: Any = BOOK.query("simple")
    figures = [(slug(thing), slug(measure), str(value)) for thing, measure, value in simple]

    assert not [
        each for each in figures if each[:2] == ("graphcore-india-investment", "planned-investment")
    ]
    assert [each[2] for each in figures if each[:2] == ("coreweave", "revenue")] == ["5131000000"]


def test_figures_of_a_plain_name_are_those_of_its_forms() -> None:
    """GB200 does not tell the superchip from its GPU: a row says of which one a figure is."""
    rows = ask("accelerator", product="GB200", asof=TODAY)
    of_gpu = ask("accelerator", product="GB200 GPU", asof=TODAY)

    assert {slug(row["form"]) for row in rows} == {"gb200-gpu"}
    assert [row["observation"] for row in rows] == [row["observation"] for row in of_gpu]
    assert {row["form"] for row in of_gpu} == {None}


def test_launch_claim_gives_way_to_what_is_corroborated() -> None:
    """The integer peak of the GroqChip is 750, of high confidence."""
    rows = ask("rank", measure="peak integer performance", asof=TODAY)

    assert [
        (row["value"], slug(row["confidence"])) for row in rows if slug(row["thing"]) == "groqchip"
    ] == [(750, "high")]


def test_figures_of_two_formats_are_ranked_in_both() -> None:
    """The ranking in BF16 has all chips, also those whose source gives FP16 and BF16 together."""
    rows = ask("rank", measure="peak performance", numberformat="BF16", asof=TODAY)
    things = {slug(row["thing"]) for row in rows}

    assert things >= {"b200", "h100-sxm", "mi300x", "sn40l", "a100-80", "mi355x"}
    assert len(things) >= 15


def test_rents_are_the_newest_and_cheapest_first() -> None:
    """Of the H100 the spot price of eight comes first, and no price of May beside September's."""
    rows = ask("rented-by", product="h100-sxm", asof=TODAY)
    priced = [row for row in rows if row["hourly"] is not None]
    hourly = [Decimal(str(row["hourly"])) for row in priced]

    assert (slug(priced[0]["cloud"]), slug(priced[0]["mode"])) == ("coreweave-cloud", "spot")
    assert hourly == sorted(hourly)
    assert round(hourly[0], 2) == Decimal("2.46")
    assert hourly[-1] == Decimal("6.155")
    assert {str(row["date"])[:7] for row in priced if slug(row["cloud"]) == "lambda-cloud"} == {
        "2026-09"
    }
    assert all(row["years"] is not None for row in priced)


def test_rents_of_unstated_terms_come_after_those_of_stated_ones() -> None:
    """The old price of Vultr does not say how it is bought, and leads no ranking."""
    priced = [
        slug(row["cloud"])
        for row in ask("rented-by", product="h100", asof=TODAY)
        if row["hourly"] is not None
    ]

    assert priced[-1] == "vultr-bare-metal"
    assert "vultr-bare-metal" not in priced[:-1]


def test_spot_price_of_an_instance_is_shared_by_its_chips() -> None:
    """The B300 costs 4.48 dollars an hour, of 35.84 for eight."""
    rows = [row for row in ask("rented-by", product="b300", asof=TODAY) if row["price"]]

    assert [(str(row["hourly"]), str(row["price"]), row["accelerators"]) for row in rows] == [
        ("4.48", "35.84", 8)
    ]
    assert slug(rows[0]["mode"]) == "spot"


def test_drift_does_not_date_a_product_by_its_end() -> None:
    """The page that ends the inference of Lambda says nothing of when it came."""
    rows = [row for row in ask("drift", asof=TODAY) if slug(row["product"]) == "lambda-inference"]

    assert [row["came"] for row in rows] == [None]


def test_total_of_a_segment_needs_all_its_members() -> None:
    """Makers of hardware have no total without NVIDIA and AMD, and the row says how many miss."""
    row = next(
        row
        for row in ask("category-totals", asof=TODAY)
        if slug(row["segment"]) == "ai-hardware-manufacturers"
    )

    assert row["total"] is None
    assert (row["missing"], row["partial"]) == (2, 81_200_000_000)


def test_disputed_figure_is_listed_by_its_single_source() -> None:
    """The worth of 23 billion at CoreWeave's offering is there."""
    rows = ask("single-source", thing="coreweave", measure="valuation")

    assert (23_000_000_000, "2025-03-28") in {(row["value"], str(row["date"])) for row in rows}


def test_lender_is_no_investor() -> None:
    """Blackstone lends to CoreWeave and leads no round."""
    rows = [row for row in ask("investors") if slug(row["investor"]) == "blackstone"]

    assert {(row["role"], row["led"]) for row in rows} == {("lender", 0)}


@pytest.mark.parametrize("query", ["investors", "relationships"])
def test_day_of_a_year_is_not_made_up(query: str) -> None:
    """The first and last date of many things are as long as what is known of them."""
    rows = ask(query)
    shown = {str(row[name]) for row in rows for name in ("first", "last") if row[name]}

    assert not any(text.endswith("-01-01") for text in shown)
    assert {len(text) for text in shown if text[:1].isdigit()} >= {4, 7, 10}


@pytest.mark.parametrize(
    ("query", "date", "precision"),
    [
        ("multiples", "valued", "valuedPrecision"),
        ("multiples", "earned", "earnedPrecision"),
        ("theme", "date", "datePrecision"),
    ],
)
def test_dates_stand_with_their_precision(query: str, date: str, precision: str) -> None:
    """The column of a date names the one that says how much of it is known."""
    assert titles(query)[date]["precision"] == precision


def test_disagreements_are_within_one_series() -> None:
    """Undated figures of the chapter against the world are a kind of their own."""
    rows = ask("disagreements")

    assert {row["kind"] for row in rows} == {"same date", "undated against the latest"}
    series = {
        str(row["figure"]): row["series"]
        for row in find("SELECT ?figure ?series { ?figure infra:inSeries ?series }")
    }
    pairs = [(str(row["observation"]), str(row["otherobservation"])) for row in rows]
    assert [pair for pair in pairs if series[pair[0]] != series[pair[1]]] == []


def test_accelerators_have_units_and_what_is_stated() -> None:
    """Titles name units, and a peak of unstated sparsity has a column of its own."""
    described = titles("accelerators")
    rows = ask("accelerators", asof=TODAY)

    for name in ("process", "onchipmemory", "offchipmemory", "bandwidth", "fp16dense", "power"):
        assert ", " in described[name]["title"]
    assert len([row for row in rows if row["fp16"] is not None]) >= 2
    assert len([row for row in rows if row["fp16dense"] is not None]) >= 10


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("prices", {"product": "gpt-oss-120b"}),
        ("prices", {"basis": "spot"}),
        ("rank", {"measure": "throughput", "asof": TODAY}),
    ],
)
def test_rows_are_found(query: str, values: dict[str, str]) -> None:
    """What the book holds is shown when asked for by model, purchase mode or measure."""
    assert len(ask(query, **values)) >= 3


def test_groq_has_one_chief_executive() -> None:
    """One holds the office today, and those before have their days."""
    held = """
        PREFIX measure: <https://w3id.org/ai-infra/measure/>
        PREFIX company: <https://w3id.org/ai-infra/company/>
        SELECT ?who ?from ?until {
          ?figure schema:observationAbout company:groq ;
            schema:measuredProperty measure:chief-executive ; infra:valueThing ?who ;
            infra:currentFrom ?from ; infra:currentUntil ?until .
        } ORDER BY ?from
    """
    rows = [(slug(row["who"]), str(row["from"]), str(row["until"])) for row in find(held)]

    assert rows == [
        ("simon-edwards", "2025-12-24", "2026-06-22"),
        ("adam-winter", "2026-06-22", "9999-12-31"),
    ]


def test_what_was_true_counts_and_not_when_it_was_published() -> None:
    """At the end of 2024 Groq was worth 2.8 billion; only `known_by` leaves out what came later."""
    known = factbook.open(core_book(), known_by="2024-07-31", cache=False)

    def worth(rows: list[Row]) -> list[object]:
        return [row["amount"] for row in rows if slug(row["company"]) == "groq"]

    assert worth(ask("valuations", asof="2024-12-31")) == [2_800_000_000]
    assert worth(list(known.query("valuations", asof="2024-12-31"))) == [None]


ESTIMATE = """
@base <https://w3id.org/ai-infra/source/estimate> .
@prefix company: <https://w3id.org/ai-infra/company/> .
@prefix date-precision: <https://w3id.org/ai-infra/date-precision/> .
@prefix event: <https://w3id.org/ai-infra/event/> .
@prefix event-kind: <https://w3id.org/ai-infra/event-kind/> .
@prefix infra: <https://w3id.org/ai-infra/def#> .
@prefix measure: <https://w3id.org/ai-infra/measure/> .
@prefix observation: <https://w3id.org/ai-infra/observation/> .
@prefix product: <https://w3id.org/ai-infra/product/> .
@prefix schema: <https://schema.org/> .
@prefix segment: <https://w3id.org/ai-infra/segment/> .
@prefix stage: <https://w3id.org/ai-infra/stage/> .
@prefix standing: <https://w3id.org/ai-infra/standing/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<> a infra:Source ; schema:datePublished "2025-06-01"^^xsd:date ;
    infra:datePrecision date-precision:day ; infra:knownSince "2025-06-01"^^xsd:date ;
    infra:evidence <https://w3id.org/ai-infra/evidence/read> .
company:acme a infra:Company ; schema:name "Acme"@en ; infra:segment segment:chip-makers ;
    infra:develops product:a1 .
company:holding a infra:Company ; schema:name "Holding"@en .
product:a1 a infra:Chip ; schema:name "A1"@en ;
    infra:category <https://w3id.org/ai-infra/category/accelerator-chip> .
observation:worth a schema:Observation ; schema:observationAbout company:acme ;
    schema:measuredProperty measure:valuation ;
    schema:value 120 ; schema:minValue 100 ; schema:maxValue 150 ;
    schema:observationDate "2025-05-01"^^xsd:date ; infra:datePrecision date-precision:day ;
    infra:standing standing:estimated .
observation:memory a schema:Observation ; schema:observationAbout product:a1 ;
    schema:measuredProperty measure:off-chip-memory ; schema:minValue 80 ; schema:maxValue 96 ;
    infra:standing standing:reported .
event:purchase a infra:Event ; infra:kind event-kind:acquisition ; infra:stage stage:completed ;
    infra:standing standing:reported ; infra:company company:acme ; infra:acquirer company:holding ;
    schema:startDate "2025-05-01"^^xsd:date ; infra:datePrecision date-precision:day .
event:sale a infra:Event ; infra:kind event-kind:announcement ; infra:stage stage:completed ;
    infra:standing standing:reported ; infra:company company:acme ; infra:ends event:purchase ;
    schema:startDate "2025-05-20"^^xsd:date ; infra:datePrecision date-precision:day .
"""


@pytest.fixture(scope="module")
def estimates(tmp_path_factory: pytest.TempPathFactory) -> factbook.Book:
    """Return a book with an estimate between bounds, a range, and a purchase that has ended."""
    folder = tmp_path_factory.mktemp("estimates")
    for part in ("ontology", "queries"):
        (folder / part).symlink_to(core_book() / part)
    (folder / "data" / "register").mkdir(parents=True)
    (folder / "data" / "sources").mkdir()
    (folder / "data" / "sources" / "estimate.ttl").write_text(ESTIMATE, encoding="utf-8")
    return factbook.open(folder, cache=False)


@pytest.mark.parametrize(
    ("query", "values", "column"),
    [
        ("stale", {"months": "12", "thing": "Acme"}, "value"),
        ("single-source", {"thing": "Acme"}, "value"),
        ("category-totals", {}, "partial"),
    ],
)
def test_estimate_with_bounds_counts_once(
    estimates: factbook.Book, query: str, values: dict[str, str], column: str
) -> None:
    """Its lower bound is no second figure, and no part of a sum."""
    rows = list(estimates.query(query, **values, asof=TODAY))

    assert {row[column] for row in rows if row[column] is not None} == {120}
    assert len(rows) == len({tuple(row[name] for name in row) for row in rows})


def test_news_give_an_estimate_once(estimates: factbook.Book) -> None:
    """What is new since a day has the estimate with its value, and not with its lower bound."""
    rows = list(estimates.query("since", day="2025-01-01"))

    assert [row["value"] for row in rows if slug(row["thing"]) == "acme"].count(120) == 1
    assert 100 not in {row["value"] for row in rows}


def test_range_can_be_the_figure_that_counts(estimates: factbook.Book) -> None:
    """A figure between two bounds is current although it has no single value."""
    (row,) = estimates.query("accelerator", product="A1")

    assert (row["value"], row["upto"], row["current"]) == (80, 96, True)


@pytest.mark.parametrize(("day", "owners"), [("2025-05-19", ["holding"]), ("2025-05-20", [])])
def test_owner_holds_until_the_purchase_ends(
    estimates: factbook.Book, day: str, owners: list[str]
) -> None:
    """An end of a later day takes nothing away."""
    rows = estimates.query("ownership", company="Acme", asof=day)

    assert [slug(row["owner"]) for row in rows] == owners


def test_maker_of_chips_has_not_moved_to_hardware(estimates: factbook.Book) -> None:
    """Makers of chips are a part of the segment that mostly offers chips."""
    assert list(estimates.query("drift", company="Acme")) == []


def test_table_marks_bounds() -> None:
    """What is only known to be at least so much does not stand as if it were exact."""
    rows: Any = BOOK.query("multiples", company="cerebras", asof=TODAY)

    assert "at least $66.0B" in rows._repr_html_()


def test_bound_that_holds_is_no_disagreement() -> None:
    """The chapter says over 4.25 billion of Cerebras, which 66 billion does not contradict."""
    things = {slug(row["thing"]) for row in ask("disagreements", asof=TODAY)}

    assert "cerebras" not in {
        slug(row["thing"])
        for row in ask("disagreements", asof=TODAY)
        if slug(row["measure"]) == "valuation"
    }
    assert {"coreweave", "sambanova"} <= things


def test_gap_is_filled_only_by_what_holds() -> None:
    """The chief executive of a later day fills no gap of an earlier one."""

    def missing(day: str) -> set[str]:
        rows = ask("gaps", kind="infra:Company", asof=day)
        return {str(row["missing"]) for row in rows if slug(row["thing"]) == "groq"}

    assert "chief executive" in missing("2025-12-23")
    assert "chief executive" not in missing("2025-12-24")


UPDATE = """
@prefix dcterms: <http://purl.org/dc/terms/> .
@base <https://w3id.org/ai-infra/source/update> .
@prefix date-precision: <https://w3id.org/ai-infra/date-precision/> .
@prefix infra: <https://w3id.org/ai-infra/def#> .
@prefix measure: <https://w3id.org/ai-infra/measure/> .
@prefix observation: <https://w3id.org/ai-infra/observation/> .
@prefix precision: <https://w3id.org/ai-infra/precision/> .
@prefix product: <https://w3id.org/ai-infra/product/> .
@prefix company: <https://w3id.org/ai-infra/company/> .
@prefix schema: <https://schema.org/> .
@prefix standing: <https://w3id.org/ai-infra/standing/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<> a infra:Source ; dcterms:replaces <https://w3id.org/ai-infra/source/estimate> ;
    schema:datePublished "2026-06-01"^^xsd:date ; infra:datePrecision date-precision:day ;
    infra:knownSince "2026-06-01"^^xsd:date ;
    infra:evidence <https://w3id.org/ai-infra/evidence/read> .
observation:worth-again a schema:Observation ; schema:observationAbout company:acme ;
    schema:measuredProperty measure:valuation ; schema:value 120 ;
    schema:observationDate "2025-01-01"^^xsd:date ; infra:datePrecision date-precision:year ;
    infra:standing standing:estimated .
observation:staff a schema:Observation ; schema:observationAbout company:acme ;
    schema:measuredProperty measure:employee-count ; schema:value 7 ;
    schema:observationDate "2026-05-01"^^xsd:date ; infra:datePrecision date-precision:day ;
    infra:standing standing:estimated .
observation:cores-of-a1 a schema:Observation ; schema:observationAbout product:a1 ;
    schema:measuredProperty measure:core-count ; schema:value 900 ;
    infra:precision precision:at-most ; infra:standing standing:reported .
observation:cores-of-a2 a schema:Observation ; schema:observationAbout product:a2 ;
    schema:measuredProperty measure:core-count ; schema:value 500 ;
    infra:precision precision:exactly ; infra:standing standing:reported .
product:a2 a infra:Chip ; schema:name "A2"@en .
"""


@pytest.fixture(scope="module")
def updated(tmp_path_factory: pytest.TempPathFactory) -> factbook.Book:
    """Return the book of estimates with a newer version of its source."""
    folder = tmp_path_factory.mktemp("updated")
    for part in ("ontology", "queries"):
        (folder / part).symlink_to(core_book() / part)
    (folder / "data" / "register").mkdir(parents=True)
    (folder / "data" / "sources").mkdir()
    (folder / "data" / "sources" / "estimate.ttl").write_text(ESTIMATE, encoding="utf-8")
    (folder / "data" / "sources" / "update.ttl").write_text(UPDATE, encoding="utf-8")
    return factbook.open(folder, cache=False)


def test_since_leaves_out_repeated_figures_of_a_newer_version(updated: factbook.Book) -> None:
    """Of a newer version of a table only what the older one did not have is new."""
    rows = [row for row in updated.query("since", day="2026-01-01") if row["what"] == "figure"]

    assert {slug(row["observation"]) for row in rows} == {"staff", "cores-of-a1", "cores-of-a2"}


def test_figure_of_a_year_is_as_old_as_its_end(updated: factbook.Book) -> None:
    """A valuation of 2025 is eleven months old, and not twenty-two, in late November 2026."""
    rows = list(updated.query("stale", months="0", thing="Acme", asof="2026-11-30"))

    assert [row["months"] for row in rows if slug(row["measure"]) == "valuation"] == [10]


def test_what_is_at_most_so_much_leads_no_ranking(updated: factbook.Book) -> None:
    """At most 900 may be less than 500."""
    rows = list(updated.query("rank", measure="cores"))

    assert [(slug(row["thing"]), row["value"]) for row in rows] == [("a2", 500), ("a1", 900)]


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("timeline", {}),
        ("funding-rounds", {}),
        ("relationships", {}),
        ("rented-by", {"product": "b200"}),
    ],
)
def test_day_before_all_sources_has_no_rows(query: str, values: dict[str, str]) -> None:
    """An event or offer without a date counts from the day on which its source came out."""
    assert ask(query, **values, asof="1900-01-01") == []


def test_amounts_of_events_say_that_they_are_bounds() -> None:
    """The contract of Cerebras with OpenAI is worth at least 20 billion, not 20 billion."""
    (row,) = (
        row
        for row in ask("timeline", company="cerebras", asof=TODAY)
        if slug(row["event"]) == "cerebras-openai-contract"
    )

    assert (row["amount"], slug(row["amountprecision"])) == (20_000_000_000, "at-least")


def test_estimate_between_bounds_is_no_range(estimates: factbook.Book) -> None:
    """A median of 120 between 100 and 150 is not shown as 120 to 150."""
    (row,) = estimates.query("rank", measure="valuation", asof=TODAY)
    (memory,) = estimates.query("rank", measure="off-chip memory", asof=TODAY)

    assert (row["value"], row["upto"]) == (120, None)
    assert (memory["value"], memory["upto"]) == (80, 96)


def test_connections_show_the_end_of_an_office() -> None:
    """Jonathan Ross was chief executive of Groq until he left, Simon Edwards until the next."""
    found = {
        (slug(row["thing"]), str(row["ended"] or ""))
        for row in ask("connections", company="groq", asof=TODAY)
        if slug(row["relation"]) == "chief-executive"
    }

    assert found == {
        ("adam-winter", ""),
        ("jonathan-ross", "2025-12-24"),
        ("simon-edwards", "2026-06-22"),
    }


def test_events_do_not_count_before_they_are_known_to_have_been() -> None:
    """An event of 2025 does not count in June, nor an undated one before its source is out."""
    before = {slug(row["event"]) for row in ask("timeline", asof="2025-06-30")}
    edges = {
        slug(row["event"]) for row in ask("connections", company="cerebras", asof="2026-01-01")
    }

    assert "cerebras-nvidia-approach" not in before
    assert edges.isdisjoint({"cerebras-openai-loan", "cerebras-openai-contract"})
    assert "cerebras-nvidia-approach" in edges


def test_news_say_what_is_only_talked_of_or_disputed() -> None:
    """A range shows both ends, and talks do not pose as facts."""
    said = {
        slug(row["observation"]): (row["value"], row["upto"], slug(row["standing"]))
        for row in ask("since", day="2024-01-01")
        if row["observation"]
    }

    assert said["cerebras-valuation-2024-10-cnbc"] == (7 * 10**9, 8 * 10**9, "in-talks")


def test_quotients_and_sums_of_bounds_are_bounds() -> None:
    """190 billion over at least 7 is at most 27.1, and a sum with an about is about so much."""
    found = {
        (slug(row["company"]), slug(row["measure"])): slug(row["multipleprecision"])
        for row in ask("multiples", asof=TODAY)
    }
    totals = {slug(row["segment"]): row for row in ask("category-totals", asof=TODAY)}

    assert found["databricks", "annualized-revenue"] == "at-most"
    assert found["cerebras", "revenue"] == "at-least"
    assert slug(totals["cloud-ai-infrastructure"]["precision"]) == "about"


def test_provenance_marks_figures_that_are_not_established() -> None:
    """Talks are marked, a bound is named, and no later event stands there on an earlier day."""
    rows = ask("provenance", thing="cerebras", asof="2026-01-01")
    talks = next(row for row in rows if "cerebras-valuation-2024-10" in str(row["observation"]))

    assert (slug(talks["standing"]), slug(talks["precision"])) == ("in-talks", "about")
    assert "cerebras-series-h" not in {slug(row["value"]) for row in rows}


def test_timeline_has_the_price_of_a_purchase() -> None:
    """What a buyer paid stands beside the purchase, though it is a valuation of the company."""
    rows = [
        (row["amount"], slug(row["amountsource"]))
        for row in ask("timeline", company="graphcore", kind="acquisition", asof=TODAY)
    ]

    assert rows == [(700_000_000, "graphcore-acquired-by-softbank-after-months-of-speculation")]


def test_oldest_and_newest_are_as_exact_as_their_dates() -> None:
    """No day is made up for a valuation of which only the month or the year is known."""
    totals = {slug(row["segment"]): row["oldest"] for row in ask("category-totals", asof=TODAY)}
    (coverage,) = ask("coverage", measure="valuation", **{"class": "infra:Company"}, asof=TODAY)

    assert totals["cloud-ai-infrastructure"] == "2025-02"
    assert coverage["oldest"] == "2018"


def test_bounds_stand_in_the_cells_of_a_crosswise_table() -> None:
    """The run-rate of Databricks is at least 7 billion, also where years stand across."""
    result = CliRunner().invoke(
        root,
        ["--book", str(core_book()), "query", "revenue", "-f", "table", "--company", "databricks"],
    )

    assert "at least $7.00B" in result.output


def test_month_of_guidance_is_no_day() -> None:
    """The prospectus of Cerebras foresaw its worth in May 2026, on no day of it."""
    assert titles("guidance-outcomes")["date"]["precision"] == "datePrecision"
    (row,) = ask("guidance-outcomes", thing="cerebras", measure="valuation", asof=TODAY)

    assert slug(row["datePrecision"]) == "month"
