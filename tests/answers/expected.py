"""What the stored queries should answer on a day, as the oracle has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.answers.facts import BASE, DEF, SCHEMA, one

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.answers.oracle import Answer, Oracle

REVENUES = ("revenue", "core-revenue", "annualized-revenue")
# The measure of each column of chips, and the one value of a property that it is for
ACCELERATOR_COLUMNS = {
    "process": ("process-size", None, None),
    "cores": ("core-count", None, None),
    "onchipmemory": ("on-chip-memory", None, None),
    "offchipmemory": ("off-chip-memory", None, None),
    "bandwidth": ("off-chip-memory-bandwidth", None, None),
    "fp16dense": ("peak-performance", f"{DEF}sparsity", f"{BASE}sparsity/dense"),
    "fp16": ("peak-performance", f"{DEF}sparsity", f"{BASE}sparsity/not-stated"),
    # Open: the power of a chip is its thermal design power.
    "power": ("power", f"{DEF}powerBasis", f"{BASE}power-basis/thermal-design"),
}


def valuations(book: Oracle, day: date) -> list[Answer]:
    """Return what companies are worth."""
    return _with_amount(book.latest(day), ["valuation"], book.of_class(f"{DEF}Company"))


def ranked(book: Oracle, measure: str, kind: str | None, day: date) -> list[Answer]:
    """Return the figures of one measure of the things of a kind, or of all things."""
    things = None if kind is None else book.of_class(f"{DEF}{kind}")
    return _with_amount(book.latest(day), [measure], things)


def revenue(book: Oracle, day: date) -> list[Answer]:
    """Return the best statements of revenue for each period, and every forecast."""
    found = [*book.best_for_their_dates(), *book.each(f"{BASE}standing/guidance")]
    return _with_amount([answer for answer in found if answer.effective <= day], REVENUES)


def prices(book: Oracle, day: date) -> list[Answer]:
    """Return the history of prices that say what they buy."""
    best = [answer for answer in book.best_for_their_dates() if answer.effective <= day]
    return [
        answer
        for answer in _with_amount(best, ["price"])
        if book.said(answer, f"{DEF}per") is not None
    ]


def rented_by(book: Oracle, product: str, day: date) -> list[Answer]:
    """Return what an hour of one accelerator of a product, or of a form of it, costs at a service.

    The price of an instance of unknown size is returned as it is stated.
    """
    # Open: what is computed from another price is left out, which is there itself.
    prices = [
        answer
        for answer in _with_amount(book.latest(day), ["price"], _forms(book, product))
        if book.said(answer, f"{DEF}offeredBy")
        and one(book.facts, book.said(answer, f"{DEF}per"), f"{DEF}secondsOfUse")
    ]
    # Open: of one seller and way of buying only the prices of the newest date are current, so that
    # an older one of fewer accelerators does not pose beside them; undated ones are older still.
    newest: dict[tuple[str | None, ...], date] = {}
    for price in prices:
        if book.said(price, f"{SCHEMA}observationDate"):
            way = _way_of_buying(book, price)
            newest[way] = max(newest.get(way, date.min), price.effective)
    return [
        _of_one(book, price)
        for price in prices
        if book.said(price, f"{DEF}derived") is None
        and (
            (way := _way_of_buying(book, price)) not in newest
            or (
                price.effective >= newest[way]
                and book.said(price, f"{SCHEMA}observationDate") is not None
            )
        )
    ]


def _forms(book: Oracle, product: str) -> set[str]:
    """Return a product and the forms of it, and theirs."""
    found = {product}
    while more := {
        thing
        for thing, said in book.facts.items()
        if found & set(said.get(f"{DEF}variantOf", ())) and thing not in found
    }:
        found |= more
    return found


def _way_of_buying(book: Oracle, price: Answer) -> tuple[str | None, ...]:
    said = (f"{DEF}{name}" for name in ("offeredBy", "purchaseMode", "commitment", "region"))
    return (price.thing, *(book.said(price, predicate) for predicate in said))


def _of_one(book: Oracle, price: Answer) -> Answer:
    """Return the price of one accelerator for an hour."""
    per = book.said(price, f"{DEF}per")
    seconds = one(book.facts, per, f"{DEF}secondsOfUse")
    # A price of one GPU is that of one accelerator, however many must be rented together; a
    # price of an instance is shared by its accelerators.
    whole = per == f"{BASE}price-basis/instance-hour"
    count = book.said(price, f"{DEF}acceleratorCount") if whole else "1"
    if seconds is None or count is None:
        return price
    factor = Decimal(3600) / Decimal(seconds) / Decimal(count)
    value, low, high = (None if v is None else v * factor for v in price.amounts)
    return replace(price, value=(value, low, high, None))


def accelerators(book: Oracle, day: date) -> dict[str, dict[str, list[Answer]]]:
    """Return for each chip with a maker the figures of the measures that stand side by side."""
    made = {thing for facts in book.facts.values() for thing in facts.get(f"{DEF}develops", ())}
    chips = book.of_class(f"{DEF}Chip") & made
    latest = list(book.latest(day))
    return {
        chip: {
            column: [
                answer
                for answer in _with_amount(latest, [measure], {chip})
                if (said is None or book.said(answer, said) == wanted)
                and (measure != "peak-performance" or _is_fp16(book, answer))
            ]
            for column, (measure, said, wanted) in ACCELERATOR_COLUMNS.items()
        }
        for chip in chips
    }


def _is_fp16(book: Oracle, answer: Answer) -> bool:
    return book.said(answer, f"{DEF}numberFormat") == f"{BASE}number-format/fp16"


def _with_amount(
    answers: Iterable[Answer], measures: Iterable[str], things: set[str] | None = None
) -> list[Answer]:
    wanted = {f"{BASE}measure/{name}" for name in measures}
    return [
        answer
        for answer in answers
        if answer.measure in wanted
        and (things is None or answer.thing in things)
        and any(amount is not None for amount in answer.amounts)
    ]
