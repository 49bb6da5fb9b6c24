"""Find numbers in words: "five point one billion", "half a million"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from factbook.render.humanize import NUMBER_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUES = {word: Decimal(value) for value, word in enumerate(NUMBER_WORDS)} | {
    word: Decimal(10 * value) for value, word in enumerate(_TENS, start=2)
}
_PARTS = {"half": Decimal("0.5"), "quarter": Decimal("0.25"), "quarters": Decimal("0.25")}
_SCALES = {"hundred": 2, "dozen": 0, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_DOZEN = 12
_FIRST = "|".join(
    (*_VALUES, "half", "a(?=[ -](?:hundred|thousand|million|billion|trillion|dozen))")
)
_NEXT = "|".join((*_VALUES, *_PARTS, *_SCALES, "point"))
_WORDS = re.compile(
    rf"\b(?:{_FIRST})(?:(?:[ \N{{NO-BREAK SPACE}}-]+(?:(?:and a|and|of a|a) )?)(?:{_NEXT})\b)*\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class NumberWords:
    """A number in words, with its position."""

    start: int
    end: int
    value: Decimal
    quantum: Decimal
    """The value of one unit of the last word: a billion in "five billion"."""


def find_number_words(text: str) -> Iterator[NumberWords]:
    """Yield the numbers in words; "one" alone is not a number but an article."""
    for match in _WORDS.finditer(text):
        words = [word for word in re.split(r"[\W_]+", match[0].casefold()) if word]
        if words not in (["one"], ["half"]):
            value, quantum = _read(words)
            yield NumberWords(match.start(), match.end(), value, quantum)


def _read(words: Sequence[str]) -> tuple[Decimal, Decimal]:
    """Return the value of number words and the place value of their last digit."""
    total, part, quantum = Decimal(0), Decimal(0), Decimal(1)
    decimals: int | None = None
    after_scale = False
    for word in words:
        if word in _SCALES:
            factor = Decimal(_DOZEN) if word == "dozen" else Decimal(1).scaleb(_SCALES[word])
            if after_scale and not part:  # "two thousand million"
                total, quantum = total * factor, quantum * factor
            elif word in {"hundred", "dozen"}:
                part, quantum = (part or 1) * factor, quantum * factor
            else:
                total, quantum = total + (part or 1) * factor, quantum * factor
                part = Decimal(0)
            decimals, after_scale = None, True
            continue
        if word == "point":
            decimals = 0
        elif word in _VALUES and decimals is not None:
            decimals += 1
            quantum = Decimal(1).scaleb(-decimals)
            part += _VALUES[word] * quantum
        elif word in _VALUES:
            part += _VALUES[word]
            quantum = Decimal(10 if word in _TENS else 1)
        elif word in _PARTS:
            part += _PARTS[word]
            quantum = _PARTS[word]
        after_scale = after_scale and not part
    return total + part, quantum
