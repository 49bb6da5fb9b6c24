"""Every term of the ontology has a label and a definition and is used."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest
from pyoxigraph import Literal, NamedNode

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyoxigraph import BlankNode, Triple

    from factbook.rdf.parse import RdfFile

    Parsed: TypeAlias = Callable[[Path], RdfFile]
    Said: TypeAlias = dict[
        str, list[NamedNode | BlankNode | Literal | Triple]
    ]  # property to values

ROOT = Path(__file__).parents[2]
ALIGNMENT = ROOT / "ontology" / "alignment.ttl"
SHAPES = sorted((ROOT / "ontology" / "shapes").glob("*.ttl"))
EXAMPLES = (ROOT / "ontology" / "shapes" / "examples").rglob("*.ttl")  # wrong ones among them
DATASET = ROOT / "ontology" / "dataset.ttl"  # describes the whole and no term
MEANING = sorted({*(ROOT / "ontology").rglob("*.ttl")} - {*SHAPES, *EXAMPLES, ALIGNMENT, DATASET})
DATA = sorted((ROOT / "data").rglob("*.ttl"))
QUERIES = sorted((ROOT / "queries").rglob("*.rq"))

OURS = "https://w3id.org/ai-infra/"
SCHEMES = (
    "benchmark",
    "category",
    "confidence",
    "date-precision",
    "event-kind",
    "evidence",
    "legal-status",
    "measure",
    "number-format",
    "operating-state",
    "power-basis",
    "precision",
    "price-basis",
    "purchase-mode",
    "scenario",
    "segment",
    "source-kind",
    "sparsity",
    "stage",
    "standing",
    "theme",
    "valuation-basis",
    "workload",
)
SPACES = {
    prefix: namespace
    for prefix, namespace in json.loads((ROOT / "ontology" / "context.jsonld").read_bytes())[
        "@context"
    ].items()
    if prefix in {"infra", "scheme", *SCHEMES}
}
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
LABELS = (f"{RDFS}label", f"{SKOS}prefLabel")
WHOLES = {"http://www.w3.org/2002/07/owl#Ontology", f"{SKOS}ConceptScheme"}
# What the ontology says of a term with these is no use of the term in their object.
DECLARING = {f"{RDFS}{part}" for part in ("domain", "range", "subClassOf", "subPropertyOf")}
# Shapes hold queries with these.
EMBEDDING = {f"http://www.w3.org/ns/shacl#{part}" for part in ("ask", "construct", "select")}

_CURIE = re.compile(rf"(?<![\w.-])({'|'.join(SPACES)}):(\w[\w-]*)")


def name_of(path: Path) -> str:
    """Return the path of a file from the root of the book."""
    return path.relative_to(ROOT).as_posix()


@pytest.fixture(scope="session")
def described(parsed: Parsed) -> dict[str, Said]:
    """What the ontology says of each of our terms, and a source of the concepts that it brings."""
    found: dict[str, Said] = defaultdict(lambda: defaultdict(list))
    for path in MEANING:
        for quad in parsed(path).quads:
            if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(OURS):
                found[quad.subject.value][quad.predicate.value].append(quad.object)
    for path in DATA:
        quads = parsed(path).quads
        brought = {quad.subject for quad in quads if quad.predicate.value == f"{SKOS}inScheme"}
        for quad in quads:
            if isinstance(quad.subject, NamedNode) and quad.subject in brought:
                found[quad.subject.value][quad.predicate.value].append(quad.object)
    return found


@pytest.fixture(scope="session")
def used(parsed: Parsed) -> dict[str, str]:
    """Each term that schemes, shapes, data or queries use, with one place where they do."""
    found: dict[str, str] = {}
    for path in (*MEANING, *SHAPES, *DATA):
        for quad in parsed(path).quads:
            nodes = [quad.predicate]
            if path not in MEANING or quad.predicate.value not in DECLARING:
                nodes += [quad.object] if isinstance(quad.object, NamedNode) else []
            if path not in MEANING:
                nodes += [quad.subject] if isinstance(quad.subject, NamedNode) else []
            for node in nodes:
                found.setdefault(node.value, name_of(path))
            if quad.predicate.value in EMBEDDING and isinstance(quad.object, Literal):
                found |= {iri: name_of(path) for iri in in_query(quad.object.value)}
    for path in QUERIES:
        found |= {iri: name_of(path) for iri in in_query(path.read_text(encoding="utf-8"))}
    return found


def in_query(text: str) -> set[str]:
    """Return the terms that a query names by CURIE, those of its front matter included."""
    return {SPACES[prefix] + local for prefix, local in _CURIE.findall(text)}


def faults_of(term: str, said: Said) -> list[str]:
    """Return what is wrong with the label and the definition of a term."""
    labels = [value for name in LABELS for value in said[name]]
    definitions = said[f"{SKOS}definition"]
    faults = []
    if [getattr(value, "language", None) for value in labels] != ["en"]:
        faults.append(f"{term}: not exactly one label, an English one: {labels}")
    if [getattr(value, "language", None) for value in definitions] != ["en"]:
        faults.append(f"{term}: not exactly one definition, an English one: {definitions}")
    sentences = [value.value for value in definitions if isinstance(value, Literal)]
    faults += [
        f"{term}: not a sentence: {sentence}"
        for sentence in sentences
        if not re.fullmatch(r"[A-Z0-9].*\.", sentence)
    ]
    whole = any(value.value in WHOLES for value in said[TYPE] if isinstance(value, NamedNode))
    if not whole and len(said[f"{RDFS}isDefinedBy"]) != 1:
        faults.append(f"{term}: not exactly one rdfs:isDefinedBy")
    return faults


@pytest.mark.parametrize("path", MEANING, ids=name_of)
def test_terms_have_label_and_definition(
    path: Path, parsed: Parsed, described: dict[str, Said]
) -> None:
    """A term has one English label, one definition that is a sentence, and rdfs:isDefinedBy."""
    subjects = {quad.subject for quad in parsed(path).quads}
    terms = sorted(node.value for node in subjects if isinstance(node, NamedNode))

    faults = [
        fault for term in terms if term in described for fault in faults_of(term, described[term])
    ]

    assert faults == []


def test_definitions_are_unique(described: dict[str, Said]) -> None:
    """No two terms share a definition."""
    places = defaultdict(list)
    for term, said in described.items():
        for value in said[f"{SKOS}definition"]:
            places[str(value)].append(term)

    assert [terms for terms in places.values() if len(terms) > 1] == []


def test_used_terms_are_defined(described: dict[str, Said], used: dict[str, str]) -> None:
    """Data, shapes and queries use no term that the ontology does not define."""
    starts = tuple(SPACES.values())
    terms = {iri: place for iri, place in used.items() if iri.startswith(starts)}

    wild = {iri: place for iri, place in terms.items() if iri not in {*described, *starts}}

    assert wild == {}


@pytest.mark.parametrize("prefix", ["infra", "event-kind", "workload"])
def test_defined_terms_are_used(
    prefix: str, described: dict[str, Said], used: dict[str, str]
) -> None:
    """Each term occurs in a query, a shape or the data."""
    defined = {iri for iri in described if iri.startswith(SPACES[prefix])}

    idle = sorted(iri.removeprefix(SPACES[prefix]) for iri in defined - set(used))

    assert idle == []


def test_alignment_maps_known_terms_only(
    parsed: Parsed, described: dict[str, Said], used: dict[str, str]
) -> None:
    """The subject of a mapping is a term of the ontology or one that the data use."""
    starts = {quad.subject for quad in parsed(ALIGNMENT).quads}
    iris = {node.value for node in starts if isinstance(node, NamedNode)}

    assert sorted(iris - set(described) - set(used)) == []
