"""The program and the oracle agree on what answers, on twelve days of two ways to look back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.answers import expected
from tests.answers.books import write_book
from tests.answers.facts import BASE, DEF, SCHEMA
from tests.answers.oracle import Oracle
from tests.core_book import core_book

import factbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tests.answers.oracle import Answer

    from factbook.render.rows import Row

REPOSITORY = Path(__file__).parents[2]
BUNDLED = "bundled"
WITH_LEADS = "bundled-with-leads"
GENERATED = ("seed-1", "seed-2", "seed-3")
CASES = 60  # of one generated book
DAYS = 12
FEW_DAYS = 4
KINDS = ("Company", "Product", "Chip", "Event")
AMOUNT = ("amount", "low", "high")
RANKED = ("value", "", "upto")
CURRENT = """
PREFIX infra: <https://w3id.org/ai-infra/def#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
SELECT ?observation WHERE {
  ?observation infra:inSeries ?series ; infra:currentFrom ?from ; infra:currentUntil ?until .
  FILTER(?from <= "DAY"^^xsd:date && "DAY"^^xsd:date < ?until)
}
ORDER BY ?observation
"""


@dataclass(frozen=True)
class Sides:
    """One book, opened by the program and read by the oracle."""

    root: Path
    leads: bool
    known_by: date | None = None

    @property
    def often(self) -> int:
        """On how many days the questions that are many are asked: on fewer for the leads."""
        return FEW_DAYS if self.leads and self.root == core_book() else DAYS

    @cached_property
    def oracle(self) -> Oracle:
        """What the oracle has read."""
        return Oracle(self.root, leads=self.leads, known_by=self.known_by)

    @cached_property
    def program(self) -> Any:  # noqa: ANN401 - a stored query answers with one of three things
        """What the program has opened."""
        chosen = {} if self.known_by is None else {"known_by": str(self.known_by)}
        opening: Any = factbook.open
        return opening(self.root, leads=self.leads, cache=False, **chosen)

    def rows(self, query: str, day: date, **values: str) -> list[Row]:
        """Return what the program answers to a stored query on a day."""
        return list(self.program.query(query, asof=day.isoformat(), **values))

    def days(self, number: int = DAYS) -> list[date]:
        """Return some days: of publications, the days before some, and days of figures."""
        known = sorted({source.known for source, _ in self.oracle.sources})
        own = sorted({figure.effective for figure in self.oracle.figures.values()} - set(known))
        before = [day - timedelta(days=1) for day in _spread(known, 3)]
        chosen = [*_spread(known, 5), *before, *_spread(own, 4), *known, *own]
        return _spread(sorted(list(dict.fromkeys(chosen))[:DAYS]), number)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function that gives the folder of a book, written on first use."""
    written = {BUNDLED: core_book(), WITH_LEADS: core_book()}

    def folder(name: str) -> Path:
        if name not in written:
            root = tmp_path_factory.mktemp(name)
            write_book(root, REPOSITORY, seed=int(name.rpartition("-")[2]), cases=CASES)
            written[name] = root
        return written[name]

    return folder


@pytest.fixture(scope="module", params=[BUNDLED, WITH_LEADS, *GENERATED])
def sides(request: pytest.FixtureRequest, shelf: Callable[[str], Path]) -> Sides:
    """Open a book on both sides."""
    return Sides(shelf(request.param), leads=request.param != BUNDLED)


def test_days_of_a_figure_are_those_on_which_it_answers(sides: Sides) -> None:
    """The derived days of all figures say on each day what the oracle says."""
    assert [line for day in sides.days() for line in _current(sides, day)] == []


def test_valuations_agree(sides: Sides) -> None:
    """Each company has the amounts that the oracle has, from the sources that say them."""
    assert [line for day in sides.days() for line in _valuations(sides, day)] == []


def test_rank_of_each_measure_agrees(sides: Sides) -> None:
    """All things are ranked by what the oracle has of each measure."""
    assert [line for day in sides.days(sides.often) for line in _ranks(sides, day)] == []


def test_rank_of_each_kind_of_thing_agrees(sides: Sides) -> None:
    """Asked for one class of things, the query ranks those of it and of the classes below."""
    assert [line for day in sides.days(3) for line in _ranks_of_kinds(sides, day)] == []


