"""The parts of a page about one thing, and the wording that its text and Markdown share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from factbook.errors import UsageError, did_you_mean
from factbook.rdf.terms import is_iri, value_of
from factbook.render.humanize import count_noun, format_date, words_in_iri
from factbook.render.marks import explain_marks, mark_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from factbook.query.names import Names

SECTIONS = {
    "facts": "Facts",
    "figures": "Figures",
    "events": "Events",
    "relations": "Relations",
    "pointing_here": "Pointing here",
    "below": "Below it",
    "further_figures": "Figures elsewhere",
    "statements": "Statements",
    "links": "Links",
    "identifiers": "Identifiers",
    "sources": "Sources",
}


@dataclass(frozen=True)
class Name:
    """An IRI and its label."""

    iri: str
    label: str


@dataclass(frozen=True)
class Cited:
    """A text of the page with the numbers of its sources."""

    text: str
    iri: str | None = None
    """The thing that the text names, or the address."""
    sources: tuple[int, ...] = ()


@dataclass(frozen=True)
class Line:
    """A property with its values."""

    label: str
    values: tuple[Cited, ...]


@dataclass(frozen=True)
class Subject:
    """A thing with the lines that a source has about it."""

    about: Name
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Figure:
    """A number with its qualifiers; sources that agree in all of them share one figure."""

    heading: str
    about: Name
    measure: Name
    text: str
    """The number with its precision and unit, or why it is missing."""
    value: int | float | str | None
    """A string only if a JSON number would lose digits."""
    least: int | float | str | None
    most: int | float | str | None
    unit: Name | None
    date: str | None
    when: str
    """The date or period in words."""
    words: tuple[str, ...]
    """The qualifiers of the number, as labels of concepts."""
    conditions: tuple[str, ...]
    """Further conditions, in the words of the source."""
    also: tuple[str, ...]
    """Addresses of further pages that state it."""
    observations: tuple[str, ...]
    sources: tuple[int, ...]
    marks: tuple[str, ...] = ()
    """The names of the marks after the number."""


@dataclass(frozen=True)
class Event:
    """An event with all that its sources state about it."""

    iri: str
    name: str
    date: str | None
    when: str
    titles: tuple[Cited, ...]
    """Its name, its kind, its stage and its standing."""
    lines: tuple[Line, ...]
    amounts: tuple[Figure, ...]

    @property
    def name_sources(self) -> list[int]:
        """The numbers of the sources that give its name."""
        named = (title.sources for title in self.titles if title.text == self.name)
        return sorted({number for sources in named for number in sources})

    @property
    def details(self) -> list[Cited]:
        """Its kind, its stage and its standing."""
        return [title for title in self.titles if title.text != self.name]


@dataclass(frozen=True)
class Reference:
    """A source that the page cites."""

    number: int
    iri: str
    curie: str
    title: str
    publisher: str = ""
    date: str = ""
    is_date_inferred: bool = False
    evidence: str = ""
    address: str = ""
    is_lead: bool = False
    is_file: bool = False
    """Whether it is only a file of the book, without a description of a document."""
    marks: tuple[str, ...] = ()
    """The names of the marks after the title."""


@dataclass(frozen=True)
class Page:
    """Everything in the graph about one thing, in reading order."""

    iri: str
    curie: str
    name: Cited
    types: tuple[Cited, ...]
    aliases: tuple[Cited, ...]
    texts: tuple[Cited, ...]
    notes: tuple[Line, ...]
    facts: tuple[Line, ...]
    figures: tuple[Figure, ...]
    """The figures about the thing, or all figures of a measure or a source."""
    events: tuple[Event, ...]
    relations: tuple[Line, ...]
    pointing_here: tuple[Line, ...]
    below: tuple[Line, ...]
    """The things that point to narrower concepts of this one."""
    further_figures: tuple[Figure, ...]
    """Figures of other things that are linked to this one."""
    statements: tuple[Subject, ...]
    """What a source states about other things."""
    links: tuple[Line, ...]
    identifiers: tuple[Line, ...]
    sources: tuple[Reference, ...]
    asof: str | None = None
    """The day after which figures and events are left out."""


def keep_measure(page: Page, measure: str, names: Names) -> Page:
    """Return a page with only the figures of one measure, and their sources.

    Args:
        page: The page of a thing.
        measure: The IRI, the CURIE or a name of the measure, or the words in its IRI.
        names: The names of the book.

    Raises:
        UsageError: There is no such figure; the message lists the measures of the page.
    """
    amounts = [amount for event in page.events for amount in event.amounts]
    every: list[Figure] = [*page.figures, *page.further_figures, *amounts]
    key = measure.casefold()
    iris = {match.value for match in names.find_by_name(measure, None)}
    iris.add(value_of(names.parse_iri(measure)))
    figures = [f for f in every if f.measure.iri in iris or key in _names_of_measure(f)]
    if not figures:
        measures = sorted({figure.measure.label for figure in every})
        longer = [label for label in measures if key in label.casefold()]
        has = f"It has: {', '.join(measures)}." if measures else "It has no figures of it at all."
        raise UsageError(
            f"The graph states no {measure} of {page.name.text}."
            f"{did_you_mean(measure, longer or measures)} {has}"
        )
    cited = {number for figure in figures for number in figure.sources} | {*page.name.sources}
    cited |= {number for type_ in page.types for number in type_.sources}
    return replace(
        page,
        aliases=(),
        texts=(),
        notes=(),
        facts=(),
        figures=tuple(figures),
        events=(),
        relations=(),
        pointing_here=(),
        below=(),
        further_figures=(),
        statements=(),
        links=(),
        identifiers=(),
        sources=tuple(source for source in page.sources if source.number in cited),
    )


def _names_of_measure(figure: Figure) -> set[str]:
    iri = figure.measure.iri
    names = {iri, figure.measure.label, words_in_iri(iri).replace("-", " ")}
    return {name.casefold() for name in names}


def group_by_sources(values: Iterable[Cited]) -> list[tuple[tuple[int, ...], list[Cited]]]:
    """Return values grouped by the sources that give them."""
    groups: dict[tuple[int, ...], list[Cited]] = {}
    for value in values:
        groups.setdefault(value.sources, []).append(value)
    return list(groups.items())


def describe_size(page: Page) -> str:
    """Return how many figures, events, relations and sources a page has."""
    related = (*page.relations, *page.pointing_here, *page.below)
    numbers = {
        "figure": len(page.figures) + len(page.further_figures),
        "event": len(page.events),
        "relation": sum(len(line.values) for line in related),
        "source": sum(not source.is_file for source in page.sources),
    }
    size = ", ".join(count_noun(number, noun) for noun, number in numbers.items() if number)
    return f"{size}; no figure or event after {format_date(page.asof)}" if page.asof else size


def explain_page_marks(page: Page) -> str:
    """Return the line that explains the marks of a page; empty if it has none."""
    amounts = [amount for event in page.events for amount in event.amounts]
    marked = [figure.marks for figure in (*page.figures, *page.further_figures, *amounts)]
    marked += [source.marks for source in page.sources]
    return explain_marks(name for marks in marked for name in marks)


def describe_reference(reference: Reference) -> str:
    """Return the entry of a source in the list of sources, without its address."""
    if reference.is_file:
        return f"{reference.title}, a file of this book"
    published = ", ".join(filter(None, (reference.publisher, reference.date)))
    remarks = (
        "date inferred" if reference.is_date_inferred else "",
        reference.evidence,
        "a lead" if reference.is_lead else "",
    )
    remark_text = ", ".join(filter(None, remarks))
    title = mark_text(reference.title.rstrip("."), reference.marks)
    entry = f"{title}. {published}"
    return f"{entry} ({remark_text})." if remark_text else f"{entry}."


def address_of(reference: Reference) -> str:
    """Return the address of a source: on the web, or else in the book."""
    return "" if reference.is_file else reference.address or reference.curie


def is_web_address(text: str) -> bool:
    """Tell whether a text is an http or https address, and so safe as a link."""
    return text.startswith(("http://", "https://")) and is_iri(text)


def date_prefix(figure: Figure, event: Event) -> str:
    """Return the date of an event's amount, if it differs from that of the event."""
    return "" if figure.when in {event.when, "undated"} else f"{figure.when}: "


def capitalize_first(label: str) -> str:
    """Return a label with a capital first letter."""
    return label[:1].upper() + label[1:]


def host_of(address: str) -> str:
    """Return the host of an address without 'www.'."""
    return urlsplit(address).netloc.removeprefix("www.") or address
