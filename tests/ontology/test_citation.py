"""CITATION.cff agrees with the description of the data set and with the package."""

from __future__ import annotations

import tomllib
from pathlib import Path

import yaml
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

ROOT = Path(__file__).parents[2]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DCAT = "http://www.w3.org/ns/dcat#"
DCTERMS = "http://purl.org/dc/terms/"


def described(file: str, iri: str) -> dict[str, set[str]]:
    """Return the texts and IRIs that a file of the ontology states about a thing, by property."""
    found: dict[str, set[str]] = {}
    for quad in parse(path=str(ROOT / "ontology" / file), format=RdfFormat.TURTLE):
        if quad.subject == NamedNode(iri) and isinstance(quad.object, NamedNode | Literal):
            found.setdefault(quad.predicate.value, set()).add(quad.object.value)
    return found


def test_citation_has_the_required_keys() -> None:
    """The Citation File Format 1.2.0 requires these keys."""
    assert CITATION["cff-version"] == "1.2.0"
    assert all(CITATION[key] for key in ("message", "title", "authors"))


def test_citation_describes_the_data_set() -> None:
    """Title, abstract, version and licence of the data are those of the graph."""
    (identifier,) = CITATION["identifiers"]
    data_set = described("dataset.ttl", identifier["value"])

    assert data_set[f"{DCTERMS}title"] == {CITATION["title"]}
    assert data_set[f"{DCTERMS}description"] == {CITATION["abstract"]}
    assert data_set[f"{DCAT}version"] == {CITATION["version"]}
    assert data_set[f"{DCTERMS}license"] == {"https://creativecommons.org/licenses/by/4.0/"}
    assert data_set[f"{DCAT}keyword"] <= set(CITATION["keywords"])


def test_citation_has_version_and_licences_of_the_package() -> None:
    """The version and the licences are those of the package and of the ontology."""
    ontology = described("infra.ttl", "https://w3id.org/ai-infra/def")

    assert CITATION["version"] == PROJECT["version"]
    assert ontology["http://www.w3.org/2002/07/owl#versionInfo"] == {CITATION["version"]}
    assert set(CITATION["license"]) == set(PROJECT["license"].split(" AND "))
