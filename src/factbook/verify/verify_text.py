"""Find the observation that states each number in a text, if there is one."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import takewhile
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.query.stored_queries import find_page_query
from factbook.render.labels import Labels
from factbook.store.answers import select
from factbook.verify.mentions import NameIndex
from factbook.verify.numbers import Units, find_numbers, to_base
from factbook.verify.observed import find_observed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from factbook.book import Book
    from factbook.verify.mentions import Mention
    from factbook.verify.numbers import Number
    from factbook.verify.observed import Observed

_SENTENCE_END = re.compile(r"[.!?](?=\s)|\n")
_CLAUSE_END = re.compile(r"[.!?;](?=\s)|\n")
_CURRENCY = re.compile(r"http://qudt\.org/vocab/unit/CCY_([A-Z]{3})")
_BARE = {"#", ""}  # the symbol of a count
_MOST_SHOWN = 5
_LEAST_AKIN = 4
_AKIN = 0.6
"""The share of the shorter word that two akin words have in common at the start."""


class Verdict(StrEnum):
    """The result for a number."""

    STATED = "stated"
    NO_MEASURE = "stated of the measure that is shown; the text names none"
    OTHER_MEASURE = "stated, but of another measure"
    OTHER_DATE = "stated, but of another date"
    OTHER_THING = "stated, but of another thing"
    NOT_STATED = "not stated"
    NO_SUBJECT = "not checked: no thing of the book is named near it"
    A_DATE = "a year or a date: compare it with the dates of the figures"


@dataclass(frozen=True)
class Statement:
    """An observation that states a number of the text."""

    observation: Observed
    is_rounded: bool
    """Whether the text has fewer digits."""


@dataclass(frozen=True)
class VerifiedNumber:
    """A number of the text, with the verdict and the observations for it."""

    number: Number
    verdict: Verdict
    subjects: tuple[str, ...]
    statements: tuple[Statement, ...]
    instead: tuple[Observed, ...]
    """The subject's figures in the same unit, if none states the number."""


