"""Find the numbers in a text, with their currencies and units."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import zip_longest
from typing import TYPE_CHECKING

from factbook.verify.number_words import find_number_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

_SIGNS = {
    "$": "USD",
    "US$": "USD",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "CN¥": "CNY",
    "₩": "KRW",
    "₹": "INR",
    "₽": "RUB",
    "₪": "ILS",
    "₺": "TRY",
    "C$": "CAD",
    "CA$": "CAD",
    "A$": "AUD",
    "AU$": "AUD",
    "HK$": "HKD",
    "S$": "SGD",
    "NZ$": "NZD",
    "NT$": "TWD",
    "R$": "BRL",
}
_CODES = (
    *("USD", "EUR", "GBP", "JPY", "CHF", "CNY", "CAD", "AUD", "INR", "KRW", "RMB"),
    *("HKD", "SGD", "TWD", "NZD", "BRL", "RUB", "ILS", "TRY", "SEK", "NOK", "DKK"),
    *("PLN", "AED", "SAR", "MXN", "ZAR", "THB", "IDR", "MYR", "VND", "CZK", "HUF"),
)
_WORDS = {
    "dollar": "USD",
    "euro": "EUR",
    "pound": "GBP",
    "yen": "JPY",
    "yuan": "CNY",
    "renminbi": "CNY",
    "won": "KRW",
    "rupee": "INR",
    "franc": "CHF",
    "shekel": "ILS",
    "krona": "SEK",
    "krone": "NOK",
    "rouble": "RUB",
    "ruble": "RUB",
    "dirham": "AED",
}
_SAME_CURRENCY = {"RMB": "CNY"}
_SCALES = {
    "thousand": 3,
    "k": 3,
    "m": 6,
    "mn": 6,
    "mio": 6,
    "million": 6,
    "b": 9,
    "bn": 9,
    "billion": 9,
    "t": 12,
    "tn": 12,
    "trillion": 12,
}
_SI = {"": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_SI_UNIT = re.compile(r"([kMGTPE]?)(B|B/s|b/s|Hz|W|Wh|FLOPS|OPS)")
_SPELLED_SI = re.compile(r"(kilo|mega|giga|tera|peta|exa)?([a-z]+)")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_NUMBER = re.compile(
    rf"""(?:(?<![\w.,\N{{EN DASH}}/-])                              # not inside a word: X100
           |(?P<ends_range>(?<=\d[-\N{{EN DASH}}])))                  # but the 6 of $5-6 billion
        (?P<minus>[-\N{{MINUS SIGN}}])?
        (?P<before>[A-Z]{{0,3}}[$€£¥₩₹₽₪₺]|(?:{"|".join(_CODES)})(?=\s?\d))?\s?
        (?P<digits>\d{{1,3}}(?:,\d{{3}})+(?!\d)|\d{{1,2}}(?:,\d\d)+,\d{{3}}(?!\d)
          |\d{{1,3}}(?:\.\d{{3}})+(?=,\d{{1,2}}(?!\d))|\d+)            # 1,00,000 and 1.000,5 too
        (?P<fraction>\.\d+|(?<!,\d{{3}}),\d{{1,2}}(?!\d|[.,]\d))?      # 8,1 but not 1,2,3
        (?:[eE](?P<power>[+-]?\d{{1,2}})(?!\w))?
        (?:[ \N{{NO-BREAK SPACE}}-]?(?P<scale>thousand|million|billion|trillion|mio|bn|mn|tn)\b
          |(?P<letter>[kKMmBbT])(?![\w/]))?
        (?:[ \N{{NO-BREAK SPACE}}-]?
           (?P<unit>%|\N{{MULTIPLICATION SIGN}}|[^\W\d_][^\W_]*(?:/[^\W\d_]+)?[\u00b2\u00b3]?))?
    """,
    re.VERBOSE,
)
_UNIT_BEHIND = re.compile(r"[ \N{NO-BREAK SPACE}-]([^\W\d_]+)")
_RANGE = re.compile(r"\s*(?:to|and|-|\N{EN DASH}|\N{EM DASH})\s*")
_ISO_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{2})(?:-\d{2})?(?!\d)")
_DAY = re.compile(
    rf"(?<!\w)(?:\d{{1,2}}\s+(?:{'|'.join(_MONTHS)})[a-z]*|(?:{'|'.join(_MONTHS)})[a-z]*\s+\d{{1,2}}(?!\d))"
    r"(?:,?\s+\d{4})?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Number:
    """A number in a text."""

    text: str
    start: int
    end: int
    value: Decimal
    quantum: Decimal
    """The place value of the last digit."""
    scale: int = 0
    """The power of ten of 'million' or 'B'."""
    currency: str = ""
    unit: str = ""
    """The symbol of the unit, if the book has it."""
    is_year: bool = False

    @property
    def unit_text(self) -> str:
        """The currency or the unit."""
        return self.currency or self.unit


@dataclass(frozen=True)
class Units:
    """The units of a book: the symbol for every spelling."""

    symbols: Mapping[str, str]

    @classmethod
    def of(cls, symbols: Collection[tuple[str, str]]) -> Units:
        """Return the units for pairs of a symbol and a name."""
        units = {}
        for symbol, name in symbols:
            units[symbol] = symbol
            units[name.casefold()] = symbol
            units[f"{name.casefold()}s"] = symbol
        return cls({**units, "%": "%", "percent": "%"})

    def find(self, word: str) -> str:
        """Return the symbol of a unit by its spelling, or an empty string."""
        if word in self.symbols:
            return self.symbols[word]
        if _SI_UNIT.fullmatch(word):
            return word
        folded = word.casefold()
        if folded in self.symbols:
            return self.symbols[folded]
        match = _SPELLED_SI.fullmatch(folded)
        base = self.symbols.get(match[2]) if match else None
        if match is None or not match[1] or base is None:
            return ""
        prefix = {"kilo": "k", "mega": "M", "giga": "G", "tera": "T", "peta": "P", "exa": "E"}
        prefixed = prefix[match[1]] + base
        return prefixed if _SI_UNIT.fullmatch(prefixed) else ""


def to_base(value: Decimal, symbol: str) -> tuple[Decimal, str]:
    """Return a quantity in the unit without SI prefix, and that unit's symbol."""
    match = _SI_UNIT.fullmatch(symbol)
    return (value.scaleb(_SI[match[1]]), match[2]) if match else (value, symbol)


