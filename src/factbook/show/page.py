"""What a page consists of, whatever it is written as.

Named tuples, because a frozen dataclass takes a millisecond to make and a page is to be there in a
tenth of a second.
"""

from __future__ import annotations

from typing import NamedTuple


class Name(NamedTuple):
    """An IRI and what people call it."""

    iri: str
    text: str


class Cited(NamedTuple):
    """Something that the page says, with the numbers of the sources that say it."""

    text: str
    sources: tuple[int, ...] = ()
    iri: str | None = None
    """The thing that the text names, or the address that it is."""


class Line(NamedTuple):
    """A property with its values."""

    label: str
    values: tuple[Cited, ...]


class Figure(NamedTuple):
    """A number as its sources give it; sources that agree in every word share one figure."""

    iris: tuple[str, ...]
    about: Name
    measure: Name
    text: str
    """The number with its precision and unit, or why there is none."""
    when: str
    words: tuple[str, ...]
    """What limits or grades the number, in the words of concepts."""
    conditions: tuple[str, ...]
    """What else limits it, in words of its own."""
    also: tuple[str, ...]
    """Addresses of further pages that bear it."""
    date: str | None
    value: str | None
    least: str | None
    most: str | None
    unit: Name | None
    sources: tuple[int, ...]


class FigureGroup(NamedTuple):
    """Figures under one heading, the newest first."""

    label: str
    figures: tuple[Figure, ...]


class Event(NamedTuple):
    """Something that happened, as its sources tell it."""

    name: Name
    when: str
    date: str | None
    titles: tuple[Cited, ...]
    """Its name and kind, how far it has come and on what ground it rests."""
    lines: tuple[Line, ...]
    amounts: tuple[FigureGroup, ...]


class Reference(NamedTuple):
    """A source that the page cites."""

    number: int
    source: Name
    """Its IRI and CURIE."""
    title: str
    publisher: str = ""
    date: str = ""
    evidence: str = ""
    address: str = ""
    is_inferred: bool = False
    """Whether the date was worked out, not read."""
    is_lead: bool = False
    is_file: bool = False
    """Whether it is only a file of the book, and no document."""


class Page(NamedTuple):
    """All that the graph has on one thing, in the order in which it is read."""

    name: Name
    curie: str
    title: Cited
    kinds: tuple[Cited, ...]
    aliases: tuple[Cited, ...]
    texts: tuple[Cited, ...]
    notes: tuple[Line, ...]
    facts: tuple[Line, ...]
    figures: tuple[FigureGroup, ...]
    events: tuple[Event, ...]
    relations: tuple[Line, ...]
    pointing_here: tuple[Line, ...]
    below: tuple[Line, ...]
    """What points to the narrower concepts of this one."""
    further_figures: tuple[FigureGroup, ...]
    """Figures of other things that have to do with this one."""
    said: tuple[tuple[Name, tuple[Line, ...]], ...]
    """What a source says of other things."""
    links: tuple[Line, ...]
    identifiers: tuple[Line, ...]
    sources: tuple[Reference, ...]
