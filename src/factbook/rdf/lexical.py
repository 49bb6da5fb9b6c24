"""The lexical spaces of the XML Schema datatypes: which texts a datatype has, and which not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from factbook.rdf.terms import XSD

_MOST_DIGITS = 20


@dataclass(frozen=True)
class Form:
    """The lexical space of a datatype: a pattern and, for whole numbers, the bounds."""

    pattern: re.Pattern[str]
    example: str
    lowest: int | None = None
    highest: int | None = None

    def holds(self, text: str) -> bool:
        """Tell whether a text is of this form, whether or not its day exists."""
        if self.pattern.fullmatch(text) is None:
            return False
        if self.lowest is None and self.highest is None:
            return True
        digits = text.lstrip("+-").lstrip("0")
        if len(digits) > _MOST_DIGITS:  # Python refuses to read thousands of digits
            return self.lowest is None if text.startswith("-") else self.highest is None
        number = int(text)
        return (self.lowest is None or number >= self.lowest) and (
            self.highest is None or number <= self.highest
        )


# XML Schema 1.1 part 2, https://www.w3.org/TR/xmlschema11-2/
_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
_YEAR = r"-?(?:[1-9][0-9]{3,}|0[0-9]{3})"
_MONTH = r"(?:0[1-9]|1[0-2])"
_DAY = r"(?:0[1-9]|[12][0-9]|3[01])"
_CLOCK = r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_DAYS = r"(?:[0-9]+D)?"
_TIME = r"(?:T(?=[0-9])(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?)?"
_LETTER = r"[^\W\d]"
_B64 = "(?:[A-Za-z0-9+/] ?)"
_B64_2 = "[AEIMQUYcgkosw048] ?"
_B64_4 = "[AQgw] ?"
_PATTERNS = {
    "boolean": ("true|false|1|0", "true"),
    "decimal": (_NUMBER, "12.5"),
    "float": (rf"{_NUMBER}(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN", "1.5E3"),
    "double": (rf"{_NUMBER}(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN", "1.5E3"),
    "date": (rf"{_YEAR}-{_MONTH}-{_DAY}{_ZONE}", "2024-05-31"),
    "dateTime": (rf"{_YEAR}-{_MONTH}-{_DAY}T{_CLOCK}{_ZONE}", "2024-05-31T12:00:00Z"),
    "dateTimeStamp": (
        rf"{_YEAR}-{_MONTH}-{_DAY}T{_CLOCK}(?:Z|[+-][0-9:]{{5}})",
        "2024-05-31T12:00:00Z",
    ),
    "time": (rf"{_CLOCK}{_ZONE}", "12:00:00"),
    "gYear": (rf"{_YEAR}{_ZONE}", "2024"),
    "gYearMonth": (rf"{_YEAR}-{_MONTH}{_ZONE}", "2024-05"),
    "gMonth": (rf"--{_MONTH}{_ZONE}", "--05"),
    "gDay": (rf"---{_DAY}{_ZONE}", "---31"),
    "gMonthDay": (rf"--{_MONTH}-{_DAY}{_ZONE}", "--05-31"),
    "duration": (rf"-?P(?=.)(?:[0-9]+Y)?(?:[0-9]+M)?{_DAYS}{_TIME}", "P1Y6M"),
    "yearMonthDuration": (r"-?P(?=.)(?:[0-9]+Y)?(?:[0-9]+M)?", "P1Y6M"),
    "dayTimeDuration": (rf"-?P(?=.){_DAYS}{_TIME}", "P1DT12H"),
    "hexBinary": ("(?:[0-9a-fA-F]{2})*", "0FB7"),
    "base64Binary": (f"(?:{_B64}{{4}})*(?:{_B64}{{2}}{_B64_2}=|{_B64}{_B64_4}= ?=)?", "D7c="),
    "language": ("[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*", "en"),
    "NCName": (rf"(?:{_LETTER}|_)[\w.·-]*", "name"),
    "NMTOKEN": (r"[\w.:·-]+", "name"),
}
_WHOLE = re.compile(r"[+-]?[0-9]+", re.ASCII)
_BOUNDS: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-128, 127),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 255),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
}
FORMS = {
    f"{XSD}{name}": Form(re.compile(pattern, re.ASCII if "\\w" not in pattern else 0), example)
    for name, (pattern, example) in _PATTERNS.items()
} | {
    f"{XSD}{name}": Form(_WHOLE, "-12" if highest in {0, -1} else "12", lowest, highest)
    for name, (lowest, highest) in _BOUNDS.items()
}
_DATED = re.compile(r"-?(\d{4,})-(\d\d)-(\d\d)")


def in_calendar(text: str) -> bool:
    """Tell whether a date, or what begins with one, names a day that exists."""
    dated = _DATED.match(text)
    if dated is None:
        return True
    year, month, day = dated.groups()
    try:  # the calendar repeats every 400 years, so that four digits of a year tell
        date(2000 + int(year[-4:]) % 400, int(month), int(day))
    except ValueError:
        return False
    return True


def is_well_formed(text: str, datatype: str) -> bool:
    """Tell whether a text is in the lexical space of a datatype; of an unknown one, it is."""
    form = FORMS.get(datatype)
    return form is None or (form.holds(text) and in_calendar(text))
