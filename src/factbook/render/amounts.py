"""Put numbers with their units into words a person reads: $4.25B, 3.35 TB/s, 25 %."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

_CURRENCY = re.compile(r"http://qudt\.org/vocab/unit/CCY_([A-Z]{3})")
_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
_MAGNITUDES = ((12, "T"), (9, "B"), (6, "M"))
_MILLION = 10**6
_FEWEST, _MOST = 3, 4  # significant digits of a shortened amount
# SI prefixes in steps of a thousand; bytes are read a step earlier than the others
_LADDER = ("", "k", "M", "G", "T", "P", "E")
_SCALABLE = re.compile(r"(?P<prefix>[kMGTPE]?)(?P<base>B|B/s|Hz|W|FLOPS|OPS)")
_STEP = 1000
_UNSTEPPED = 10_000
_COUNT = "#"  # the symbol of a bare count
_TIGHT = {"%", "\N{MULTIPLICATION SIGN}"}


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
    limit = _STEP if match["base"].startswith("B") else _UNSTEPPED
    while abs(value) >= limit and step + 1 < len(_LADDER):
        value /= _STEP
        step += 1
    return value, _LADDER[step] + match["base"]
