"""Understand a day, month, quarter or year as somebody types it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from factbook.errors import UsageError

_FORMS = (
    ("day", re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)),
    ("month", re.compile(r"([0-9]{4})-([0-9]{2})", re.ASCII)),
    ("quarter", re.compile(r"([0-9]{4})-Q([1-4])", re.ASCII)),
    ("year", re.compile(r"([0-9]{4})", re.ASCII)),
)
_MONTHS = {"day": 0, "month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Period:
    """A period of the calendar, from its first to its last day."""

    precision: str
    first: date
    last: date


def period_of(text: str, *, today: date) -> Period:
    """Return the period that a text such as 2025-03-31, 2025-03, 2025-Q1 or 2025 stands for.

    Raises:
        UsageError: It is none, or lies in the future.
    """
    for precision, pattern in _FORMS:
        match = pattern.fullmatch(text)
        if match is None:
            continue
        year, *rest = map(int, match.groups())
        month = 3 * rest[0] - 2 if precision == "quarter" else rest[0] if rest else 1
        try:
            first = date(year, month, rest[1] if precision == "day" else 1)
        except ValueError:
            break
        if first > today:
            raise UsageError(f"--date: {text} is in the future; when was the source published?")
        return Period(precision, first, _last(first, _MONTHS[precision]))
    raise UsageError(
        f"--date: '{text}' is no date; write it like 2025-03-31, 2025-03, 2025-Q1 or 2025"
    )


def _last(first: date, months: int) -> date:
    """Return the last day of so many months."""
    if months == 0:
        return first
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1) - timedelta(days=1)
