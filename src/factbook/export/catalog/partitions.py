"""Count a graph in the words of VoID: triples, things, and both by class and by property."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from factbook.export.catalog.names import VOID, count, is_a, part_of, said, word_for
from factbook.export.names import TYPE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from pyoxigraph import Quad, Triple

    from factbook.rdf.terms import Term


def partitions(
    dataset: NamedNode, triples: Collection[Quad], prefixes: Mapping[str, str]
) -> Iterator[Triple]:
    """Yield how much there is of what.

    Args:
        dataset: What is counted.
        triples: Each once.
        prefixes: To name the parts with.
    """
    classes: dict[Term, set[Term]] = {}
    properties: dict[NamedNode, tuple[set[Term], set[Term]]] = {}
    of_property: Counter[NamedNode] = Counter()
    of_subject: Counter[Term] = Counter()
    for triple in triples:
        if triple.predicate == TYPE:
            classes.setdefault(triple.object, set()).add(triple.subject)
        subjects, objects = properties.setdefault(triple.predicate, (set(), set()))
        subjects.add(triple.subject)
        objects.add(triple.object)
        of_property[triple.predicate] += 1
        of_subject[triple.subject] += 1
    things = {
        thing for found in classes.values() for thing in found if isinstance(thing, NamedNode)
    }
    yield count(dataset, f"{VOID}triples", len(triples))
    yield count(dataset, f"{VOID}entities", len(things))
    yield count(dataset, f"{VOID}classes", len(classes))
    yield count(dataset, f"{VOID}properties", len(properties))
    yield count(dataset, f"{VOID}distinctSubjects", len(of_subject))
    yield count(dataset, f"{VOID}distinctObjects", len({triple.object for triple in triples}))
    for class_, found in classes.items():
        if isinstance(class_, NamedNode):
            part = part_of(dataset, "class", word_for(class_.value, prefixes))
            yield said(dataset, f"{VOID}classPartition", part)
            yield is_a(part, f"{VOID}Dataset")
            yield said(part, f"{VOID}class", class_)
            yield count(part, f"{VOID}entities", len(found))
            yield count(part, f"{VOID}triples", sum(of_subject[thing] for thing in found))
    for predicate, (subjects, objects) in properties.items():
        part = part_of(dataset, "property", word_for(predicate.value, prefixes))
        yield said(dataset, f"{VOID}propertyPartition", part)
        yield is_a(part, f"{VOID}Dataset")
        yield said(part, f"{VOID}property", predicate)
        yield count(part, f"{VOID}triples", of_property[predicate])
        yield count(part, f"{VOID}distinctSubjects", len(subjects))
        yield count(part, f"{VOID}distinctObjects", len(objects))
