"""Build the figures of a page from statements: the number, its date and its qualifiers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import Literal, NamedNode

from factbook.render.humanize import (
    format_amount,
    format_date,
    format_period,
    format_range,
    make_printable,
    recency_key,
)
from factbook.render.marks import MARKS
from factbook.show.page import Figure, Name
from factbook.show.statements import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from factbook.render.labels import Labels
    from factbook.show.lines import PageContext
    from factbook.show.statements import Statement

_TRUE = {"true", "1"}


class _Wording(NamedTuple):
    """The text of a figure; observations with the same text are merged."""

    text: str
    when: str
    words: tuple[str, ...]
    conditions: tuple[str, ...]


@dataclass(frozen=True)
class Observation:
    """One observation with its statements."""

    iri: str
    statements: tuple[Statement, ...]

    def first(self, role: Role) -> str | None:
        """Return the first value in a role, or None."""
        return next(
            (statement.text for statement in self.statements if statement.role == role), None
        )

    @property
    def about(self) -> str:
        """The thing that it is about, or itself if it names none."""
        return self.first(Role.ABOUT) or self.iri

    @property
    def measure(self) -> str:
        """Its measure, or itself if it names none."""
        return self.first(Role.MEASURE) or self.iri

    @property
    def sources(self) -> list[str]:
        """The named graphs of its statements."""
        return list(dict.fromkeys(statement.source for statement in self.statements))

    @property
    def size(self) -> float:
        """Its first number, as a sort key."""
        numbers = (self.first(role) for role in (Role.VALUE, Role.LEAST, Role.MOST))
        try:
            return float(next(text for text in numbers if text is not None))
        except (StopIteration, ValueError):
            return 0.0


def group_observations(statements: Iterable[Statement]) -> list[Observation]:
    """Group statements into observations."""
    by_subject: dict[str, list[Statement]] = defaultdict(list)
    for statement in statements:
        by_subject[statement.subject].append(statement)
    return [Observation(iri, tuple(grouped)) for iri, grouped in by_subject.items()]


def build_figures(
    observations: Iterable[Observation],
    heading: Callable[[Observation], str],
    context: PageContext,
) -> tuple[Figure, ...]:
    """Return figures sorted by heading, the newest first under each.

    Args:
        observations: The observations.
        heading: Returns the heading of an observation.
        context: The labels and the citations of the page.
    """
    by_heading: dict[str, list[Observation]] = defaultdict(list)
    for observation in observations:
        by_heading[heading(observation)].append(observation)
    return tuple(
        figure
        for label in sorted(by_heading, key=lambda label: (label.casefold(), label))
        for figure in _merge_alike(label, by_heading[label], context)
    )


def _merge_alike(
    heading: str, observations: Sequence[Observation], context: PageContext
) -> Iterator[Figure]:
    alike: dict[_Wording, list[Observation]] = defaultdict(list)
    for observation in observations:
        alike[_word(observation, context)].append(observation)

    def newest_first(wording: _Wording) -> tuple[object, ...]:
        first = alike[wording][0]
        date, per = first.first(Role.DATE) or "", first.first(Role.PER) or ""
        return (*recency_key(date), per, first.size, wording)

    for wording in sorted(alike, key=newest_first):
        yield _figure(heading, wording, alike[wording], context)


def _figure(
    heading: str, wording: _Wording, alike: Sequence[Observation], context: PageContext
) -> Figure:
    labels, first = context.labels, alike[0]
    unit = first.first(Role.UNIT)
    statements = [statement for observation in alike for statement in observation.statements]
    return Figure(
        heading=heading,
        about=Name(first.about, labels.of(first.about)),
        measure=Name(first.measure, labels.of_property(first.measure)),
        text=wording.text,
        value=_json_number(first.first(Role.VALUE)),
        least=_json_number(first.first(Role.LEAST)),
        most=_json_number(first.first(Role.MOST)),
        unit=Name(unit, labels.of(unit)) if unit else None,
        date=first.first(Role.DATE),
        when=wording.when,
        words=wording.words,
        conditions=wording.conditions,
        also=tuple(
            sorted(
                {
                    make_printable(statement.text)
                    for statement in statements
                    if statement.role == Role.LINK
                }
            )
        ),
        observations=tuple(observation.iri for observation in alike),
        sources=context.citations.cite(
            source for observation in alike for source in observation.sources
        ),
        marks=_marks(alike, context),
    )


def _marks(alike: Sequence[Observation], context: PageContext) -> tuple[str, ...]:
    """Return the marks that all observations with the same text share."""
    found = [context.marks.get(observation.iri, ()) for observation in alike]
    return tuple(name for name in MARKS if all(name in marks for marks in found))


def _word(observation: Observation, context: PageContext) -> _Wording:
    labels = context.labels

    def labels_of(role: Role) -> list[str]:
        return [
            _format_value(statement, labels)
            for statement in observation.statements
            if statement.role == role
        ]

    number = _format_number(observation, labels)
    standing = ", ".join(labels_of(Role.STANDING))
    ends = [statement.text for statement in observation.statements if statement.role == Role.UNTIL]
    words = [
        *([f"until {_format_part(min(ends))}"] if ends else []),
        *labels_of(Role.WORD),
        *_describe_others(observation, context),
        standing if number else "",
        *labels_of(Role.GRADE),
    ]
    return _Wording(
        text=number or standing or "no figure",
        when=_format_when(observation, labels),
        words=tuple(filter(None, words)),
        conditions=tuple(condition.removesuffix(".") for condition in labels_of(Role.CONDITION)),
    )


def _format_number(observation: Observation, labels: Labels) -> str:
    unit = observation.first(Role.UNIT) or ""
    symbol = labels.of(unit) if unit else ""

    def amount(role: Role) -> str:
        bound = next(
            (statement for statement in observation.statements if statement.role == role), None
        )
        if bound is None:
            return ""
        if isinstance(bound.value, NamedNode):
            return labels.of(bound.text)
        return make_printable(format_amount(bound.text, unit, symbol))

    value = next(
        (statement for statement in observation.statements if statement.role == Role.VALUE), None
    )
    if value is not None and isinstance(value.value, NamedNode):
        return labels.of(value.text)
    interval = format_range(amount(Role.LEAST), amount(Role.MOST))
    text = amount(Role.VALUE) or interval
    if not text:
        return ""
    if value is not None and interval:
        text += f" ({interval}{_describe_percentiles(observation)})"
    precision, per = observation.first(Role.PRECISION), observation.first(Role.PER)
    before = f"{labels.of(precision)} " if precision else ""
    return f"{before}{text} per {labels.of(per)}" if per else before + text


def _describe_percentiles(observation: Observation) -> str:
    """Return the percentiles of an interval, such as ', 5th to 95th percentile'."""
    low, high = observation.first(Role.LOW_PERCENTILE), observation.first(Role.HIGH_PERCENTILE)
    return f", {low}th to {high}th percentile" if low and high else ""


def _format_part(day: str) -> str:
    """Return a day in words, or the month or year that is known of it."""
    return format_date(f"{day}-01-01"[:10], ("year", "month", "day")[day.count("-")])


def _format_when(observation: Observation, labels: Labels) -> str:
    day = observation.first(Role.DATE)
    if day is None:
        return "undated"
    precision = observation.first(Role.DATE_PRECISION)
    precision_label = labels.of(precision) if precision else "day"
    length = observation.first(Role.PERIOD)
    return make_printable(
        format_period(day, length, precision_label) if length else format_date(day, precision_label)
    )


def _describe_others(observation: Observation, context: PageContext) -> Iterator[str]:
    """Yield the statements without a role as label and value; for `true` only the label."""
    for statement in observation.statements:
        if statement.role or statement.text == context.thing:
            continue
        label = context.labels.of_property(statement.about)
        if isinstance(statement.value, Literal) and statement.value.datatype.value.endswith(
            "#boolean"
        ):
            if statement.text in _TRUE:
                yield label
        else:
            yield f"{label} {_format_value(statement, context.labels)}"


def _format_value(statement: Statement, labels: Labels) -> str:
    if isinstance(statement.value, NamedNode):
        return labels.of(statement.text)
    return make_printable(statement.text)


def _json_number(text: str | None) -> int | float | str | None:
    """Return a number that JSON can hold without loss, or else its text."""
    if text is None:
        return None
    try:
        exact = Decimal(text)
    except InvalidOperation:
        return text
    if not exact.is_finite():
        return text
    if exact == exact.to_integral_value():
        return int(exact)
    return float(exact) if Decimal(repr(float(exact))) == exact else text
