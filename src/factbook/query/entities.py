"""The things of a graph that can be matched, and an index that finds them by similar names."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode
from rapidfuzz import fuzz

from factbook.rdf.terms import curie, expand, is_iri
from factbook.sparql.bind import bind_rows
from factbook.store.answers import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from factbook.store.answers import Engine

# Properties that name things, in order of preference
NAMES = (
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    "https://schema.org/name",
    "http://www.w3.org/2000/01/rdf-schema#label",
    "https://schema.org/legalName",
    "https://schema.org/alternateName",
    "http://www.w3.org/2004/02/skos/core#altLabel",
    "http://www.w3.org/2004/02/skos/core#notation",
    "https://schema.org/tickerSymbol",
)
IDENTICAL, SAME, MOST_SIMILAR = 100.0, 95.0, 90.0
"""Scores of the same text, of one that differs in case, accents, punctuation or legal form, and
the highest score of any other."""
_LEAST_SIMILARITY = 0.6
_SHORT_FORM_WEIGHT = 2
_FORMS = (
    "ab ag bv co company corp corporation gmbh inc incorporated kg kgaa limited llc llp ltd nv oy "
    "pbc plc pte pty sa sarl sas se spa srl"
)
_LEGAL_FORMS = frozenset(_FORMS.split())
# N.V. or S.p.A, but not 3.1
_DOTTED = re.compile(r"\b[^\W\d_](?:\.[^\W\d_])+\b\.?")
_WORD = re.compile(r"\w+")
# tokens/s, but not A/S
_RATE = re.compile(r"(?<=\w\w)/(?:(s|sec|second)|(?:h|hr|hour))\b")
_GRAM = 3
_SCHEMA_NAMESPACES = ("http://www.w3.org/2002/07/owl#", "http://www.w3.org/ns/shacl#")
_NAMED = "SELECT DISTINCT ?thing ?property ?name WHERE { ?thing ?property ?name }"
_GRAPHS = "SELECT DISTINCT ?graph WHERE { GRAPH ?graph { ?s ?p ?o } }"
_CLASSES = "SELECT DISTINCT ?thing ?class WHERE { ?thing a ?class }"
_SUPERCLASSES = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?class ?above WHERE { ?class rdfs:subClassOf ?next ; rdfs:subClassOf+ ?above }"""
_DESCRIPTIONS = """PREFIX schema: <https://schema.org/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?thing ?text WHERE { ?thing schema:description|skos:definition ?text }"""


@dataclass(frozen=True)
class Entity:
    """A thing that can be matched."""

    iri: str
    names: tuple[str, ...]
    """In order of preference."""
    classes: frozenset[str]
    """Its classes and all superclasses."""
    direct_classes: tuple[str, ...]
    description: str = ""
    is_document: bool = False
    """Whether it names a graph, so that it is a document about other things."""
    is_term: bool = False
    """Whether it is a class, a property or a shape."""


