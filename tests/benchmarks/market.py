"""Make graphs of the market's own shape, of any size, with violations planted in known places."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from tests.benchmarks.faults import plant
from tests.benchmarks.triples import Market, Names, day, figure_about, literal

if TYPE_CHECKING:
    from pathlib import Path


def make_market(path: Path, size: int) -> Market:
    """Write a market of about so many triples as N-Triples."""
    with path.open("w", encoding="utf-8") as file:
        market = Market(file)
        _fill(market, size, random.Random(size))  # noqa: S311 - the same graph each time
    return market


def _named(pattern: str, number: int) -> list[str]:
    return [pattern.format(each) for each in range(number)]


def _names(size: int) -> Names:
    companies = max(8, size // 2500)
    return Names(
        measures=_named("measure:m{}", 60),
        kinds=_named("event-kind:k{}", 12),
        categories=_named("base:category/{}", 25),
        companies=_named("base:company/c{}", companies),
        products=_named("base:product/p{}", companies * 3),
        sources=_named("base:source/s{}", max(8, size // 400)),
        events=_named("base:event/e{}", max(8, size // 300)),
    )


def _fill(market: Market, size: int, dice: random.Random) -> None:
    names = _names(size)
    _schemes(market, names)
    _things(market, names, dice)
    number = 0
    while market.triples < size - 60 * _copies(size) or number < len(names.sources):
        about = dice.choice((names.companies, names.products, names.events)[number % 3])
        is_first = number < len(names.sources)
        source = names.sources[number] if is_first else dice.choice(names.sources)
        figure = figure_about(dice, about, dice.choice(names.measures), source)
        market.add(f"base:observation/o{number}", **figure)
        number += 1
    for copy in range(_copies(size)):
        plant(market, copy, names)


def _schemes(market: Market, names: Names) -> None:
    """Write classes and concepts."""
    market.add("infra:Company", rdfs__subClassOf="schema:Organization")
    for class_ in ("Chip", "System", "Service"):
        market.add(f"infra:{class_}", rdfs__subClassOf="infra:Product")
    for class_, members in (
        ("Measure", names.measures),
        ("EventKind", names.kinds),
        ("Category", names.categories),
    ):
        for name in members:
            market.add(name, a=f"infra:{class_}")
    for unit in ("CCY_USD", "W", "NUM"):
        market.add(f"unit:{unit}", a="qudt:Unit")


def _things(market: Market, names: Names, dice: random.Random) -> None:
    """Write companies, products, sources and events."""
    for number, company in enumerate(names.companies):
        own = names.products[3 * number : 3 * number + 3]
        _company(market, company, own, dice.choice(names.categories))
    for number, product in enumerate(names.products):
        kind = dice.choice(("Chip", "System", "Service"))
        later = {"infra__succeeds": names.products[number - 1]} if number % 3 else {}
        market.add(product, a=f"infra:{kind}", schema__name=f'"Product {number}"@en', **later)
    for number, source in enumerate(names.sources):
        market.add(
            source,
            a="infra:Source",
            schema__name=f'"Source {number}"@en',
            schema__publisher=dice.choice(names.companies),
            infra__knownSince=literal(f"2026-{1 + number % 9:02}-28", "date"),
            infra__evidence=dice.choice(("evidence:read", "evidence:read-in-copy")),
        )
    for number, event in enumerate(names.events):
        market.add(
            event,
            a="infra:Event",
            schema__name=f'"Event {number}"@en',
            infra__kind=dice.choice(names.kinds),
            infra__company=dice.choice(names.companies),
            schema__startDate=literal(day(dice), "date"),
            infra__standing="standing:disclosed",
        )


def _copies(size: int) -> int:
    return 1 if size < 100_000 else 4


def _company(market: Market, company: str, products: list[str], category: str) -> None:
    number = company.rpartition("c")[2]
    market.add(
        company,
        a="infra:Company",
        schema__name=[f'"Company {number}"@en', f'"Firma {number}"@de'],
        schema__url=f"<https://company{number}.example.org>",
        schema__foundingDate=literal(str(1990 + int(number) % 35), "gYear"),
        infra__category=category,
        infra__develops=products,
    )
