"""Make events of statements: what happened, when, to whom, with whom, for how much."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from factbook.render.humanize import format_date, recency_key
from factbook.show.figures import build_figures
from factbook.show.lines import build_lines, cite_values
from factbook.show.page import Cited, Event, Line
from factbook.show.statements import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from factbook.render.labels import Labels
    from factbook.show.figures import Observation
    from factbook.show.lines import PageContext
    from factbook.show.statements import Statement

_IN_TITLE = (Role.NAME, Role.KIND, Role.WORD)
_NOT_IN_LINES = {*_IN_TITLE, Role.DATE, Role.DATE_PRECISION, Role.HIDDEN}
_COARSENESS = {"day": 0, "month": 1, "quarter": 2, "year": 3}


class _Date(NamedTuple):
    """A date that some sources give."""

    day: str
    text: str
    sources: tuple[str, ...]


def build_events(
    statements: Iterable[Statement], amounts: Sequence[Observation], context: PageContext
) -> tuple[Event, ...]:
    """Return events, the newest first.

    Args:
        statements: What sources say about the events.
        amounts: Figures about the events.
        context: The labels and the citations of the page.
    """
    by_event: dict[str, list[Statement]] = defaultdict(list)
    for statement in statements:
        by_event[statement.subject].append(statement)
    dates = {iri: _collect_dates(each, context.labels) for iri, each in by_event.items()}

    def newest_first(iri: str) -> tuple[object, ...]:
        day = dates[iri][0].day if dates[iri] else ""
        return (*recency_key(day), context.labels.of(iri), iri)

    return tuple(
        _build_event(
            iri,
            by_event[iri],
            dates[iri],
            [amount for amount in amounts if amount.about == iri],
            context,
        )
        for iri in sorted(by_event, key=newest_first)
    )


def _build_event(
    iri: str,
    statements: list[Statement],
    dates: list[_Date],
    amounts: list[Observation],
    context: PageContext,
) -> Event:
    # The order is that of reading, so that citations count up
    titles = tuple(_cite_titles(statements, context))
    others = [
        each
        for each in statements
        if each.role not in _NOT_IN_LINES
        and not (each.role == Role.WHOM and each.text == context.thing)
    ]
    lines = list(build_lines(others, context))
    if len(dates) > 1:  # sources know different parts of the date, or do not agree
        dated = (Cited(each.text, None, context.citations.cite(each.sources)) for each in dates)
        lines.append(Line("dated", tuple(dated)))
    return Event(
        iri=iri,
        name=context.labels.of(iri),
        date=dates[0].day if dates else None,
        when=dates[0].text if dates else "undated",
        titles=titles,
        lines=tuple(lines),
        amounts=build_figures(
            amounts, lambda amount: context.labels.of_property(amount.measure), context
        ),
    )


def _cite_titles(statements: list[Statement], context: PageContext) -> Iterator[Cited]:
    """Yield the name of an event, its kind, its stage and its standing."""
    for role in _IN_TITLE:
        properties = sorted({each.about for each in statements if each.role == role})
        for about in properties:
            alike = [each for each in statements if each.about == about]
            for value in cite_values(alike, context):
                yield replace(value, text=_lower_first(value.text)) if role == Role.KIND else value


def _lower_first(label: str) -> str:
    """Return a label as it is written within a sentence; abbreviations stay."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _collect_dates(statements: Sequence[Statement], labels: Labels) -> list[_Date]:
    """Return the dates that are given: the most exact first, then the one of most sources."""
    precisions = {
        each.source: labels.of(each.text) for each in statements if each.role == Role.DATE_PRECISION
    }
    given: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in statements:
        if each.role == Role.DATE:
            given[each.text, precisions.get(each.source, "day")].append(each.source)
    ordered = sorted(given, key=lambda key: (_COARSENESS.get(key[1], 0), -len(given[key]), key))
    return [
        _Date(day, format_date(day, precision), tuple(given[day, precision]))
        for day, precision in ordered
    ]
