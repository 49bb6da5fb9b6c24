"""Write a page as a whole HTML document, its citations as links to the list of sources."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from factbook.render.marks import mark_text
from factbook.render.markup import html_page
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

_STYLE = (
    "body{max-width:60rem;margin:2rem auto;padding:0 1rem;line-height:1.45}"
    "h1,h2{line-height:1.2}h2{margin-top:2rem}.dim{opacity:.7}sup a{text-decoration:none}"
    "td,th{vertical-align:top}sup{font-size:.7em;line-height:0}"
    "dl{display:grid;grid-template-columns:minmax(8rem,14rem) 1fr;"
    "gap:.3rem 1rem;margin:0}dd{margin:0}ul,ol{padding-left:1.5rem}li{margin:.3rem 0}"
    "dd,li,td{overflow-wrap:anywhere}"
)


def as_html(page: Page) -> str:
    """Return a page as HTML: texts of the book are escaped, and only web addresses are links."""
    return html_page(page.name.text, "\n".join(_page(page)) + "\n", _STYLE)


def _page(page: Page) -> Iterator[str]:
    yield f"<h1>{escape(page.name.text)}{_notes(page.name.sources)}</h1>"
    kinds = " · ".join(filter(None, (_values(page.types), f"<code>{escape(page.curie)}</code>")))
    yield f"<p>{kinds}</p>"
    if page.aliases:
        yield f"<p>Also called {_values(page.aliases)}.</p>"
    size = describe_size(page)
    if size:
        yield f"<p class=dim>{escape(size)}.</p>"
    for text in page.texts:
        yield f"<p>{escape(text.text)}{_notes(text.sources)}</p>"
    for line in page.notes:
        yield f"<p>{escape(capitalize_first(line.label))}: {_values(line.values)}</p>"
    for section, body in _sections(page).items():
        if body:
            yield f"<h2>{escape(SECTIONS[section])}</h2>\n{body}"
    legend = explain_page_marks(page)
    if legend:
        yield f"<p class=dim>{escape(legend)}</p>"


def _sections(page: Page) -> dict[str, str]:
    return {
        "facts": _lines(page.facts),
        "figures": _figures(page.figures),
        "events": _list(_event(event) for event in page.events),
        "relations": _lines(page.relations),
        "pointing_here": _lines(page.pointing_here),
        "below": _lines(page.below),
        "further_figures": _figures(page.further_figures),
        "statements": _list(_subject(subject) for subject in page.statements),
        "links": _lines(page.links),
        "identifiers": _lines(page.identifiers),
        "sources": _references(page.sources),
    }


def _lines(lines: Sequence[Line]) -> str:
    entries = (f"<dt>{escape(each.label)}</dt><dd>{_values(each.values)}</dd>" for each in lines)
    return _inside("dl", entries)


def _list(entries: Iterable[str]) -> str:
    return _inside("ul", (f"<li>{entry}</li>" for entry in entries))


def _inside(tag: str, entries: Iterable[str]) -> str:
    body = "\n".join(entries)
    return f"<{tag}>\n{body}\n</{tag}>" if body else ""


def _figures(figures: Sequence[Figure]) -> str:
    rows, above = [], None
    for figure in figures:
        label = "" if figure.heading == above else escape(figure.heading)
        when = f"<td class=d>{escape(figure.when)}</td>"
        rows.append(f"<tr><th scope=row>{label}</th>{when}<td>{_figure(figure)}</td></tr>")
        above = figure.heading
    return _inside("table", rows)


def _figure(figure: Figure) -> str:
    said = escape(", ".join((mark_text(figure.text, figure.marks), *figure.words)))
    said += "".join(f" ({escape(each)})" for each in figure.conditions)
    said += "".join(f", also at {_link(host_of(each), each)}" for each in figure.also)
    return said + _notes(figure.sources)


def _event(event: Event) -> str:
    notes = _notes(event.name_sources)
    details = f": {_values(event.details)}" if event.details else ""
    lines = [f"{escape(line.label)}: {_values(line.values)}" for line in event.lines]
    lines += [
        f"{escape(each.heading)}: {escape(date_prefix(each, event))}{_figure(each)}"
        for each in event.amounts
    ]
    head = f"{escape(event.when)} <strong>{escape(event.name)}</strong>{notes}{details}"
    return head + _list(lines)


def _subject(subject: Subject) -> str:
    return escape(subject.about.label) + _lines(subject.lines)


def _values(values: Iterable[Cited]) -> str:
    return "; ".join(
        ", ".join(map(_value, alike)) + _notes(sources)
        for sources, alike in group_by_sources(values)
    )


def _value(value: Cited) -> str:
    is_address = value.iri is not None and value.text == value.iri
    return _link(value.text, value.text) if is_address else escape(value.text)


def _references(references: Sequence[Reference]) -> str:
    return _inside("ol", map(_reference, references))


def _reference(reference: Reference) -> str:
    address = address_of(reference)
    shown = f" {_link(address, address)}" if address else ""
    entry = escape(describe_reference(reference))
    return f"<li id=source-{reference.number} value={reference.number}>{entry}{shown}</li>"


def _link(text: str, address: str) -> str:
    """Return a link to a page of the web; any other address, such as javascript:, is only text."""
    if not is_web_address(address):
        return escape(text)
    return f'<a rel="noreferrer nofollow" href="{escape(address)}">{escape(text)}</a>'


def _notes(sources: Sequence[int]) -> str:
    links = ", ".join(f"<a href=#source-{number}>{number}</a>" for number in sources)
    return f"<sup>{links}</sup>" if links else ""
