"""The oracle itself, on tiny books whose answers were worked out by hand from the design."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.answers import expected
from tests.answers.books import HEADER, PREFIXES
from tests.answers.facts import BASE
from tests.answers.oracle import Oracle, dates

if TYPE_CHECKING:
    from pathlib import Path

ONTOLOGY = """
standing:disclosed infra:rank 1 ; infra:answers true .
standing:reported infra:rank 2 ; infra:answers true .
standing:estimated infra:rank 3 ; infra:answers true .
standing:in-talks infra:rank 4 ; infra:answers false .
standing:guidance infra:rank 5 ; infra:answers false .
standing:disputed infra:rank 6 ; infra:answers false .
standing:not-stated infra:rank 7 ; infra:answers true .
confidence:high infra:rank 1 .
confidence:medium infra:rank 2 .
confidence:low infra:rank 3 .
evidence:read infra:rank 1 .
evidence:read-in-copy infra:rank 2 .
evidence:cited-only infra:rank 3 .
measure:valuation infra:changes true ; infra:expectedUnit unit:CCY_USD .
measure:price infra:changes true ; infra:expectedUnit unit:CCY_USD .
measure:revenue infra:changes true ; infra:expectedUnit unit:CCY_USD .
measure:chief-executive infra:changes true ; infra:exclusive true .
measure:shareholder infra:changes true ; infra:exclusive false .
measure:core-count infra:changes false ; infra:expectedUnit unit:NUM .
measure:peak-performance infra:changes false ; infra:expectedUnit unit:TeraFLOPS .
price-basis:gpu-hour infra:secondsOfUse 3600 .
price-basis:gpu-second infra:secondsOfUse 1 .
price-basis:instance-hour infra:secondsOfUse 3600 .
infra:Chip <http://www.w3.org/2000/01/rdf-schema#subClassOf> infra:Product .
"""


class Writer:
    """Writes a tiny book, source by source."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._write("ontology/terms.ttl", ONTOLOGY)
        self._write("data/register/things.ttl", "company:a a infra:Company .")

    def source(
        self,
        slug: str,
        known: str,
        *statements: str,
        evidence: str = "read",
        lead: bool = False,
    ) -> None:
        """Write one source with what it states."""
        kind = "infra:Source , infra:Lead" if lead else "infra:Source"
        head = f'<> a {kind} ; infra:knownSince "{known}"^^xsd:date ; '
        head += f"infra:evidence evidence:{evidence} .\n"
        folder = "leads" if lead else "sources"
        self._write(f"data/{folder}/x/{slug}.ttl", head + "\n".join(statements), slug)

    def _write(self, path: str, text: str, slug: str = "") -> None:
        base = f"@base <{PREFIXES['source']}{slug}> .\n"
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(base + HEADER + text, encoding="utf-8")

    def latest(self, day: str, *, leads: bool = False, known_by: str | None = None) -> list[str]:
        """Return the slugs of what answers on a day; those of one answer are joined by '='."""
        known = None if known_by is None else date.fromisoformat(known_by)
        book = Oracle(self.root, leads=leads, known_by=known)
        return sorted(
            "=".join(sorted(iri.rpartition("/")[2] for iri in answer.observations))
            + ("!" if answer.contradicted else "")
            for answer in book.latest(date.fromisoformat(day))
        )


def figure(slug: str, value: str = "1", when: str = "", **said: str) -> str:
    """Return one observation: a valuation of one company that is reported, unless said otherwise.

    Args:
        slug: Its IRI.
        value: Its value; a person or an empty text say something else than a number.
        when: Its date, to which a precision may be joined: "2024-01-01 year".
        said: Other properties than those, by name; "about" and "measure" are the short ones.
    """
    standing = said.pop("standing", "standing:reported")
    lines = [
        f"observation:{slug} a schema:Observation",
        f"schema:observationAbout {said.pop('about', 'company:a')}",
        f"schema:measuredProperty measure:{said.pop('measure', 'valuation')}",
        f"infra:standing {standing}",
    ]
    if value:
        name = "infra:valueThing" if value.startswith("person:") else "schema:value"
        lines.append(f"{name} {value}")
    if when:
        day, _, precision = when.partition(" ")
        lines.append(f'schema:observationDate "{day}"^^xsd:date')
        lines.append(f"infra:datePrecision date-precision:{precision or 'day'}")
    if "confidence" not in said:
        said["confidence"] = "confidence:high"
    lines += [f"infra:{name} {text}" for name, text in said.items()]
    return " ; ".join(lines) + " ."


