"""Format numbers, amounts, dates and periods for people: $4.25B, 3.35 TB/s, Q3 2024."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

from factbook.rdf.terms import XSD, local_name

if TYPE_CHECKING:
    from pyoxigraph import Literal

NUMBER_WORDS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
"""The numbers from 0 on in words."""
NUMERIC_TYPES = {XSD + name for name in ("integer", "decimal", "int", "long", "nonNegativeInteger")}
_NUMBER = re.compile(r"([+-]?)([0-9]+)(\.[0-9]+)?", re.ASCII)
PERIOD = "period"
"""The type of a column with durations, such as P1Y."""
_UNGROUPED = {"year", "identifier"}  # column types with numbers that are not quantities
_CURRENCY = re.compile(r"http://qudt\.org/vocab/unit/CCY_([A-Z]{3})")
_CURRENCY_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
_MAGNITUDES = ((12, "T", "trillion"), (9, "B", "billion"), (6, "M", "million"))
_MILLION = 10**6
_MOST_POWER = 30
_FEWEST_DIGITS, _MOST_DIGITS = 3, 4  # significant digits of a shortened amount
# SI prefixes in steps of a thousand; bytes step up at 1,000 and everything else at 10,000
_PREFIXES = ("", "k", "M", "G", "T", "P", "E")
_PREFIXED_UNIT = re.compile(r"(?P<prefix>[kMGTPE]?)(?P<base>B|B/s|Hz|W|FLOPS|OPS)")
_THOUSAND = 1000
_STEP_OF_BYTES, _STEP_OF_OTHERS = 1000, 10_000
COUNT_SYMBOL = "#"
"""The symbol of the unit of a count, which is not printed."""
_DECIMALS_OF_COUNT = 3
_CLOSE_UNITS = {"%", "\N{MULTIPLICATION SIGN}"}  # written without a space after the number
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_YEAR, _QUARTER = 12, 3  # in months
_MONTH_END = re.compile(r"(?:0[13578]|1[02])-31|(?:0[469]|11)-30|02-2[89]")
_DATE = re.compile(r"(-?[0-9]{4,})-([0-9]{2})-([0-9]{2})", re.ASCII)
_PERIOD = re.compile(r"P(?:([0-9]+)Y)?(?:([0-9]+)M)?", re.ASCII)


def make_printable(text: str) -> str:
    """Return a text on one line, without control characters."""
    if text.isprintable():  # as nearly all are
        return text
    return "".join(
        " "
        if character in "\t\n\r"
        else "\ufffd"
        if unicodedata.category(character) in {"Cc", "Cf", "Cs"} and character != "\u00ad"
        else character
        for character in text
    )


def group_thousands(number: str) -> str:
    """Return a decimal number with commas between its thousands."""
    match = _NUMBER.fullmatch(number)
    if match is None:
        return make_printable(number)
    sign, whole, fraction = match.groups()
    return f"{sign}{int(whole):,}{fraction or ''}"


def count_noun(number: int, noun: str) -> str:
    """Return a number with its noun: '1 error', '1,200 errors'."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def format_path(path: Path) -> str:
    """Return a path relative to the current folder if it is inside, else unchanged."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return str(path)


def format_literal(literal: Literal, column_type: str = "") -> str:
    """Return a literal for people: grouped thousands, yes or no, one printable line.

    Args:
        literal: The literal.
        column_type: The type of the column in the front matter; a year is not grouped.
    """
    datatype = literal.datatype.value
    if column_type == PERIOD:
        return format_length(literal.value)
    if datatype in NUMERIC_TYPES and column_type not in _UNGROUPED:
        return group_thousands(literal.value)
    if datatype == f"{XSD}boolean":
        return "yes" if literal.value in {"true", "1"} else "no"
    return make_printable(literal.value)


def round_computed(number: str) -> str:
    """Return a quotient or an average with three significant digits; a short number stays exact."""
    try:
        value = Decimal(number)
    except InvalidOperation:
        return number
    decimals = -int(value.as_tuple().exponent) if value.is_finite() else 0
    if decimals <= _MOST_DIGITS:
        return number
    decimals_kept = max(_FEWEST_DIGITS - 1 - value.adjusted(), 0) if value else 0
    return f"{round(value, decimals_kept):f}" if decimals_kept < decimals else number


def format_amount(number: str, unit: str, symbol: str, *, exact: bool = False) -> str:
    """Return a number with its unit.

    Amounts of money from a million on are rounded to four digits; everything else is exact. A count
    from a million on uses a word if three decimals are enough: 2.6 trillion.

    Args:
        number: The lexical form of an integer or decimal.
        unit: The unit's IRI, or an empty string.
        symbol: The unit's symbol, or an empty string.
        exact: Whether to keep every digit of an amount of money.
    """
    value = _parse(number)
    if value is None:
        return f"{number} {symbol}".rstrip()
    currency = _CURRENCY.fullmatch(unit)
    if currency is not None:
        return _format_money(value, currency[1], exact=exact)
    if symbol in {COUNT_SYMBOL, ""}:
        return _format_count(value)
    value, symbol = _step_up(value, symbol)
    return f"{value:,f}{'' if symbol in _CLOSE_UNITS else ' '}{symbol}"


def currency_sign(unit: str) -> str:
    """Return the sign of a currency, or its code if it has none; empty for other units."""
    currency = _CURRENCY.fullmatch(unit)
    return _CURRENCY_SIGNS.get(currency[1], f"{currency[1]} ") if currency is not None else ""


def currency_of_sign(sign: str) -> str:
    """Return the unit of a currency sign such as $, or an empty string."""
    codes = (code for code, known in _CURRENCY_SIGNS.items() if known == sign)
    code = next(codes, "")
    return f"http://qudt.org/vocab/unit/CCY_{code}" if code else ""


def split_prefix(symbol: str) -> tuple[Decimal, str]:
    """Return the size of the SI prefix of a unit's symbol, and the symbol without it."""
    match = _PREFIXED_UNIT.fullmatch(symbol)
    if match is None:
        return Decimal(1), ""
    return Decimal(_THOUSAND) ** _PREFIXES.index(match["prefix"]), match["base"]


