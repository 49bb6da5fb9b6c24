"""Write the triples of a market, and note the violations among them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
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
    **{
        name: f"{BASE}{name}/"
        for name in (
            "confidence",
            "date-precision",
            "event-kind",
            "evidence",
            "measure",
            "precision",
            "standing",
        )
    },
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


@dataclass(frozen=True)
class Names:
    """What figures are about, and what they are described with."""

    measures: list[str]
    kinds: list[str]
    categories: list[str]
    companies: list[str]
    products: list[str]
    sources: list[str]
    events: list[str]


def day(dice: random.Random) -> str:
    """Return a day of the last years."""
    return f"{dice.randrange(2015, 2026)}-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}"


def figure_about(
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
        "schema__observationDate": literal(day(dice), "date"),
        "infra__datePrecision": dice.choice(
            ("date-precision:day", "date-precision:month", "date-precision:year")
        ),
        "infra__precision": dice.choice(("precision:exactly", "precision:about")),
        "infra__standing": dice.choice(
            ("standing:disclosed", "standing:reported", "standing:estimated")
        ),
        "infra__confidence": dice.choice(("confidence:high", "confidence:medium")),
        "dcterms__source": source,
    }
    if whole % 4 == 0:
        figure["schema__description"] = f'"as of quarter {whole % 4 + 1}, list price {whole}"@en'
    return figure
