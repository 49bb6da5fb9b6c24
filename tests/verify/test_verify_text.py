"""Each number of a text is compared with the observations about what it speaks of."""

from __future__ import annotations

import pytest

from factbook.book import Book
from factbook.verify.verify_text import Verdict, Verifier


@pytest.fixture(scope="module")
def verifier() -> Verifier:
    """Return a verifier with the bundled book."""
    return Verifier(Book())


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("CoreWeave's revenue in 2025 was $5.131 billion.", Verdict.STATED),
        ("CoreWeave's revenue in 2025 was about $5.13 billion.", Verdict.STATED),
        ("CoreWeave ran 1.5 GW.", Verdict.STATED),
        ("The NVIDIA H100 moves 3.35 TB/s.", Verdict.STATED),
        ("CoreWeave's valuation was $5.131 billion.", Verdict.OTHER_MEASURE),
        ("CoreWeave's revenue in 2031 was $5.131 billion.", Verdict.OTHER_DATE),
        ("CoreWeave, unlike Groq, was valued at $6.9 billion.", Verdict.STATED),
        ("Groq, unlike CoreWeave, was valued at $6.9 billion.", Verdict.OTHER_THING),
        ("CoreWeave's revenue in 2025 was €5.131 billion.", Verdict.NOT_STATED),
        ("CoreWeave ran 1.7 GW.", Verdict.NOT_STATED),
        ("It was worth $12 billion.", Verdict.NO_SUBJECT),
        ("CoreWeave's revenue in 2025 was five billion dollars.", Verdict.STATED),
        ("CoreWeave's revenue in 2025 was six billion dollars.", Verdict.NOT_STATED),
        ("CoreWeave's revenue in 2025 was 5.131bn.", Verdict.STATED),
        ("CoreWeave raised $5.131 billion in 2025.", Verdict.OTHER_MEASURE),
        ("CoreWeave had $5.131 billion in 2025.", Verdict.NO_MEASURE),
        ("CoreWeave's model has 5.131 billion parameters.", Verdict.NOT_STATED),
        ("Cerebras was valued at C$8.1B.", Verdict.NOT_STATED),
        ("Cerebras had a valuation of 8.1B yuan.", Verdict.NOT_STATED),
        ("Cerebras was valued at $8.1B.", Verdict.STATED),
        ("In 2031 revenue was $5.131 billion at CoreWeave", Verdict.OTHER_DATE),
    ],
)
def test_number_is_judged(verifier: Verifier, text: str, verdict: Verdict) -> None:
    """The verdict says whether a source states the number of this thing, measure and date."""
    numbers = [each for each in verifier.verify(text) if each.verdict != Verdict.A_DATE]

    assert [each.verdict for each in numbers] == [verdict]


def test_unstated_number_comes_with_what_is_stated(verifier: Verifier) -> None:
    """Beside a number that nobody states are the figures of the thing in the same unit."""
    (found,) = verifier.verify("CoreWeave's active power is 1.7 GW.")

    assert {each.measure.rpartition("/")[2] for each in found.instead} == {"active-power"}


def test_rounded_number_is_marked(verifier: Verifier) -> None:
    """A number with fewer digits than the source has is marked as rounded."""
    (found,) = verifier.verify("CoreWeave's revenue was $5.13 billion.")

    assert [each.is_rounded for each in found.statements] == [True]
