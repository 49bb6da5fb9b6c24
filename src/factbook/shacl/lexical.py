"""The lexical spaces of XML Schema's datatypes, as regular expressions that every engine knows.

A literal whose text is not in the lexical space of its datatype is ill-formed, and sh:datatype
reports it (SHACL, section 4.1.2; XML Schema 1.1 part 2, section 3). The expressions go without look
ahead and without classes such as backslash-d, which engines read differently.
"""

from __future__ import annotations

import re

from factbook.rdf.terms import XSD


def lexical_space(datatype: str) -> str | None:
    """Return the expression for a datatype, or None where every text will do."""
    return _SPACES.get(datatype)


def is_well_formed(text: str, datatype: str) -> bool:
    """Tell whether a text is in the lexical space of a datatype."""
    space = lexical_space(datatype)
    return space is None or re.search(space, text) is not None


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


def _signed(bits: int) -> str:
    return f"[+]?0*(?:{_at_most(2 ** (bits - 1) - 1)})|-0*(?:{_at_most(2 ** (bits - 1))})"


def _unsigned(bits: int) -> str:
    return f"[+]?0*(?:{_at_most(2**bits - 1)})|-0+"


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
    "integer": "[+-]?[0-9]+",
    "nonNegativeInteger": "[+]?[0-9]+|-0+",
    "positiveInteger": "[+]?0*[1-9][0-9]*",
    "nonPositiveInteger": "-[0-9]+|[+]?0+",
    "negativeInteger": "-0*[1-9][0-9]*",
    "long": _signed(64),
    "int": _signed(32),
    "short": _signed(16),
    "byte": _signed(8),
    "unsignedLong": _unsigned(64),
    "unsignedInt": _unsigned(32),
    "unsignedShort": _unsigned(16),
    "unsignedByte": _unsigned(8),
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
_SPACES = {XSD + name: f"^(?:{pattern})$" for name, pattern in _NAMES.items()}
