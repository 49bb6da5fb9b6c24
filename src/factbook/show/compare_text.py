"""Write a comparison as text: a line per statement, a column per thing."""

from __future__ import annotations

import io
from collections import Counter
from typing import TYPE_CHECKING

from factbook.render.cells import Cells
from factbook.render.markup import write_markdown
from factbook.render.terminal import display_width, wrap
from factbook.show.page import address_of, capitalize_first, describe_reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from factbook.show.compare import Cell, Comparison, Item, Row

_WIDTH = 100  # where there is no terminal
_WIDEST_LABEL, _SHARE_OF_LABEL = 26, 4
_LEAST_ROOM = 12
_GAP = "  "
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"
_APART = "Not comparable"
_MOST_APART = 4  # rows of a thing about the same
NOTHING = "\N{EN DASH}"


def comparison_as_text(
    comparison: Comparison, *, width: int | None = None, style: bool = False
) -> str:
    """Return a comparison as text.

    Args:
        comparison: The comparison.
        width: The width of the terminal.
        style: Whether to use bold text.
    """
    room = min(width or _WIDTH, _WIDTH)
    margin = min(_WIDEST_LABEL, room // _SHARE_OF_LABEL)
    size = len(comparison.things)
    column = max((room - margin - size * len(_GAP)) // size, _LEAST_ROOM)
    widths = [margin, *([column] * size)]

    def bold(text: str) -> str:
        return f"{_BOLD}{text}{_PLAIN}" if style else text

    def lines() -> Iterator[str]:
        names = [[""], *(wrap(thing.label, column) for thing in comparison.things)]
        yield from map(bold, _beside(names, widths))
        for title, body in _parts(comparison):
            yield ""
            yield bold(title)
            for row in body:
                if isinstance(row, str):
                    yield from wrap(row, room)
                else:
                    texts = [wrap(_label(row), margin), *(_lines(c, column) for c in row.cells)]
                    yield from _beside(texts, widths)
        if comparison.references:
            yield ""
            yield bold("Sources")
        for reference in comparison.references:
            head = f"[{reference.number}] "
            entry = f"{describe_reference(reference)} {address_of(reference)}".rstrip()
            first, *rest = wrap(entry, room - len(head), break_addresses=False)
            yield head + first
            yield from (" " * len(head) + line for line in rest)
        for note in comparison.notes:
            yield from ("", *wrap(note, room))

    return "".join(f"{line}\n" for line in lines())


def comparison_as_cells(comparison: Comparison) -> Cells:
    """Return a comparison as a table for Markdown and HTML, with its sources as notes."""
    empty = ("",) * len(comparison.things)
    rows: list[tuple[str, ...]] = []
    for title, body in _parts(comparison):
        rows.append((title.upper(), *empty))
        rows += [
            (row, *empty)
            if isinstance(row, str)
            else (_label(row), *("; ".join(_texts(cell)) for cell in row.cells))
            for row in body
        ]
    references = (
        f"[{reference.number}] {describe_reference(reference)} {address_of(reference)}".rstrip()
        for reference in comparison.references
    )
    return Cells(
        headings=("", *(thing.label for thing in comparison.things)),
        rows=rows,
        numeric=(False,) * (len(empty) + 1),
        notes=(*references, *comparison.notes),
    )


def comparison_as_markdown(comparison: Comparison) -> str:
    """Return a comparison as a table in Markdown, with its sources under it."""
    out = io.BytesIO()
    write_markdown(comparison_as_cells(comparison), out)
    return out.getvalue().decode()


def _parts(comparison: Comparison) -> Iterator[tuple[str, Sequence[Row | str]]]:
    """Yield each section with its rows, and last the rows that are not comparable, with reasons."""
    for section in comparison.sections:
        yield capitalize_first(section.title), section.rows
    apart: list[Row | str] = []
    for group in comparison.apart:
        apart += [f"{group.name.label}: not the same {' or '.join(group.differs)}"]
        shown = _choose(group.rows)
        apart += shown
        if len(shown) < len(group.rows):
            apart.append(f"and {len(group.rows) - len(shown):,} more rows of {group.name.label}")
    if apart:
        yield _APART, apart


def _choose(rows: Iterable[Row]) -> list[Row]:
    """Return the first rows of each thing, in their order."""
    shown_per_thing: Counter[int] = Counter()
    chosen = []
    for row in rows:
        owner = next(number for number, cell in enumerate(row.cells) if cell.items)
        shown_per_thing[owner] += 1
        if shown_per_thing[owner] <= _MOST_APART:
            chosen.append(row)
    return chosen


def _label(row: Row) -> str:
    return ", ".join((row.name.label, *row.basis))


def _texts(cell: Cell) -> list[str]:
    """Return the texts of a cell, one for each item."""
    if not cell.items:
        return [NOTHING]
    texts = [describe_item(item) for item in cell.items]
    if cell.is_range:
        return [
            texts[0],
            f"to {texts[1]}",
            *([f"of {cell.count}"] if cell.count > len(texts) else []),
        ]
    more = cell.count - len(texts)
    return [*texts, *([f"and {more:,} more"] if more else [])]


def describe_item(item: Item) -> str:
    """Return the text of an item: the amount, its date, its qualifiers and its sources."""
    text = ", ".join(filter(None, (item.text, item.when, *item.words)))
    return f"{text} [{','.join(map(str, item.sources))}]" if item.sources else text


def _lines(cell: Cell, width: int) -> list[str]:
    return [line for text in _texts(cell) for line in _hang(text, width)]


def _hang(text: str, width: int) -> Iterable[str]:
    first, *rest = wrap(text, width - 1, first=width)
    return (first, *(f" {line}" for line in rest))


def _beside(texts: Sequence[Sequence[str]], widths: Sequence[int]) -> Iterator[str]:
    for number in range(max(map(len, texts))):
        parts = [text[number] if number < len(text) else "" for text in texts]
        padded = (
            text + " " * (width - display_width(text))
            for text, width in zip(parts, widths, strict=True)
        )
        yield _GAP.join(padded).rstrip()
