"""Make graphs of the market's own shape, of any size, with violations planted in known places."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from typing import IO

BASE = "https://w3id.org/ai-infra/"
INFRA = f"{BASE}def#"
SHAPE = f"{BASE}shape/"
SCHEMA = "https://schema.org/"
SH = "http://www.w3.org/ns/shacl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
QUDT = "http://qudt.org/schema/qudt/"
UNIT = "http://qudt.org/vocab/unit/"
DCTERMS = "http://purl.org/dc/terms/"
_PREFIXES = {
    "a": f"{RDF}type",
    "infra": INFRA,
    "schema": SCHEMA,
    "qudt": QUDT,
    "unit": UNIT,
    "dcterms": DCTERMS,
    "rdfs": RDFS,
    "base": BASE,
}

Violation = tuple[str, str, str]
"""Focus node, source shape and constraint component, as IRIs."""


@dataclass
class Market:
    """What has been written: how much, and what is wrong in it."""

    file: IO[str]
    triples: int = 0
    planted: Counter[Violation] = field(default_factory=Counter)

    def add(self, subject: str, **properties: str | list[str]) -> None:
        """Write one subject; a property is `prefix__name`, a value N-Triples or `prefix:name`."""
        for name, values in properties.items():
            predicate = _PREFIXES["a"] if name == "a" else _iri(name.replace("__", ":", 1))
            for value in [values] if isinstance(values, str) else values:
                term = value if value[0] in '"<_' else f"<{_iri(value)}>"
                self.file.write(f"<{_iri(subject)}> <{predicate}> {term} .\n")
                self.triples += 1

    def plant(self, subject: str, shape: str, component: str, number: int = 1) -> None:
        """Note a violation."""
        violation = (_iri(subject), SHAPE + shape, f"{SH}{component}ConstraintComponent")
        self.planted[violation] += number


def _iri(name: str) -> str:
    prefix, _, local = name.partition(":")
    return _PREFIXES[prefix] + local


def literal(text: str, datatype: str) -> str:
    """Return a typed literal."""
    return f'"{text}"^^<{XSD}{datatype}>'


def make_market(path: Path, size: int) -> Market:
    """Write a market of about so many triples as N-Triples."""
    with path.open("w", encoding="utf-8") as file:
        market = Market(file)
        _fill(market, size, random.Random(size))  # noqa: S311 - the same graph each time
    return market


@dataclass(frozen=True)
class _Names:
    """What figures are about, and what they are described with."""

    measures: list[str]
    kinds: list[str]
    categories: list[str]
    companies: list[str]
    products: list[str]
    sources: list[str]
    events: list[str]


def _named(pattern: str, number: int) -> list[str]:
    return [pattern.format(each) for each in range(number)]


def _names(size: int) -> _Names:
    companies = max(8, size // 2500)
    return _Names(
        measures=_named("infra:measure{}", 60),
        kinds=_named("infra:kind{}", 12),
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
        figure = _figure(dice, about, dice.choice(names.measures), source)
        market.add(f"base:observation/o{number}", **figure)
        number += 1
    for copy in range(_copies(size)):
        _faults(market, copy, names)
        _other_faults(market, copy, names)


def _schemes(market: Market, names: _Names) -> None:
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


def _things(market: Market, names: _Names, dice: random.Random) -> None:
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
            infra__evidence=dice.choice(("infra:read", "infra:reprintRead")),
        )
    for number, event in enumerate(names.events):
        market.add(
            event,
            a="infra:Event",
            schema__name=f'"Event {number}"@en',
            infra__kind=dice.choice(names.kinds),
            infra__company=dice.choice(names.companies),
            schema__startDate=literal(_day(dice), "date"),
            infra__standing="infra:disclosed",
        )


def _copies(size: int) -> int:
    return 1 if size < 100_000 else 4


def _day(dice: random.Random) -> str:
    return f"{dice.randrange(2015, 2026)}-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}"


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


def _figure(
    dice: random.Random, about: str, measure: str, source: str
) -> dict[str, str | list[str]]:
    """Return an observation; one figure in eight is spelled as the store would not spell it."""
    whole = dice.randrange(1, 5_000_000)
    value = dice.choice(
        (literal(str(whole), "integer"),) * 5
        + (literal(f"{whole % 1000}.5", "decimal"), literal(f"{whole % 90}.25", "decimal"))
        + (literal(f"{whole % 90}.50", "decimal"),)
    )
    figure: dict[str, str | list[str]] = {
        "a": "schema:Observation",
        "schema__observationAbout": about,
        "schema__measuredProperty": measure,
        "schema__value": value,
        "qudt__hasUnit": "unit:CCY_USD",
        "schema__observationDate": literal(_day(dice), "date"),
        "infra__datePrecision": dice.choice(("infra:day", "infra:month", "infra:year")),
        "infra__precision": dice.choice(("infra:exactly", "infra:about")),
        "infra__standing": dice.choice(("infra:disclosed", "infra:reported", "infra:estimated")),
        "infra__confidence": dice.choice(("infra:highConfidence", "infra:mediumConfidence")),
        "dcterms__source": source,
    }
    if whole % 4 == 0:
        figure["infra__condition"] = f'"as of quarter {whole % 4 + 1}, list price {whole}"@en'
    return figure


def _faults(market: Market, copy: int, names: _Names) -> None:
    """Plant each violation of observations once, in an observation of its own."""
    company, product, source = names.companies[0], names.products[0], names.sources[0]
    measure, kind = names.measures[0], names.kinds[0]
    dice = random.Random(copy)  # noqa: S311 - the same graph each time
    sound = _figure(dice, company, measure, source)
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
    observation("-condition", "Datatype", infra__condition='"plain"')
    observation("-condition", "MinLength", infra__condition='"no"@en')
    observation("-condition", "MaxLength", infra__condition=f'"{"long " * 30}"@en')
    observation("-confidence", "In", infra__confidence="infra:someConfidence")
    observation("-date", "Datatype", schema__observationDate=literal("2025-02-30", "date"))
    observation(
        "-date",
        "MaxCount",
        schema__observationDate=[literal("2020-01-01", "date"), literal("2020-01-02", "date")],
    )
    observation("-date-precision", "In", infra__datePrecision="infra:decade")
    observation("-measure", "MinCount", schema__measuredProperty=[])
    observation("-measure", "MaxCount", schema__measuredProperty=[measure, "infra:measure1"])
    observation("-measure", "Class", schema__measuredProperty=kind)
    observation("-precision", "In", infra__precision="infra:roughly")
    observation("-source", "MinCount", dcterms__source=[])
    observation("-source", "Class", dcterms__source=[source, company])
    observation("-standing", "MinCount", infra__standing=[])
    observation("-standing", "In", infra__standing="infra:guessed")
    observation("-unit", "Class", qudt__hasUnit="unit:PARSEC")
    observation("-value", "Or", schema__value=literal("5", "double"))
    observation("-value", "MinInclusive", schema__value=literal("-3", "integer"))
    observation(
        "-value", "MaxCount", schema__value=[literal("1.0", "decimal"), literal("1.00", "decimal")]
    )
    observation("", "Closed", schema__price=literal("1", "integer"))
    observation("", "SPARQL", schema__observationDate=literal("2026-11-20", "date"))
    observation("", "SPARQL", infra__standing="infra:notStated")
    name = f"base:figure/bad{copy}"
    market.add(name, **sound)
    market.plant(name, "observation", "Pattern")


def _other_faults(market: Market, copy: int, names: _Names) -> None:
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
