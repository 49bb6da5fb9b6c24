"""Convert triples to rdflib and terms back, without normalizing literals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode
from rdflib import BNode, Graph, URIRef
from rdflib import Literal as RdflibLiteral

from factbook.rdf.terms import XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pyoxigraph import Quad, Triple
    from rdflib.term import Identifier

    from factbook.rdf.terms import Term

NO_TAGS: Mapping[str, str] = {}


def to_rdflib(
    triples: Iterable[Triple | Quad],
    prefixes: Mapping[str, str],
    tags: Mapping[str, str] = NO_TAGS,
) -> Graph:
    """Return an rdflib graph of the triples, with named graphs merged.

    Args:
        triples: The triples.
        prefixes: The prefixes of the graph.
        tags: By their form in lower case, language tags that get another spelling.
    """
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in prefixes.items():
        graph.bind(prefix, namespace)
    for triple in triples:
        value = _term(triple.object, tags)
        graph.add((_term(triple.subject, tags), _term(triple.predicate, tags), value))
    return graph


def _term(term: Term, tags: Mapping[str, str]) -> Identifier:
    if isinstance(term, NamedNode):
        return URIRef(term.value)
    if isinstance(term, BlankNode):
        return BNode(term.value)
    if not isinstance(term, Literal):
        raise TypeError("rdflib 7 holds no triple terms")
    if term.language:
        return RdflibLiteral(term.value, lang=tags.get(term.language, term.language))
    # A plain string has no datatype in rdflib; with one it would be another term there
    datatype = None if term.datatype.value == f"{XSD}string" else URIRef(term.datatype.value)
    return RdflibLiteral(term.value, datatype=datatype, normalize=False)


def from_rdflib(term: Identifier) -> NamedNode | BlankNode | Literal:
    """Return an rdflib term as a pyoxigraph term."""
    if isinstance(term, URIRef):
        return NamedNode(str(term))
    if isinstance(term, RdflibLiteral):
        if term.language:
            return Literal(str(term), language=term.language.lower())
        datatype = None if term.datatype is None else NamedNode(str(term.datatype))
        return Literal(str(term), datatype=datatype)
    return BlankNode(str(term))
