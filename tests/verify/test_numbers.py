"""Numbers are read from texts with their scale, currency and unit."""

from __future__ import annotations

from decimal import Decimal

import pytest

from factbook.verify.mentions import NameIndex
from factbook.verify.numbers import Units, find_numbers, to_base

UNITS = Units.of(
    [("GB/s", "gigabyte per second"), ("GB", "gigabyte"), ("W", "watt"), ("nm", "nanometre")]
)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("worth $4.25 billion", "4250000000", "USD"),
        ("worth $4.25B", "4250000000", "USD"),
        ("worth US$4.25bn", "4250000000", "USD"),
        ("worth 4.25 billion dollars", "4250000000", "USD"),
        ("€300m", "300000000", "EUR"),
        ("EUR 300 million", "300000000", "EUR"),
        ("lost -$626M", "-626000000", "USD"),
        ("1,500 watts", "1500", "W"),
        ("worth $4.25e9", "4250000000", "USD"),
        ("1.5E+3 watts", "1500", "W"),
        ("8,1 billion dollars", "8100000000", "USD"),
        ("€1.234,5 million", "1234500000", "EUR"),
        ("1,00,000 watts", "100000", "W"),
        ("1.5 kilowatts", "1.5", "kW"),
        ("3.35 TB/s", "3.35", "TB/s"),
        ("a 5nm process", "5", "nm"),
        ("an 80-gigabyte card", "80", "GB"),
        ("grew 62%", "62", "%"),
        ("grew 62 percent", "62", "%"),
        ("it has 512 people", "512", ""),
        ("C$300m", "300000000", "CAD"),
        ("HK$1.9bn", "1900000000", "HKD"),
        ("8.1B yuan", "8100000000", "CNY"),
        ("RMB 300 million", "300000000", "CNY"),
        ("five billion dollars", "5000000000", "USD"),
        ("five point one billion euros", "5100000000", "EUR"),
        ("half a billion dollars", "500000000", "USD"),
        ("two and a half million", "2500000", ""),
        ("three hundred and twenty-five thousand", "325000", ""),
        ("two thousand million pounds", "2000000000", "GBP"),
        ("a hundred watts", "100", "W"),
        ("forty percent", "40", "%"),
    ],
)
def test_number_is_read(text: str, value: str, unit: str) -> None:
    """A number is read with its scale and unit, however it is written."""
    (number,) = find_numbers(text, UNITS)

    assert (number.value, number.unit_text) == (Decimal(value), unit)


@pytest.mark.parametrize("text", ["the H100 in FP16", "Q3 was good", "on 14 May", "no number"])
def test_word_with_digits_is_no_number(text: str) -> None:
    """Digits inside a word or a day are no number."""
    assert find_numbers(text, UNITS) == []


def test_range_shares_scale_and_unit() -> None:
    """The first number of a range has the scale and the currency of the second."""
    low, high = find_numbers("between $27 and 32 billion", UNITS)

    assert (low.value, low.currency) == (Decimal(27_000_000_000), "USD")
    assert high.value == Decimal(32_000_000_000)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("$5-6 billion", ["5000000000", "6000000000"]),
        ("10\N{EN DASH}15%", ["10", "15"]),
        ("in 2024-25", ["2024"]),
        ("one of a few", []),
    ],
)
def test_both_ends_of_a_range_are_read(text: str, values: list[str]) -> None:
    """A hyphen behind a digit joins a range, but not two years."""
    assert [each.value for each in find_numbers(text, UNITS)] == [Decimal(each) for each in values]


def test_years_are_distinguished() -> None:
    """A year alone and the years of dates are years, an amount of the same size is not."""
    found = find_numbers("In 2025, on 2024-05-01 and 3 May 2023, it had 2,025 chips.", UNITS)

    assert [(each.text, each.is_year) for each in found] == [
        ("2025", True),
        ("2024-05-01", True),
        ("2023", True),
        ("2,025", False),
    ]


def test_si_prefixes_are_removed() -> None:
    """Quantities in units of different size compare."""
    assert to_base(Decimal("3.35"), "TB/s") == to_base(Decimal(3350), "GB/s")


def test_longest_name_wins() -> None:
    """The longest name counts, and a name of one word must keep its capital."""
    index = NameIndex([("a:", "Modal"), ("b:", "Modal Labs"), ("c:", "Lambda")])

    found = [each.things for each in index.find("Modal Labs and Modal use modal lambda functions")]

    assert found == [("b:",), ("a:",)]
