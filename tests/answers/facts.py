"""Reads the files of a book into plain dictionaries, as the parser gives their quads."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import Literal, NamedNode, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

# The objects of each subject and predicate; of a literal its text.
Facts: TypeAlias = "dict[str, dict[str, list[str]]]"

BASE = "https://w3id.org/ai-infra/"
DEF = f"{BASE}def#"
QUDT = "http://qudt.org/schema/qudt/"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
SCHEMA = "https://schema.org/"
SUBCLASS = "http://www.w3.org/2000/01/rdf-schema#subClassOf"


def turtle_files(*folders: Path) -> Iterator[Path]:
    """Yield the Turtle files below some folders, without the examples of shapes."""
    for folder in folders:
        for path in sorted(folder.rglob("*.ttl")):
            if "examples" not in path.relative_to(folder).parts:
                yield path


def facts_of(path: Path) -> Facts:
    """Return what one file says."""
    found = empty()
    for quad in parse(path=str(path), base_iri=path.resolve().as_uri()):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
            found[quad.subject.value][quad.predicate.value].append(quad.object.value)
    return found


def empty() -> Facts:
    """Return facts to which others can be added."""
    return defaultdict(lambda: defaultdict(list))


def merged(files: Iterable[Facts]) -> Facts:
    """Return what some files say together."""
    found = empty()
    for facts in files:
        for subject, said in facts.items():
            for predicate, objects in said.items():
                found[subject][predicate] += objects
    return found


def one(facts: Facts, subject: str | None, predicate: str) -> str | None:
    """Return the one object of a subject and predicate."""
    return next(iter(facts.get(subject or "", {}).get(predicate, ())), None)