def ending(
    slug: str, ended: str, when: str = "", standing: str = "reported", stage: str = "completed"
) -> str:
    """Return an event that ends the value of an observation."""
    day = f'schema:startDate "{when}"^^xsd:date ; ' if when else ""
    return (
        f"event:{slug} a infra:Event ; {day}infra:ends observation:{ended} ; "
        f"infra:stage stage:{stage} ; "
        f"infra:standing standing:{standing} ."
    )


@pytest.fixture
def book(tmp_path: Path) -> Writer:
    """Start a tiny book."""
    return Writer(tmp_path)


def test_newer_figure_answers_from_its_own_day_on(book: Writer) -> None:
    """A figure answers from its date until the date of the next, whenever they were published."""
    book.source("one", "2025-06-01", figure("old", when="2024-03-10"))
    book.source("two", "2025-06-01", figure("new", when="2025-01-20"))

    assert book.latest("2024-03-09") == []
    assert book.latest("2024-03-10") == ["old"]
    assert book.latest("2025-01-19") == ["old"]
    assert book.latest("2025-01-20") == ["new"]


def test_known_by_chooses_sources_by_the_day_of_publication(book: Writer) -> None:
    """A source counts from the very day on which it was known, and not the day before."""
    book.source("one", "2024-04-01", figure("old", when="2024-03-10"))
    book.source("two", "2025-06-01", figure("new", when="2025-01-20"))

    assert book.latest("2026-01-01", known_by="2024-03-31") == []
    assert book.latest("2026-01-01", known_by="2025-05-31") == ["old"]
    assert book.latest("2026-01-01", known_by="2025-06-01") == ["new"]
    assert book.latest("2025-02-01", known_by="2025-06-01") == ["new"]


@pytest.mark.parametrize(
    ("when", "known", "counts"),
    [
        ("2024-05-17 day", "2025-01-10", "2024-05-17"),
        ("2024-02-01 month", "2025-01-10", "2024-02-29"),
        ("2024-04-01 quarter", "2025-01-10", "2024-06-30"),
        ("2024-06-30 quarter", "2025-01-10", "2024-06-30"),
        ("2024-01-01 year", "2025-01-10", "2024-12-31"),
        ("2024-12-31 year", "2025-01-10", "2024-12-31"),
        ("2024-01-01 year", "2024-08-20", "2024-08-20"),
        ("2024-08-01 month", "2024-08-20", "2024-08-20"),
        ("2024-12-31 day", "2024-08-20", "2024-12-31"),
        ("2025-01-01 year", "2024-08-20", "2025-12-31"),
        ("", "2024-08-20", "2024-08-20"),
    ],
)
def test_figure_counts_from_the_end_of_what_it_states(when: str, known: str, counts: str) -> None:
    """It is the last day, no later than the source came out; what begins after that waits."""
    day, _, precision = when.partition(" ")
    said = {f"{BASE}def#datePrecision": f"{BASE}date-precision/{precision}"}
    said |= {"https://schema.org/observationDate": day} if day else {}

    _, effective = dates(said, date.fromisoformat(known))

    assert effective == date.fromisoformat(counts)


def test_figure_over_a_period_begins_before_its_date(book: Writer) -> None:
    """The year to 31 December, reported in November, counts from the day of the report."""
    period = 'observationPeriod "P1Y"'
    text = figure("year", when="2024-12-31", measure="revenue").replace("infra:standing", period)
    text = text.replace(period, f"schema:{period} ; infra:standing")
    book.source("one", "2024-11-15", text)

    assert book.latest("2024-11-14") == []
    assert book.latest("2024-11-15") == ["year"]


