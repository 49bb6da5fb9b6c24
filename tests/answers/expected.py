"""What the stored queries should answer on a day, as the oracle has it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.answers.facts import BASE, DEF, one

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from tests.answers.oracle import Answer, Oracle

REVENUES = ("revenue", "core-revenue", "annualized-revenue")
ACCELERATOR_COLUMNS = {
    "cores": "core-count",
    "onchipmemory": "on-chip-memory",
    "offchipmemory": "off-chip-memory",
    "bandwidth": "off-chip-memory-bandwidth",
    "fp16dense": "peak-performance",
    "power": "power",
}


def valuations(book: Oracle, day: date) -> list[Answer]:
    """Return what companies are worth."""
    return _with_amount(book.latest(day), ["valuation"], book.of_class(f"{DEF}Company"))


def ranked(book: Oracle, measure: str, kind: str, day: date) -> list[Answer]:
    """Return the figures of one measure of the things of a kind."""
    return _with_amount(book.latest(day), [measure], book.of_class(f"{DEF}{kind}"))


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
    """Return for each service that rents a product out what an hour of one accelerator costs."""
    found = []
    for answer in _with_amount(book.latest(day), ["price"], {product}):
        cloud, per = book.said(answer, f"{DEF}offeredBy"), book.said(answer, f"{DEF}per")
        seconds = one(book.facts, per, f"{DEF}secondsOfUse")
        # A price of one GPU is that of one accelerator, however many must be rented together; a
        # price of an instance is shared by its accelerators.
        whole = per == f"{BASE}price-basis/instance-hour"
        count = book.said(answer, f"{DEF}acceleratorCount") if whole else "1"
        # Open: an instance of unknown size has no price per accelerator.
        if cloud and seconds and count:
            factor = Decimal(3600) / Decimal(seconds) / Decimal(count)
            value, low, high = (None if v is None else v * factor for v in answer.amounts)
            found.append(replace(answer, thing=cloud, value=(value, low, high, None)))
    return found


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
                if column != "fp16dense" or _is_fp16(book, answer)
            ]
            for column, measure in ACCELERATOR_COLUMNS.items()
        }
        for chip in chips
    }


def _is_fp16(book: Oracle, answer: Answer) -> bool:
    # Open: the peak in FP16 is the dense one, or the one whose sparsity is not stated.
    return (
        book.said(answer, f"{DEF}numberFormat") == f"{BASE}number-format/fp16"
        and book.said(answer, f"{DEF}sparsity") != f"{BASE}sparsity/sparse"
    )


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
