"""The words of a page that text and Markdown share."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from factbook.show.page import Cited, Event, Figure, FigureGroup, Page, Reference

FIRM = "\u00a0"  # a space at which no line is broken: a citation stays with its fact
SECTIONS = {
    "facts": "Facts",
    "figures": "Figures",
    "events": "Events",
    "relations": "Relations",
    "pointing_here": "Pointing here",
    "below": "Below it",
    "further_figures": "Figures elsewhere",
    "said": "Statements",
    "links": "Links",
    "identifiers": "Identifiers",
    "sources": "Sources",
}


def marks(sources: Sequence[int]) -> str:
    """Return the citation of some sources, such as ' [2, 5]'."""
    return f"{FIRM}[{f',{FIRM}'.join(map(str, sources))}]" if sources else ""


def by_sources(values: Iterable[Cited]) -> list[tuple[tuple[int, ...], list[Cited]]]:
    """Return values with those together that the same sources give."""
    found: dict[tuple[int, ...], list[Cited]] = {}
    for value in values:
        found.setdefault(value.sources, []).append(value)
    return list(found.items())


def cited_list(values: Iterable[Cited]) -> str:
    """Return values with their citations; those of the same sources share one."""
    return "; ".join(
        ", ".join(value.text for value in alike) + marks(sources)
        for sources, alike in by_sources(values)
    )


def figure_words(figure: Figure) -> str:
    """Return a figure with all that limits it and its citation."""
    hosts = ", ".join(dict.fromkeys(map(host_of, figure.also)))
    conditions = "".join(f" ({each})" for each in figure.conditions)
    also = f", also at {hosts}" if hosts else ""
    return ", ".join((figure.text, *figure.words)) + conditions + also + marks(figure.sources)


def title_words(event: Event) -> str:
    """Return an event's name, and what sort of event it is and how far it has come."""
    first, *rest = event.titles or (None,)
    if first is None or first.text != event.name.text:
        return ": ".join(filter(None, (event.name.text, cited_list(event.titles))))
    if all(each.sources == first.sources for each in rest):
        said = ", ".join(each.text for each in rest)
        return ": ".join(filter(None, (first.text, said))) + marks(first.sources)
    return f"{first.text}{marks(first.sources)}: {cited_list(rest)}"


def headed(label: str) -> str:
    """Return a label as the beginning of a sentence."""
    return label[:1].upper() + label[1:]


def host_of(address: str) -> str:
    """Return the part of an address that a reader recognises."""
    return urlsplit(address).netloc.removeprefix("www.") or address


def reference_words(reference: Reference) -> str:
    """Return a source as a list of references has it, all but its address."""
    if reference.is_file:
        return f"{reference.title}, a file of this book"
    made = ", ".join(filter(None, (reference.publisher, reference.date)))
    remarks = (
        "date inferred" if reference.is_inferred else "",
        reference.evidence,
        "a lead" if reference.is_lead else "",
    )
    seen = ", ".join(filter(None, remarks))
    said = f"{reference.title.rstrip('.')}. {made}"
    return f"{said} ({seen})." if seen else f"{said}."


def reference_address(reference: Reference) -> str:
    """Return where a source can be looked up: on the web, or else in the book."""
    if reference.is_file:
        return ""
    return reference.address or reference.source.text


def counts(page: Page) -> str:
    """Return how much there is on a page."""
    numbers = {
        "figure": _figures(page.figures) + _figures(page.further_figures),
        "event": len(page.events),
        "relation": sum(
            len(line.values) for line in (*page.relations, *page.pointing_here, *page.below)
        ),
        "source": len([each for each in page.sources if not each.is_file]),
    }
    return ", ".join(
        f"{number} {word}{'' if number == 1 else 's'}" for word, number in numbers.items() if number
    )


def _figures(groups: Sequence[FigureGroup]) -> int:
    return sum(len(group.figures) for group in groups)
