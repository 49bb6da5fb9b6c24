"""Load one file as a DuckDB table, and check its columns and cells.

Cells are texts as in the file; `Kind` gives their types.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from factbook.errors import InputError, did_you_mean
from factbook.imports.mapping import (
    DATE,
    IGNORED,
    INTEGER,
    NUMBER,
    ROW_NUMBER,
    TEXT,
    Kind,
    TableFormat,
    TableMapping,
    name_columns,
)
from factbook.rdf.unpack import GZIP, open_unpacked, reading
from factbook.render.humanize import make_printable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

_LEAST_BUFFER, _PACKED_BUFFER = 1 << 24, 1 << 27  # bytes for one JSON record
_PIECE = 1 << 20
_LONGEST_LINE = 2 << 20
_DELIMITERS = {"csv": ",", "tsv": "\t"}
_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
_THOUSANDS = r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?"
_CONTROL = r"[\x00-\x08\x0B\x0C\x0E-\x1F]"
_FIRST_YEAR = 1000  # a day before it has a year of two digits where four are written
_LONGEST_NUMBER = 60
_LONGEST_SHOWN = 60


@dataclass(frozen=True)
class TableLoader:
    """Loads one file as a table."""

    connection: DuckDBPyConnection
    mapping: TableMapping
    table: TableFormat
    path: Path
    link: Path
    """Where to link the file, because DuckDB could read its own name as a glob pattern."""

    def load(self) -> dict[str, Kind]:
        """Load the file and return the kinds of the variables.

        Raises:
            InputError: The file cannot be read, or does not match the mapping.
        """
        is_packed = self._is_packed()
        file = self.link.with_suffix(f".{self.table.format}{'.gz' if is_packed else ''}")
        file.symlink_to(self.path.resolve())
        if self.table.format in _DELIMITERS:
            columns = self._read_delimited(str(file), is_packed=is_packed)
        elif self.table.format == "parquet":
            columns = self._read_parquet(str(file))
        else:
            columns = self._read_json(str(file), is_packed=is_packed)
        self._check_cells(columns)
        kinds = self._kinds(columns)
        self._make_view(kinds)
        return kinds

    def _is_packed(self) -> bool:
        """Tell whether the file is compressed, and check that DuckDB can read all of it.

        A compressed file may be truncated or a bomb, and DuckDB silently drops lines longer than
        its buffers.
        """
        if self.path.is_fifo():
            raise InputError(f"{self.path}: is a pipe, and it is read several times: save it first")
        with reading(self.path), self.path.open("rb") as file:
            start = file.read(len(GZIP))
        if not start:
            raise InputError(f"{self.path}: is empty")
        is_packed = start.startswith(GZIP)
        if is_packed or self.table.format in _DELIMITERS:
            self._read_through()
        return is_packed

    def _read_through(self) -> None:
        line, size = 1, 0
        with open_unpacked(self.path) as file:
            while piece := file.read(_PIECE):
                size += len(piece) if (end := piece.find(b"\n")) < 0 else end
                if size > _LONGEST_LINE and self.table.format in _DELIMITERS:
                    raise InputError(f"{self.path}:{line}: is longer than 2 MB")
                if end >= 0:
                    line += piece.count(b"\n")
                    size = len(piece) - piece.rfind(b"\n") - 1

    @property
    def _raw(self) -> str:
        return f"raw_{self.table.name}"

    def _read_delimited(self, file: str, *, is_packed: bool) -> list[tuple[str, str]]:
        delimiter = _DELIMITERS[self.table.format]
        header = self._header(delimiter)
        for name in filter(None, header):
            if header.count(name) > 1 and f"{name}_2" not in self.table.columns:
                raise InputError(f"{self.path}:1: has two columns '{shorten(name)}'")
        columns = name_columns(header)
        self._check_layout([label for label, _ in columns])
        types = ", ".join(f"{quote_text(variable)}: 'VARCHAR'" for _, variable in columns)
        self._run(
            f"CREATE TABLE {self._raw} AS SELECT row_number() OVER () AS {ROW_NUMBER}, * FROM "
            "read_csv(?, auto_detect=false, header=true, strict_mode=true, delim=?, quote='\"', "
            f"escape='\"', compression=?, columns={{{types}}})",
            [file, delimiter, "gzip" if is_packed else "none"],
        )
        return columns

    def _header(self, delimiter: str) -> list[str]:
        """Return the cells of the first line."""
        try:
            with open_unpacked(self.path) as file:
                lines = (line.decode() for line in file)
                header = next(csv.reader(lines, delimiter=delimiter, strict=True), [])
        except UnicodeDecodeError:
            raise InputError(f"{self.path}:1: is not UTF-8") from None
        except csv.Error as error:
            reason = "lines end with CR alone" if "new-line" in str(error) else error
            raise InputError(f"{self.path}:1: {reason}") from None
        if not any(map(str.strip, header)):
            raise InputError(f"{self.path}:1: the first line has no names of columns")
        return header

    def _read_parquet(self, file: str) -> list[tuple[str, str]]:
        described = self._run("DESCRIBE SELECT * FROM read_parquet(?)", [file])
        names = [str(name) for name, *_ in described]
        columns = name_columns(names)
        self._check_layout([label for label, _ in columns])
        cells = ", ".join(
            f"CAST({quote(name)} AS VARCHAR) AS {quote(variable)}"
            for name, (_, variable) in zip(names, columns, strict=True)
        )
        self._run(
            f"CREATE TABLE {self._raw} AS SELECT row_number() OVER () AS {ROW_NUMBER}, {cells} "
            "FROM read_parquet(?)",
            [file],
        )
        return columns

    def _read_json(self, file: str, *, is_packed: bool) -> list[tuple[str, str]]:
        form = "newline_delimited" if self.table.format == "jsonl" else "auto"
        record = "json"
        # No record is larger than its file
        size = _PACKED_BUFFER if is_packed else max(self.path.stat().st_size + 1, _LEAST_BUFFER)
        arguments: list[object] = [file, form, size]
        if self.table.records:
            record = "unnest(json_extract(json, ?))"
            arguments.insert(0, self.table.records)
        self._run(
            f"CREATE TABLE records AS SELECT row_number() OVER () AS {ROW_NUMBER}, json FROM "
            f"(SELECT {record} AS json "
            "FROM read_json_objects(?, format=?, maximum_object_size=?))",
            arguments,
        )
        wrong = self._run(
            f"SELECT min({ROW_NUMBER}) FROM records WHERE json_type(json) <> 'OBJECT'"
        )[0][0]
        if wrong is not None:
            raise InputError(
                f"{self.path}, row {wrong}: is not a JSON object; `records` in "
                f"{self.mapping.path} is the path of the records"
            )
        keys = [
            str(key)
            for (key,) in self._run(
                "SELECT key FROM (SELECT DISTINCT unnest(json_keys(json)) AS key FROM records) "
                "ORDER BY key"
            )
        ]
        columns = name_columns(keys)
        self._check_layout([label for label, _ in columns])
        cells = ", ".join(
            f"nullif(json_extract_string(json, {quote_text(_json_path(key))}), '') "
            f"AS {quote(variable)}"
            for key, (_, variable) in zip(keys, columns, strict=True)
        )
        self._run(f"CREATE TABLE {self._raw} AS SELECT {ROW_NUMBER}, {cells} FROM records")
        self._run("DROP TABLE records")
        return columns

    def _check_layout(self, labels: Sequence[str]) -> None:
        """Compare the columns with those of the mapping."""
        expected = self.table.columns
        for label in labels:
            if label not in expected:
                raise InputError(
                    f"{self.path}:1: the column '{shorten(label)}' is not among those that "
                    f"{self.mapping.path} expects.{did_you_mean(label, expected)}"
                )
        for label in expected:
            if label not in labels:
                raise InputError(
                    f"{self.path}:1: has no column '{label}', which {self.mapping.path} "
                    f"expects.{did_you_mean(label, labels)}"
                )

    def _check_cells(self, columns: Sequence[tuple[str, str]]) -> None:
        """Check that there are rows, and that each cell has the type in the mapping."""
        if not self._run(f"SELECT count(*) FROM {self._raw}")[0][0]:
            raise InputError(f"{self.path}: has no rows")
        conditions = [
            (label, variable, condition)
            for label, variable in columns
            if (condition := _wrong_cell(variable, self.table.columns[label]))
        ]
        if not conditions:
            return
        cases = " ".join(
            f"WHEN {condition} THEN {place}" for place, (_, _, condition) in enumerate(conditions)
        )
        rows = self._run(
            f"SELECT {ROW_NUMBER}, wrong, count(*) OVER () FROM (SELECT {ROW_NUMBER}, "
            f"CASE {cases} END AS wrong FROM {self._raw}) WHERE wrong IS NOT NULL "
            f"ORDER BY {ROW_NUMBER} LIMIT 1"
        )
        if not rows:
            return
        number, place, count = rows[0]
        label, variable, _ = conditions[place]
        cell = self._run(
            f"SELECT {quote(variable)} FROM {self._raw} WHERE {ROW_NUMBER} = ?",
            [number],
        )[0][0]
        more = f"; {count - 1:,} more rows have such cells" if count > 1 else ""
        raise InputError(
            f"{self.path}, row {number}: the column '{label}' has '{shorten(cell)}', which is not "
            f"{_in_words(self.table.columns[label])}{more}"
        )

    def _kinds(self, columns: Sequence[tuple[str, str]]) -> dict[str, Kind]:
        kinds = {variable: self.table.columns[label] for label, variable in columns}
        return {variable: kind for variable, kind in kinds.items() if kind.name != IGNORED}

    def _make_view(self, kinds: dict[str, Kind]) -> None:
        """Create the view for the SQL of the mapping: ISO 8601 dates, no thousands separators."""
        cells = ""
        for variable, kind in kinds.items():
            name = cell = quote(variable)
            if kind.name == DATE:
                cell = (
                    f"CAST(CAST(strptime({name}, {quote_text(kind.date_form)}) AS DATE) AS VARCHAR)"
                )
            elif kind.thousands:
                cell = f"replace({name}, ',', '')"
            cells += f", {cell} AS {name}"
        self._run(
            f"CREATE VIEW {quote(self.table.name)} AS SELECT {ROW_NUMBER}{cells} FROM {self._raw}"
        )

    def _run(self, query: str, arguments: Sequence[object] = ()) -> list[Any]:
        import duckdb

        try:
            return self.connection.execute(query, list(arguments)).fetchall()
        except duckdb.Error as error:
            raise InputError(f"{self.path}{_explain(str(error))}") from None


def shorten(text: str) -> str:
    """Return a text for a message: printable and short."""
    return make_printable(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…")


def quote_text(text: str) -> str:
    """Return a text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def quote(text: str) -> str:
    """Return a text as an SQL identifier."""
    return '"' + text.replace('"', '""') + '"'


