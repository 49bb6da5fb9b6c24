"""Write a page as Markdown, its citations as footnotes (GitHub's form)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factbook.rdf.terms import is_iri
from factbook.render.markup import escape_markdown as escape
from factbook.show.wording import (
    SECTIONS,
    by_sources,
    counts,
    headed,
    host_of,
    reference_address,
    reference_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from factbook.show.page import Cited, Event, Figure, FigureGroup, Line, Page, Reference

_WEB = ("http://", "https://")


def as_markdown(page: Page) -> str:
    """Return a page as Markdown."""
    return "\n".join(_page(page)) + "\n"


def _page(page: Page) -> Iterator[str]:
    yield f"# {escape(page.title.text)}{_notes(page.title.sources)}"
    yield ""
    yield " · ".join(filter(None, (_values(page.kinds), f"`{page.curie}`")))
    if page.aliases:
        yield ""
        yield f"Also called {_values(page.aliases)}."
    said = counts(page)
    if said:
        yield ""
        yield f"{said}."
    for text in page.texts:
        yield ""
        yield escape(text.text) + _notes(text.sources)
    for line in page.notes:
        yield ""
        yield f"{escape(headed(line.label))}: {_values(line.values)}"
    for heading, body in _sections(page):
        if body:
            yield ""
            yield f"## {SECTIONS[heading]}"
            yield ""
            yield from body
    if page.sources:
        yield ""
        yield f"## {SECTIONS['sources']}"
        yield ""
        yield from map(_reference, page.sources)


def _sections(page: Page) -> Iterator[tuple[str, list[str]]]:
    yield "facts", _lines(page.facts)
    yield "figures", _figures(page.figures)
    yield "events", [line for event in page.events for line in _event(event)]
    yield "relations", _lines(page.relations)
    yield "pointing_here", _lines(page.pointing_here)
    yield "below", _lines(page.below)
    yield "further_figures", _figures(page.further_figures)
    yield (
        "said",
        [
            line
            for name, lines in page.said
            for line in (
                f"- {escape(name.text)}",
                *(f"  {each}" for each in _lines(lines)),
            )
        ],
    )
    yield "links", _lines(page.links)
    yield "identifiers", _lines(page.identifiers)


def _lines(lines: Sequence[Line]) -> list[str]:
    return [f"- {escape(line.label)}: {_values(line.values)}" for line in lines]


def _figures(groups: Sequence[FigureGroup]) -> list[str]:
    if not groups:
        return []
    rows = ["| figure | when | value |", "| --- | --- | --- |"]
    for group in groups:
        label = escape(group.label)
        for figure in group.figures:
            rows.append(f"| {label} | {escape(figure.when)} | {_figure(figure)} |")
            label = ""
    return rows


def _figure(figure: Figure) -> str:
    said = escape(", ".join((figure.text, *figure.words)))
    said += "".join(f" ({escape(each)})" for each in figure.conditions)
    said += "".join(f", also at {_link(host_of(each), each)}" for each in figure.also)
    return said + _notes(figure.sources)


def _event(event: Event) -> Iterator[str]:
    titles = event.titles or ()
    name = escape(event.name.text)
    named = [each for each in titles if each.text == event.name.text]
    rest = [each for each in titles if each.text != event.name.text]
    noted = _notes(tuple(sorted({number for each in named for number in each.sources})))
    said = f": {_values(rest)}" if rest else ""
    yield f"- {escape(event.when)} **{name}**{noted}{said}"
    for line in event.lines:
        yield f"  - {escape(line.label)}: {_values(line.values)}"
    for group in event.amounts:
        for figure in group.figures:
            when = "" if figure.when in {event.when, "undated"} else f"{escape(figure.when)}: "
            yield f"  - {escape(group.label)}: {when}{_figure(figure)}"


def _values(values: Iterable[Cited]) -> str:
    return "; ".join(
        ", ".join(map(_value, alike)) + _notes(sources) for sources, alike in by_sources(values)
    )


def _value(value: Cited) -> str:
    if value.iri is not None and value.text == value.iri and value.iri.startswith(_WEB):
        return f"<{value.iri}>" if is_iri(value.iri) else escape(value.text)
    return escape(value.text)


def _reference(reference: Reference) -> str:
    address = reference_address(reference)
    shown = (
        (f"<{address}>" if address.startswith(_WEB) and is_iri(address) else f"`{address}`")
        if address
        else ""
    )
    return f"[^{reference.number}]: {escape(reference_words(reference))} {shown}".rstrip()


def _link(text: str, address: str) -> str:
    target = address.replace("(", "%28").replace(")", "%29")
    return f"[{escape(text)}]({target})" if is_iri(address) else escape(address)


def _notes(sources: Sequence[int]) -> str:
    return "".join(f"[^{number}]" for number in sources)
