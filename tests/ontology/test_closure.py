"""The closure under OWL 2 RL, with the axioms of the vocabularies around, contradicts nothing."""

from __future__ import annotations

from pathlib import Path

import owlrl  # type: ignore[import-untyped] # it has no types
import pytest
from rdflib import OWL, RDF, RDFS, Graph, Namespace, URIRef

ROOT = Path(__file__).parents[2]
NEIGHBOURS = Path(__file__).parent / "neighbours.ttl"
ONTOLOGY = [
    ROOT / "ontology" / "infra.ttl",
    ROOT / "ontology" / "alignment.ttl",
    *sorted((ROOT / "ontology" / "schemes").rglob("*.ttl")),
]
SAMPLE = [
    ROOT / "data" / "register" / "companies.ttl",
    ROOT / "data" / "register" / "products.ttl",
    *sorted((ROOT / "data" / "sources" / "cerebras").glob("*.ttl"))[:3],
    *sorted((ROOT / "data" / "sources" / "groq").glob("*.ttl"))[:2],
]
INFRA = Namespace("https://w3id.org/ai-infra/def#")
ORG = Namespace("http://www.w3.org/ns/org#")
PROV = Namespace("http://www.w3.org/ns/prov#")
SCHEMA = Namespace("https://schema.org/")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
PRODUCT = URIRef("https://w3id.org/ai-infra/product/planted")


def _graph(*extra: tuple[URIRef, URIRef, URIRef]) -> Graph:
    """Return the ontology, the axioms around it and a part of the data, without annotations."""
    graph = Graph()
    for path in (NEIGHBOURS, *ONTOLOGY, *SAMPLE):
        graph.parse(path)
    for annotation in (RDFS.label, RDFS.comment, SKOS.definition, SKOS.scopeNote, SKOS.example):
        graph.remove((None, annotation, None))
    for triple in extra:
        graph.add(triple)
    return graph


def _closed(graph: Graph) -> list[str]:
    """Close a graph and return the inconsistencies."""
    closure = owlrl.OWLRL_Semantics(graph, axioms=False, daxioms=False, rdfs=False)
    closure.closure()
    return sorted({str(message) for message in closure.error_messages})


@pytest.fixture(scope="module")
def closed() -> tuple[Graph, list[str]]:
    """Return the closed graph and its inconsistencies."""
    graph = _graph()
    return graph, _closed(graph)


def _instances(graph: Graph, *classes: URIRef) -> set[object]:
    return {thing for class_ in classes for thing in graph.subjects(RDF.type, class_)}


def test_closure_is_consistent(closed: tuple[Graph, list[str]]) -> None:
    """No thing is of two classes that exclude each other."""
    assert closed[1] == []


def test_no_product_is_an_organization(closed: tuple[Graph, list[str]]) -> None:
    """Nothing that follows makes an organisation or an agent of a product."""
    products = _instances(closed[0], INFRA.Product)

    assert products
    assert not products & _instances(closed[0], SCHEMA.Organization, ORG.Organization, PROV.Agent)


def test_no_concept_is_a_property(closed: tuple[Graph, list[str]]) -> None:
    """A measure is a concept, and no property of triples."""
    concepts = _instances(closed[0], SKOS.Concept)

    assert concepts
    assert not concepts & _instances(
        closed[0], RDF.Property, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty
    )


def test_ontology_makes_no_class_of_properties() -> None:
    """OWL 2 DL has no subclass of rdf:Property, and no class that is a property as well."""
    graph = Graph()
    for path in ONTOLOGY:
        graph.parse(path)

    assert not set(graph.subjects(RDFS.subClassOf, RDF.Property))
    properties = _instances(graph, OWL.ObjectProperty, OWL.DatatypeProperty)
    assert not properties & _instances(graph, OWL.Class)
    assert not _instances(graph, OWL.ObjectProperty) & _instances(graph, OWL.DatatypeProperty)


def test_closure_finds_a_planted_contradiction() -> None:
    """An event that is a source as well is found: PROV keeps activities and entities apart."""
    graph = Graph()
    graph.parse(NEIGHBOURS)
    graph.parse(ROOT / "ontology" / "infra.ttl")
    graph.add((PRODUCT, RDF.type, INFRA.Event))
    graph.add((PRODUCT, RDF.type, INFRA.Source))

    assert _closed(graph)
