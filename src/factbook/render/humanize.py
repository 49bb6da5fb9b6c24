"""Turn numbers, amounts, dates and periods into words: $4.25B, 3.35 TB/s, Q3 2024."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from factbook.rdf.terms import local_name

if TYPE_CHECKING:
    from collections.abc import Iterable

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH_END = re.compile(r"(?:0[13578]|1[02])-31|(?:0[469]|11)-30|02-2[89]")
_DATE = re.compile(r"(-?[0-9]{4,})-([0-9]{2})-([0-9]{2})", re.ASCII)
_PERIOD = re.compile(r"P(?:([0-9]+)Y)?(?:([0-9]+)M)?", re.ASCII)
_WORDS = ((Decimal(10**12), "trillion"), (Decimal(10**9), "billion"), (Decimal(10**6), "million"))
_DECIMALS_IN_WORDS = 3
# Units of information, power and the like, which people write with a decimal prefix (SI brochure)
_PREFIXED = re.compile(r"([kMGTPE]?)(B|B/s|bit/s|W|Wh|Hz|FLOPS|OPS)", re.ASCII)
_PREFIXES = ("", "k", "M", "G", "T", "P", "E")
_STEP = Decimal(1000)
_DECIMALS_IN_UNITS = 2
_CLOSE = ("%", "\u00d7", "\u00b0")  # per cent, times, degrees stand close to the number
_NUMBER = re.compile(r"([+-]?)([0-9]+)(\.[0-9]+)?", re.ASCII)
_CURRENCY = re.compile(r"http://qudt\.org/vocab/unit/CCY_([A-Z]{3})")
_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
_MAGNITUDES = ((12, "T"), (9, "B"), (6, "M"))
_MILLION = 10**6
_FEWEST, _MOST = 3, 4  # significant digits of a shortened amount
# SI prefixes in steps of a thousand; bytes are read a step earlier than the others
_LADDER = ("", "k", "M", "G", "T", "P", "E")
_SCALABLE = re.compile(r"(?P<prefix>[kMGTPE]?)(?P<base>B|B/s|Hz|W|FLOPS|OPS)")
_THOUSAND = 1000
_UNSTEPPED = 10_000
_COUNT = "#"  # the symbol of a bare count
_TIGHT = {"%", "\N{MULTIPLICATION SIGN}"}


def grouped(number: str) -> str:
    """Return a decimal number with its thousands set apart by commas."""
    match = _NUMBER.fullmatch(number)
    if match is None:
        return printable(number)
    sign, whole, fraction = match.groups()
    return f"{sign}{int(whole):,}{fraction or ''}"


def printable(text: str) -> str:
    """Return a text on one line, without the characters that steer a terminal."""
    return "".join(
        " "
        if character in "\t\n\r"
        else "\ufffd"
        if unicodedata.category(character) in {"Cc", "Cf", "Cs"} and character != "\u00ad"
        else character
        for character in text
    )


def amount(number: str, unit: str, symbol: str) -> str:
    """Return a number with its unit.

    Amounts of money from a million on are rounded to four digits; all else is exact.

    Args:
        number: The lexical form of an integer or decimal.
        unit: The unit's IRI.
        symbol: What the unit is called.
    """
    try:
        value = Decimal(number)
    except InvalidOperation:
        return f"{number} {symbol}"
    currency = _CURRENCY.fullmatch(unit)
    if currency is not None:
        return _money(value, currency[1])
    if symbol == _COUNT:
        return f"{value:,f}"
    value, symbol = _scaled(value, symbol)
    return f"{value:,f}{'' if symbol in _TIGHT else ' '}{symbol}"


def _money(value: Decimal, code: str) -> str:
    sign = _SIGNS.get(code)
    text = _shortened(abs(value))
    minus = "-" if value < 0 else ""
    return f"{minus}{sign}{text}" if sign else f"{minus}{text} {code}"


def _shortened(value: Decimal) -> str:
    rounded = Decimal(f"{value:.{_MOST - 1}e}")
    for power, letter in _MAGNITUDES if value >= _MILLION else ():
        if rounded >= 10**power:
            scaled = rounded.scaleb(-power)
            whole_digits = len(str(int(scaled)))
            text = f"{scaled:.{_MOST - whole_digits}f}"
            fewest = max(_FEWEST - whole_digits, 0)
            while "." in text and text.endswith("0") and len(text.partition(".")[2]) > fewest:
                text = text[:-1]
            return text.rstrip(".") + letter
    cents = 2 if value != value.to_integral_value() else 0
    return f"{value:,.{max(cents, -int(value.as_tuple().exponent)) if cents else 0}f}"


def _scaled(value: Decimal, symbol: str) -> tuple[Decimal, str]:
    match = _SCALABLE.fullmatch(symbol)
    if match is None:
        return value, symbol
    step = _LADDER.index(match["prefix"])
    limit = _THOUSAND if match["base"].startswith("B") else _UNSTEPPED
    while abs(value) >= limit and step + 1 < len(_LADDER):
        value /= _THOUSAND
        step += 1
    return value, _LADDER[step] + match["base"]


def number(text: str) -> str:
    """Return a number with its thousands set apart, large ones in words where none is lost."""
    value = _decimal(text)
    if value is None:
        return grouped(text)
    for size, word in _WORDS:
        if abs(value) >= size:
            short = value / size
            if _decimals(short) <= _DECIMALS_IN_WORDS:
                return f"{_plain(short)} {word}"
            break
    return grouped(text)


def common_scale(values: Iterable[str], symbol: str) -> tuple[Decimal, str]:
    """Return the divisor and the prefixed unit in which all of some values read well together."""
    match = _PREFIXED.fullmatch(symbol)
    numbers = [value for text in values if (value := _decimal(text))]
    if match is None or not numbers:
        return Decimal(1), symbol
    rank, best = _PREFIXES.index(match[1]), 0
    for step in range(1, len(_PREFIXES) - rank):
        scaled = [value / _STEP**step for value in numbers]
        if all(abs(value) >= 1 and _decimals(value) <= _DECIMALS_IN_UNITS for value in scaled):
            best = step
    return _STEP**best, f"{_PREFIXES[rank + best]}{match[2]}"


def quantity(text: str, scale: tuple[Decimal, str]) -> str:
    """Return a number with its unit; the scale is what `common_scale` gives."""
    divisor, symbol = scale
    value = _decimal(text)
    said = number(text if value is None or divisor == 1 else _plain(value / divisor))
    return with_unit(said, symbol)


def span(least: str, most: str, scale: tuple[Decimal, str]) -> str:
    """Return a range, in which the lower end leaves out the word that the upper one has."""
    low, high = (quantity(text, (scale[0], "")) for text in (least, most))
    word = high.partition(" ")[2]
    if word:
        low = low.removesuffix(f" {word}")
    return with_unit(f"{low} to {high}", scale[1])


def with_unit(said: str, symbol: str) -> str:
    """Return a number that is already text with its unit."""
    if not symbol:
        return said
    return f"{said}{symbol}" if symbol.startswith(_CLOSE) else f"{said} {symbol}"


def date(text: str, precision: str = "day") -> str:
    """Return an ISO date as far as it is known: to the day, month, quarter or year."""
    match = _DATE.fullmatch(text)
    if match is None or not 1 <= int(match[2]) <= len(_MONTHS):
        return text
    year, month, day = match[1], int(match[2]), int(match[3])
    if precision == "year":
        return year
    if precision == "quarter":
        return f"Q{(month + 2) // 3} {year}"
    if precision == "month":
        return f"{_MONTHS[month - 1]} {year}"
    return f"{day} {_MONTHS[month - 1]} {year}"


def iso_date(text: str, precision: str = "day") -> str:
    """Return an ISO date as far as it is known, short as in a table: 2021-11, 2021-Q4, 2021."""
    match = _DATE.fullmatch(text)
    if match is None:
        return text
    if precision == "year":
        return match[1]
    if precision == "quarter":
        return f"{match[1]}-Q{(int(match[2]) + 2) // 3}"
    return f"{match[1]}-{match[2]}" if precision == "month" else text


def period(end: str, length: str, precision: str = "day") -> str:
    """Return the period of a length that ends on a day."""
    found, size = _DATE.fullmatch(end), _PERIOD.fullmatch(length)
    if found is None or size is None:
        return f"{date(end, precision)} ({length})"
    months = 12 * int(size[1] or 0) + int(size[2] or 0)
    year, month = found[1], int(found[2])
    if months == 12 and (month == 12 or precision == "year"):  # noqa: PLR2004 - of the calendar
        return year
    if months == 3 and month % 3 == 0:  # noqa: PLR2004 - of the calendar
        return f"Q{month // 3} {year}"
    if months == 1:
        return date(end, "month")
    whole = "year" if months == 12 else f"{months} months"  # noqa: PLR2004 - of the calendar
    ends_month = _MONTH_END.fullmatch(f"{found[2]}-{found[3]}") is not None
    return f"{whole} to {date(end, 'month' if ends_month else precision)}"


def local_words(iri: str) -> str:
    """Return the end of an IRI in words: 'founding date' for …/foundingDate."""
    local = local_name(iri)
    spaced = "".join(
        f" {letter.lower()}" if letter.isupper() and index else letter
        for index, letter in enumerate(local)
    )
    return spaced[:1].lower() + spaced[1:]


def newest_first(day: str) -> tuple[object, ...]:
    """Return the key that sorts ISO dates from the newest to the oldest, no date last."""
    return (not day, tuple(-ord(character) for character in day))


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _plain(value: Decimal) -> str:
    """Return a number without exponent and idle zeros, its thousands set apart."""
    text = f"{value:f}"
    return grouped(text.rstrip("0").rstrip(".") if "." in text else text)


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
