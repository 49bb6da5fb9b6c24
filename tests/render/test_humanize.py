"""Numbers with units read as people write them."""

from __future__ import annotations

import pytest

from factbook.render.humanize import (
    format_amount,
    format_date,
    format_period,
    round_computed,
)

QUDT = "http://qudt.org/vocab/unit/"


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("23000000000", "$23.0B"),
        ("4250000000", "$4.25B"),
        ("4000000000", "$4.00B"),
        ("190000000000", "$190B"),
        ("2285463211", "$2.285B"),
        ("999960000", "$1.00B"),
        ("400000000", "$400M"),
        ("1500000000000", "$1.50T"),
        ("999999", "$999,999"),
        ("1000000.00", "$1.00M"),
        ("2.5", "$2.50"),
        ("0.0006", "$0.0006"),
        ("12", "$12"),
        ("0", "$0"),
        ("-1500000", "-$1.50M"),
    ],
)
def test_money_is_shortened_from_a_million(number: str, expected: str) -> None:
    """From a million on, amounts are shortened to three or four digits."""
    assert format_amount(number, f"{QUDT}CCY_USD", "USD") == expected


@pytest.mark.parametrize(
    ("code", "expected"), [("EUR", "€4.25B"), ("CHF", "4.25B CHF"), ("GBP", "£4.25B")]
)
def test_currency_without_a_sign_keeps_its_code(code: str, expected: str) -> None:
    """A currency without a sign of its own keeps its code."""
    assert format_amount("4250000000", f"{QUDT}CCY_{code}", code) == expected


@pytest.mark.parametrize(
    ("number", "symbol", "expected"),
    [
        ("900", "MB", "900 MB"),
        ("44000", "MB", "44 GB"),
        ("40960", "MB", "40.96 GB"),
        ("3350", "GB/s", "3.35 TB/s"),
        ("21000000", "GB/s", "21 PB/s"),
        ("1979", "TFLOPS", "1,979 TFLOPS"),
        ("125000", "TFLOPS", "125 PFLOPS"),
        ("1300", "MW", "1,300 MW"),
        ("15000", "W", "15 kW"),
        ("46225", "mm²", "46,225 mm²"),
        ("850000", "#", "850,000"),
        ("2600000000000", "#", "2.6 trillion"),
        ("-626000000", "#", "-626 million"),
        ("1234567", "#", "1,234,567"),
        ("4000000", "", "4 million"),
        ("62", "%", "62%"),
        ("8.50", "\N{MULTIPLICATION SIGN}", "8.50\N{MULTIPLICATION SIGN}"),
        ("many", "GB", "many GB"),
        ("NaN", "#", "NaN #"),
        ("1E999999", "GB", "1E999999 GB"),
    ],
)
def test_quantities_step_up_and_lose_no_digit(number: str, symbol: str, expected: str) -> None:
    """Large quantities step up to the next unit, and lose no digit."""
    assert format_amount(number, "https://example.org/unit", symbol) == expected


def test_exact_money_keeps_every_digit() -> None:
    """Two amounts that differ in the last digit are distinguished."""
    assert format_amount("2285463211", f"{QUDT}CCY_USD", "USD", exact=True) == "$2,285,463,211"


@pytest.mark.parametrize(
    ("precision", "expected"),
    [("day", "30 Sep 2024"), ("month", "Sep 2024"), ("quarter", "Q3 2024"), ("year", "2024")],
)
def test_date_is_as_exact_as_its_precision(precision: str, expected: str) -> None:
    """A date in words leaves out what is not known."""
    assert format_date("2024-09-30", precision) == expected


@pytest.mark.parametrize(
    ("end", "length", "expected"),
    [
        ("2024-12-31", "P1Y", "2024"),
        ("2024-06-30", "P1Y", "year to Jun 2024"),
        ("2024-09-30", "P3M", "Q3 2024"),
        ("2024-09-30", "P1M", "Sep 2024"),
        ("2024-06-30", "P6M", "6 months to Jun 2024"),
        ("2024-06-15", "P6M", "6 months to 15 Jun 2024"),
        ("2024-06-30", "P10D", "30 Jun 2024 (P10D)"),
    ],
)
def test_period_goes_by_the_calendar(end: str, length: str, expected: str) -> None:
    """Whole years, quarters and months have names; other periods say when they end."""
    assert format_period(end, length) == expected


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("2.415789473684210526", "2.42"),
        ("0.047459213025001724", "0.0475"),
        ("1234.56789", "1235"),
        ("0.00000", "0"),
        ("129.4", "129.4"),
        ("2.5", "2.5"),
        ("7", "7"),
        ("-2.415789473684", "-2.42"),
    ],
)
def test_computed_number_has_three_digits(number: str, text: str) -> None:
    """A quotient is shortened, a number with few decimals stays."""
    assert round_computed(number) == text