def find_numbers(
    text: str, units: Units, *, without: Sequence[tuple[int, int]] = ()
) -> list[Number]:
    """Return the numbers of a text in order.

    Args:
        text: The text.
        units: The units to recognize.
        without: Spans to skip, such as the names of things: "Llama 3".
    """
    passed = [*without, *(match.span() for match in _DAY.finditer(text))]
    numbers = [
        number
        for number in sorted(
            (*_read_numbers(text, units), *_read_words(text, units)),
            key=lambda number: number.start,
        )
        if not any(start < number.end and number.start < end for start, end in passed)
    ]
    years = [
        Number(match[1], match.start(), match.end(), Decimal(match[1]), Decimal(1), is_year=True)
        for match in _ISO_DATE.finditer(text)
    ]
    days = [
        Number(text[start:], start, end, Decimal(text[start:end]), Decimal(1), is_year=True)
        for match in _DAY.finditer(text)
        for start, end in ((match.end() - 4, match.end()),)
        if text[start:end].isdecimal()
    ]
    plain_numbers = [
        number for number in numbers if not any(y.start <= number.start < y.end for y in years)
    ]
    dated = [replace(number, text=text[number.start : number.end]) for number in (*years, *days)]
    return sorted((*_complete_ranges(text, plain_numbers), *dated), key=lambda number: number.start)


def _read_numbers(text: str, units: Units) -> Iterator[Number]:
    for match in _NUMBER.finditer(text):
        whole, fraction = re.sub("[.,]", "", match["digits"]), (match["fraction"] or ".")[1:]
        value, decimals = Decimal(f"{whole}.{fraction}"), len(fraction)
        scale = _SCALES.get((match["scale"] or match["letter"] or "").lower(), 0)
        scale += int(match["power"] or 0)
        before = match["before"] or ""
        currency = _SIGNS.get(before, _SAME_CURRENCY.get(before, before))
        word, end = match["unit"] or "", match.end()
        unit, by_word = units.find(word), _currency_of(word)
        if match["ends_range"] is not None and not (scale or unit or by_word):
            continue  # 2024-25
        if by_word and not currency:
            currency, unit = by_word, ""
        elif not unit and word:
            end = match.start("unit")
            while text[end - 1] in " \N{NO-BREAK SPACE}-":
                end -= 1
        plain = not (currency or unit or scale or match["fraction"] or "," in match["digits"])
        yield Number(
            text=text[match.start() : end].strip(),
            start=match.start(),
            end=end,
            value=(-value if match["minus"] else value).scaleb(scale),
            quantum=Decimal(1).scaleb(scale - decimals),
            scale=scale,
            currency=currency,
            unit="" if currency else unit,
            is_year=plain and _FIRST_YEAR <= value <= _LAST_YEAR,
        )


def _currency_of(word: str) -> str:
    """Return the code of a currency by its name, or an empty string."""
    by_word = _WORDS.get(word.removesuffix("s").casefold(), word if word in _CODES else "")
    return str(_SAME_CURRENCY.get(by_word, by_word))


def _read_words(text: str, units: Units) -> Iterator[Number]:
    """Yield the numbers in words, with the currency or unit after them."""
    for number_words in find_number_words(text):
        word = _UNIT_BEHIND.match(text, number_words.end)
        unit = units.find(word[1]) if word else ""
        currency = _currency_of(word[1]) if word else ""
        end = word.end() if word and (unit or currency) else number_words.end
        yield Number(
            text=text[number_words.start : end],
            start=number_words.start,
            end=end,
            value=number_words.value,
            quantum=number_words.quantum,
            scale=max(0, number_words.quantum.adjusted()),
            currency=currency,
            unit="" if currency else unit,
        )


def _complete_ranges(text: str, numbers: Sequence[Number]) -> Iterator[Number]:
    """Yield the numbers; the first of a range gets the scale and unit of the second."""
    for number, following in zip_longest(numbers, numbers[1:]):
        if (
            following is None
            or number.is_year
            or number.unit
            or not _RANGE.fullmatch(text[number.end : following.start])
        ):
            yield number
            continue
        scale = number.scale or following.scale
        step = scale - number.scale
        yield replace(
            number,
            value=number.value.scaleb(step),
            quantum=number.quantum.scaleb(step),
            scale=scale,
            currency=number.currency or following.currency,
            unit=following.unit,
        )
