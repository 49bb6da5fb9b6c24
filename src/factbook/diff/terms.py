"""Compare the terms of two ontologies, and tell which changes are breaking."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from factbook.diff.changes import ADDED, REMOVED, REVISED, Detail, TermChange, name_of
from factbook.diff.facts import RDF_TYPE
from factbook.rdf.terms import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Quad

    from factbook.rdf.terms import Term
    from factbook.render.labels import Labels

_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_OWL = "http://www.w3.org/2002/07/owl#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_SH = "http://www.w3.org/ns/shacl#"
# Properties that reasoners and queries depend on: a change of one is breaking.
_MEANING = {
    RDF_TYPE,
    f"{_RDFS}domain",
    f"{_RDFS}range",
    f"{_RDFS}subClassOf",
    f"{_RDFS}subPropertyOf",
    f"{_OWL}equivalentClass",
    f"{_OWL}equivalentProperty",
    f"{_OWL}inverseOf",
    f"{_OWL}disjointWith",
}
_KINDS = {
    f"{_OWL}AnnotationProperty",
    f"{_OWL}Class",
    f"{_OWL}DatatypeProperty",
    f"{_OWL}ObjectProperty",
    f"{_OWL}Ontology",
    f"{_RDF}Property",
    f"{_RDFS}Class",
    f"{_RDFS}Datatype",
    f"{_SH}NodeShape",
    f"{_SH}PropertyShape",
    f"{_SKOS}Collection",
    f"{_SKOS}Concept",
    f"{_SKOS}ConceptScheme",
}


def split_terms(quads: frozenset[Quad]) -> tuple[frozenset[Quad], frozenset[Quad]]:
    """Split the quads of a single file into those about terms and all others."""
    terms = {
        q.subject for q in quads if q.predicate.value == RDF_TYPE and text_of(q.object) in _KINDS
    }
    of_terms = frozenset(quad for quad in quads if quad.subject in terms)
    return of_terms, quads - of_terms


def compare_terms(
    old: Iterable[Quad], new: Iterable[Quad], labels: Labels
) -> tuple[TermChange, ...]:
    """Return the terms that were added, removed or revised, breaking changes first."""
    before, after = _by_term(old), _by_term(new)
    changes = []
    for iri in before.keys() | after.keys():
        was, now = before.get(iri, {}), after.get(iri, {})
        differing = sorted(
            property_iri
            for property_iri in was.keys() | now.keys()
            if _texts(was, property_iri) != _texts(now, property_iri)
        )
        if not differing:
            continue
        change = _kind_of_change(was, now)
        changes.append(
            TermChange(
                change=change,
                term=name_of(iri, labels),
                kind=", ".join(
                    sorted(
                        labels.of_property(text_of(term))
                        for term in now.get(RDF_TYPE) or was.get(RDF_TYPE) or ()
                    )
                ),
                details=tuple(
                    Detail(
                        labels.of(property_iri),
                        _list_values(was, property_iri, labels),
                        _list_values(now, property_iri, labels),
                    )
                    for property_iri in differing
                    if change == REVISED
                ),
                is_breaking=(change == REMOVED and RDF_TYPE in was)
                or (change == REVISED and not _MEANING.isdisjoint(differing)),
            )
        )
    return tuple(
        sorted(
            changes, key=lambda change: (not change.is_breaking, change.change, change.term.short)
        )
    )


def _kind_of_change(was: dict[str, list[Term]], now: dict[str, list[Term]]) -> str:
    """Return whether a term was added, removed or revised.

    Only its type makes it a term: a file may also describe terms that other vocabularies define.
    """
    if not was or (RDF_TYPE in now and RDF_TYPE not in was):
        return ADDED
    if not now or (RDF_TYPE in was and RDF_TYPE not in now):
        return REMOVED
    return REVISED


def _by_term(quads: Iterable[Quad]) -> dict[str, dict[str, list[Term]]]:
    terms: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for quad in quads:
        values = terms[text_of(quad.subject)][quad.predicate.value]
        if quad.object not in values:
            values.append(quad.object)
    return terms


def _texts(values: dict[str, list[Term]], property_iri: str) -> set[str]:
    return set(map(str, values.get(property_iri, ())))


def _list_values(values: dict[str, list[Term]], property_iri: str, labels: Labels) -> str:
    return ", ".join(sorted(labels.of_term(term) for term in values.get(property_iri, ())))
