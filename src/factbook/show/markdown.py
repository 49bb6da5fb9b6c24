"""Write a page as Markdown, with citations as GitHub footnotes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factbook.render.marks import mark_text
from factbook.render.markup import escape_markdown as escape
from factbook.show.page import (
    SECTIONS,
    address_of,
    capitalize_first,
    date_prefix,
    describe_reference,
    describe_size,
    explain_page_marks,
    group_by_sources,
    host_of,
    is_web_address,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from factbook.show.page import Cited, Event, Figure, Line, Page, Reference, Subject


def as_markdown(page: Page) -> str:
    """Return a page as Markdown."""
    return "\n".join(_page(page)) + "\n"


def _page(page: Page) -> Iterator[str]:
    yield f"# {escape(page.name.text)}{_footnotes(page.name.sources)}"
    yield ""
    yield " · ".join(filter(None, (_values(page.types), f"`{page.curie}`")))
    if page.aliases:
        yield ""
        yield f"Also called {_values(page.aliases)}."
    size = describe_size(page)
    if size:
        yield ""
        yield f"{size}."
    for text in page.texts:
        yield ""
        yield escape(text.text) + _footnotes(text.sources)
    for line in page.notes:
        yield ""
        yield f"{escape(capitalize_first(line.label))}: {_values(line.values)}"
    for section, body in _sections(page).items():
        if body:
            yield ""
            yield f"## {SECTIONS[section]}"
            yield ""
            yield from body
    legend = explain_page_marks(page)
    if legend:
        yield ""
        yield escape(legend)


def _sections(page: Page) -> dict[str, list[str]]:
    return {
        "facts": _lines(page.facts),
        "figures": _figures(page.figures),
        "events": [line for event in page.events for line in _event(event)],
        "relations": _lines(page.relations),
        "pointing_here": _lines(page.pointing_here),
        "below": _lines(page.below),
        "further_figures": _figures(page.further_figures),
        "statements": [line for subject in page.statements for line in _subject(subject)],
        "links": _lines(page.links),
        "identifiers": _lines(page.identifiers),
        "sources": [_reference(reference) for reference in page.sources],
    }


def _lines(lines: Sequence[Line]) -> list[str]:
    return [f"- {escape(line.label)}: {_values(line.values)}" for line in lines]


def _subject(subject: Subject) -> list[str]:
    return [f"- {escape(subject.about.label)}", *(f"  {line}" for line in _lines(subject.lines))]


def _figures(figures: Sequence[Figure]) -> list[str]:
    if not figures:
        return []
    rows = ["| figure | when | value |", "| --- | --- | --- |"]
    above = None
    for figure in figures:
        label = "" if figure.heading == above else escape(figure.heading)
        rows.append(f"| {label} | {escape(figure.when)} | {_figure(figure)} |")
        above = figure.heading
    return rows


def _figure(figure: Figure) -> str:
    text = escape(", ".join((mark_text(figure.text, figure.marks), *figure.words)))
    text += "".join(f" ({escape(condition)})" for condition in figure.conditions)
    text += "".join(f", also at {_link(host_of(address), address)}" for address in figure.also)
    return text + _footnotes(figure.sources)


def _event(event: Event) -> Iterator[str]:
    details = f": {_values(event.details)}" if event.details else ""
    notes = _footnotes(event.name_sources)
    yield f"- {escape(event.when)} **{escape(event.name)}**{notes}{details}"
    for line in event.lines:
        yield f"  - {escape(line.label)}: {_values(line.values)}"
    for figure in event.amounts:
        when = escape(date_prefix(figure, event))
        yield f"  - {escape(figure.heading)}: {when}{_figure(figure)}"


def _values(values: Iterable[Cited]) -> str:
    return "; ".join(
        ", ".join(map(_value, alike)) + _footnotes(sources)
        for sources, alike in group_by_sources(values)
    )


def _value(value: Cited) -> str:
    is_address = value.text == value.iri and is_web_address(value.text)
    return f"<{value.text}>" if is_address else escape(value.text)


def _reference(reference: Reference) -> str:
    address = address_of(reference)
    shown = (f"<{address}>" if is_web_address(address) else f"`{address}`") if address else ""
    return f"[^{reference.number}]: {escape(describe_reference(reference))} {shown}".rstrip()


def _link(text: str, address: str) -> str:
    target = address.replace("(", "%28").replace(")", "%29")
    return f"[{escape(text)}]({target})" if is_web_address(address) else escape(address)


def _footnotes(sources: Sequence[int]) -> str:
    return "".join(f"[^{number}]" for number in sources)