def test_prices_agree(sides: Sides) -> None:
    """The history of prices has the best statement for each date."""
    assert [line for day in sides.days() for line in _prices(sides, day)] == []


def test_rents_agree(sides: Sides) -> None:
    """Each product that is rented has the price of one accelerator for an hour."""
    assert [line for day in sides.days(sides.often) for line in _rents(sides, day)] == []


def test_revenue_agrees(sides: Sides) -> None:
    """The history of revenue has the best statement of each period, and every forecast."""
    assert [line for day in sides.days() for line in _revenue(sides, day)] == []


def test_accelerators_agree(sides: Sides) -> None:
    """Each cell of a chip holds a figure that answers, and is empty where there is none."""
    assert [line for day in sides.days() for line in _accelerators(sides, day)] == []


@pytest.mark.parametrize("place", range(DAYS))
@pytest.mark.parametrize("name", [BUNDLED, GENERATED[0]])
def test_answers_from_what_was_known_by_a_day_agree(
    shelf: Callable[[str], Path], name: str, place: int
) -> None:
    """All questions agree for somebody who had read only what was published by that day."""
    leads = name != BUNDLED
    day = Sides(shelf(name), leads).days()[place]
    sides = Sides(shelf(name), leads, known_by=day)
    asked = (_current, _valuations, _ranks, _prices, _rents, _revenue, _accelerators)

    lines = [line for ask in asked for line in ask(sides, day)]

    assert lines == []


def test_later_day_of_what_was_known_agrees(shelf: Callable[[str], Path]) -> None:
    """Who had read only the sources of one day answers for later days from those too."""
    day, later = Sides(shelf(GENERATED[1]), leads=True).days()[6::5]
    sides = Sides(shelf(GENERATED[1]), leads=True, known_by=day)

    assert [*_current(sides, later), *_valuations(sides, later), *_revenue(sides, later)] == []


def _current(sides: Sides, day: date) -> Iterator[str]:
    rows = sides.program.sparql(CURRENT.replace("DAY", day.isoformat()))
    shown = {str(row["observation"]) for row in rows}
    for answer in sides.oracle.latest(day):
        if not shown & answer.observations:
            yield f"{day}: the program lacks {_told(answer)}"
        shown -= answer.observations
    for iri in sorted(shown):
        yield f"{day}: the program alone has {iri}"


def _valuations(sides: Sides, day: date) -> Iterator[str]:
    wanted = expected.valuations(sides.oracle, day)
    return _differences("valuations", day, wanted, sides.rows("valuations", day), "company")


def _ranks(sides: Sides, day: date) -> Iterator[str]:
    oracle = sides.oracle
    measured = {figure.said[f"{SCHEMA}measuredProperty"] for figure in oracle.figures.values()}
    for measure in sorted(measured):
        name = measure.rpartition("/")[2]
        wanted = expected.ranked(oracle, name, None, day)
        rows = sides.rows("rank", day, measure=measure)
        yield from _differences(f"rank {name}", day, wanted, rows, "thing", RANKED)


def _ranks_of_kinds(sides: Sides, day: date) -> Iterator[str]:
    oracle = sides.oracle
    about = {
        (figure.said[f"{SCHEMA}measuredProperty"], kind)
        for figure in oracle.figures.values()
        for kind in KINDS
        if figure.said[f"{SCHEMA}observationAbout"] in oracle.of_class(f"{DEF}{kind}")
    }
    for measure, kind in sorted(about):
        name = measure.rpartition("/")[2]
        wanted = expected.ranked(oracle, name, kind, day)
        rows = sides.rows("rank", day, measure=measure, kind=f"{DEF}{kind}")
        yield from _differences(f"rank {name} {kind}", day, wanted, rows, "thing", RANKED)


def _prices(sides: Sides, day: date) -> Iterator[str]:
    wanted = expected.prices(sides.oracle, day)
    rows = sides.rows("prices", day)
    return _differences("prices", day, wanted, rows, "product", ("price", "", "upto"))


