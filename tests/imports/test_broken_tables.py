"""A table that is not as its mapping says is refused with one line, and nothing is written."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

TABLE = Path(__file__).parent / "machines.csv"
CONTENT = TABLE.read_bytes()
ROWS = list(csv.reader(io.StringIO(CONTENT.decode(), newline="")))


def table(rows: list[list[str]], encoding: str = "utf-8") -> bytes:
    """Return rows as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode(encoding)


def with_cell(row: int, column: str, value: str) -> bytes:
    """Return the table with another cell."""
    rows = [list(cells) for cells in ROWS]
    rows[row][ROWS[0].index(column)] = value
    return table(rows)


def with_rows(*rows: list[str]) -> bytes:
    """Return the table with more rows."""
    return table([*ROWS, *rows])


BROKEN = {
    "missing-column": (
        table([[*row[:4], *row[5:]] for row in ROWS]),
        ":1: has no column 'Most', which {mapping} expects.",
    ),
    "additional-column": (
        table([[*row, "Colour" if row is ROWS[0] else "red"] for row in ROWS]),
        ":1: the column 'Colour' is not among those that {mapping} expects.",
    ),
    "renamed-column": (
        with_cell(0, "Owner", "Owners"),
        ":1: the column 'Owners' is not among those that {mapping} expects. Did you mean 'Owner'?",
    ),
    "wrong-encoding": (
        table([[cell.replace("Vega", "Véga") for cell in row] for row in ROWS], "latin-1"),
        ", row 2: is not UTF-8",
    ),
    "utf-16": (table(ROWS, "utf-16"), ":1: is not UTF-8"),
    "text-in-number": (
        with_cell(2, "Accelerators", "about 256"),
        ", row 2: the column 'Accelerators' has 'about 256', which is not a whole number",
    ),
    "fraction-in-whole-number": (
        with_cell(2, "Accelerators", "25.5"),
        ", row 2: the column 'Accelerators' has '25.5', which is not a whole number",
    ),
    "day-of-no-calendar": (
        with_cell(2, "Seen on", "2/30/2025"),
        ", row 2: the column 'Seen on' has '2/30/2025', which is not a day in the form %m/%d/%Y",
    ),
    "two-units": (
        with_cell(3, "Unit", "MW"),
        ", row 3: the column 'Unit' has 'MW', which is not one of: kW",
    ),
    "several-wrong-cells": (
        table([*ROWS, *[["x", "Acme", "?", "", "", "", "1/2/2025", "", ""]] * 3]),
        (
            ", row 7: the column 'Accelerators' has '?', which is not a whole number; "
            "2 more rows have such cells"
        ),
    ),
    "duplicate-key": (
        with_cell(2, "Machine", "Orion"),
        ", row 2: has the key (Machine) of row 1: 'Orion'",
    ),
    "no-key": (
        with_rows(["", "Acme", "1", "", "", "", "1/2/2025", "", ""]),
        ", row 7: has no key (Machine)",
    ),
    "empty-file": (b"", ": is empty"),
    "blank-lines": (b"\n\n", ":1: the first line has no names of columns"),
    "header-only": (table(ROWS[:1]), ": has no rows"),
    "half-a-row": (
        CONTENT[: CONTENT.index(b"Draco?") + 10],
        ", row 5: has 2 cells, and the first line has 9",
    ),
    "half-a-cell": (
        CONTENT[: CONTENT.index(b"note") + 4],
        ", row 2: a cell with a quotation mark is not closed",
    ),
    "no-table": (bytes(range(128, 256)), ":1: is not UTF-8"),
    "one-unknown-name": (
        with_cell(1, "Owner", "Nobody"),
        (
            ", row 1: the register has no organization called 'Nobody' (?Owner). "
            "Add them, or give --propose."
        ),
    ),
    "thousand-unknown-names": (
        with_rows(
            *([f"M{n}", f"Nobody {n}", "1", "", "", "", "1/2/2025", "", ""] for n in range(1000))
        ),
        (
            ", row 7: the register has no organization called 'Nobody 0' (?Owner), "
            "and 999 more names have no thing. Add them, or give --propose."
        ),
    ),
    "ambiguous-name": (
        with_cell(1, "Owner", "Rivers"),
        (
            ", row 1: several things of the register are called 'Rivers' (?Owner): "
            "organization:three-rivers, organization:two-rivers. Add them, or give --propose."
        ),
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_table_is_refused(name: str, book: Path, imports: Callable[..., Result]) -> None:
    """The exit code is 3, one line of stderr says file, row and column, and nothing is written."""
    content, message = BROKEN[name]
    path = book / "broken.csv"
    path.write_bytes(content)
    before = sorted(book.rglob("*"))

    result = imports("machines", path)

    mapping = book / "queries" / "imports" / "machines.rq"
    expected = f"error: {path}{message.format(mapping=mapping)}"
    assert result.exit_code == 3
    (line,) = result.stderr.splitlines()
    assert line.startswith(expected)
    assert sorted(book.rglob("*")) == before
