"""The values that things have for properties, in the JSON of the Reconciliation API."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode

from factbook.rdf.terms import XSD, is_iri, to_sparql
from factbook.sparql.bind import bind
from factbook.store.answers import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from factbook.link.reconcile.index import Index
    from factbook.rdf.terms import Term
    from factbook.store.answers import Engine

Json = dict[str, Any]
_VALUES = """SELECT DISTINCT ?s ?p ?o WHERE {{
  VALUES ?s {{ {subjects} }} VALUES ?p {{ {properties} }} ?s ?p ?o }}"""
_PROPERTIES = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?p (COUNT(DISTINCT ?s) AS ?n) WHERE {
  ?type rdfs:subClassOf* ?class . ?s a ?type ; ?p ?o } GROUP BY ?p"""
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def values_of(
    engine: Engine, things: Iterable[str], properties: Iterable[str]
) -> dict[tuple[str, str], list[Term]]:
    """Return the values of some properties of some things, sorted."""
    subjects, names = _listed(things), _listed(properties)
    if not subjects or not names:
        return {}
    found: dict[tuple[str, str], list[Term]] = {}
    query = _VALUES.format(subjects=subjects, properties=names)
    for subject, name, value in select(engine, query):
        if isinstance(subject, NamedNode) and isinstance(name, NamedNode) and value is not None:
            found.setdefault((subject.value, name.value), []).append(value)
    return {pair: sorted(terms, key=str) for pair, terms in found.items()}


def properties_of(engine: Engine, class_iri: str) -> list[str]:
    """Return the properties that things of a class have, the most used first."""
    if not is_iri(class_iri):
        return []
    counted = [
        (-int(number.value), name.value)
        for name, number in select(engine, bind(_PROPERTIES, {"class": NamedNode(class_iri)}))
        if isinstance(name, NamedNode) and isinstance(number, Literal)
    ]
    return [name for _, name in sorted(counted)]


def cell(  # noqa: PLR0911 - one for each kind of cell
    term: Term, index: Index, *, content: str = ""
) -> Json:
    """Return a value as a cell of the data extension: a thing, a number, a date or a text.

    What is no right value of its datatype is a text, and so is a truth value: the API's schema of
    a cell has none.
    """
    if isinstance(term, NamedNode):
        if content == "id" or term.value not in index.labels:
            return {"str": term.value}
        return {"id": term.value, "name": index.label(term.value)}
    if not isinstance(term, Literal):
        return {"str": str(term)}
    datatype, text = term.datatype.value, term.value
    try:
        if datatype == f"{XSD}integer":
            return {"int": int(text)}
        if datatype in {f"{XSD}decimal", f"{XSD}double", f"{XSD}float"} and isfinite(float(text)):
            return {"float": float(text)}
        if datatype == f"{XSD}date" and _DATE.fullmatch(text) and date.fromisoformat(text):
            return {"date": f"{text}T00:00:00+00:00"}
    except ValueError:
        pass
    return {"str": text}


def agrees(asked: object, terms: Sequence[Term], index: Index) -> bool:
    """Tell whether one of the values is what somebody asked for: by IRI, CURIE, name or text."""
    given = [asked.get("id"), asked.get("name")] if isinstance(asked, dict) else [asked]
    return any(
        _is_meant(str(text).strip(), term, index)
        for text in given
        if text is not None
        for term in terms
    )


def _is_meant(text: str, term: Term, index: Index) -> bool:
    if isinstance(term, NamedNode):
        names = {name.casefold() for name in index.names(term.value)}
        return index.iri_of(text).rstrip("/") == term.value.rstrip("/") or text.casefold() in names
    if isinstance(term, Literal):
        folded = text.casefold()
        return folded == term.value.strip().casefold() or _same_number(text, term.value)
    return False


def _listed(iris: Iterable[str]) -> str:
    """Return IRIs as they stand in VALUES, leaving out what is none."""
    return " ".join(to_sparql(NamedNode(iri)) for iri in dict.fromkeys(iris) if is_iri(iri))


def _same_number(first: str, second: str) -> bool:
    try:
        return Decimal(first) == Decimal(second)
    except InvalidOperation:
        return False