def format_range(least: str, most: str) -> str:
    """Return a range of two formatted amounts; either may be empty."""
    if least and most:
        return f"{least} to {most}"
    return f"from {least}" if least else f"up to {most}" if most else ""


def format_date(day: str, precision: str = "day") -> str:
    """Return an ISO date for people, cut to its precision: 14 Jun 2024, Q2 2024, 2024."""
    match = _DATE.fullmatch(day)
    if match is None or not 1 <= int(match[2]) <= len(_MONTHS):
        return day
    year, month, day_of_month = match[1], int(match[2]), int(match[3])
    if precision == "year":
        return year
    if precision == "quarter":
        return f"Q{(month + 2) // 3} {year}"
    if precision == "month":
        return f"{_MONTHS[month - 1]} {year}"
    return f"{day_of_month} {_MONTHS[month - 1]} {year}"


def format_iso_date(day: str, precision: str = "day") -> str:
    """Return an ISO date cut to its precision, as in a table: 2021-11, 2021-Q4, 2021."""
    match = _DATE.fullmatch(day)
    if match is None:
        return day
    if precision == "year":
        return match[1]
    if precision == "quarter":
        return f"{match[1]}-Q{(int(match[2]) + 2) // 3}"
    return f"{match[1]}-{match[2]}" if precision == "month" else day


