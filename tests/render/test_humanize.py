"""Numbers with units read as people write them."""

from __future__ import annotations

import pytest

from factbook.render.humanize import format_amount

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
def test_money(number: str, expected: str) -> None:
    """From a million on, amounts are shortened to three or four digits."""
    assert format_amount(number, f"{QUDT}CCY_USD", "USD") == expected


@pytest.mark.parametrize(
    ("code", "expected"), [("EUR", "€4.25B"), ("CHF", "4.25B CHF"), ("GBP", "£4.25B")]
)
def test_other_money(code: str, expected: str) -> None:
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
        ("62", "%", "62%"),
        ("8.50", "\N{MULTIPLICATION SIGN}", "8.50\N{MULTIPLICATION SIGN}"),
        ("many", "GB", "many GB"),
    ],
)
def test_quantities(number: str, symbol: str, expected: str) -> None:
    """Large quantities step up to the next unit, and lose no digit."""
    assert format_amount(number, "https://example.org/unit", symbol) == expected