def _wrong_cell(variable: str, kind: Kind) -> str:
    """Return the SQL condition for an invalid cell; empty if all cells are valid."""
    cell = quote(variable)
    if kind.allowed:
        values = ", ".join(map(quote_text, kind.allowed))
        return f"{cell} NOT IN ({values})"
    if kind.name == DATE:
        year = f"year(try_strptime({cell}, {quote_text(kind.date_form)}))"
        return f"{cell} IS NOT NULL AND coalesce({year} < {_FIRST_YEAR}, true)"
    if kind.name == TEXT:
        return f"regexp_matches({cell}, {quote_text(_CONTROL)})"
    if kind.name not in {INTEGER, NUMBER}:
        return ""
    pattern = f"{_NUMBER}|{_THOUSANDS}" if kind.thousands else _NUMBER
    is_number = f"regexp_full_match({cell}, {quote_text(pattern)})"
    plain = f"replace({cell}, ',', '')" if kind.thousands else cell
    size = f"abs(TRY_CAST({plain} AS DOUBLE))"
    wrong = f"NOT {is_number} OR length({cell}) > {_LONGEST_NUMBER}"
    # The engine cannot compute with other numbers, so results would be missing
    wrong += f" OR {size} >= 1e18 OR ({size} > 0 AND {size} < 1e-18)"
    if kind.name == INTEGER:
        wrong += (
            f" OR coalesce(TRY_CAST({plain} AS DECIMAL(38, 9)) % 1, "
            f"TRY_CAST({plain} AS DOUBLE) % 1) <> 0"
        )
    return f"({wrong})"


