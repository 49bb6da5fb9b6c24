"""The JSON-LD context knows every property and gives its values their type."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from factbook.rdf.parse import RdfFile

    Parsed: TypeAlias = Callable[[Path], RdfFile]

ROOT = Path(__file__).parents[2]
FILE = ROOT / "ontology" / "context.jsonld"
CONTEXT = json.loads(FILE.read_bytes())["@context"]
DATA = sorted((ROOT / "data").rglob("*.ttl"))
INFRA = "https://w3id.org/ai-infra/def#"
SCHEMA = "https://schema.org/"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
RANGE = "http://www.w3.org/2000/01/rdf-schema#range"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
STRING = NamedNode(f"{XSD}string")


def full(name: str) -> str:
    """Expand a CURIE of the context; keywords stay as they are."""
    prefix, colon, local = name.partition(":")
    return CONTEXT[prefix] + local if colon and prefix in CONTEXT else name


def coercions() -> dict[str, str | None]:
    """Return each property that has a term, with the type of its values or None."""
    found: dict[str, str | None] = {}
    for term, value in CONTEXT.items():
        if isinstance(value, dict):
            kind = value.get("@type")
            found[full(value["@id"])] = full(kind) if kind else None
        elif not term.startswith("@") and not value.endswith(("/", "#")):
            found[full(value)] = None
    return found


def test_context_has_no_duplicate_keys() -> None:
    """A second entry of the same name would silently override the first."""
    keys: list[str] = []

    json.loads(FILE.read_bytes(), object_pairs_hook=lambda pairs: keys.extend(k for k, _ in pairs))

    names = [key for key in keys if key not in {"@id", "@type", "@language", "@context"}]
    assert sorted(names) == sorted(set(names))


def test_context_types_every_property_of_the_ontology(parsed: Parsed) -> None:
    """Values of an object property are IRIs; dates, numbers and booleans have their datatype."""
    expected: dict[str, str | None] = {}
    for quad in parsed(ROOT / "ontology" / "infra.ttl").quads:
        assert isinstance(quad.subject, NamedNode)
        name = quad.subject.value
        if quad.predicate.value == TYPE and quad.object == NamedNode(f"{OWL}ObjectProperty"):
            expected[name] = "@id"
        elif quad.predicate.value == TYPE and quad.object == NamedNode(f"{OWL}DatatypeProperty"):
            expected.setdefault(name, None)
        elif quad.predicate.value == RANGE and str(quad.object).startswith(f"<{XSD}"):
            assert isinstance(quad.object, NamedNode)
            expected[name] = None if quad.object == STRING else quad.object.value

    found = coercions()

    assert {name: found.get(name, "no term") for name in expected} == expected


def test_context_has_a_term_for_every_property_of_the_data(parsed: Parsed) -> None:
    """JSON-LD exports have short names only."""
    spoken = {quad.predicate.value for file in DATA for quad in parsed(file).quads} - {TYPE}

    assert sorted(spoken - set(coercions())) == []


@pytest.mark.parametrize("path", DATA, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_context_types_fit_the_values_of_the_data(path: Path, parsed: Parsed) -> None:
    """Every value has the type of its term; text may be in any language."""
    kinds = coercions()
    languages = {
        full(value["@id"]): value.get("@language")
        for value in CONTEXT.values()
        if isinstance(value, dict)
    }

    def fits(quad: Quad) -> bool:
        name, value = quad.predicate.value, quad.object
        if not isinstance(value, Literal):
            return name == TYPE or kinds.get(name) == "@id"
        if kinds.get(name):
            return kinds[name] == value.datatype.value
        return (value.language is None) == (languages.get(name) is None)

    assert [str(quad) for quad in parsed(path).quads if not fits(quad)] == []


def test_context_expands_short_terms() -> None:
    """Names, identifiers, dates and numbers are parsed to the terms of the data."""
    document = {
        "@context": CONTEXT,
        "id": "observation:x",
        "type": "Observation",
        "about": "company:x",
        "eventCompany": {"id": "company:x", "type": "Company", "name": "X", "secCik": "0001"},
        "value": 5,
        "observationDate": "2025-01-01",
        "derived": True,
        "statedIn": "source:x",
    }

    quads = set(parse(json.dumps(document), RdfFormat.JSON_LD))

    thing, company = (NamedNode(full(name)) for name in ("observation:x", "company:x"))
    assert quads == {
        Quad(thing, NamedNode(TYPE), NamedNode(f"{SCHEMA}Observation")),
        Quad(thing, NamedNode(f"{SCHEMA}observationAbout"), company),
        Quad(thing, NamedNode(f"{INFRA}company"), company),
        Quad(company, NamedNode(TYPE), NamedNode(f"{INFRA}Company")),
        Quad(company, NamedNode(f"{SCHEMA}name"), Literal("X", language="en")),
        Quad(company, NamedNode(f"{INFRA}secCik"), Literal("0001")),
        Quad(
            thing,
            NamedNode(f"{SCHEMA}value"),
            Literal("5", datatype=NamedNode(f"{XSD}integer")),
        ),
        Quad(
            thing,
            NamedNode(f"{SCHEMA}observationDate"),
            Literal("2025-01-01", datatype=NamedNode(f"{XSD}date")),
        ),
        Quad(
            thing,
            NamedNode(f"{INFRA}derived"),
            Literal("true", datatype=NamedNode(f"{XSD}boolean")),
        ),
        Quad(thing, NamedNode("http://purl.org/dc/terms/source"), NamedNode(full("source:x"))),
    }
