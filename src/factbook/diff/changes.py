"""The changes between two states of a book."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from factbook.rdf.terms import is_iri
from factbook.render.humanize import make_printable

if TYPE_CHECKING:
    from factbook.render.labels import Labels

ADDED, REMOVED, REVISED, WITHDRAWN = "added", "removed", "revised", "withdrawn"


@dataclass(frozen=True)
class Name:
    """An IRI, its short form and its label."""

    iri: str
    short: str
    label: str


@dataclass(frozen=True)
class ThingChange:
    """A thing that was added or removed."""

    change: str
    thing: Name
    kind: str


@dataclass(frozen=True)
class Detail:
    """A property whose values differ."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class FactChange:
    """A statement or a figure of one source that was added, removed, revised or withdrawn."""

    change: str
    about: Name
    what: Name
    """The property or the measure."""
    when: str
    old: str
    new: str
    words: tuple[str, ...]
    """The qualifiers of a figure that was added or removed."""
    details: tuple[Detail, ...]
    """The other properties that differ in a revised figure."""
    source: Name


@dataclass(frozen=True)
class TermChange:
    """A term of the ontology that was added, removed or revised."""

    change: str
    term: Name
    kind: str
    details: tuple[Detail, ...]
    is_breaking: bool
    """Whether a query, a file or an inference that was valid may be wrong now."""


@dataclass(frozen=True)
class QueryChange:
    """A stored query that was added or removed, or whose parameters or rows changed."""

    change: str
    query: str
    arguments: str
    """The arguments of the run, such as '--thing x'."""
    added: tuple[tuple[str, ...], ...] = ()
    removed: tuple[tuple[str, ...], ...] = ()
    note: str = ""
    is_breaking: bool = False


@dataclass(frozen=True)
class Differences:
    """All changes."""

    things: tuple[ThingChange, ...]
    facts: tuple[FactChange, ...]
    terms: tuple[TermChange, ...]
    queries: tuple[QueryChange, ...]

    def __bool__(self) -> bool:
        return bool(self.things or self.facts or self.terms or self.queries)


def name_of(iri: str, labels: Labels) -> Name:
    """Return the names of a thing."""
    return Name(iri, make_printable(labels.short(iri)), labels.of(iri))


def name_of_property(iri: str, labels: Labels) -> Name:
    """Return the names of a property or class; without a label, the words in its IRI."""
    return Name(iri, make_printable(labels.short(iri)), labels.of_property(iri))


def name_of_source(graph: str, labels: Labels) -> Name:
    """Return the names of a source; empty for a file that names no source."""
    return name_of(graph, labels) if is_iri(graph) else Name("", "", "")
