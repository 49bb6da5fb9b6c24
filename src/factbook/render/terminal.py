"""Lay text out on a terminal: display widths, wrapping, and tables that fit its width."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from factbook.render.cells import Cells

_GAP = "  "
_NARROWEST = 10  # no text column gets narrower; rows become records instead
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


def draw_table(cells: Cells, *, width: int | None = None, bold: bool = False) -> str:
    """Return a table as text.

    Args:
        cells: The table.
        width: How many columns the terminal has; None for as many as it takes.
        bold: Whether to mark the headings with the terminal's bold face.
    """
    natural = [
        max(map(display_width, column)) for column in zip(cells.headings, *cells.rows, strict=True)
    ]
    widths = natural if width is None else fit_columns(natural, cells.numeric, width)
    if widths is None:
        return _records(cells, width or 0, bold=bold)
    lines = [_line(cells.headings, cells, widths, bold=bold)]
    lines.append(_GAP.join("─" * column for column in widths))
    for row in cells.rows:
        wrapped = [wrap(text, column) for text, column in zip(row, widths, strict=True)]
        for number in range(max(map(len, wrapped))):
            part = tuple(w[number] if number < len(w) else "" for w in wrapped)
            lines.append(_line(part, cells, widths))
    return "".join(f"{line}\n" for line in lines)


def fit_columns(natural: Sequence[int], numeric: Sequence[bool], width: int) -> list[int] | None:
    """Return column widths that fit the terminal, the widest texts narrowed first, or None."""
    room = width - len(_GAP) * (len(natural) - 1)
    if sum(natural) <= room:
        return list(natural)
    fixed = sum(n for n, is_number in zip(natural, numeric, strict=True) if is_number)
    text = sorted(n for n, is_number in zip(natural, numeric, strict=True) if not is_number)
    left = room - fixed
    for index, size in enumerate(text):
        cap, spare = divmod(left, len(text) - index)
        if size > cap:
            if cap < _NARROWEST:
                return None
            break
        left -= size
    else:
        return None
    widths = []
    for size, is_number in zip(natural, numeric, strict=True):
        extra = 1 if not is_number and size > cap and spare > 0 else 0
        spare -= extra
        widths.append(size if is_number else min(size, cap + extra))
    return widths


def _line(values: Sequence[str], cells: Cells, widths: Sequence[int], *, bold: bool = False) -> str:
    padded = []
    for value, size, number in zip(values, widths, cells.numeric, strict=True):
        space = " " * (size - display_width(value))
        shown = f"{_BOLD}{value}{_PLAIN}" if bold else value
        padded.append(space + shown if number else shown + space)
    return _GAP.join(padded).rstrip()


def _records(cells: Cells, width: int, *, bold: bool) -> str:
    """Return each row as a block of lines, a column a line."""
    margin = max(map(display_width, cells.headings)) + len(_GAP)
    lines: list[str] = []
    for row in cells.rows:
        if lines:
            lines.append("")
        for heading, value in zip(cells.headings, row, strict=True):
            label = f"{_BOLD}{heading}{_PLAIN}" if bold else heading
            first, *rest = wrap(value, max(width - margin, _NARROWEST))
            lines.append((label + " " * (margin - display_width(heading)) + first).rstrip())
            lines += [" " * margin + line for line in rest]
    return "".join(f"{line}\n" for line in lines)


def wrap(
    text: str, width: int, *, first: int | None = None, break_addresses: bool = True
) -> list[str]:
    """Return a text as lines of at most that width, broken between words where it can be.

    Args:
        text: The text.
        width: The width of a line.
        first: The width of the first line, if it is another.
        break_addresses: Whether an address that is longer than a line is broken.
    """
    room = width if first is None else first
    if display_width(text) <= room:
        return [text]
    lines = [""]
    for word in text.split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if display_width(joined) <= room:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
            room = width
        if not break_addresses and "://" in word:
            lines[-1] = word
            continue
        for character in word:
            if display_width(lines[-1] + character) > room:
                lines.append("")
                room = width
            lines[-1] += character
    return lines


def shorten(text: str, width: int) -> str:
    """Return a text of at most that width, with an ellipsis at the end of what is cut."""
    if display_width(text) <= width:
        return text
    while text and display_width(text) > width - 1:
        text = text[:-1]
    return f"{text.rstrip()}…"


def display_width(text: str) -> int:
    """Return how many terminal columns a text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.category(character) in {"Mn", "Me"}
        else 2
        if unicodedata.east_asian_width(character) in "WF"
        else 1
        for character in text
    )
