"""Namespaces, IRIs and triples of a catalogue; its own nodes are fragments of its document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Triple

from factbook.rdf.terms import XSD, curie

if TYPE_CHECKING:
    from collections.abc import Mapping

    from factbook.rdf.terms import Term

DCAT = "http://www.w3.org/ns/dcat#"
DCTERMS = "http://purl.org/dc/terms/"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SH = "http://www.w3.org/ns/shacl#"
SPDX = "http://spdx.org/rdf/terms#"
VOID = "http://rdfs.org/ns/void#"
_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


def triple(subject: NamedNode, property_: str, value: Term | str) -> Triple:
    """Return a triple; a str becomes an English literal."""
    term = Literal(value, language="en") if isinstance(value, str) else value
    return Triple(subject, NamedNode(property_), term)


def type_triple(subject: NamedNode, class_: str) -> Triple:
    """Return the triple for the class of a node."""
    return Triple(subject, _TYPE, NamedNode(class_))


def count_triple(subject: NamedNode, property_: str, number: int) -> Triple:
    """Return a triple with a number."""
    return Triple(subject, NamedNode(property_), Literal(number))


def local_iri(document: NamedNode, *words: str) -> NamedNode:
    """Return the IRI of a node in a document, with words as its fragment."""
    fragment = "-".join(re.sub(r"[^A-Za-z0-9_.-]+", "-", word).strip("-") for word in words)
    return NamedNode(f"{document.value.partition('#')[0]}#{fragment}")


def short_word(iri: str, prefixes: Mapping[str, str]) -> str:
    """Return a short name for an IRI, to use inside another IRI."""
    return curie(iri, prefixes) or re.sub(r"^[a-z]+:/*", "", iri)


def typed_literal(text: str, name: str) -> Literal:
    """Return a literal of a datatype of XML Schema."""
    return Literal(text, datatype=NamedNode(f"{XSD}{name}"))
