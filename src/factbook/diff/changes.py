"""What can have changed between two states of a book."""

from __future__ import annotations

from dataclasses import dataclass

ADDED, REMOVED, REVISED = "added", "removed", "revised"


@dataclass(frozen=True)
class Name:
    """An IRI, its short form and what people call it."""

    iri: str
    short: str
    label: str


@dataclass(frozen=True)
class ThingChange:
    """A thing that is new or gone."""

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
    """A statement or a figure that a source makes now and did not, or the other way round."""

    change: str
    about: Name
    what: Name
    """The property or the measure."""
    when: str
    old: str
    new: str
    words: tuple[str, ...]
    """What limits or grades a figure that is new or gone."""
    details: tuple[Detail, ...]
    """What else differs in a figure that was revised."""
    source: Name


@dataclass(frozen=True)
class TermChange:
    """A term of the ontology that is new, gone or says something else."""

    change: str
    term: Name
    kind: str
    details: tuple[Detail, ...]
    is_breaking: bool
    """Whether a query, a file or a conclusion that was right may be wrong now."""


@dataclass(frozen=True)
class AnswerChange:
    """A stored query that is new, gone, takes other parameters or gives other rows."""

    change: str
    query: str
    arguments: str
    """What it was asked with, such as '--thing x', or nothing."""
    added: tuple[tuple[str, ...], ...]
    removed: tuple[tuple[str, ...], ...]
    note: str
    is_breaking: bool


@dataclass(frozen=True)
class Differences:
    """All that changed."""

    things: tuple[ThingChange, ...]
    facts: tuple[FactChange, ...]
    terms: tuple[TermChange, ...]
    answers: tuple[AnswerChange, ...]

    def __bool__(self) -> bool:
        return bool(self.things or self.facts or self.terms or self.answers)
