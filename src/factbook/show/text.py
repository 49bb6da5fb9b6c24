"""Write a page as text: for a terminal of any width, or without line breaks for a pipe."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from factbook.render.terminal import display_width, wrap
from factbook.show.wording import (
    FIRM,
    SECTIONS,
    cited_list,
    counts,
    figure_words,
    headed,
    marks,
    reference_address,
    reference_words,
    title_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from factbook.show.page import Event, FigureGroup, Line, Name, Page, Reference

_WIDEST = 100  # longer lines are hard to read
_NARROW = 60  # below it a label has a line of its own
_LABEL = 26  # the widest that a column of labels may be
_LEAST_ROOM = 12
_GAP = "  "
_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_MARKS = re.compile(rf"{FIRM}\[[0-9,{FIRM}]+\]")


def as_text(page: Page, *, width: int | None = None, style: bool = False) -> str:
    """Return a page as text.

    Args:
        page: The page.
        width: How many columns the terminal has; None for lines of any length.
        style: Whether to use the terminal's bold and dim faces.
    """
    writer = _Writer(None if width is None else min(width, _WIDEST), style=style)
    lines = (line.rstrip().replace(FIRM, " ") for line in writer.page(page))
    return "\n".join(lines) + "\n"


class _Writer:
    """Knows the width and the faces of the place that it writes for."""

    def __init__(self, width: int | None, *, style: bool) -> None:
        self._width = width
        self._style = style
        self._narrow = width is not None and width < _NARROW

    def page(self, page: Page) -> Iterator[str]:
        """Yield all lines."""
        for part in self._hung("", page.title.text + marks(page.title.sources)):
            yield self._bold(part)
        yield from self._hung("", " · ".join(filter(None, (cited_list(page.kinds), page.curie))))
        if page.aliases:
            yield from self._hung("also called ", cited_list(page.aliases), indent=_GAP)
        yield from self._hung("", counts(page))
        for text in page.texts:
            yield ""
            yield from self._hung("", text.text + marks(text.sources))
        for line in page.notes:
            yield ""
            yield from self._hung("", f"{headed(line.label)}: {cited_list(line.values)}")
        for heading, body in self._sections(page):
            if body:
                yield ""
                yield self._bold(heading)
                yield from body

    def _sections(self, page: Page) -> Iterator[tuple[str, list[str]]]:
        yield SECTIONS["facts"], list(self._lines(page.facts))
        yield SECTIONS["figures"], list(self._figures(page.figures))
        yield SECTIONS["events"], list(self._events(page.events))
        yield SECTIONS["relations"], list(self._lines(page.relations))
        yield SECTIONS["pointing_here"], list(self._lines(page.pointing_here, arrow="← "))
        yield SECTIONS["below"], list(self._lines(page.below))
        yield SECTIONS["further_figures"], list(self._figures(page.further_figures))
        yield SECTIONS["said"], list(self._said(page.said))
        yield SECTIONS["links"], list(self._lines(page.links))
        yield SECTIONS["identifiers"], list(self._lines(page.identifiers))
        yield SECTIONS["sources"], list(self._references(page.sources))

    def _lines(
        self, lines: Sequence[Line], *, arrow: str = "", indent: str = _GAP
    ) -> Iterator[str]:
        labels = [arrow + line.label for line in lines]
        margin = self._margin(labels)
        for label, line in zip(labels, lines, strict=True):
            yield from self._beside(label, margin, "", cited_list(line.values), indent)

    def _figures(self, groups: Sequence[FigureGroup]) -> Iterator[str]:
        margin = self._margin([group.label for group in groups])
        column = _widest(figure.when for group in groups for figure in group.figures)
        for group in groups:
            label = group.label
            for figure in group.figures:
                when = _padded(figure.when, 0 if self._narrow else column) + _GAP
                yield from self._beside(label, margin, when, figure_words(figure), _GAP)
                label = ""

    def _events(self, events: Sequence[Event]) -> Iterator[str]:
        column = 0 if self._narrow else _widest(event.when for event in events)
        inner = _GAP + " " * column + _GAP
        for event in events:
            head = _GAP + _padded(event.when, column) + _GAP
            yield from self._hung(head, title_words(event), indent=inner)
            for line in event.lines:
                words = f"{line.label}: {cited_list(line.values)}"
                yield from self._hung(inner, words, indent=inner + _GAP)
            for group in event.amounts:
                for figure in group.figures:
                    when = "" if figure.when in {event.when, "undated"} else f"{figure.when}: "
                    words = f"{group.label}: {when}{figure_words(figure)}"
                    yield from self._hung(inner, words, indent=inner + _GAP)

    def _said(self, said: Sequence[tuple[Name, tuple[Line, ...]]]) -> Iterator[str]:
        for name, lines in said:
            yield from self._hung(_GAP, name.text, indent=_GAP * 2)
            yield from self._lines(lines, indent=_GAP * 2)

    def _references(self, references: Sequence[Reference]) -> Iterator[str]:
        size = max((len(str(reference.number)) for reference in references), default=0) + 2
        for reference in references:
            head = f"{_GAP}{f'[{reference.number}]':>{size}} "
            words = f"{reference_words(reference)} {reference_address(reference)}".rstrip()
            yield from self._hung(head, words, indent=" " * len(head))

    def _margin(self, labels: Iterable[str]) -> int:
        """Return the width of a column of labels; a longer one gets a line of its own."""
        return 0 if self._narrow else _widest(labels, most=_LABEL)

    def _beside(self, label: str, margin: int, head: str, body: str, indent: str) -> Iterator[str]:
        """Yield a label with what stands beside it, or under it where there is no room."""
        lead = indent + " " * margin + _GAP
        if label and display_width(label) <= margin:
            lead = indent + _padded(label, margin) + _GAP
        elif label:
            yield from self._hung(indent, label, indent=indent + _GAP)
        hang = indent + " " * margin + _GAP + (_GAP if self._narrow else " " * display_width(head))
        yield from self._hung(lead + head, body, indent=hang)

    def _hung(self, head: str, body: str, *, indent: str = "") -> Iterator[str]:
        """Yield a text in lines, the first one behind the head, the others indented."""
        if self._width is None:
            yield self._dimmed(head + body)
            return
        room = self._width - display_width(head)
        for number, line in enumerate(_broken(body, room, self._width - len(indent))):
            yield self._dimmed((indent if number else head) + line)

    def _dimmed(self, line: str) -> str:
        return _MARKS.sub(lambda m: f"{_DIM}{m.group()}{_PLAIN}", line) if self._style else line

    def _bold(self, text: str) -> str:
        return f"{_BOLD}{text}{_PLAIN}" if self._style else text


def _broken(text: str, first: int, others: int) -> Iterator[str]:
    """Yield a text in lines of a width; an address is never broken, so that it can be followed."""
    line = ""
    room = max(first, _LEAST_ROOM)
    for word in text.split(" "):
        if line and display_width(line) + 1 + display_width(word) > room:
            yield line
            line, room = "", max(others, _LEAST_ROOM)
        if not line and display_width(word) > room and "://" not in word:
            *whole, word = wrap(word, room)  # noqa: PLW2901 - its end begins the next line
            yield from whole
        line = f"{line} {word}" if line else word
    yield line


def _widest(texts: Iterable[str], *, most: int | None = None) -> int:
    sizes = map(display_width, texts)
    return max((size for size in sizes if most is None or size <= most), default=0)


def _padded(text: str, size: int) -> str:
    return text + " " * max(0, size - display_width(text))
