"""Describe stored queries as SHACL executables, with their parameters (SHACL-AF, section 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.export.catalog_terms import DCAT, DCTERMS, RDFS, SH, local_iri, triple, type_triple
from factbook.rdf.terms import XSD, expand

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pyoxigraph import Triple

    from factbook.query.stored_queries import Parameter, StoredQuery

_SCHEMA = "https://schema.org/"
_FORMS = {"SELECT": "Select", "CONSTRUCT": "Construct", "ASK": "Ask"}


def describe_queries(
    catalog: NamedNode,
    dataset: NamedNode,
    stored: Iterable[StoredQuery],
    prefixes: Mapping[str, str],
) -> Iterator[Triple]:
    """Yield the description of each query."""
    for query in stored:
        if query.form not in _FORMS:
            continue
        node = local_iri(catalog, "query", query.name)
        yield triple(catalog, f"{DCAT}resource", node)
        yield type_triple(node, f"{SH}SPARQLExecutable")
        yield type_triple(node, f"{SH}SPARQL{_FORMS[query.form]}Executable")
        yield triple(node, f"{SH}{query.form.lower()}", Literal(query.text))
        yield triple(node, f"{_SCHEMA}target", dataset)
        yield triple(node, f"{DCTERMS}identifier", Literal(query.name))
        if query.summary:
            yield triple(node, f"{RDFS}label", query.summary)
        if query.description:
            yield triple(node, f"{RDFS}comment", query.description)
        for tag in query.tags:
            yield triple(node, f"{DCAT}keyword", tag)
        for parameter in query.parameters:
            yield from _parameter(catalog, node, query, parameter, prefixes)


def _parameter(
    catalog: NamedNode,
    query_node: NamedNode,
    query: StoredQuery,
    parameter: Parameter,
    prefixes: Mapping[str, str],
) -> Iterator[Triple]:
    node = local_iri(catalog, "query", query.name, parameter.name)
    yield triple(query_node, f"{SH}parameter", node)
    yield type_triple(node, f"{SH}Parameter")
    # The local name of the path is the name of the variable
    yield triple(node, f"{SH}path", local_iri(catalog, parameter.variable))
    yield triple(node, f"{SH}name", parameter.name)
    if parameter.doc:
        yield triple(node, f"{SH}description", parameter.doc)
    if not parameter.required:
        yield triple(node, f"{SH}optional", Literal(True))  # noqa: FBT003 - a term
    if parameter.default is not None and parameter.kind != "iri":
        yield triple(node, f"{SH}defaultValue", Literal(parameter.default))
    if parameter.kind == "iri":
        yield triple(node, f"{SH}nodeKind", NamedNode(f"{SH}IRI"))
        class_ = expand(parameter.type_curie, prefixes) if parameter.type_curie else None
        if class_ is not None:
            yield triple(node, f"{SH}class", NamedNode(class_))
    elif parameter.kind.startswith("xsd:"):
        yield triple(node, f"{SH}datatype", NamedNode(XSD + parameter.kind.removeprefix("xsd:")))
    else:
        yield triple(node, f"{SH}nodeKind", NamedNode(f"{SH}Literal"))
