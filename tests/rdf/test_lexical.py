"""The lexical spaces say what XML Schema says."""

from __future__ import annotations

import pytest

from factbook.check.text_rules import LITERAL_EXAMPLES
from factbook.rdf.lexical import in_calendar, is_well_formed, lexical_space
from factbook.rdf.terms import XSD

GOOD = {
    "boolean": ["true", "0"],
    "integer": ["0", "-007", "+" + "9" * 30],
    "nonPositiveInteger": ["0", "+00", "-9"],
    "short": ["-0032768", "+32767"],
    "decimal": ["1.", ".5", "-1.50"],
    "double": ["1e3", "-INF", "NaN", "1.5E-7", "+INF"],
    "byte": ["-128", "127"],
    "unsignedLong": ["18446744073709551615"],
    "nonNegativeInteger": ["0", "-0", "9" * 30],
    "positiveInteger": ["1"],
    "negativeInteger": ["-1"],
    "date": ["2024-02-29", "2000-02-29Z", "-0044-03-15", "12024-01-01+14:00"],
    "dateTime": ["2024-02-29T24:00:00", "2024-01-01T10:00:00.123456789-05:00"],
    "dateTimeStamp": ["2024-01-01T10:00:00Z"],
    "time": ["23:59:59.9Z"],
    "gYear": ["2017", "-0001", "12017Z", "0000"],
    "gYearMonth": ["2017-12"],
    "gMonthDay": ["--02-29"],
    "gDay": ["---31"],
    "gMonth": ["--12"],
    "duration": ["P1Y2M3DT4H5M6.7S", "-PT1S", "P1Y"],
    "yearMonthDuration": ["P1Y6M"],
    "dayTimeDuration": ["P1DT2H"],
    "hexBinary": ["", "0fB7"],
    "base64Binary": ["", "D7c=", "QQ==", "AAAA BBBB"],
    "language": ["en", "zh-Hant-TW"],
    "NCName": ["é_1.b"],
    "NMTOKEN": ["1:a"],
}
BAD = {
    "boolean": ["yes", "TRUE", ""],
    "integer": ["abc", "1.0", " 1", "1e3", "٣"],
    "decimal": ["1e3", "NaN", ".", "1,000"],
    "double": ["inf", "nan", "e3"],
    "byte": ["128", "-129", "1\n"],
    "nonPositiveInteger": ["1", "+"],
    "short": ["32768", "-32769"],
    "token": ["a  b", " a"],
    "unsignedLong": ["18446744073709551616", "-1"],
    "nonNegativeInteger": ["-1", "-" + "9" * 30],
    "positiveInteger": ["0"],
    "negativeInteger": ["0", "9" * 30],
    "date": ["2024-13-01", "2023-02-29", "2024-4-1", "2024-01-01T00:00:00", "24-01-01"],
    "dateTime": ["2024-02-30T00:00:00", "2024-01-01", "2024-01-01 10:00:00"],
    "dateTimeStamp": ["2024-01-01T10:00:00"],
    "time": ["24:00:01"],
    "gYear": ["abcd", "24", "2024-01"],
    "gYearMonth": ["2024-13"],
    "duration": ["P", "PT", "1Y", "P1S"],
    "hexBinary": ["0"],
    "base64Binary": ["QQ=", "Q"],
    "language": ["en_US"],
    "NCName": ["1a"],
}


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, texts in GOOD.items() for text in texts]
)
def test_accepts_what_the_datatype_has(name: str, text: str) -> None:
    """A form of the datatype passes."""
    assert is_well_formed(text, XSD + name)


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, texts in BAD.items() for text in texts]
)
def test_refuses_what_the_datatype_has_not(name: str, text: str) -> None:
    """A text of another form, out of bounds or out of the calendar does not pass."""
    assert not is_well_formed(text, XSD + name)


@pytest.mark.parametrize("name", LITERAL_EXAMPLES)
def test_examples_are_of_their_form(name: str) -> None:
    """What messages offer as an example is right, and of a datatype that has a form."""
    assert lexical_space(XSD + name) is not None
    assert is_well_formed(LITERAL_EXAMPLES[name], XSD + name)


@pytest.mark.parametrize("text", ["2024-02-30", "2023-02-29T10:00:00Z", "-0001-04-31"])
def test_knows_the_calendar(text: str) -> None:
    """A day that no month has is distinguished from a text of another form."""
    assert not in_calendar(text)
    assert in_calendar("2024-02-29T99:00:00")


def test_knows_only_its_datatypes() -> None:
    """A datatype of somebody else has no form to break."""
    assert is_well_formed("anything", "https://example.org/datatype")