def test_undated_figure_comes_after_dated_ones(book: Writer) -> None:
    """It answers from the day of its source until there is a figure with a date, however old."""
    book.source("one", "2024-01-05", figure("undated"))
    book.source("two", "2025-01-05", figure("dated", when="2024-06-30"))
    book.source("three", "2025-09-05", figure("undated-later"))

    assert book.latest("2024-01-05") == ["undated"]
    assert book.latest("2024-06-30") == ["dated"]
    assert book.latest("2026-01-01") == ["dated"]


def test_later_publication_decides_between_undated_figures(book: Writer) -> None:
    """Of two undated figures on one ground, that of the later source answers from its day on."""
    book.source("one", "2024-01-05", figure("first"))
    book.source("two", "2025-01-05", figure("second"))

    assert book.latest("2025-01-04") == ["first"]
    assert book.latest("2025-01-05") == ["second"]


def test_low_confidence_comes_last_for_what_changes(book: Writer) -> None:
    """A newer figure of low confidence gives way to an older one of medium confidence."""
    book.source("one", "2024-01-05", figure("medium", when="2024-01-05"))
    book.source("two", "2025-01-05", figure("low", when="2025-01-05", confidence="confidence:low"))
    book.source("three", "2025-03-05", figure("new", when="2025-03-05"))

    assert book.latest("2025-02-01") == ["medium"]
    assert book.latest("2025-04-01") == ["new"]


def test_higher_confidence_decides_for_what_does_not_change(book: Writer) -> None:
    """It answers on all days, before its date too, and against a newer figure that is weaker."""
    chip = {"about": "product:c", "measure": "core-count"}
    book.source("one", "2024-01-05", figure("high", when="2024-01-05", **chip))
    text = figure("medium", when="2025-01-05", confidence="confidence:medium", **chip)
    book.source("two", "2025-01-05", text)

    assert book.latest("1999-01-01") == ["high"]
    assert book.latest("2026-01-01") == ["high"]
    assert book.latest("2020-01-01", known_by="2023-01-01") == []


def test_newer_date_decides_within_one_confidence(book: Writer) -> None:
    """Of two figures of what does not change that are as sure, the newer one answers always."""
    chip = {"about": "product:c", "measure": "core-count"}
    book.source("one", "2024-01-05", figure("old", when="2024-01-05", **chip))
    book.source("two", "2025-01-05", figure("new", when="2025-01-05", **chip))

    assert book.latest("2024-06-01") == ["new"]


def test_standing_evidence_and_publication_decide_in_this_order(book: Writer) -> None:
    """On one date the better standing wins, then the better evidence, then the later source."""
    day = "2024-01-05"
    book.source("one", "2024-03-01", figure("a", when=day, standing="standing:estimated"))
    assert book.latest("2026-01-01") == ["a"]
    book.source("two", "2024-02-01", figure("b", "2", day), evidence="cited-only")
    assert book.latest("2026-01-01") == ["b"]
    book.source("three", "2024-01-20", figure("c", "3", day), evidence="read")
    assert book.latest("2026-01-01") == ["c"]
    book.source("four", "2024-01-25", figure("d", "4", day), evidence="read")
    assert book.latest("2026-01-01") == ["d"]


def test_equal_keys_with_equal_values_give_one_answer(book: Writer) -> None:
    """1.5 and 1.50 are one value, stated by two sources."""
    book.source("one", "2024-03-01", figure("a", "1.5", "2024-03-01"))
    book.source("two", "2024-03-01", figure("b", "1.50", "2024-03-01"))

    assert book.latest("2024-03-01") == ["a=b"]


def test_equal_keys_with_different_values_give_all_of_them(book: Writer) -> None:
    """Sources that nothing tells apart contradict each other, and all answer."""
    for slug, value in (("a", "1"), ("b", "2"), ("c", "2.0")):
        book.source(slug, "2024-03-01", figure(slug, value, "2024-03-01"))

    assert book.latest("2024-03-01") == ["a!", "b=c!"]