def _rents(sides: Sides, day: date) -> Iterator[str]:
    rented = {
        figure.said[f"{SCHEMA}observationAbout"]
        for figure in sides.oracle.figures.values()
        if f"{DEF}offeredBy" in figure.said
    }
    for product in sorted(rented):
        wanted = expected.rented_by(sides.oracle, product, day)
        rows = [
            {**row, "hourly": row["price"] if row["hourly"] is None else row["hourly"]}
            for row in sides.rows("rented-by", day, product=product)
        ]
        asked = f"rented-by {product.removeprefix(BASE)}"
        yield from _differences(asked, day, wanted, rows, "product", ("hourly", "", "upto"))


def _revenue(sides: Sides, day: date) -> Iterator[str]:
    wanted = expected.revenue(sides.oracle, day)
    return _differences("revenue", day, wanted, sides.rows("revenue", day), "company")


def _accelerators(sides: Sides, day: date) -> Iterator[str]:
    rows = {str(row["chip"]): row for row in sides.rows("accelerators", day)}
    wanted = expected.accelerators(sides.oracle, day)
    if rows.keys() != wanted.keys():
        yield f"{day} accelerators: {sorted(rows.keys() ^ wanted.keys())} only on one side"
    for chip in sorted(rows.keys() & wanted.keys()):
        for column, answers in wanted[chip].items():
            cell = rows[chip].get(column)
            told = "; ".join(map(_told, answers))
            if not any(_same(cell, v) for a in answers for v in a.amounts) and (cell or answers):
                yield f"{day} accelerators: {chip} {column} is {cell}, expected one of: {told}"


def _differences(  # noqa: PLR0913, PLR0917 - what was asked, and how its columns are called
    asked: str,
    day: date,
    wanted: list[Answer],
    rows: Iterable[Mapping[str, object]],
    thing: str,
    amounts: tuple[str, str, str] = AMOUNT,
) -> Iterator[str]:
    """Yield a line for each row that is not expected and each expected answer without a row."""
    missing = list(wanted)
    for row in rows:
        if all(row.get(name) is None for name in amounts):
            continue  # a thing of which no amount is known
        found = next((answer for answer in missing if _fits(answer, row, thing, amounts)), None)
        if found is None:
            yield f"{day} {asked}: unexpected {_shown(row)}"
        else:
            missing.remove(found)
    for answer in missing:
        yield f"{day} {asked}: missing {_told(answer)}"


def _fits(
    answer: Answer, row: Mapping[str, object], thing: str, amounts: tuple[str, str, str]
) -> bool:
    """Return whether a row shows an answer: its thing, its amounts, and who says so."""
    value, low, high = (row.get(name) for name in amounts)
    shown = value if value is not None else low if low is not None else high
    return (
        row[thing] == answer.thing
        and any(_same(shown, amount) for amount in answer.amounts)
        and (value is None or answer.value[0] is None or _same(value, answer.value[0]))
        and ("low" not in row or _same(low, answer.value[1]))
        and ("high" not in row or _same(high, answer.value[2]))
        # What is shown from one end up to the other is a range, no value between bounds
        and ("upto" not in row or _same(high, None if answer.value[0] else answer.value[2]))
        and row.get("source", next(iter(answer.sources))) in answer.sources
        and row.get("observation", next(iter(answer.observations))) in answer.observations
        and (row["sources"] or 1 if "sources" in row else len(answer.sources))
        == len(answer.sources)
        and bool(row.get("contradicted", answer.contradicted)) == answer.contradicted
    )


def _same(shown: object, amount: Decimal | None) -> bool:
    if shown is None or amount is None:
        return shown is None and amount is None
    return abs(Decimal(str(shown)) - amount) <= abs(amount) / 1_000_000


def _told(answer: Answer) -> str:
    amounts = "/".join("-" if amount is None else str(amount) for amount in answer.amounts)
    observations = " = ".join(sorted(iri.removeprefix(BASE) for iri in answer.observations))
    return f"{answer.thing.removeprefix(BASE)} {amounts} ({observations})"


def _shown(row: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in row.items() if value is not None)


def _spread(days: list[date], number: int) -> list[date]:
    """Return some days of a list, evenly, from the first to the last of them."""
    return [days[place * (len(days) - 1) // (number - 1)] for place in range(number)]
