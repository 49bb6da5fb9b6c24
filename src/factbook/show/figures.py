"""Make figures of statements: the number, when it held, and what limits it."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import Literal, NamedNode

from factbook.render import humanize
from factbook.render.humanize import printable
from factbook.show.page import Figure, FigureGroup, Name
from factbook.show.statements import (
    ABOUT,
    CONDITION,
    DATE,
    DATE_PRECISION,
    GRADE,
    LEAST,
    LINK,
    MEASURE,
    MOST,
    PER,
    PERIOD,
    PRECISION,
    STANDING,
    UNIT,
    VALUE,
    WORD,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from factbook.show.citations import Desk
    from factbook.show.statements import Names, Statement

_TRUE = {"true", "1"}


class _Wording(NamedTuple):
    """What a figure says; two that say the same are one."""

    text: str
    when: str
    words: tuple[str, ...]
    conditions: tuple[str, ...]


class Raw(NamedTuple):
    """One observation: its statements by role, and those without one."""

    iri: str
    statements: tuple[Statement, ...]

    def first(self, role: str) -> str | None:
        """Return the value in a role, if there is one."""
        return next((each.text for each in self.statements if each.role == role), None)

    @property
    def about(self) -> str:
        """What it is a figure of; without one, itself."""
        return self.first(ABOUT) or self.iri

    @property
    def measure(self) -> str:
        """What it measures; without one, itself."""
        return self.first(MEASURE) or self.iri

    @property
    def sources(self) -> list[str]:
        """The graphs that it stands in."""
        return list(dict.fromkeys(each.source for each in self.statements))

    @property
    def size(self) -> float:
        """The first of its numbers, to sort by."""
        try:
            return float(self.numbers[0])
        except (IndexError, ValueError):
            return 0.0

    @property
    def numbers(self) -> list[str]:
        """The one, two or no numbers that it gives."""
        return [text for role in (VALUE, LEAST, MOST) if (text := self.first(role)) is not None]


def raw_figures(statements: Iterable[Statement]) -> list[Raw]:
    """Return the observations that some statements describe."""
    found: dict[str, list[Statement]] = defaultdict(list)
    for statement in statements:
        found[statement.subject].append(statement)
    return [Raw(iri, tuple(each)) for iri, each in found.items()]


def grouped_figures(
    raws: Sequence[Raw], heading: Callable[[Raw], str], desk: Desk
) -> tuple[FigureGroup, ...]:
    """Return figures under their headings, in the order of these, the newest figure first.

    Args:
        raws: The observations.
        heading: What an observation stands under.
        desk: What to call things, and where sources get their numbers.
    """
    by_heading: dict[str, list[Raw]] = defaultdict(list)
    for raw in raws:
        by_heading[heading(raw)].append(raw)
    return tuple(
        FigureGroup(label, tuple(_figures(by_heading[label], desk)))
        for label in sorted(by_heading, key=lambda label: (label.casefold(), label))
    )


def _figures(raws: Sequence[Raw], desk: Desk) -> Iterator[Figure]:
    scales = _scales(raws, desk.names)
    said: dict[_Wording, list[Raw]] = defaultdict(list)
    for raw in raws:
        said[_wording(raw, scales, desk)].append(raw)

    def newest_first(wording: _Wording) -> tuple[object, ...]:
        raw = said[wording][0]
        return (
            *humanize.newest_first(raw.first(DATE) or ""),
            raw.first(PER) or "",
            raw.size,
            wording,
        )

    for wording in sorted(said, key=newest_first):
        alike = said[wording]
        one = alike[0]
        unit = one.first(UNIT)
        yield Figure(
            iris=tuple(raw.iri for raw in alike),
            about=Name(one.about, desk.names.of(one.about)),
            measure=Name(one.measure, desk.names.of_property(one.measure)),
            text=wording.text,
            when=wording.when,
            words=wording.words,
            conditions=wording.conditions,
            also=tuple(sorted({each for raw in alike for each in _links(raw)})),
            date=one.first(DATE),
            value=one.first(VALUE),
            least=one.first(LEAST),
            most=one.first(MOST),
            unit=Name(unit, desk.names.of(unit)) if unit else None,
            sources=desk.citations.cite(source for raw in alike for source in raw.sources),
        )


def _wording(raw: Raw, scales: dict[str, tuple[Decimal, str]], desk: Desk) -> _Wording:
    names = desk.names
    text = _number(raw, scales, names)
    standing = ", ".join(_of_role(raw, STANDING, names))
    words = [
        *_of_role(raw, WORD, names),
        *_labelled(raw, desk),
        standing if text else "",
        *_of_role(raw, GRADE, names),
    ]
    return _Wording(
        text=text or standing or "no figure",
        when=_when(raw, names),
        words=tuple(filter(None, words)),
        conditions=tuple(each.removesuffix(".") for each in _of_role(raw, CONDITION, names)),
    )


def _number(raw: Raw, scales: dict[str, tuple[Decimal, str]], names: Names) -> str:
    scale = scales.get(raw.first(UNIT) or "", (Decimal(1), ""))
    value, least, most = raw.first(VALUE), raw.first(LEAST), raw.first(MOST)
    if value is not None:
        said = humanize.quantity(value, scale)
    elif least is not None and most is not None:
        said = humanize.span(least, most, scale)
    elif least is not None or most is not None:
        said = humanize.quantity(least or most or "", scale)
        said = f"{'from' if least is not None else 'up to'} {said}"
    else:
        return ""
    precision, per = raw.first(PRECISION), raw.first(PER)
    return " ".join(
        filter(
            None,
            (names.of(precision) if precision else "", said, f"per {names.of(per)}" if per else ""),
        )
    )


def _when(raw: Raw, names: Names) -> str:
    day = raw.first(DATE)
    if day is None:
        return "undated"
    precision = raw.first(DATE_PRECISION)
    known = names.of(precision) if precision else "day"
    length = raw.first(PERIOD)
    return humanize.period(day, length, known) if length else humanize.date(day, known)


def _of_role(raw: Raw, role: str, names: Names) -> list[str]:
    return [_value(each, names) for each in raw.statements if each.role == role]


def _labelled(raw: Raw, desk: Desk) -> Iterator[str]:
    """Yield what the query gives no role, under its label."""
    for each in raw.statements:
        if each.role or each.text == desk.here:
            continue
        label = desk.names.of_property(each.about)
        if isinstance(each.value, Literal) and each.value.datatype.value.endswith("#boolean"):
            if each.text in _TRUE:
                yield label
        else:
            yield f"{label} {_value(each, desk.names)}"


def _value(statement: Statement, names: Names) -> str:
    if isinstance(statement.value, NamedNode):
        return names.of(statement.text)
    return printable(statement.text)


def _links(raw: Raw) -> Iterable[str]:
    return (printable(each.text) for each in raw.statements if each.role == LINK)


def _scales(raws: Sequence[Raw], names: Names) -> dict[str, tuple[Decimal, str]]:
    """Return per unit how to write it, the same for all figures under one heading."""
    by_unit: dict[str, list[str]] = defaultdict(list)
    for raw in raws:
        unit = raw.first(UNIT)
        if unit is not None:
            by_unit[unit] += raw.numbers
    return {
        unit: humanize.common_scale(numbers, names.of(unit)) for unit, numbers in by_unit.items()
    }