@pytest.mark.parametrize("standing", ["in-talks", "guidance", "disputed"])
def test_talks_guidance_and_disputes_do_not_answer(book: Writer, standing: str) -> None:
    """They neither answer nor take the place of what does."""
    book.source("one", "2024-03-01", figure("a", when="2024-03-01"))
    text = figure("b", when="2025-03-01", standing=f"standing:{standing}")
    book.source("two", "2025-03-01", text)

    assert book.latest("2025-03-01") == ["a"]


def test_not_stated_answers_where_nothing_else_does(book: Writer) -> None:
    """An empty place gives way to a figure on the day of that figure, and never comes back."""
    for slug, day in (("empty", "2024-03-01"), ("empty-again", "2026-03-01")):
        text = figure(slug, "", day, standing="standing:not-stated")
        book.source(slug, day, text)
    book.source("two", "2025-03-01", figure("stated", when="2025-03-01"))

    assert book.latest("2024-03-01") == ["empty"]
    assert book.latest("2025-03-01") == ["stated"]
    assert book.latest("2026-03-01") == ["stated"]


def test_withdrawn_figure_was_never_there(book: Writer) -> None:
    """What stood before stands again; without the source that withdraws it, it still answers."""
    book.source("one", "2024-03-01", figure("a", when="2024-03-01"))
    book.source("two", "2025-03-01", figure("b", "2", "2025-03-01"))
    book.source("three", "2025-06-01", "<> infra:withdraws observation:b .")

    assert book.latest("2025-04-01") == ["a"]
    assert book.latest("2025-04-01", known_by="2025-05-31") == ["b"]


def test_end_closes_the_time_of_a_figure(book: Writer) -> None:
    """From the day of the end on nothing answers: the older figure does not come back."""
    book.source("one", "2024-03-01", figure("a", when="2024-03-01"))
    book.source("two", "2025-03-01", figure("b", "2", "2025-03-01"))
    book.source("three", "2025-09-01", ending("end", "b", "2025-08-15"))

    assert book.latest("2025-08-14") == ["b"]
    assert book.latest("2025-08-15") == []
    assert book.latest("2025-08-15", known_by="2025-08-31") == ["b"]


def test_end_without_a_date_counts_from_its_source(book: Writer) -> None:
    """An undated end is dated by the day its source came out; one that is disputed ends nothing."""
    book.source("one", "2024-03-01", figure("a", when="2024-03-01"))
    book.source("two", "2025-03-01", ending("no-end", "a", "2024-06-01", standing="disputed"))
    book.source("three", "2025-09-01", ending("end", "a"))

    assert book.latest("2025-08-31") == ["a"]
    assert book.latest("2025-09-01") == []


def test_end_ends_the_value_whoever_states_it(book: Writer) -> None:
    """Another statement of the same value ends with it; one from after the end stands."""
    held = {"measure": "chief-executive"}
    book.source("one", "2024-03-01", figure("a", "person:a", "2024-03-01", **held))
    book.source("two", "2025-03-01", figure("b", "person:a", "2025-03-01", **held))
    book.source("three", "2025-09-01", ending("end", "a", "2025-08-15"))
    book.source("four", "2026-01-01", figure("c", "person:a", "2026-01-01", **held))

    assert book.latest("2025-08-14") == ["b"]
    assert book.latest("2025-08-15") == []
    assert book.latest("2026-01-01") == ["c"]


def test_values_that_do_not_exclude_each_other_stand_together(book: Writer) -> None:
    """Of two shareholders none takes the place of the other; of two chief executives one does."""
    for measure in ("shareholder", "chief-executive"):
        for person, day in (("a", "2024-03-01"), ("b", "2025-03-01")):
            slug = f"{measure}-{person}"
            book.source(slug, day, figure(slug, f"person:{person}", day, measure=measure))

    assert book.latest("2026-01-01") == ["chief-executive-b", "shareholder-a", "shareholder-b"]


