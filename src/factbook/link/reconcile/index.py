"""Everything in the graph that has a name and a class, ready to be looked up."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.link.reconcile.names import words
from factbook.query.names import NAMES
from factbook.rdf.terms import curie, expand, is_iri
from factbook.store.answers import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from factbook.store.answers import Engine

_PROPERTIES = " ".join(f"<{name}>" for name in NAMES)
_NAMED = f"""SELECT DISTINCT ?thing ?property ?name WHERE {{
  VALUES ?property {{ {_PROPERTIES} }} ?thing ?property ?name }}"""
_GRAPHS = "SELECT DISTINCT ?graph WHERE { GRAPH ?graph { ?s ?p ?o } }"
_CLASSES = "SELECT DISTINCT ?thing ?class WHERE { ?thing a ?class }"
_ABOVE = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?class ?above WHERE { ?class rdfs:subClassOf ?next ; rdfs:subClassOf+ ?above }"""
_DESCRIBED = """PREFIX schema: <https://schema.org/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?thing ?text WHERE { ?thing schema:description|skos:definition ?text }"""
_TERMS = ("http://www.w3.org/2002/07/owl#", "http://www.w3.org/ns/shacl#")
_GRAM = 3


@dataclass(frozen=True)
class Entity:
    """A thing that can be matched."""

    iri: str
    names: tuple[str, ...]
    """The best one first."""
    classes: frozenset[str]
    """Its classes, and all above them."""
    direct: tuple[str, ...]
    description: str = ""


@dataclass(frozen=True)
class Index:
    """The things of a graph, by IRI, by word and by the beginning of a name."""

    entities: Mapping[str, Entity]
    labels: Mapping[str, tuple[str, ...]]
    """What anything with a name is called, classes and properties too, the best name first."""
    prefixes: Mapping[str, str]
    _grams: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def candidates(self, asked: str) -> Iterator[Entity]:
        """Yield what shares enough with a name to be worth a comparison, in a stable order."""
        hits: Counter[str] = Counter()
        wanted = grams(asked)
        for gram in wanted:
            hits.update(self._grams.get(gram, ()))
        least = max(1, len(wanted) // 3)
        for iri in sorted(iri for iri, count in hits.items() if count >= least):
            yield self.entities[iri]

    def iri_of(self, given: str) -> str:
        """Return the IRI of an identifier, which may be a CURIE."""
        expanded = expand(given, self.prefixes)
        return expanded if expanded is not None and is_iri(expanded) else given

    def label(self, iri: str) -> str:
        """Return what to call something."""
        names = self.labels.get(iri)
        return names[0] if names else curie(iri, self.prefixes) or iri

    def names(self, iri: str) -> tuple[str, ...]:
        """Return all that something is called."""
        return self.labels.get(iri, ())


def index_of(engine: Engine, prefixes: Mapping[str, str]) -> Index:
    """Read the things of a graph."""
    order = {name: rank for rank, name in enumerate(NAMES)}
    named: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for thing, name_property, name in select(engine, _NAMED):
        if isinstance(thing, NamedNode) and isinstance(name, Literal):
            rank = order[name_property.value] if isinstance(name_property, NamedNode) else 0
            named[thing.value].append((rank, name.value))
    # What names a graph is a document about the others, and nobody looks for it in a table
    documents = {g.value for (g,) in select(engine, _GRAPHS) if isinstance(g, NamedNode)}
    direct = _pairs(engine, _CLASSES)
    above = _pairs(engine, _ABOVE)
    described = {thing: min(texts) for thing, texts in _pairs(engine, _DESCRIBED).items()}
    names = {iri: tuple(dict.fromkeys(n for _, n in sorted(all_))) for iri, all_ in named.items()}
    entities = {}
    for iri, own in names.items():
        classes = sorted(direct.get(iri, ()))
        if not classes or iri in documents or any(c.startswith(_TERMS) for c in classes):
            continue
        everything = {*classes, *(top for each in classes for top in above.get(each, ()))}
        entities[iri] = Entity(
            iri, own, frozenset(everything), tuple(classes), described.get(iri, "")
        )
    index = Index(entities, names, prefixes)
    for entity in entities.values():
        for gram in {gram for name in entity.names for gram in grams(name)}:
            index._grams[gram].add(entity.iri)  # noqa: SLF001 - it is being made here
    return index


def grams(name: str) -> set[str]:
    """Return the runs of three letters in the words of a name; short words stand whole."""
    found: set[str] = set()
    for word in words(name):
        padded = f" {word}"
        found.update(padded[i : i + _GRAM] for i in range(max(1, len(padded) - _GRAM + 1)))
    return found


def _pairs(engine: Engine, query: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for first, second in select(engine, query):
        if isinstance(first, NamedNode) and isinstance(second, NamedNode | Literal):
            found[first.value].add(second.value)
    return found


def in_order(iris: Iterable[str], index: Index) -> list[str]:
    """Return IRIs by their labels."""
    return sorted(iris, key=lambda iri: (index.label(iri).casefold(), iri))