class Verifier:
    """Verifies texts against one book."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self.labels = Labels(book.prefixes, book.engine)
        named = select(book.engine, find_page_query(book.layout.queries, "named").text)
        things: list[tuple[str, str]] = []
        measures: list[tuple[str, str]] = []
        for thing, name, is_measure in named:
            if isinstance(thing, NamedNode) and isinstance(name, Literal):
                measure = isinstance(is_measure, Literal) and is_measure.value == "true"
                (measures if measure else things).append((thing.value, name.value))
        self._things = NameIndex(things)
        self._measures = NameIndex(measures, any_case=True)
        self._measure_words: dict[str, set[str]] = defaultdict(set)
        for iri, words in measures:
            self._measure_words[iri].update(_words_of(words))
        units = select(book.engine, find_page_query(book.layout.queries, "units").text)
        self._units = Units.of(
            [
                (symbol.value, name.value)
                for symbol, name in units
                if isinstance(symbol, Literal) and isinstance(name, Literal)
            ]
        )

    def verify(self, text: str) -> list[VerifiedNumber]:
        """Return the verdict on each number of a text, in order."""
        mentions = self._things.find(text)
        numbers = find_numbers(
            text, self._units, without=[(mention.start, mention.end) for mention in mentions]
        )
        named = {iri for mention in mentions for iri in mention.things}
        by_thing: dict[str, list[Observed]] = {}
        for observed in find_observed(self._book, variable="thing", iris=named):
            by_thing.setdefault(observed.thing, []).append(observed)
        every = [statement for statements in by_thing.values() for statement in statements]
        self.labels.look_up(iri for statement in every for iri in statement.iris)
        read = _Text(text, mentions, self._measures.find(text), numbers)
        return [self._judge(number, read.near(number), by_thing) for number in numbers]

    def _judge(
        self, number: Number, near: _Context, by_thing: Mapping[str, Sequence[Observed]]
    ) -> VerifiedNumber:
        if number.is_year:
            return VerifiedNumber(number, Verdict.A_DATE, near.subjects, (), ())
        if not near.subjects and not near.others:
            return VerifiedNumber(number, Verdict.NO_SUBJECT, (), (), ())
        about_subjects = self._matching(number, near, near.subjects, by_thing)
        matching = about_subjects or self._matching(number, near, near.others, by_thing)
        if not matching:
            return VerifiedNumber(
                number, Verdict.NOT_STATED, near.subjects, (), self._instead(number, near, by_thing)
            )
        verdict, best = Verdict.STATED if about_subjects else Verdict.OTHER_THING, matching
        if near.measures and about_subjects:
            measured = [
                statement for statement in best if statement.observation.measure in near.measures
            ]
            verdict, best = (verdict, measured) if measured else (Verdict.OTHER_MEASURE, best)
        elif about_subjects and not number.unit:
            hinted = [
                statement
                for statement in best
                if self._is_hinted(statement.observation.measure, near)
            ]
            verdict, best = (verdict, hinted) if hinted else (Verdict.NO_MEASURE, best)
        if near.years and verdict in {Verdict.STATED, Verdict.NO_MEASURE}:
            dated = [
                statement for statement in best if statement.observation.date[:4] in near.years
            ]
            undated = [statement for statement in best if not statement.observation.date]
            best = dated or undated or best
            verdict = verdict if dated or undated else Verdict.OTHER_DATE
        return VerifiedNumber(number, verdict, near.subjects, tuple(best), ())

    def _matching(
        self,
        number: Number,
        near: _Context,
        subjects: Sequence[str],
        by_thing: Mapping[str, Sequence[Observed]],
    ) -> list[Statement]:
        by_figure: dict[tuple[str, str], Statement] = {}
        for subject in subjects:
            for statement in by_thing.get(subject, ()):
                rounded = self._compare(number, statement, near)
                if rounded is not None:
                    by_figure.setdefault(
                        (statement.iri, statement.source), Statement(statement, rounded)
                    )
        exact = [statement for statement in by_figure.values() if not statement.is_rounded]
        return sorted(
            exact or by_figure.values(),
            key=lambda statement: (
                statement.observation.until,
                statement.observation.date,
                statement.observation.iri,
            ),
            reverse=True,
        )

    def _is_hinted(self, measure: str, near: _Context) -> bool:
        """Tell whether words near a number are akin to a name of a measure: valued, valuation."""
        return any(
            _are_akin(word, measure_word)
            for word in near.words
            for measure_word in self._measure_words[measure]
        )

    def _compare(self, number: Number, observed: Observed, near: _Context) -> bool | None:
        """Return whether a number is that of an observation rounded; None if they differ."""
        if not self._fits_unit(number, observed, near):
            return None
        symbol = self._symbol(observed)
        quantum, _ = to_base(number.quantum, number.unit)
        number_value, _ = to_base(number.value, number.unit)
        for exact in observed.numbers:
            value = to_base(exact, symbol)[0] if number.unit else exact
            if value == number_value or abs(value) == number_value:
                return False
            if abs(abs(value) - number_value) * 2 <= quantum and number.quantum != number.value:
                return True
        return None

    def _fits_unit(self, number: Number, observed: Observed, near: _Context) -> bool:
        currency = _CURRENCY.fullmatch(observed.unit)
        if number.currency:
            return currency is not None and currency[1] == number.currency
        symbol = self._symbol(observed)
        if number.unit:
            quantum: Decimal = number.quantum
            return to_base(quantum, number.unit)[1] == to_base(quantum, symbol)[1]
        # Without a unit it may be a count, or an amount of a measure that the text names: 8.1
        # billion parameters are not money
        is_amount = number.scale > 0 and currency is not None
        return symbol in _BARE or (is_amount and observed.measure in near.measures)

    def _symbol(self, observed: Observed) -> str:
        return self.labels.of(observed.unit) if observed.unit else ""

    def _instead(
        self, number: Number, near: _Context, by_thing: Mapping[str, Sequence[Observed]]
    ) -> tuple[Observed, ...]:
        """Return the newest figures of the subject that the text may mean."""
        fitting = [
            statement
            for subject in near.subjects
            for statement in by_thing.get(subject, ())
            if self._fits_unit(number, statement, near) and statement.numbers
        ]
        measured = [statement for statement in fitting if statement.measure in near.measures]
        newest = sorted(measured or fitting, key=lambda e: (e.until, e.date, e.iri), reverse=True)
        return tuple(newest[:_MOST_SHOWN])


@dataclass(frozen=True)
class _Context:
    """The context of a number."""

    subjects: tuple[str, ...]
    others: tuple[str, ...]
    """Other things in the same sentence."""
    measures: frozenset[str]
    years: frozenset[str]
    words: frozenset[str]


def _words_of(text: str) -> set[str]:
    return {word.casefold() for word in re.findall(r"[^\W\d_]{5,}", text)}


def _are_akin(first: str, other: str) -> bool:
    """Tell whether two words begin alike, as "valued" and "valuation" do."""
    alike = sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, other, strict=False))
    )
    return alike >= max(_LEAST_AKIN, _AKIN * min(len(first), len(other)))


@dataclass(frozen=True)
class _Text:
    """A text with the mentions and numbers in it."""

    text: str
    mentions: Sequence[Mention]
    measures: Sequence[Mention]
    numbers: Sequence[Number]

    def near(self, number: Number) -> _Context:
        """Return the context of a number; its subject is the last thing named before it."""
        start, end = _part(self._sentences, number)
        inside = [mention for mention in self.mentions if start <= mention.start < end]
        before = [mention for mention in inside if mention.end <= number.start]
        earlier = [mention for mention in self.mentions if mention.end <= start]
        subject = (before or inside[:1] or earlier)[-1:]
        subjects = tuple(iri for mention in subject for iri in mention.things)
        other_things = {iri for mention in inside for iri in mention.things} - set(subjects)
        start, end = _part(self._clauses, number)
        measured = [mention for mention in self.measures if start <= mention.start < end]
        nearest = [mention for mention in measured if mention.end <= number.start][-1:] or measured[
            :1
        ]
        years = (
            mention for mention in self.numbers if mention.is_year and start <= mention.start < end
        )
        return _Context(
            subjects=subjects,
            others=tuple(sorted(other_things)),
            measures=frozenset(iri for mention in nearest for iri in mention.things),
            years=frozenset(f"{year.value}" for year in years),
            words=frozenset(_words_of(self.text[start:end])),
        )

    @cached_property
    def _sentences(self) -> list[int]:
        return [0, *(match.end() for match in _SENTENCE_END.finditer(self.text)), len(self.text)]

    @cached_property
    def _clauses(self) -> list[int]:
        return [0, *(match.end() for match in _CLAUSE_END.finditer(self.text)), len(self.text)]


def _part(ends: Sequence[int], number: Number) -> tuple[int, int]:
    """Return the start and the end of the part of a text with a number."""
    at = bisect_right(ends, number.start)
    return ends[at - 1], ends[at]