@dataclass(frozen=True)
class EntityIndex:
    """The things of a graph by IRI and by the trigrams of their names."""

    entities: Mapping[str, Entity]
    labels: Mapping[str, tuple[str, ...]]
    """The names of everything, including classes and properties, in order of preference."""
    prefixes: Mapping[str, str]
    by_trigram: Mapping[str, set[str]] = field(default_factory=dict)

    def similar_entities(self, name: str) -> Iterator[Entity]:
        """Yield the entities that share a third of a name's trigrams, sorted by IRI."""
        hits: Counter[str] = Counter()
        grams = trigrams(name)
        for gram in grams:
            hits.update(self.by_trigram.get(gram, ()))
        least = max(1, len(grams) // 3)
        for iri in sorted(iri for iri, count in hits.items() if count >= least):
            yield self.entities[iri]

    def expand(self, identifier: str) -> str:
        """Return the IRI of a CURIE; anything else is returned unchanged."""
        expanded = expand(identifier, self.prefixes)
        return expanded if expanded is not None and is_iri(expanded) else identifier

    def label(self, iri: str) -> str:
        """Return the best name of something, else its CURIE or IRI."""
        names = self.labels.get(iri)
        return names[0] if names else curie(iri, self.prefixes) or iri

    def names(self, iri: str) -> tuple[str, ...]:
        """Return all names of something."""
        return self.labels.get(iri, ())

    def sort_by_label(self, iris: Iterable[str]) -> list[str]:
        """Return IRIs sorted by their labels."""
        return sorted(iris, key=lambda iri: (self.label(iri).casefold(), iri))


def build_index(engine: Engine, prefixes: Mapping[str, str]) -> EntityIndex:
    """Index the things of a graph that a table may list: no documents, no terms of an ontology."""
    labels = read_names(engine)
    entities = {
        iri: entity
        for iri, entity in read_entities(engine, labels).items()
        if not entity.is_document and not entity.is_term
    }
    by_trigram: dict[str, set[str]] = defaultdict(set)
    for iri, entity in entities.items():
        for gram in {gram for name in entity.names for gram in trigrams(name)}:
            by_trigram[gram].add(iri)
    return EntityIndex(entities, labels, prefixes, by_trigram)


def read_entities(engine: Engine, labels: Mapping[str, tuple[str, ...]]) -> dict[str, Entity]:
    """Return everything in a graph that has a name and a class.

    Args:
        engine: The graph.
        labels: The names of everything in it, see `read_names`.
    """
    documents = {g.value for (g,) in select(engine, _GRAPHS) if isinstance(g, NamedNode)}
    direct = _collect_pairs(engine, _CLASSES)
    above = _collect_pairs(engine, _SUPERCLASSES)
    descriptions = _collect_pairs(engine, _DESCRIPTIONS)
    entities = {}
    for iri, names in labels.items():
        classes = sorted(direct.get(iri, ()))
        if classes:
            entities[iri] = Entity(
                iri,
                names,
                classes=frozenset((*classes, *(top for c in classes for top in above.get(c, ())))),
                direct_classes=tuple(classes),
                description=min(descriptions.get(iri, ("",))),
                is_document=iri in documents,
                is_term=any(c.startswith(_SCHEMA_NAMESPACES) for c in classes),
            )
    return entities


def read_names(engine: Engine) -> dict[str, tuple[str, ...]]:
    """Return the names of everything in the graph, in order of preference."""
    ranks = {NamedNode(name): rank for rank, name in enumerate(NAMES)}
    ranked: dict[str, list[tuple[int, str]]] = defaultdict(list)
    query = bind_rows(_NAMED, ("property",), [(name,) for name in ranks])
    for thing, name_property, name in select(engine, query):
        if (
            isinstance(thing, NamedNode)
            and isinstance(name_property, NamedNode)
            and isinstance(name, Literal)
        ):
            ranked[thing.value].append((ranks[name_property], name.value))
    return {iri: tuple(dict.fromkeys(name for _, name in sorted(r))) for iri, r in ranked.items()}


def fold_words(name: str) -> tuple[str, ...]:
    """Return the words of a name without case, accents and punctuation; a rate in words."""
    spelled = name.casefold().replace("&", " and ")
    if "/" in spelled:
        spelled = _RATE.sub(lambda per: " per second" if per[1] else " per hour", spelled)
    decomposed = unicodedata.normalize("NFKD", spelled)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return tuple(_WORD.findall(_DOTTED.sub(lambda dotted: dotted[0].replace(".", ""), bare)))


def strip_legal_form(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words without the legal forms at their end; the first word always stays."""
    end = len(words)
    while end > 1 and words[end - 1] in _LEGAL_FORMS:
        end -= 1
    return words[:end]


def similarity(first: str, second: str) -> float:
    """Return the similarity of two names, from 0 to 100.

    Only names with the same words in the same order score SAME or above.
    """
    if first == second:
        return IDENTICAL
    a, b = strip_legal_form(fold_words(first)), strip_legal_form(fold_words(second))
    if not a or not b:
        return 0.0
    if a == b or "".join(a) == "".join(b):
        return SAME
    ratio = fuzz.ratio(" ".join(a), " ".join(b)) / 100
    shared_words = len(set(a) & set(b)) / len(set(a) | set(b))
    best = max(ratio, (ratio + shared_words) / 2)
    shorter, longer = sorted((a, b), key=len)
    if longer[: len(shorter)] == shorter:  # possibly a short form of the same name
        best = max(best, (_SHORT_FORM_WEIGHT + ratio) / (_SHORT_FORM_WEIGHT + 1))
    return round(MOST_SIMILAR * best, 2) if best >= _LEAST_SIMILARITY else 0.0


def trigrams(name: str) -> set[str]:
    """Return the trigrams of the words of a name; a shorter word counts as one."""
    found: set[str] = set()
    for word in fold_words(name):
        padded = f" {word}"
        found.update(padded[i : i + _GRAM] for i in range(max(1, len(padded) - _GRAM + 1)))
    return found


def _collect_pairs(engine: Engine, query: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for first, second in select(engine, query):
        if isinstance(first, NamedNode) and isinstance(second, NamedNode | Literal):
            found[first.value].add(second.value)
    return found
