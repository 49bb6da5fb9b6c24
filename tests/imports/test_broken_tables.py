"""A table that is not as its mapping says is refused with one line, and nothing is written."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import zlib
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
    "number-beyond-the-engine": (
        with_cell(1, "Least", "1e999"),
        ", row 1: the column 'Least' has '1e999', which is not a number between 1e-18 and 1e18",
    ),
    "fraction-in-whole-number": (
        with_cell(2, "Accelerators", "25.5"),
        ", row 2: the column 'Accelerators' has '25.5', which is not a whole number",
    ),
    "day-of-no-calendar": (
        with_cell(2, "Seen on", "2/30/2025"),
        ", row 2: the column 'Seen on' has '2/30/2025', which is not a day in the form %m/%d/%Y",
    ),
    "year-of-two-digits": (
        with_cell(2, "Seen on", "6/30/25"),
        ", row 2: the column 'Seen on' has '6/30/25', which is not a day in the form %m/%d/%Y",
    ),
    "control-character": (
        with_cell(2, "Machine", "Ve\0ga"),
        ", row 2: the column 'Machine' has 'Ve",
    ),
    "two-columns-of-one-name": (
        with_cell(0, "Most", "Least"),
        ":1: has two columns 'Least'",
    ),
    "carriage-returns": (CONTENT.replace(b"\n", b"\r"), ":1: lines end with CR alone"),
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


@pytest.mark.parametrize("size", [3 << 20, 33 << 20])
def test_long_row_is_refused(book: Path, imports: Callable[..., Result], size: int) -> None:
    """DuckDB can drop one in silence that is longer than its buffers."""
    path = book / "long.csv"
    path.write_bytes(with_rows(["Long", "Acme", "1", "", "", "", "1/2/2025", "", "x" * size]))

    result = imports("machines", path)

    assert result.exit_code == 3
    assert result.stderr == f"error: {path}:{len(CONTENT.splitlines()) + 1}: is longer than 2 MB\n"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes need a POSIX system")
def test_pipe_is_refused(book: Path, imports: Callable[..., Result]) -> None:
    """It can be read once only, and would be waited for without end."""
    path = book / "pipe.csv"
    os.mkfifo(path)

    result = imports("machines", path)

    assert result.exit_code == 3
    assert result.stderr.startswith(f"error: {path}: is a pipe")


def packed_bomb() -> bytes:
    """Return rows that unpack to more than a packed file of their size may hold."""
    row = b"M,Acme,1,,,,1/2/2025,,\n"
    packer = zlib.compressobj(wbits=31)
    first = packer.compress(CONTENT.splitlines()[0] + b"\n")
    return b"".join((first, packer.compress(row * (80_000_000 // len(row))), packer.flush()))


def parquet() -> bytes:
    """Return the table as Parquet."""
    import tempfile

    import duckdb

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "machines.parquet")
        duckdb.read_csv(str(TABLE), all_varchar=True).write_parquet(str(path))
        return path.read_bytes()


def spoilt(content: bytes) -> bytes:
    """Return bytes of which some in the middle are others."""
    middle = len(content) // 2
    return (
        content[:middle]
        + bytes(byte ^ 0x5A for byte in content[middle : middle + 8])
        + content[middle + 8 :]
    )


DAMAGED: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "packed-cut-off": ("csv", lambda: gzip.compress(CONTENT)[:-20], ": cannot be read: "),
    "packed-spoilt": ("csv", lambda: spoilt(gzip.compress(CONTENT)), ": cannot be read: "),
    "packed-and-more": ("csv", lambda: gzip.compress(CONTENT) + b"more", ": cannot be read: "),
    "packed-bomb": ("csv", packed_bomb, ": cannot be read: it unpacks to more than 64 MB"),
    "parquet-cut-off": ("parquet", lambda: parquet()[:-20], ": is not a whole Parquet file"),
    "parquet-of-ten-bytes": ("parquet", lambda: parquet()[:10], ": is not a whole Parquet file"),
    "parquet-of-csv": ("parquet", lambda: CONTENT, ": is not a whole Parquet file"),
    "json-of-lists": (
        "json",
        lambda: b"[" * 100_000 + b"]" * 100_000,
        ", row 1: is not a JSON object",
    ),
    "lines-with-a-list": (
        "jsonl",
        lambda: b'{"Machine": "a"}\n[1, 2]',
        ", row 2: is not a JSON object",
    ),
    "json-of-objects": (
        "json",
        lambda: b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        ":1: the column 'a'",
    ),
    "json-cut-off": (
        "json",
        lambda: json.dumps([{"Machine": "a"}]).encode()[:-4],
        ": is not valid JSON",
    ),
}


def test_invalid_number_is_rejected(book: Path, imports: Callable[..., Result]) -> None:
    """What `reshape` makes beyond all numbers is not taken for 0."""
    mapping = book / "queries" / "imports" / "machines.rq"
    text = mapping.read_text("utf-8")
    reshape = "#+ reshape: SELECT * REPLACE (1e308 * Most::DOUBLE AS Most) FROM machines\n"
    mapping.write_text(text.replace("#+ skip:", f"{reshape}#+ skip:"), encoding="utf-8")
    path = book / "machines.csv"
    path.write_bytes(CONTENT)

    result = imports("machines", path)

    assert result.exit_code == 3
    assert result.stderr == f"error: {path}, row 1: `reshape` gives ?Most no finite number\n"


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_file_is_refused(name: str, book: Path, imports: Callable[..., Result]) -> None:
    """A file that is cut off, spoilt or a bomb gives one line and exit code 3, and no file."""
    form, make, message = DAMAGED[name]
    mapping = book / "queries" / "imports" / "machines.rq"
    text = mapping.read_text("utf-8").replace("format: csv", f"format: {form}")
    mapping.write_text(text, encoding="utf-8")
    path = book / "damaged"
    path.write_bytes(make())
    before = sorted(book.rglob("*"))

    result = imports("machines", path)

    assert result.exit_code == 3
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"error: {path}{message}")
    assert sorted(book.rglob("*")) == before
