"""Write a page as text, wrapped for a terminal or unwrapped for a pipe."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from factbook.render.marks import mark_text
from factbook.render.terminal import display_width, wrap
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
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from factbook.show.page import Cited, Event, Figure, Line, Page, Reference, Subject

_NBSP = "\u00a0"  # keeps a citation on the line of its fact
_WIDEST = 100  # longer lines are hard to read
_NARROW = 60  # below it a label has a line of its own
_LABEL = 26  # the maximum width of a column of labels
_LEAST_ROOM = 12
_GAP = "  "
_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_CITATION = re.compile(rf"{_NBSP}\[[0-9,{_NBSP}]+\]")


def as_text(page: Page, *, width: int | None = None, style: bool = False) -> str:
    """Return a page as text.

    Args:
        page: The page.
        width: The width of the terminal; None for lines of any length.
        style: Whether to use bold and dim text.
    """
    writer = _Writer(None if width is None else min(width, _WIDEST), style=style)
    lines = (line.rstrip().replace(_NBSP, " ") for line in writer.page(page))
    return "\n".join(lines) + "\n"


class _Writer:
    """Writes a page for a terminal of one width, with or without styles."""

    def __init__(self, width: int | None, *, style: bool) -> None:
        self._width = width
        self._style = style
        self._narrow = width is not None and width < _NARROW

    def page(self, page: Page) -> Iterator[str]:
        """Yield all lines."""
        for part in self._wrap_after("", page.name.text + _citation(page.name.sources)):
            yield self._bold(part)
        yield from self._wrap_after("", " · ".join(filter(None, (_cite(page.types), page.curie))))
        if page.aliases:
            yield from self._wrap_after("also called ", _cite(page.aliases), indent=_GAP)
        yield from self._wrap_after("", describe_size(page))
        for text in page.texts:
            yield ""
            yield from self._wrap_after("", text.text + _citation(text.sources))
        for line in page.notes:
            yield ""
            yield from self._wrap_after("", f"{capitalize_first(line.label)}: {_cite(line.values)}")
        for section, body in self._sections(page).items():
            lines = list(body)
            if lines:
                yield ""
                yield self._bold(SECTIONS[section])
                yield from lines
        legend = explain_page_marks(page)
        if legend:
            yield ""
            yield from self._wrap_after("", legend)

    def _sections(self, page: Page) -> dict[str, Iterator[str]]:
        return {
            "facts": self._lines(page.facts),
            "figures": self._figures(page.figures),
            "events": self._events(page.events),
            "relations": self._lines(page.relations),
            "pointing_here": self._lines(page.pointing_here, arrow="← "),
            "below": self._lines(page.below),
            "further_figures": self._figures(page.further_figures),
            "statements": self._subjects(page.statements),
            "links": self._lines(page.links),
            "identifiers": self._lines(page.identifiers),
            "sources": self._references(page.sources),
        }

    def _lines(
        self, lines: Sequence[Line], *, arrow: str = "", indent: str = _GAP
    ) -> Iterator[str]:
        labels = [arrow + line.label for line in lines]
        margin = self._margin(labels)
        for label, line in zip(labels, lines, strict=True):
            yield from self._put_beside(label, margin, "", _cite(line.values), indent)

    def _figures(self, figures: Sequence[Figure]) -> Iterator[str]:
        margin = self._margin([figure.heading for figure in figures])
        column = 0 if self._narrow else _max_width(figure.when for figure in figures)
        for heading, alike in groupby(figures, key=lambda figure: figure.heading):
            label = heading
            for figure in alike:
                when = _pad(figure.when, column) + _GAP
                yield from self._put_beside(label, margin, when, _describe_figure(figure), _GAP)
                label = ""

    def _events(self, events: Sequence[Event]) -> Iterator[str]:
        column = 0 if self._narrow else _max_width(event.when for event in events)
        inner = _GAP + " " * column + _GAP
        for event in events:
            head = _GAP + _pad(event.when, column) + _GAP
            yield from self._wrap_after(head, _describe_title(event), indent=inner)
            texts = [f"{line.label}: {_cite(line.values)}" for line in event.lines]
            texts += [
                f"{amount.heading}: {date_prefix(amount, event)}{_describe_figure(amount)}"
                for amount in event.amounts
            ]
            for text in texts:
                yield from self._wrap_after(inner, text, indent=inner + _GAP)

    def _subjects(self, subjects: Sequence[Subject]) -> Iterator[str]:
        for subject in subjects:
            yield from self._wrap_after(_GAP, subject.about.label, indent=_GAP * 2)
            yield from self._lines(subject.lines, indent=_GAP * 2)

    def _references(self, references: Sequence[Reference]) -> Iterator[str]:
        size = max((len(str(reference.number)) for reference in references), default=0) + 2
        for reference in references:
            head = f"{_GAP}{f'[{reference.number}]':>{size}} "
            entry = f"{describe_reference(reference)} {address_of(reference)}".rstrip()
            yield from self._wrap_after(head, entry, indent=" " * len(head))

    def _margin(self, labels: Iterable[str]) -> int:
        """Return the width of a column of labels; a longer one gets a line of its own."""
        return 0 if self._narrow else _max_width(labels, most=_LABEL)

    def _put_beside(
        self, label: str, margin: int, head: str, body: str, indent: str
    ) -> Iterator[str]:
        """Yield a label with its body beside it, or below it if the label is too long."""
        lead = indent + " " * margin + _GAP
        if label and display_width(label) <= margin:
            lead = indent + _pad(label, margin) + _GAP
        elif label:
            yield from self._wrap_after(indent, label, indent=indent + _GAP)
        hang = indent + " " * margin + _GAP + (_GAP if self._narrow else " " * display_width(head))
        yield from self._wrap_after(lead + head, body, indent=hang)

    def _wrap_after(self, head: str, body: str, *, indent: str = "") -> Iterator[str]:
        """Yield a body wrapped into lines: the first after the head, the others indented."""
        if self._width is None:
            yield self._dim_citations(head + body)
            return
        room = max(self._width - display_width(head), _LEAST_ROOM)
        below = max(self._width - len(indent), _LEAST_ROOM)
        lines = wrap(body, below, first=room, break_addresses=False)
        for number, line in enumerate(lines):
            yield self._dim_citations((indent if number else head) + line)

    def _dim_citations(self, line: str) -> str:
        return _CITATION.sub(lambda m: f"{_DIM}{m.group()}{_PLAIN}", line) if self._style else line

    def _bold(self, text: str) -> str:
        return f"{_BOLD}{text}{_PLAIN}" if self._style else text


def _citation(sources: Sequence[int]) -> str:
    """Return the citation of some sources, such as ' [2, 5]'."""
    return f"{_NBSP}[{f',{_NBSP}'.join(map(str, sources))}]" if sources else ""


def _cite(values: Iterable[Cited]) -> str:
    """Return values with their citations; values with the same sources share one."""
    return "; ".join(
        ", ".join(value.text for value in alike) + _citation(sources)
        for sources, alike in group_by_sources(values)
    )


def _describe_figure(figure: Figure) -> str:
    """Return a figure with its qualifiers and its citation."""
    hosts = ", ".join(dict.fromkeys(map(host_of, figure.also)))
    conditions = "".join(f" ({condition})" for condition in figure.conditions)
    also = f", also at {hosts}" if hosts else ""
    number = mark_text(figure.text, figure.marks)
    return ", ".join((number, *figure.words)) + conditions + also + _citation(figure.sources)


def _describe_title(event: Event) -> str:
    """Return an event's name, its kind, its stage and its standing."""
    first, *rest = event.titles or (None,)
    if first is None or first.text != event.name:
        return ": ".join(filter(None, (event.name, _cite(event.titles))))
    if all(title.sources == first.sources for title in rest):
        other_titles = ", ".join(title.text for title in rest)
        return ": ".join(filter(None, (first.text, other_titles))) + _citation(first.sources)
    return f"{first.text}{_citation(first.sources)}: {_cite(rest)}"


def _max_width(texts: Iterable[str], *, most: int | None = None) -> int:
    sizes = map(display_width, texts)
    return max((size for size in sizes if most is None or size <= most), default=0)


def _pad(text: str, size: int) -> str:
    return text + " " * max(0, size - display_width(text))