def test_incomparable_figures_are_separate_series(book: Writer) -> None:
    """Another currency or number format is another series; the unit of the measure is the same."""
    chip = {"about": "product:c", "measure": "peak-performance"}
    texts = [
        figure("fp16", when="2024-03-01", numberFormat="number-format:fp16", **chip),
        figure("bf16", when="2023-03-01", numberFormat="number-format:bf16", **chip),
        figure("euro", when="2023-03-01").replace(" .", " ; qudt:hasUnit unit:CCY_EUR ."),
        figure("dollar", when="2023-03-01").replace(" .", " ; qudt:hasUnit unit:CCY_USD ."),
        figure("plain", when="2024-03-01"),
    ]
    for place, text in enumerate(texts):
        book.source(f"s{place}", "2025-01-01", text)

    assert book.latest("2026-01-01") == ["bf16", "euro", "fp16", "plain"]


def test_leads_come_last(book: Writer) -> None:
    """A lead answers where no source does, and only where leads are asked for."""
    book.source("one", "2024-03-01", figure("lead", when="2024-03-01"), lead=True)
    book.source("two", "2023-03-01", figure("low", when="2023-03-01", confidence="confidence:low"))

    assert book.latest("2026-01-01") == ["low"]
    assert book.latest("2026-01-01", leads=True) == ["low"]
    assert book.latest("2026-01-01", leads=True, known_by="2023-01-01") == []


def test_figure_of_the_future_waits_for_its_day(book: Writer) -> None:
    """What is dated after its source does not answer before that date."""
    book.source("one", "2024-03-01", figure("now", when="2024-03-01"))
    book.source("two", "2024-03-01", figure("then", "2", "2027-01-01"))

    assert book.latest("2026-12-31") == ["now"]
    assert book.latest("2027-01-01") == ["then"]


def test_only_subject_measure_and_standing_are_required(book: Writer) -> None:
    """A figure without date and confidence answers from the day of its source on."""
    text = (
        "observation:bare a schema:Observation ; schema:observationAbout company:a ; "
        "schema:measuredProperty measure:valuation ; infra:standing standing:reported ; "
        "schema:value 3 ."
    )
    book.source("one", "2024-03-01", text)

    assert book.latest("2024-02-29") == []
    assert book.latest("2024-03-01") == ["bare"]


def test_rent_is_that_of_one_accelerator_for_an_hour(book: Writer) -> None:
    """The price of an instance is shared by its accelerators, that of a second multiplied."""
    rent = {"about": "product:c", "measure": "price", "offeredBy": "product:cloud"}
    prices = [
        figure("eight", "35.84", per="price-basis:instance-hour", acceleratorCount="8", **rent),
        figure("one", "4.50", per="price-basis:gpu-hour", acceleratorCount="8", **rent),
        figure("second", "0.001", per="price-basis:gpu-second", **rent),
        figure("cluster", "100", per="price-basis:cluster", **rent),
        figure("unsized", "100", per="price-basis:instance-hour", **rent),
    ]
    book.source("one", "2024-03-01", *prices)

    rows = expected.rented_by(
        Oracle(book.root), f"{BASE}product/c", date.fromisoformat("2026-01-01")
    )

    assert sorted(row.value[0] or 0 for row in rows) == [
        Decimal("3.600"),
        Decimal("4.48"),
        Decimal("4.50"),
        Decimal(100),  # of an instance of unknown size, as it is stated
    ]


def test_history_shows_the_best_statement_for_each_date(book: Writer) -> None:
    """Of two statements for one date the better one is shown, and each forecast beside them."""
    for slug, day, standing in (
        ("weak", "2024-03-31", "estimated"),
        ("best", "2024-03-31", "disclosed"),
        ("next", "2024-06-30", "reported"),
        ("plan", "2024-06-30", "guidance"),
        ("late", "2025-03-31", "reported"),
    ):
        text = figure(slug, when=day, standing=f"standing:{standing}", measure="revenue")
        book.source(slug, "2025-04-01", text)

    rows = expected.revenue(Oracle(book.root), date.fromisoformat("2025-01-01"))

    shown = sorted(iri.rpartition("/")[2] for row in rows for iri in row.observations)
    assert shown == ["best", "next", "plan"]
