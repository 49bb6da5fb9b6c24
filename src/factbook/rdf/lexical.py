"""The lexical spaces of XML Schema's datatypes, as regular expressions for every engine.

A literal whose text is not in the lexical space of its datatype is ill-typed, and sh:datatype
reports it (SHACL, section 4.1.2; XML Schema 1.1 part 2, section 3). The expressions use no look
ahead and no classes such as backslash-d, which engines read differently.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache, lru_cache

from factbook.rdf.terms import XSD

ANY_URI = f"{XSD}anyURI"
_IN_IRI = r"[^\x00-\x20<>\"{}|^`\\]*"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATED = r"-?(\d{4,})-(\d\d)-(\d\d)"


def lexical_space(datatype: str) -> str | None:
    """Return the expression for a datatype, or None if every text is valid."""
    pattern = _NAMES.get(datatype.removeprefix(XSD)) if datatype.startswith(XSD) else None
    return None if pattern is None else f"^(?:{pattern})$"


def is_well_formed(text: str, datatype: str) -> bool:
    """Tell whether a text is in the lexical space of a datatype; an unknown one has every text."""
    pattern = _compiled(datatype)
    return pattern is None or pattern.fullmatch(text) is not None


@lru_cache(maxsize=4096)
def is_ill_typed(text: str, datatype: str) -> bool:
    """Tell whether a literal does not fit its datatype.

    That is a text outside the lexical space, or an xsd:anyURI that cannot be an IRI, although XML
    Schema allows every text there.
    """
    if datatype == ANY_URI:
        return re.fullmatch(_IN_IRI, text) is None
    return not is_well_formed(text, datatype)


def in_calendar(text: str) -> bool:
    """Tell whether a date, or a text that begins with one, is a day of the calendar."""
    dated = re.match(_DATED, text, re.ASCII)
    if dated is None:
        return True
    year, month, day = dated.groups()
    try:  # the calendar repeats every 400 years, so the last four digits of a year decide
        date(2000 + int(year[-4:]) % 400, int(month), int(day))
    except ValueError:
        return False
    return True


def is_day(text: str) -> bool:
    """Tell whether a text is a day of the calendar such as 2025-03-31, without a time zone."""
    try:
        return _DAY.fullmatch(text) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False


def bounds(datatype: str) -> tuple[int | None, int | None]:
    """Return the lowest and the highest number of a datatype of whole numbers."""
    return _BOUNDS.get(datatype.removeprefix(XSD), (None, None))


@cache
def _compiled(datatype: str) -> re.Pattern[str] | None:
    # Only those that occur: to compile all takes longer than to check many graphs
    space = lexical_space(datatype)
    return None if space is None else re.compile(space[1:-1])


def _at_most(limit: int) -> str:
    """Return an expression for the numbers from 0 to a limit, without leading zeros."""
    digits = str(limit)
    ways = ["0", digits]
    if len(digits) > 1:
        ways.append(f"[1-9][0-9]{{0,{len(digits) - 2}}}")
    for place, digit in enumerate(digits):
        lowest = 1 if place == 0 else 0
        if int(digit) > lowest:
            free = len(digits) - place - 1
            ways.append(
                f"{digits[:place]}[{lowest}-{int(digit) - 1}]" + f"[0-9]{{{free}}}" * bool(free)
            )
    return "|".join(ways)


def _whole(lowest: int | None, highest: int | None) -> str:
    """Return an expression for the whole numbers within bounds, with or without leading zeros."""
    ways = []
    if highest is None or highest > 0:
        digits = "[0-9]+" if highest is None else f"0*(?:{_at_most(highest)})"
        ways.append("[+]?0*[1-9][0-9]*" if lowest == 1 else f"[+]?{digits}")
    if lowest is None or lowest < 0:
        digits = "[0-9]+" if lowest is None else f"0*(?:{_at_most(-lowest)})"
        ways.append("-0*[1-9][0-9]*" if highest == -1 else f"-{digits}")
    if lowest == 0:
        ways.append("-0+")
    if highest == 0:
        ways.append("[+]?0+")
    return "|".join(ways)


_BOUNDS: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-(2**7), 2**7 - 1),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 2**8 - 1),
}

_YEAR = "-?(?:[1-9][0-9]{3,}|0[0-9]{3})"
_LONG_MONTH = "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
_SHORT_MONTH = "(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
_FOURTH = "(?:[02468][048]|[13579][26])"
_LEAP_YEAR = (
    f"-?(?:(?:[1-9][0-9]+|0[0-9])(?:0[48]|[2468][048]|[13579][26])|(?:[1-9][0-9]*)?{_FOURTH}00)"
)
_DATE = (
    f"(?:{_YEAR}-(?:{_LONG_MONTH}|{_SHORT_MONTH}|02-(?:0[1-9]|1[0-9]|2[0-8]))|{_LEAP_YEAR}-02-29)"
)
_TIME = "(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:[.][0-9]+)?|24:00:00(?:[.]0+)?)"
_OFFSET = "(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_ZONE = f"{_OFFSET}?"
_SECONDS = "[0-9]+(?:[.][0-9]+)?S"
_HOURS = f"T(?:[0-9]+H(?:[0-9]+M)?(?:{_SECONDS})?|[0-9]+M(?:{_SECONDS})?|{_SECONDS})"
_MONTHS = "(?:[0-9]+Y(?:[0-9]+M)?|[0-9]+M)"
_DAYS = "[0-9]+D"
_DECIMAL = "[+-]?(?:[0-9]+(?:[.][0-9]*)?|[.][0-9]+)"
_DOUBLE = f"{_DECIMAL}(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN"
_BASE64 = "[A-Za-z0-9+/] ?"
_START = (
    "_A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff"
    "\u200c\u200d\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff"
)
_REST = f"{_START}\u00b7\u0300-\u036f\u203f-\u2040.0-9-"

_NAMES = {
    "boolean": "true|false|1|0",
    "decimal": _DECIMAL,
    "float": _DOUBLE,
    "double": _DOUBLE,
    **{name: _whole(*limits) for name, limits in _BOUNDS.items()},
    "date": _DATE + _ZONE,
    "time": _TIME + _ZONE,
    "dateTime": f"{_DATE}T{_TIME}{_ZONE}",
    "dateTimeStamp": f"{_DATE}T{_TIME}{_OFFSET}",
    "gYear": _YEAR + _ZONE,
    "gYearMonth": f"{_YEAR}-(?:0[1-9]|1[0-2]){_ZONE}",
    "gMonth": f"--(?:0[1-9]|1[0-2]){_ZONE}",
    "gMonthDay": f"--(?:{_LONG_MONTH}|{_SHORT_MONTH}|02-(?:0[1-9]|[12][0-9])){_ZONE}",
    "gDay": f"---(?:0[1-9]|[12][0-9]|3[01]){_ZONE}",
    "duration": f"-?P(?:(?:{_MONTHS}(?:{_DAYS})?|{_DAYS})(?:{_HOURS})?|{_HOURS})",
    "yearMonthDuration": f"-?P{_MONTHS}",
    "dayTimeDuration": f"-?P(?:{_DAYS}(?:{_HOURS})?|{_HOURS})",
    "hexBinary": "(?:[0-9a-fA-F]{2})*",
    "base64Binary": (
        f"(?:(?:{_BASE64}){{4}})*(?:(?:{_BASE64}){{3}}[A-Za-z0-9+/]"
        f"|(?:{_BASE64}){{2}}[AEIMQUYcgkosw048] ?=|{_BASE64}[AQgw] ?= ?=)?"
    ),
    "normalizedString": "[^\t\r\n]*",
    "token": "(?:[^ \t\r\n]+(?: [^ \t\r\n]+)*)?",
    "language": "[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*",
    "Name": f"[:{_START}][:{_REST}]*",
    "NCName": f"[{_START}][{_REST}]*",
    "NMTOKEN": f"[:{_REST}]+",
}
