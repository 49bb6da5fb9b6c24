"""Plant violations in a market, each in a thing of its own."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from tests.benchmarks.triples import figure_about, literal

if TYPE_CHECKING:
    from tests.benchmarks.triples import Market, Names


def plant(market: Market, copy: int, names: Names) -> None:
    """Plant every violation once."""
    _faults(market, copy, names)
    _other_faults(market, copy, names)


def _faults(market: Market, copy: int, names: Names) -> None:
    """Plant each violation of observations once, in an observation of its own."""
    company, product, source = names.companies[0], names.products[0], names.sources[0]
    measure, kind = names.measures[0], names.kinds[0]
    dice = random.Random(copy)  # noqa: S311 - the same graph each time
    sound = figure_about(dice, company, measure, source)
    sound["schema__value"] = literal("5", "integer")
    number = 0

    def observation(
        shape: str, component: str, *, count: int = 1, **changes: str | list[str]
    ) -> None:
        nonlocal number
        name = f"base:observation/bad{copy}-{number}"
        number += 1
        changed = {key: value for key, value in {**sound, **changes}.items() if value != []}
        market.add(name, **changed)
        market.plant(name, f"observation{shape}", component, count)

    observation("-about", "MinCount", schema__observationAbout=[])
    observation("-about", "MaxCount", schema__observationAbout=[company, product])
    observation("-about", "Or", schema__observationAbout=measure)
    observation("-condition", "Datatype", schema__description='"plain"')
    observation("-condition", "MinLength", schema__description='"no"@en')
    observation("-condition", "MaxLength", schema__description=f'"{"long " * 30}"@en')
    observation("-confidence", "In", infra__confidence="confidence:some")
    observation("-date", "Datatype", schema__observationDate=literal("2025-02-30", "date"))
    observation(
        "-date",
        "MaxCount",
        schema__observationDate=[literal("2020-01-01", "date"), literal("2020-01-02", "date")],
    )
    observation("-date-precision", "In", infra__datePrecision="date-precision:decade")
    observation("-measure", "MinCount", schema__measuredProperty=[])
    observation("-measure", "MaxCount", schema__measuredProperty=[measure, "measure:m1"])
    observation("-measure", "Class", schema__measuredProperty=kind)
    observation("-precision", "In", infra__precision="precision:roughly")
    observation("-source", "MinCount", dcterms__source=[])
    observation("-source", "Class", dcterms__source=[source, company])
    observation("-standing", "MinCount", infra__standing=[])
    observation("-standing", "In", infra__standing="standing:guessed")
    observation("-unit", "Class", qudt__hasUnit="unit:PARSEC")
    observation("-value", "Or", schema__value=literal("5", "double"))
    observation("-value", "MinInclusive", schema__value=literal("-3", "integer"))
    observation(
        "-value", "MaxCount", schema__value=[literal("1.0", "decimal"), literal("1.00", "decimal")]
    )
    observation("", "Closed", schema__price=literal("1", "integer"))
    observation("", "SPARQL", schema__observationDate=literal("2026-11-20", "date"))
    observation("", "SPARQL", infra__standing="standing:not-stated")
    name = f"base:figure/bad{copy}"
    market.add(name, **sound)
    market.plant(name, "observation", "Pattern")


def _other_faults(market: Market, copy: int, names: Names) -> None:
    """Plant violations in companies, products, events and sources."""
    company, kind = names.companies[0], names.kinds[0]
    bad = f"base:company/bad{copy}"
    products = [f"base:product/bad{copy}-{number}" for number in range(5)]
    market.add(
        bad,
        a="infra:Company",
        schema__name=['"One"@en', '"Two"@en', '"Trois"@fr'],
        schema__url="<ftp://files.example.org>",
        schema__foundingDate=literal("MMXX", "gYear"),
        infra__category=kind,
        infra__develops=[*products[:3], products[4]],
        schema__parentOrganization=products[0],
    )
    market.plant(bad, "company-name", "UniqueLang")
    market.plant(bad, "company-name", "LanguageIn")
    market.plant(bad, "company-url", "Pattern")
    market.plant(bad, "company-founded", "Datatype")
    market.plant(bad, "company-category", "Class")
    market.plant(bad, "company-parent", "Disjoint")
    market.plant(bad, "company-develops", "Node", 2)
    market.add(products[0], a="infra:Chip", schema__name='"First"@en')
    market.add(products[1], a=["infra:Chip", "infra:System"], schema__name='"Both"@en')
    market.add(products[2], a="infra:Product", schema__name=['"Neither"@en', '"Nor"@en'])
    market.plant(products[2], "product-name", "MaxCount")
    market.add(products[3], a="infra:Chip")
    market.plant(products[3], "product-name", "MinCount")
    market.plant(products[3], "product-maker", "MinCount")
    market.add(
        products[4],
        a="infra:Chip",
        schema__name='"Last"@en',
        infra__succeeds=products[:2],
        infra__variantOf=products[:2],
    )
    market.plant(products[4], "product-succeeds", "QualifiedMaxCount")
    market.plant(products[4], "product", "Not")
    event = f"base:event/bad{copy}"
    market.add(
        event,
        a="infra:Event",
        infra__company="infra:Measure",
        schema__startDate=literal("2025-05-05", "date"),
        schema__endDate=literal("2025-05-01", "date"),
    )
    market.plant(event, "event-company", "Class")
    market.plant(event, "event-start", "LessThanOrEquals")
    market.plant(event, "event-kind", "MinCount")
    source = f"base:source/bad{copy}"
    market.add(
        source,
        a="infra:Source",
        schema__name='"No language"',
        schema__publisher="infra:Measure",
        infra__knownSince=literal("2027-01-01", "date"),
    )
    market.plant(source, "source-name", "Datatype")
    market.plant(source, "source-publisher-name", "MinCount")
    market.plant(source, "source-known", "MaxInclusive")
    market.plant(source, "source-evidence", "MinCount")
    market.plant(source, "source-used", "MinCount")
    market.add(company, schema__alternateName=f'"Alias {copy}"@en')
