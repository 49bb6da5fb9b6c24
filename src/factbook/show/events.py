"""Make events of statements: what happened, when, to whom, with whom, for how much."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from factbook.render import humanize
from factbook.show.figures import grouped_figures
from factbook.show.lines import cited_values, lines_of
from factbook.show.page import Cited, Event, Line, Name
from factbook.show.statements import DATE, DATE_PRECISION, HIDDEN, KIND, NAME, WHOM, WORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from factbook.show.citations import Desk
    from factbook.show.figures import Raw
    from factbook.show.statements import Names, Statement

_IN_TITLE = (NAME, KIND, WORD)
_NOT_IN_LINES = {*_IN_TITLE, DATE, DATE_PRECISION, HIDDEN}
_FINENESS = {"day": 0, "month": 1, "quarter": 2, "year": 3}


class _Dated(NamedTuple):
    """A date that some sources give."""

    day: str
    said: str
    sources: tuple[str, ...]


def events_of(
    statements: Iterable[Statement], amounts: Sequence[Raw], desk: Desk
) -> tuple[Event, ...]:
    """Return events, the newest first.

    Args:
        statements: What sources say of the events.
        amounts: Figures about the events.
        desk: What to call things, and where sources get their numbers.
    """
    told: dict[str, list[Statement]] = defaultdict(list)
    for statement in statements:
        told[statement.subject].append(statement)
    dates = {iri: _dates(each, desk.names) for iri, each in told.items()}

    def newest_first(iri: str) -> tuple[object, ...]:
        day = dates[iri][0].day if dates[iri] else ""
        return (*humanize.newest_first(day), desk.names.of(iri), iri)

    return tuple(
        _event(iri, told[iri], dates[iri], [raw for raw in amounts if raw.about == iri], desk)
        for iri in sorted(told, key=newest_first)
    )


def _event(
    iri: str, told: list[Statement], dates: list[_Dated], amounts: list[Raw], desk: Desk
) -> Event:
    titles = tuple(_titles(told, desk))
    others = [
        each
        for each in told
        if each.role not in _NOT_IN_LINES and not (each.role == WHOM and each.text == desk.here)
    ]
    lines = list(lines_of(others, desk))
    if len(dates) > 1:  # sources know different parts of the date, or do not agree
        dated = (Cited(each.said, desk.citations.cite(each.sources)) for each in dates)
        lines.append(Line("dated", tuple(dated)))
    return Event(
        name=Name(iri, desk.names.of(iri)),
        when=dates[0].said if dates else "undated",
        date=dates[0].day if dates else None,
        titles=titles,
        lines=tuple(lines),
        amounts=grouped_figures(amounts, lambda raw: desk.names.of_property(raw.measure), desk),
    )


def _titles(told: list[Statement], desk: Desk) -> Iterator[Cited]:
    """Yield the name of an event, its kind, and the words for how far it has come."""
    for role in _IN_TITLE:
        properties = sorted({each.about for each in told if each.role == role})
        for about in properties:
            for value in cited_values([each for each in told if each.about == about], desk):
                yield value._replace(text=_lower(value.text)) if role == KIND else value


def _lower(label: str) -> str:
    """Return a label as it is written within a sentence; abbreviations stay."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _dates(statements: Sequence[Statement], names: Names) -> list[_Dated]:
    """Return the dates that are given: the most exact first, then the one of most sources."""
    precisions = {
        each.source: names.of(each.text) for each in statements if each.role == DATE_PRECISION
    }
    given: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in statements:
        if each.role == DATE:
            given[each.text, precisions.get(each.source, "day")].append(each.source)
    ordered = sorted(given, key=lambda key: (_FINENESS.get(key[1], 0), -len(given[key]), key))
    return [
        _Dated(day, humanize.date(day, precision), tuple(given[day, precision]))
        for day, precision in ordered
    ]
