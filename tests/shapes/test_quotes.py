"""The check of quotes finds a number in whatever form the quoted words have it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store
from rdflib import Graph

from factbook.store.answers import select
from factbook.store.embedded import EmbeddedEngine

QUERY = Path(__file__).parents[2] / "queries" / "checks" / "quote-without-number.rq"
HELD = [
    ("1900000000", "revenue of $1.9 billion"),
    ("1900000000", "1.9B in cash"),
    ("1900000000", "$1.90bn"),
    ("1900000000", "1,900 million"),
    ("1900000000", "1,900,000,000 dollars"),
    ("1900000000", "1,9 Milliarden Euro"),
    ("2000000000", "$2.0bn"),
    ("360000", "360K wafers"),
    ("7700", "7.7 TB/s"),
    ("814", "a size of 814."),
    ("1.29", "$1.29 an hour"),
    ("1.5", "1.50 dollars"),
    ("0.05", "$0.05"),
]
MISSING = [
    ("1900000000", "1.9 by 2025"),
    ("1900000000", "$2.9 billion"),
    ("1900000000", "11.9 billion"),
    ("19", "1.9 billion"),
    ("814", "a die of 1,814 mm"),
]


def findings(number: str, quote: str) -> tuple[int, int]:
    """Return how many findings the embedded engine and rdflib have for a figure and its quote."""
    turtle = f"""
        PREFIX infra: <https://w3id.org/ai-infra/def#>
        PREFIX schema: <https://schema.org/>
        <http://e/figure> infra:quote "{quote}"@en ; schema:value {number} ;
            <http://purl.org/dc/terms/source> <http://e/source> ."""
    store = Store()
    store.load(turtle.encode(), RdfFormat.TURTLE)
    text = QUERY.read_text(encoding="utf-8")
    rows = list(select(EmbeddedEngine(store), text))
    return len(rows), len(Graph().parse(data=turtle, format="turtle").query(text))


@pytest.mark.parametrize(("number", "quote"), HELD)
def test_quote_that_holds_the_number_has_no_finding(number: str, quote: str) -> None:
    """Digits, groups of digits, decimals and words for thousands to trillions are understood."""
    assert findings(number, quote) == (0, 0)


@pytest.mark.parametrize(("number", "quote"), MISSING)
def test_quote_of_another_number_has_a_finding(number: str, quote: str) -> None:
    """A number within a longer one, or of another magnitude, is not the number."""
    assert findings(number, quote) == (1, 1)
