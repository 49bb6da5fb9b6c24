"""The terms that a book may use: those in its graph, of standards, and built-in ones."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.errors import did_you_mean
from factbook.layout import Layout, bundled
from factbook.rdf.parse import read_rdf
from factbook.rdf.terms import namespace_of

if TYPE_CHECKING:
    from factbook.book import Book

_DEFINED_BY = NamedNode("http://www.w3.org/2000/01/rdf-schema#isDefinedBy")


class Vocabulary:
    """The terms that the queries and shapes of a book may use."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def knows(self, iri: str) -> bool:
        """Tell whether the graph or a standard vocabulary contains a term."""
        return (
            iri in self._in_graph
            or iri in self._namespaces
            or self._is_standard(iri)
            or iri in self._bundled
        )

    def defines(self, iri: str) -> bool:
        """Tell whether the book describes a term outside its shapes, or a standard does."""
        return iri in self._described or self._is_standard(iri) or iri in self._bundled

    def is_own(self, iri: str) -> bool:
        """Tell whether the graph defines terms in the namespace of an IRI."""
        return namespace_of(iri) in self._own_namespaces

    def suggest(self, iri: str) -> str:
        """Return what to write instead, with the nearest names in the same namespace."""
        namespace = namespace_of(iri)
        near = [known[len(namespace) :] for known in self._in_graph if known.startswith(namespace)]
        return f"Correct the name, or define the term.{did_you_mean(iri[len(namespace) :], near)}"

    @cached_property
    def _in_graph(self) -> frozenset[str]:
        found = set()
        for file in self._book.files:
            found.add(file.graph.value)
            for quad in file.quads:
                found |= {
                    term.value
                    for term in (quad.subject, quad.predicate, quad.object)
                    if isinstance(term, NamedNode)
                }
                if isinstance(quad.object, Literal):
                    found.add(quad.object.datatype.value)
        return frozenset(found)

    @cached_property
    def _described(self) -> frozenset[str]:
        shapes = self._book.layout.shapes
        return frozenset(
            quad.subject.value
            for file in self._book.files
            if not file.path.is_relative_to(shapes)
            for quad in file.quads
            if isinstance(quad.subject, NamedNode)
        )

    @cached_property
    def _bundled(self) -> frozenset[str]:
        """The terms for sources and figures, which a book uses without defining them."""
        return frozenset(
            quad.subject.value
            for path in Layout(bundled()).ontology_files()
            for quad in read_rdf(path).quads
            if quad.predicate == _DEFINED_BY and isinstance(quad.subject, NamedNode)
        )

    @cached_property
    def _own_namespaces(self) -> frozenset[str]:
        return frozenset(
            namespace_of(quad.subject.value)
            for file in self._book.files
            for quad in file.quads
            if quad.predicate == _DEFINED_BY and isinstance(quad.subject, NamedNode)
        )

    @cached_property
    def _namespaces(self) -> frozenset[str]:
        return frozenset(self._book.prefixes.values())

    def _is_standard(self, iri: str) -> bool:
        """Tell whether rdflib knows a term: of schema.org or of a W3C vocabulary."""
        from rdflib import URIRef, namespace

        return any(
            URIRef(iri) in vocabulary
            for vocabulary in vars(namespace).values()
            if isinstance(vocabulary, namespace.DefinedNamespaceMeta)
            and iri.startswith(str(vocabulary))
        )
