"""Lay out text for a terminal: display widths, wrapping, and tables that fit its width."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

from factbook.render.humanize import count_noun
from factbook.render.marks import SIGNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from factbook.render.cells import Cells

_GAP = "  "
_NARROWEST = 10  # no text column gets narrower; rows become records instead
_MOST_LINES = 3  # of a row in a table that may leave columns out
_WIDEST_WORD, _WIDEST_THIRD = 26, 36  # longer words, and the rest of three such lines, are cut
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


def draw_table(cells: Cells, *, width: int | None = None, bold: bool = False) -> str:
    """Return a table as text.

    If it is wider than the terminal, sources become numbers of a list below the table, texts wrap
    to up to three lines, and the least important columns are left out and named. A table whose
    columns may not be left out becomes a block of lines for each row.

    Args:
        cells: The table.
        width: The width of the terminal; None for any width.
        bold: Whether to print the headings in bold.
    """
    footer: list[str] = []
    cells = replace(cells, rows=_hang_signs(cells))
    widths = _natural_widths(cells)
    if width is not None and _total(widths) > width and cells.priorities:
        cells, sources = _number_sources(cells)
        cells, widths, left_out = _choose_columns(cells, width)
        filled = [row for row in cells.rows if not _has_only_names(row, cells.priorities)]
        if sources:
            footer += [line for source in sources for line in _hang(source, width)]
        if left_out:
            names = ", ".join(left_out)
            if 0 < len(filled) < len(cells.rows):
                names += f"; {count_noun(len(cells.rows) - len(filled), 'row')} with nothing else"
                cells = replace(cells, rows=filled)
            footer += wrap(f"No room for: {names} (--wide and other formats have them)", width)
    elif width is not None:
        fitted = fit_columns(widths, cells.numeric, width)
        if fitted is None:
            return _records(cells, width, bold=bold) + _draw_notes(cells.notes, width)
        widths = fitted
    lines = _draw_row(cells.headings, cells, widths, bold=bold)
    lines.append(_GAP.join("─" * column for column in widths))
    for row in cells.rows:
        lines += _draw_row(row, cells, widths)
    notes = [*footer, *_draw_notes(cells.notes, width).splitlines()]
    lines += ["", *notes] if notes else []
    return "".join(f"{line}\n" for line in lines)


def _draw_notes(notes: Sequence[str], width: int | None) -> str:
    return "".join(
        f"{line}\n" for note in notes for line in ([note] if width is None else wrap(note, width))
    )


def _hang_signs(cells: Cells) -> list[tuple[str, ...]]:
    """Return the rows with unmarked numbers padded in columns with marks, so that digits align."""
    marked = {
        place
        for place, is_number in enumerate(cells.numeric)
        if is_number and any(row[place].rstrip(SIGNS) != row[place] for row in cells.rows)
    }
    return [
        tuple(
            f"{text} " if place in marked and text.rstrip(SIGNS) == text else text
            for place, text in enumerate(row)
        )
        for row in cells.rows
    ]


def _natural_widths(cells: Cells) -> list[int]:
    return [
        max(map(display_width, column)) for column in zip(cells.headings, *cells.rows, strict=True)
    ]


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def _number_sources(cells: Cells) -> tuple[Cells, list[str]]:
    """Return a table with numbers in place of sources, and the numbered list of sources."""
    numbers: dict[str, str] = {}

    def number(text: str) -> str:
        plain = text.rstrip(SIGNS)
        if not plain:
            return text
        return numbers.setdefault(plain, f"[{len(numbers) + 1}]") + text[len(plain) :]

    rows = [
        tuple(number(text) if place in cells.cited else text for place, text in enumerate(row))
        for row in cells.rows
    ]
    return replace(cells, rows=rows), [f"{mark} {text}" for text, mark in numbers.items()]


def _hang(text: str, width: int) -> list[str]:
    """Return a source of the list with a hanging indent."""
    margin = text.index(" ") + 1
    first, *rest = wrap(text, width - margin, first=width)
    return [first, *(" " * margin + line for line in rest)]


def _choose_columns(cells: Cells, width: int) -> tuple[Cells, list[int], list[str]]:
    """Return the columns that fit in rows of three lines, their widths, and the other headings."""
    sizes = [
        _narrowest([heading, *dict.fromkeys(texts)], is_number=is_number)
        for heading, is_number, *texts in zip(
            cells.headings, cells.numeric, *cells.rows, strict=True
        )
    ]
    shown = list(range(len(sizes)))
    while _total([sizes[place][-1] for place in shown]) > width and len(shown) > 1:
        shown.remove(max(shown[1:], key=lambda place: (cells.priorities[place], place)))
    widths = {place: sizes[place][-1] for place in shown}
    for lines in range(_MOST_LINES - 1, 0, -1):
        for place in shown:
            spare = width - _total([*widths.values()])
            widths[place] += max(min(sizes[place][lines - 1] - widths[place], spare), 0)
    chosen = replace(
        cells,
        headings=tuple(cells.headings[place] for place in shown),
        rows=[tuple(row[place] for place in shown) for row in cells.rows],
        numeric=tuple(cells.numeric[place] for place in shown),
        priorities=tuple(cells.priorities[place] for place in shown),
    )
    left_out = [text for place, text in enumerate(cells.headings) if place not in widths]
    return chosen, [min(widths[place], width) for place in shown], left_out


def _has_only_names(row: Sequence[str], priorities: Sequence[int]) -> bool:
    """Tell whether a row has text only in columns that are never left out."""
    return not any(text.strip() for text, priority in zip(row, priorities, strict=True) if priority)


def _narrowest(texts: Sequence[str], *, is_number: bool) -> list[int]:
    """Return the least widths at which each text of a column takes one, two or three lines."""
    longest = [max(map(display_width, texts))]
    for lines in range(2, _MOST_LINES + 1):
        needed = 1
        cells = texts[:1] if is_number else texts
        for text in sorted(cells, key=display_width, reverse=True):
            if display_width(text) <= needed:
                break
            words = min(max(map(display_width, text.split(" "))), _WIDEST_WORD)
            needed = max(needed, words)
            limit = _WIDEST_THIRD if lines == _MOST_LINES else longest[0]
            while needed < limit and len(wrap(text, needed)) > lines:
                needed += 1
        if is_number:
            needed = max(needed, *map(display_width, texts[1:]), 0)
        longest.append(needed)
    return longest


def fit_columns(natural: Sequence[int], numeric: Sequence[bool], width: int) -> list[int] | None:
    """Return column widths that fit the terminal, narrowing the widest first, or None."""
    room = width - len(_GAP) * (len(natural) - 1)
    if sum(natural) <= room:
        return list(natural)
    fixed = sum(n for n, is_number in zip(natural, numeric, strict=True) if is_number)
    text = sorted(n for n, is_number in zip(natural, numeric, strict=True) if not is_number)
    remaining = room - fixed
    for index, size in enumerate(text):
        cap, spare = divmod(remaining, len(text) - index)
        if size > cap:
            if cap < _NARROWEST:
                return None
            break
        remaining -= size
    else:
        return None
    widths = []
    for size, is_number in zip(natural, numeric, strict=True):
        extra = 1 if not is_number and size > cap and spare > 0 else 0
        spare -= extra
        widths.append(size if is_number else min(size, cap + extra))
    return widths


def _draw_row(
    row: Sequence[str], cells: Cells, widths: Sequence[int], *, bold: bool = False
) -> list[str]:
    """Return a row as lines; if columns may be left out, text beyond three lines is cut."""
    wrapped = [wrap(text, column) for text, column in zip(row, widths, strict=True)]
    if cells.priorities:
        wrapped = [_cut(text, column) for text, column in zip(row, widths, strict=True)]
    return [
        _line(
            [part[number] if number < len(part) else "" for part in wrapped],
            cells,
            widths,
            bold=bold,
        )
        for number in range(max(map(len, wrapped)))
    ]


def _cut(text: str, width: int) -> list[str]:
    """Return a text as at most three lines, cutting its longest words and its end if necessary."""
    words = [shorten(word, width) for word in text.split(" ")]
    lines = wrap(" ".join(words), width)
    if len(lines) > _MOST_LINES:
        lines = [
            *lines[: _MOST_LINES - 1],
            shorten(f"{lines[_MOST_LINES - 1]} {lines[_MOST_LINES]}…", width),
        ]
    return lines


def _line(values: Sequence[str], cells: Cells, widths: Sequence[int], *, bold: bool = False) -> str:
    padded = []
    for value, size, number in zip(values, widths, cells.numeric, strict=True):
        space = " " * (size - display_width(value))
        shown = f"{_BOLD}{value}{_PLAIN}" if bold and value else value
        padded.append(space + shown if number else shown + space)
    return _GAP.join(padded).rstrip()


def _records(cells: Cells, width: int, *, bold: bool) -> str:
    """Return each row as a block of lines, one per column."""
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
    """Return a text as lines of at most that width, broken between words if possible.

    Args:
        text: The text.
        width: The width of a line.
        first: The width of the first line, if it differs.
        break_addresses: Whether to break an address that is longer than a line.
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
    """Return a text cut to at most that width, with an ellipsis at the end."""
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
