"""Parse a question: the command, period, number of rows and file that it asks for.

The remaining words are its subject.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from factbook.errors import UsageError
from factbook.query.refine import read_days
from factbook.render.humanize import NUMBER_WORDS

COMPARE, CITE, EXPORT = "compare", "cite", "export"
_NUMBERS = {word: number for number, word in enumerate(NUMBER_WORDS) if number > 1}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_MONTH_NAMES = (
    "january february march april may june july august september october november december"
)
_NAMED_MONTH = re.compile(rf"\b({_MONTH_NAMES.replace(' ', '|')}) ((?:19|20)\d\d)\b", re.IGNORECASE)
_DAY = r"(?P<day>(?:19|20)\d\d(?:-(?:Q[1-4]|(?:0[1-9]|1[0-2])(?:-\d\d)?))?)\b(?![-.\d])"
_NUMBER = rf"(?P<number>\d{{1,4}}|{'|'.join(_NUMBERS)})"
_UNIT = rf"(?P<unit>{'|'.join(_MONTHS)})s?"
_MOST = "most|largest|biggest|greatest|highest|cheapest|dearest|best|newest|latest|fastest|lowest"
_LINK = r"(?:(?:as|to|into|in|for|with|draw|make|please) )*(?:an? |the )?"
_PATTERNS = {
    "asof": rf"(?:(?:at |by |until )?(?:the )?end of|as of|as at) {_DAY}",
    "from": rf"(?:between|from) {_DAY} (?:and|to|until) (?P<last>\d{{4}}(?:-[\dQ]+)*)",
    "since": rf"(?:since|from) {_DAY}",
    "after": rf"after {_DAY}",
    "until": rf"(?:until|till|up to) {_DAY}",
    "before": rf"before {_DAY}",
    "ago": rf"(?:(?:of|in|over|during|for) )?(?:the )?(?:last|past|recent) (?:{_NUMBER} )?{_UNIT}",
    "count": rf"of {_NUMBER} {_UNIT}",
    "within": rf"(?:(?:in|during|of|for) )?{_DAY}",
    "top": rf"(?:the )?top {_NUMBER}",
    "most": rf"(?:the )?{_NUMBER}(?= (?:{_MOST}))",
    "xlsx": rf"{_LINK}(?:excel|xlsx|spreadsheet|workbook)(?: (?:file|sheet|table))?s?(?: of)?",
    "csv": rf"{_LINK}csv(?: files?)?(?: of)?",
    "svg": rf"{_LINK}(?:charts?|plots?|diagrams?|pictures?)(?: of)?",
    "bound": r"(?:at least|at most|more than|less than|over|under|above|below)(?= \$?\d)",
    COMPARE: r"compar(?:e|es|ed|ing|ison)|versus|vs|against|differences?|differs?|side by side"
    r"|next to (?:each other|one another)",
    CITE: r"cit(?:e|es|ed|ing|ations?)|bibtex",
    EXPORT: r"export(?:s|ed|ing)?|downloads?",
}
"""The pattern of each part of a question, in the order in which they are extracted."""


@dataclass(frozen=True)
class Question:
    """A parsed question."""

    text: str
    """The words about its subject."""
    command: str = ""
    """'compare', 'cite', 'export', or an empty string."""
    since: str = ""
    until: str = ""
    asof: str = ""
    top: int = 0
    """The number of rows; 0 for all."""
    ending: str = ""
    """The suffix of the file: 'xlsx', 'csv' or 'svg'."""

    @property
    def is_narrow(self) -> bool:
        """Whether it has a period, a number of rows or a file, and so asks for rows."""
        return bool(self.since or self.until or self.asof or self.top or self.ending)


def read_question(text: str, *, today: date) -> Question:
    """Parse a question.

    Args:
        text: The words.
        today: The end of "the last three months".
    """
    matches: dict[str, re.Match[str]] = {}
    text = _NAMED_MONTH.sub(_write_month, text)
    for name, pattern in _PATTERNS.items():
        match = re.search(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE)
        if match is not None:
            matches[name] = match
            text = f"{text[: match.start()].rstrip()} {text[match.end() :].lstrip()}".strip()

    def day(name: str, *, last: bool, group: str = "day", days: int = 0) -> str:
        text = _span(matches[name][group])[last] if name in matches else ""
        return str(date.fromisoformat(text) + timedelta(days)) if text else ""

    ago = matches.get("ago") or matches.get("count")
    rows = matches.get("top") or matches.get("most")
    return Question(
        text,
        command=next((name for name in (COMPARE, CITE, EXPORT) if name in matches), ""),
        since=(
            day("from", last=False)
            or day("since", last=False)
            or day("after", last=True, days=1)
            or day("within", last=False)
            or (_before(today, ago) if ago else "")
        ),
        until=(
            day("from", last=True, group="last")
            or day("until", last=True)
            or day("before", last=False, days=-1)
            or day("within", last=True)
        ),
        asof=day("asof", last=True),
        top=_count(rows["number"]) if rows else 0,
        ending=next((name for name in ("xlsx", "csv", "svg") if name in matches), ""),
    )


def _write_month(match: re.Match[str]) -> str:
    """Return a month such as 'March 2025' as 2025-03."""
    return f"{match[2]}-{_MONTH_NAMES.split().index(match[1].casefold()) + 1:02}"


def _span(day: str) -> tuple[str, str]:
    """Return the first and the last day of a day, month, quarter or year, or empty strings."""
    try:
        return read_days(day, "")
    except UsageError:
        return "", ""


def _count(number: str | None) -> int:
    return _NUMBERS.get(number.casefold(), 0) or int(number) if number else 1


def _before(today: date, ago: re.Match[str]) -> str:
    """Return the day some months before today."""
    months = (
        today.year * 12 + today.month - 1 - _count(ago["number"]) * _MONTHS[ago["unit"].lower()]
    )
    first = f"{months // 12:04}-{months % 12 + 1:02}"
    return min(f"{first}-{today.day:02}", _span(first)[1])