def format_period(end: str, length: str, precision: str = "day") -> str:
    """Return an ISO 8601 duration that ends on a day: Q3 2024, 6 months to Jun 2019."""
    day, size = _DATE.fullmatch(end), _PERIOD.fullmatch(length)
    if day is None or size is None:
        return f"{format_date(end, precision)} ({length})"
    months = _YEAR * int(size[1] or 0) + int(size[2] or 0)
    year, month = day[1], int(day[2])
    if months == _YEAR and (month == _YEAR or precision == "year"):
        return year
    if months == _QUARTER and month % _QUARTER == 0:
        return f"Q{month // _QUARTER} {year}"
    if months == 1:
        return format_date(end, "month")
    whole = "year" if months == _YEAR else f"{months} months"
    ends_month = _MONTH_END.fullmatch(f"{day[2]}-{day[3]}") is not None
    return f"{whole} to {format_date(end, 'month' if ends_month else precision)}"


def format_length(length: str) -> str:
    """Return an ISO 8601 duration of years and months in words: year, quarter, 6 months."""
    size = _PERIOD.fullmatch(length)
    months = _YEAR * int(size[1] or 0) + int(size[2] or 0) if size else 0
    if months == _QUARTER:
        return "quarter"
    if not months:
        return make_printable(length)
    number, noun = (months, "month") if months % _YEAR else (months // _YEAR, "year")
    return noun if number == 1 else count_noun(number, noun)


def recency_key(day: str) -> tuple[object, ...]:
    """Return a sort key for ISO dates, newest first and missing dates last."""
    return (not day, tuple(-ord(character) for character in day))


def words_in_iri(iri: str) -> str:
    """Return the local name of an IRI as words: 'founding date' for …/foundingDate."""
    return words_in_name(local_name(iri))


def words_in_name(name: str) -> str:
    """Return a name in camel case as words: 'founding date' for foundingDate."""
    spaced = "".join(
        f" {letter.lower()}" if letter.isupper() and index else letter
        for index, letter in enumerate(name)
    )
    return spaced[:1].lower() + spaced[1:]


def _parse(number: str) -> Decimal | None:
    """Return a number, or None if it is not one or has too many digits."""
    try:
        value = Decimal(number)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value.adjusted()) < _MOST_POWER else None


def _format_money(value: Decimal, code: str, *, exact: bool) -> str:
    sign = _CURRENCY_SIGNS.get(code)
    text = f"{abs(value):,f}" if exact else _shorten(abs(value))
    minus = "-" if value < 0 else ""
    return f"{minus}{sign}{text}" if sign else f"{minus}{text} {code}"


def _shorten(value: Decimal) -> str:
    rounded = Decimal(f"{value:.{_MOST_DIGITS - 1}e}")
    for power, letter, _ in _MAGNITUDES if value >= _MILLION else ():
        if rounded >= 10**power:
            scaled = rounded.scaleb(-power)
            whole_digits = len(str(int(scaled)))
            text = f"{scaled:.{_MOST_DIGITS - whole_digits}f}"
            fewest = max(_FEWEST_DIGITS - whole_digits, 0)
            while "." in text and text.endswith("0") and len(text.partition(".")[2]) > fewest:
                text = text[:-1]
            return text.rstrip(".") + letter
    cents = 2 if value != value.to_integral_value() else 0
    return f"{value:,.{max(cents, -int(value.as_tuple().exponent)) if cents else 0}f}"


def _format_count(value: Decimal) -> str:
    for power, _, word in _MAGNITUDES:
        if abs(value) >= 10**power:
            scaled = value.scaleb(-power).normalize()
            if round(scaled, _DECIMALS_OF_COUNT) == scaled:
                return f"{scaled:f} {word}"
            break
    return f"{value:,f}"


def _step_up(value: Decimal, symbol: str) -> tuple[Decimal, str]:
    """Return a quantity in the largest unit in which it is at least 1, and that unit's symbol."""
    match = _PREFIXED_UNIT.fullmatch(symbol)
    if match is None:
        return value, symbol
    step = _PREFIXES.index(match["prefix"])
    limit = _STEP_OF_BYTES if match["base"].startswith("B") else _STEP_OF_OTHERS
    while abs(value) >= limit and step + 1 < len(_PREFIXES):
        value /= _THOUSAND
        step += 1
    return value, _PREFIXES[step] + match["base"]
