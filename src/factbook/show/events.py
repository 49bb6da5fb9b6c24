"""Build the events of a page from statements: what happened, when, between whom, for how much."""

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
    """A date, with the sources that give it."""

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
    dates = {
        iri: _collect_dates(event_statements, context.labels)
        for iri, event_statements in by_event.items()
    }

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
    other_statements = [
        statement
        for statement in statements
        if statement.role not in _NOT_IN_LINES
        and not (statement.role == Role.WHOM and statement.text == context.thing)
    ]
    lines = list(build_lines(other_statements, context))
    if len(dates) > 1:  # sources give different dates or precisions
        dated = (Cited(date.text, None, context.citations.cite(date.sources)) for date in dates)
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
        properties = sorted({statement.about for statement in statements if statement.role == role})
        for property_iri in properties:
            alike = [statement for statement in statements if statement.about == property_iri]
            for value in cite_values(alike, context):
                yield replace(value, text=_lower_first(value.text)) if role == Role.KIND else value


def _lower_first(label: str) -> str:
    """Return a label with a lower-case first letter, unless it is an abbreviation."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _collect_dates(statements: Sequence[Statement], labels: Labels) -> list[_Date]:
    """Return the dates, the most precise first, then those of most sources."""
    precisions = {
        statement.source: labels.of(statement.text)
        for statement in statements
        if statement.role == Role.DATE_PRECISION
    }
    sources_by_date: dict[tuple[str, str], list[str]] = defaultdict(list)
    for statement in statements:
        if statement.role == Role.DATE:
            sources_by_date[statement.text, precisions.get(statement.source, "day")].append(
                statement.source
            )
    ordered = sorted(
        sources_by_date,
        key=lambda key: (_COARSENESS.get(key[1], 0), -len(sources_by_date[key]), key),
    )
    return [
        _Date(day, format_date(day, precision), tuple(sources_by_date[day, precision]))
        for day, precision in ordered
    ]