def _in_words(kind: Kind) -> str:
    if kind.allowed:
        return f"one of: {', '.join(kind.allowed)}"
    return {
        INTEGER: "a whole number",
        NUMBER: "a number between 1e-18 and 1e18",
        DATE: f"a day in the form {kind.date_form}",
        TEXT: "a text without control characters",
    }[kind.name]


def _explain(message: str) -> str:
    """Return what is wrong with a file, and the row if DuckDB names it."""
    # DuckDB counts the header as row 1
    line = re.search(r"(?:CSV Error on Line:|Malformed JSON .* in line) (\d+)", message)
    cells = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", message)
    if "Invalid unicode" in message or "not utf-8" in message.casefold():
        reason = "is not UTF-8"
    elif cells:
        reason = f"has {cells[2]} cells, and the first line has {cells[1]}"
    elif "Maximum line size" in message:
        reason = "is longer than 2 MB"
    elif "unterminated quote" in message:
        reason = "a cell with a quotation mark is not closed"
    elif "Malformed JSON" in message:
        reason = f"is not valid JSON: {message.rpartition(': ')[2].strip().rstrip('.')}"
    elif any(words in message for words in ("magic bytes", "TProtocol", "too small to be")):
        reason = "is not a whole Parquet file"
    else:
        reason = re.sub(r'(in file )"[^"]*/\d+\.\w+(\.gz)?"', "", message.splitlines()[0])
        reason = re.sub(r"^(?:\w+ )*Error: ", "", reason).strip()
    return f", row {int(line[1]) - 1}: {reason}" if line else f": {reason}"


def _json_path(key: str) -> str:
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'$."{escaped}"'
