"""Which terms there are: those that the graph uses or defines, and those of the standards."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.errors import did_you_mean

if TYPE_CHECKING:
    from factbook.book import Book

_DEFINED_BY = NamedNode("http://www.w3.org/2000/01/rdf-schema#isDefinedBy")


class Vocabulary:
    """The terms that a query over a book may use."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def knows(self, iri: str) -> bool:
        """Tell whether the graph or a standard vocabulary has a term."""
        return iri in self._in_graph or iri in self._namespaces or self._is_standard(iri)

    def is_own(self, iri: str) -> bool:
        """Tell whether the graph itself says what the terms of this namespace are."""
        return _namespace(iri) in self._own_namespaces

    def advice(self, iri: str) -> str:
        """Return what to write instead, with the nearest names of the same namespace."""
        namespace = _namespace(iri)
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
    def _own_namespaces(self) -> frozenset[str]:
        return frozenset(
            _namespace(quad.subject.value)
            for file in self._book.files
            for quad in file.quads
            if quad.predicate == _DEFINED_BY and isinstance(quad.subject, NamedNode)
        )

    @cached_property
    def _namespaces(self) -> frozenset[str]:
        return frozenset(self._book.prefixes.values())

    def _is_standard(self, iri: str) -> bool:
        """Ask rdflib, which knows the terms of schema.org and of the vocabularies of the W3C."""
        from rdflib import URIRef, namespace

        return any(
            URIRef(iri) in vocabulary
            for vocabulary in vars(namespace).values()
            if isinstance(vocabulary, namespace.DefinedNamespaceMeta)
            and iri.startswith(str(vocabulary))
        )


def _namespace(iri: str) -> str:
    end = max(iri.rfind("/"), iri.rfind("#")) + 1
    return iri[:end]
