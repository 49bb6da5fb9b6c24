"""Count a graph for VoID: triples, things, and both by class and by property."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from factbook.export.catalog_terms import (
    VOID,
    count_triple,
    local_iri,
    short_word,
    triple,
    type_triple,
)
from factbook.export.quads import TYPE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from pyoxigraph import Quad, Triple

    from factbook.rdf.terms import Term


def count_statements(
    dataset: NamedNode, triples: Collection[Quad], prefixes: Mapping[str, str]
) -> Iterator[Triple]:
    """Yield the counts of a data set as a whole, by class and by property.

    Args:
        dataset: The data set.
        triples: Its distinct statements.
        prefixes: The prefixes for the names of partitions.
    """
    classes: dict[Term, set[Term]] = {}
    properties: dict[NamedNode, tuple[set[Term], set[Term]]] = {}
    of_property: Counter[NamedNode] = Counter()
    of_subject: Counter[Term] = Counter()
    for quad in triples:
        if quad.predicate == TYPE:
            classes.setdefault(quad.object, set()).add(quad.subject)
        subjects, objects = properties.setdefault(quad.predicate, (set(), set()))
        subjects.add(quad.subject)
        objects.add(quad.object)
        of_property[quad.predicate] += 1
        of_subject[quad.subject] += 1
    things = {
        thing
        for instances in classes.values()
        for thing in instances
        if isinstance(thing, NamedNode)
    }
    yield count_triple(dataset, f"{VOID}triples", len(triples))
    yield count_triple(dataset, f"{VOID}entities", len(things))
    yield count_triple(dataset, f"{VOID}classes", len(classes))
    yield count_triple(dataset, f"{VOID}properties", len(properties))
    yield count_triple(dataset, f"{VOID}distinctSubjects", len(of_subject))
    yield count_triple(dataset, f"{VOID}distinctObjects", len({quad.object for quad in triples}))
    for class_, instances in classes.items():
        if isinstance(class_, NamedNode):
            part = local_iri(dataset, "class", short_word(class_.value, prefixes))
            yield triple(dataset, f"{VOID}classPartition", part)
            yield type_triple(part, f"{VOID}Dataset")
            yield triple(part, f"{VOID}class", class_)
            yield count_triple(part, f"{VOID}entities", len(instances))
            yield count_triple(
                part, f"{VOID}triples", sum(of_subject[thing] for thing in instances)
            )
    for predicate, (subjects, objects) in properties.items():
        part = local_iri(dataset, "property", short_word(predicate.value, prefixes))
        yield triple(dataset, f"{VOID}propertyPartition", part)
        yield type_triple(part, f"{VOID}Dataset")
        yield triple(part, f"{VOID}property", predicate)
        yield count_triple(part, f"{VOID}triples", of_property[predicate])
        yield count_triple(part, f"{VOID}distinctSubjects", len(subjects))
        yield count_triple(part, f"{VOID}distinctObjects", len(objects))
