"""Works out from the parsed files of a book which figures answer on a day.

Written from the words of the design alone, without the rules and queries of the book: no SPARQL,
no store, nothing derived. Each day is looked at by itself, and no interval is computed. Where the
design leaves a question open, a comment that begins with "Open:" says which reading is taken.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from tests.answers.facts import (
    BASE,
    DEF,
    QUDT,
    RDF_TYPE,
    SCHEMA,
    SUBCLASS,
    facts_of,
    merged,
    one,
    turtle_files,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.answers.facts import Facts

NOT_STATED = f"{BASE}standing/not-stated"
HIGH = f"{BASE}confidence/high"
LOW = f"{BASE}confidence/low"
MONTHS = {"month": 1, "quarter": 3, "year": 12}
COMPLETED = f"{BASE}stage/completed"
LAST_RANK = 99  # of what has no rank or is not said

# What decides comparability, as the design lists it.
COMPARABLE = (
    f"{DEF}numberFormat",
    f"{DEF}sparsity",
    f"{DEF}per",
    f"{DEF}purchaseMode",
    f"{DEF}commitment",
    f"{DEF}offeredBy",
    f"{DEF}region",
    f"{DEF}acceleratorCount",
    f"{DEF}powerBasis",
    f"{DEF}memoryConfiguration",
    f"{DEF}benchmark",
    f"{DEF}scenario",
    f"{SCHEMA}observationPeriod",
    # Open: the design does not list these five, but what is counted, compared, priced or whose part
    # is given is not the same quantity, so that none can take the place of another.
    f"{DEF}counted",
    f"{DEF}comparedWith",
    f"{DEF}customer",
    f"{DEF}servedModel",
    f"{DEF}plan",
    # Open: infra:valuationBasis is not listed either and is left out: a market capitalisation takes
    # the place of the worth at an older round. So are the event, whether a figure is computed, and
    # the precision. A property that is missing is not the same as one that is "not stated".
)

Series: TypeAlias = "tuple[str | None, ...]"
Key: TypeAlias = "tuple[int | date, ...]"
# A figure, the lower and upper end of its range, or a thing or text.
Value: TypeAlias = "tuple[Decimal | None, Decimal | None, Decimal | None, str | None]"


@dataclass(frozen=True)
class Source:
    """One source: when what it says was known, how it was seen, and whether it is a lead."""

    iri: str
    known: date
    evidence: int
    lead: bool


@dataclass(frozen=True)
class Figure:
    """One observation with its source, its series, its key, and the days that it is about."""

    iri: str
    source: Source
    said: Mapping[str, str]
    value: Value
    own_date: date  # the last day of the period or of the precision that is stated
    effective: date  # the same, but no later than the source came out
    start: date  # the first day on which it counts
    series: Series
    key: Key
    answers: bool


@dataclass(frozen=True)
class Answer:
    """One value that answers, with all that state it: one of them stands for the others."""

    thing: str
    measure: str
    value: Value
    effective: date
    observations: frozenset[str]
    sources: frozenset[str]
    contradicted: bool

    @property
    def amounts(self) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
        """The figure, and the ends of its range."""
        return self.value[:3]


class Oracle:
    """A book as it is read from its files, perhaps only from those published by a day."""

    def __init__(self, root: Path, *, leads: bool = False, known_by: date | None = None) -> None:
        self._always = merged(
            map(facts_of, turtle_files(root / "ontology", root / "data" / "register"))
        )
        folders = [root / "data" / "sources", *([root / "data" / "leads"] if leads else [])]
        read = [(self._source(facts), facts) for facts in map(facts_of, turtle_files(*folders))]
        latest = known_by or date.max
        self.sources = [(source, facts) for source, facts in read if source.known <= latest]
        self.facts = merged([self._always, *(facts for _, facts in self.sources)])
        self._things: dict[str, set[str]] = {}
        self._latest: dict[date, list[Answer]] = {}

    def of_class(self, wanted: str) -> set[str]:
        """Return the things of a class or of one below it."""
        if wanted not in self._things:
            classes, found = {wanted}, set[str]()
            while classes != found:
                found = set(classes)
                below = (s for s, said in self.facts.items() if found & set(said.get(SUBCLASS, ())))
                classes |= set(below)
            self._things[wanted] = {
                s for s, said in self.facts.items() if classes & set(said.get(RDF_TYPE, ()))
            }
        return self._things[wanted]

    def _rank(self, concept: str | None) -> int:
        return int(one(self._always, concept, f"{DEF}rank") or LAST_RANK)

    def _source(self, facts: Facts) -> Source:
        iri = next(s for s, said in facts.items() if f"{DEF}Source" in said.get(RDF_TYPE, ()))
        # Open: when a source "came out", was "published" and has its "later publication" is always
        # infra:knownSince: the last day of its period, or the day that an undated page was read.
        known = date.fromisoformat(facts[iri][f"{DEF}knownSince"][0])
        evidence = self._rank(one(facts, iri, f"{DEF}evidence"))
        return Source(iri, known, evidence, f"{DEF}Lead" in facts[iri][RDF_TYPE])

    @cached_property
    def figures(self) -> dict[str, Figure]:
        """Every observation of the sources read, without those that one of them withdraws."""
        withdrawn = {
            observation
            for source, facts in self.sources
            for observation in facts[source.iri].get(f"{DEF}withdraws", ())
        }
        return {
            iri: self._figure(iri, source, {name: objects[0] for name, objects in said.items()})
            for source, facts in self.sources
            for iri, said in facts.items()
            if f"{SCHEMA}Observation" in said.get(RDF_TYPE, ()) and iri not in withdrawn
        }

    def _figure(self, iri: str, source: Source, said: Mapping[str, str]) -> Figure:
        subject, measure = said[f"{SCHEMA}observationAbout"], said[f"{SCHEMA}measuredProperty"]
        unit = said.get(f"{QUDT}hasUnit") or one(self._always, measure, f"{DEF}expectedUnit")
        other = said.get(f"{DEF}valueThing") or said.get(f"{DEF}valueText")
        exclusive = one(self._always, measure, f"{DEF}exclusive") != "false"
        own = None if exclusive else other
        changes = one(self._always, measure, f"{DEF}changes") != "false"
        own_date, effective = dates(said, source.known)
        return Figure(
            iri=iri,
            source=source,
            said=said,
            # Open: the precision is no part of the value: "at least 10" equals "exactly 10".
            value=(
                _number(said.get(f"{SCHEMA}value")),
                _number(said.get(f"{SCHEMA}minValue")),
                _number(said.get(f"{SCHEMA}maxValue")),
                other,
            ),
            own_date=own_date,
            effective=effective,
            start=effective if changes else date.min,
            series=(subject, measure, unit, own, *map(said.get, COMPARABLE)),
            key=self._key(source, said, effective, changes=changes),
            answers=one(self._always, said[f"{DEF}standing"], f"{DEF}answers") != "false",
        )

    def _key(
        self, source: Source, said: Mapping[str, str], effective: date, *, changes: bool
    ) -> Key:
        standing, confidence = said[f"{DEF}standing"], said.get(f"{DEF}confidence", HIGH)
        # Open: a figure without confidence is of high confidence.
        trust = int(confidence != LOW) if changes else -self._rank(confidence)
        # Open: the newer date is the effective one. Undated figures share one place below all dated
        # ones, and only what follows in the key tells them apart.
        dated = f"{SCHEMA}observationDate" in said
        return (
            int(not source.lead),
            int(standing != NOT_STATED),
            trust,
            effective if dated else date.min,
            -self._rank(standing),
            -source.evidence,
            source.known,
        )

    @cached_property
    def series(self) -> dict[Series, list[Figure]]:
        """The figures of each series."""
        found = defaultdict(list)
        for figure in self.figures.values():
            found[figure.series].append(figure)
        return dict(found)

    @cached_property
    def _endings(self) -> dict[Series, list[tuple[Figure, date, bool]]]:
        # Open: only a completed event ends something, and none that is talked about, expected or
        # disputed.
        found = defaultdict(list)
        for source, facts in self.sources:
            for event, said in facts.items():
                standing, stage = said.get(f"{DEF}standing"), said.get(f"{DEF}stage")
                if stage != [COMPLETED] or standing is None:
                    continue
                if one(self._always, standing[0], f"{DEF}answers") == "false":
                    continue
                for ended in said.get(f"{DEF}ends", ()):
                    if ended in self.figures:  # or else it ends a deal, or what is withdrawn
                        figure = self.figures[ended]
                        found[figure.series].append((figure, self._event_day(event), source.lead))
        return dict(found)

    def _event_day(self, event: str) -> date:
        # Open: the day of an event is worked out as that of a figure is. Of several sources those
        # that give a date decide, and of these the earliest.
        told = [
            (f"{SCHEMA}startDate" not in facts[event], _of_event(facts[event], source))
            for source, facts in self.sources
            if f"{DEF}Event" in facts.get(event, {}).get(RDF_TYPE, ())
        ]
        return min(told)[1]

    def has_ended(self, figure: Figure, day: date) -> bool:
        """Return whether the value of a figure no longer holds on a day."""
        # Open: it is the value that ends. Another figure of the series that states the same value
        # ends with it, unless it counts from a day after the end only and is no twin of what the
        # end names. What only a lead tells of ends no figure of a source.
        return any(
            end <= day
            and (figure.source.lead or not lead)
            and ended.value == figure.value
            and (ended.key == figure.key or figure.start <= end)
            for ended, end, lead in self._endings.get(figure.series, ())
        )

    def latest(self, day: date) -> list[Answer]:
        """Return what answers on a day: the greatest key of each series that was true by then."""
        if day not in self._latest:
            self._latest[day] = [
                answer for figures in self.series.values() for answer in self._of(figures, day)
            ]
        return self._latest[day]

    def _of(self, figures: list[Figure], day: date) -> Iterator[Answer]:
        present = [figure for figure in figures if figure.answers and figure.start <= day]
        return _answers(
            [
                figure
                for figure in present
                if not self.has_ended(figure, day)
                # Open: what has ended still hides the older, which does not come back, but not what
                # counts only from the end on: that is no older.
                and not any(
                    other.key > figure.key and not self.has_ended(other, figure.start)
                    for other in present
                )
            ]
        )

    def best_for_their_dates(self) -> Iterator[Answer]:
        """Yield the best statement of each series for each date of its own: what histories show."""
        # Open: the own date of a figure is the last day of what it states, also where its source
        # came out before; of an undated one the day its source came out. Only what can answer is
        # compared, whatever the day, and an end removes nothing from a history.
        of_date = defaultdict(list)
        for figure in self.figures.values():
            if figure.answers:
                of_date[figure.series, figure.own_date].append(figure)
        for figures in of_date.values():
            yield from _answers(_best(figures))

    def each(self, standing: str) -> list[Answer]:
        """Return every figure of one standing by itself."""
        figures = [f for f in self.figures.values() if f.said[f"{DEF}standing"] == standing]
        return [answer for figure in figures for answer in _answers([figure])]

    def said(self, answer: Answer, predicate: str) -> str | None:
        """Return what the figures of an answer say, of what they agree in."""
        return self.figures[min(answer.observations)].said.get(predicate)


def dates(
    said: Mapping[str, str], known: date, predicate: str = f"{SCHEMA}observationDate"
) -> tuple[date, date]:
    """Return the own date of a figure or an event, and the day from which it counts."""
    if predicate not in said:
        return known, known
    first, last = span(date.fromisoformat(said[predicate]), said.get(f"{DEF}datePrecision"))
    period = said.get(f"{SCHEMA}observationPeriod")
    if period is not None:  # a figure over a period is dated by the last day of it
        first = min(first, _begin(last, period))
    # Open: "never later than the source came out" would let a figure that begins after its source
    # answer at once; but what is dated in the future does not answer today, so that it waits.
    return last, (last if first > known else min(last, known))


def _of_event(said: Mapping[str, list[str]], source: Source) -> date:
    first = {name: objects[0] for name, objects in said.items()}
    return dates(first, source.known, f"{SCHEMA}startDate")[1]


def span(day: date, precision: str | None) -> tuple[date, date]:
    """Return the first and the last day of the month, quarter or year around a day, or the day."""
    months = MONTHS.get((precision or "").rpartition("/")[2])
    if months is None:
        return day, day
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return first, _months_after(first, months) - timedelta(days=1)


def _begin(last: date, period: str) -> date:
    number, unit = int(period[1:-1]), period[-1]
    if unit == "D":
        return last - timedelta(days=number - 1)
    return _months_after(last + timedelta(days=1), -number * (12 if unit == "Y" else 1))


def _months_after(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, min(day.day, 28))


def _best(figures: list[Figure]) -> list[Figure]:
    greatest = max((figure.key for figure in figures), default=None)
    return [figure for figure in figures if figure.key == greatest]


def _answers(figures: list[Figure]) -> Iterator[Answer]:
    by_value = defaultdict(list)
    for figure in figures:
        by_value[figure.value].append(figure)
    for value, alike in by_value.items():
        yield Answer(
            thing=alike[0].said[f"{SCHEMA}observationAbout"],
            measure=alike[0].said[f"{SCHEMA}measuredProperty"],
            value=value,
            effective=alike[0].effective,
            observations=frozenset(figure.iri for figure in alike),
            sources=frozenset(figure.source.iri for figure in alike),
            contradicted=len(by_value) > 1,
        )


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
