"""What a page about one thing consists of, and the words that its text and Markdown share."""

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
    """A text of the page with the numbers of the sources that say it."""

    text: str
    iri: str | None = None
    """The thing that the text names, or the address that it is."""
    sources: tuple[int, ...] = ()


@dataclass(frozen=True)
class Line:
    """A property with its values."""

    label: str
    values: tuple[Cited, ...]


@dataclass(frozen=True)
class Subject:
    """A thing with the lines that a source has on it."""

    about: Name
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Figure:
    """A number as its sources give it; sources that agree in every word share one figure."""

    heading: str
    about: Name
    measure: Name
    text: str
    """The number with its precision and unit, or why there is none."""
    value: int | float | str | None
    """A text only where a JSON number would lose digits."""
    least: int | float | str | None
    most: int | float | str | None
    unit: Name | None
    date: str | None
    when: str
    """The date or period in words."""
    words: tuple[str, ...]
    """What limits or grades the number, in the labels of concepts."""
    conditions: tuple[str, ...]
    """What else limits it, in the words of the source."""
    also: tuple[str, ...]
    """Addresses of further pages that have it."""
    observations: tuple[str, ...]
    sources: tuple[int, ...]
    marks: tuple[str, ...] = ()
    """The names of the marks that stand behind the number."""


@dataclass(frozen=True)
class Event:
    """Something that happened, as its sources tell it."""

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
        named = (each.sources for each in self.titles if each.text == self.name)
        return sorted({number for sources in named for number in sources})

    @property
    def details(self) -> list[Cited]:
        """Its kind, its stage and its standing."""
        return [each for each in self.titles if each.text != self.name]


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
    """The names of the marks that stand behind the title."""


@dataclass(frozen=True)
class Page:
    """All that the graph has on one thing, in reading order."""

    iri: str
    curie: str
    name: Cited
    types: tuple[Cited, ...]
    aliases: tuple[Cited, ...]
    texts: tuple[Cited, ...]
    notes: tuple[Line, ...]
    facts: tuple[Line, ...]
    figures: tuple[Figure, ...]
    """The thing's own, or those of the measure or the source that it is."""
    events: tuple[Event, ...]
    relations: tuple[Line, ...]
    pointing_here: tuple[Line, ...]
    below: tuple[Line, ...]
    """What points to narrower concepts of this one."""
    further_figures: tuple[Figure, ...]
    """Figures of other things that are linked to this one."""
    statements: tuple[Subject, ...]
    """What a source says about other things."""
    links: tuple[Line, ...]
    identifiers: tuple[Line, ...]
    sources: tuple[Reference, ...]
    asof: str | None = None
    """The day after which figures and events are left out."""


def keep_measure(page: Page, measure: str, names: Names) -> Page:
    """Return a page with nothing but the figures of one measure, and their sources.

    Args:
        page: The page of a thing.
        measure: The IRI, the CURIE or a name of the measure, or the words in its IRI.
        names: The names of the book.

    Raises:
        UsageError: There is no such figure; the message says what there is instead.
    """
    amounts = [amount for event in page.events for amount in event.amounts]
    every: list[Figure] = [*page.figures, *page.further_figures, *amounts]
    wanted = measure.casefold()
    iris = {each.value for each in names.find_by_name(measure, None)}
    iris.add(value_of(names.parse_iri(measure)))
    found = [f for f in every if f.measure.iri in iris or wanted in _names_of_measure(f)]
    if not found:
        known = sorted({each.measure.label for each in every})
        longer = [label for label in known if wanted in label.casefold()]
        has = f"It has: {', '.join(known)}." if known else "It has no figures of it at all."
        raise UsageError(
            f"The graph states no {measure} of {page.name.text}."
            f"{did_you_mean(measure, longer or known)} {has}"
        )
    cited = {number for each in found for number in each.sources} | {*page.name.sources}
    cited |= {number for each in page.types for number in each.sources}
    return replace(
        page,
        aliases=(),
        texts=(),
        notes=(),
        facts=(),
        figures=tuple(found),
        events=(),
        relations=(),
        pointing_here=(),
        below=(),
        further_figures=(),
        statements=(),
        links=(),
        identifiers=(),
        sources=tuple(each for each in page.sources if each.number in cited),
    )


def _names_of_measure(figure: Figure) -> set[str]:
    iri = figure.measure.iri
    names = {iri, figure.measure.label, words_in_iri(iri).replace("-", " ")}
    return {name.casefold() for name in names}


def group_by_sources(values: Iterable[Cited]) -> list[tuple[tuple[int, ...], list[Cited]]]:
    """Return values grouped by the sources that give them."""
    found: dict[tuple[int, ...], list[Cited]] = {}
    for value in values:
        found.setdefault(value.sources, []).append(value)
    return list(found.items())


def describe_size(page: Page) -> str:
    """Return how many figures, events, relations and sources a page has."""
    related = (*page.relations, *page.pointing_here, *page.below)
    numbers = {
        "figure": len(page.figures) + len(page.further_figures),
        "event": len(page.events),
        "relation": sum(len(line.values) for line in related),
        "source": sum(not each.is_file for each in page.sources),
    }
    size = ", ".join(count_noun(number, noun) for noun, number in numbers.items() if number)
    return f"{size}; no figure or event after {format_date(page.asof)}" if page.asof else size


def explain_page_marks(page: Page) -> str:
    """Return the line that explains the marks of a page, or nothing without any."""
    amounts = [amount for event in page.events for amount in event.amounts]
    marked = [each.marks for each in (*page.figures, *page.further_figures, *amounts)]
    marked += [each.marks for each in page.sources]
    return explain_marks(name for marks in marked for name in marks)


def describe_reference(reference: Reference) -> str:
    """Return the entry of a source in the list of references, without its address."""
    if reference.is_file:
        return f"{reference.title}, a file of this book"
    published = ", ".join(filter(None, (reference.publisher, reference.date)))
    remarks = (
        "date inferred" if reference.is_date_inferred else "",
        reference.evidence,
        "a lead" if reference.is_lead else "",
    )
    seen = ", ".join(filter(None, remarks))
    title = mark_text(reference.title.rstrip("."), reference.marks)
    entry = f"{title}. {published}"
    return f"{entry} ({seen})." if seen else f"{entry}."


def address_of(reference: Reference) -> str:
    """Return where a source can be looked up: on the web, or else in the book."""
    return "" if reference.is_file else reference.address or reference.curie


def is_web_address(text: str) -> bool:
    """Tell whether a text can be a link to a page of the web; javascript: and the like cannot."""
    return text.startswith(("http://", "https://")) and is_iri(text)


def date_prefix(figure: Figure, event: Event) -> str:
    """Return the date of an event's amount, where it is not that of the event."""
    return "" if figure.when in {event.when, "undated"} else f"{figure.when}: "


def capitalize_first(label: str) -> str:
    """Return a label as the beginning of a sentence."""
    return label[:1].upper() + label[1:]


def host_of(address: str) -> str:
    """Return the host of an address, as readers know it."""
    return urlsplit(address).netloc.removeprefix("www.") or address
