"""Read tables with DuckDB: their layout and cells are checked, their rows reshaped and chosen.

A temporary database on disk holds the tables, so that memory does not grow with them. Cells are
texts as the file spells them; `Kind` says what a text stands for.
"""

from __future__ import annotations

import csv
import hashlib
import re
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from factbook.errors import InputError, UsageError, did_you_mean
from factbook.imports.mapping import (
    BOOLEAN,
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
from factbook.rdf.parse import GZIP, open_unpacked
from factbook.render.humanize import make_printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from duckdb import DuckDBPyConnection

_MEMORY = "1GB"
_DELIMITERS = {"csv": ",", "tsv": "\t"}
_LEAST_BUFFER, _PACKED_BUFFER = 1 << 24, 1 << 27  # bytes for one JSON record
_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
_THOUSANDS = r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?"
_SQL_KINDS = (
    (re.compile(r"(U?(BIG|HUGE|SMALL|TINY)?INT(EGER)?|DECIMAL|DOUBLE|FLOAT)\b"), Kind(NUMBER)),
    (re.compile(r"DATE$"), Kind(DATE)),
    (re.compile(r"BOOLEAN$"), Kind(BOOLEAN)),
)
_ROWS = "the_rows"
_KEPT = "the_kept_rows"
_SLUGS = "the_shared_slugs"
_LONGEST_SLUG = 80
_LONGEST_NUMBER = 60
_LONGEST_SHOWN = 60


@dataclass(frozen=True)
class Row:
    """The number and the key of a row; the key as a slug, unique among the rows; its cells."""

    number: int
    key: str
    slug: str
    cells: tuple[str | None, ...]


@dataclass(frozen=True)
class Checksum:
    """An input: its name, and its SHA-256."""

    name: str
    sha256: str


@dataclass(frozen=True)
class TableRows:
    """The rows of a mapping's tables, reshaped, chosen and split."""

    mapping: TableMapping
    names: str
    """The inputs, for messages."""
    columns: dict[str, Kind]
    connection: DuckDBPyConnection
    count: int
    """The number of rows of the first table, or of the reshaped ones where these have no number."""

    def values_of(self, column: str) -> list[tuple[str, int, int]]:
        """Return each text in a column with the first row that has it and the number of rows."""
        query = (
            f"SELECT trim({_quoted(column)}), min({ROW_NUMBER}), count(*) "
            f"FROM ({self._solutions([column])}) WHERE {_quoted(column)} IS NOT NULL "
            "GROUP BY 1 ORDER BY 1"
        )
        return self._fetch(query)

    def read(self, columns: Sequence[str], size: int) -> Iterator[list[Row]]:
        """Yield the rows in lists, each row once for each of its solutions."""
        cells = "".join(f", {_quoted(column)}" for column in columns)
        cursor = self.connection.cursor()
        cursor.execute(
            f"SELECT {ROW_NUMBER}, row_key, row_slug{cells} FROM ({self._solutions(columns)})"
        )
        while batch := cursor.fetchmany(size):
            yield [Row(number, key, slug, tuple(rest)) for number, key, slug, *rest in batch]

    def skipped(self) -> Iterator[tuple[int, int]]:
        """Yield the number of each row that is left out, and the place of the reason."""
        cursor = self.connection.cursor()
        cursor.execute(
            f"SELECT {ROW_NUMBER}, min(skip) FROM {_ROWS} WHERE skip IS NOT NULL GROUP BY 1"
        )
        while batch := cursor.fetchmany(10_000):
            yield from batch

    def _solutions(self, columns: Sequence[str]) -> str:
        """Return the SELECT of all solutions: the rows that are kept, with their cells split."""
        query = f"SELECT * FROM {_KEPT}"
        needed = {column.removesuffix("_qualifier") for column in columns}
        for column, split in self.mapping.splits.items():
            if column not in needed:
                continue
            name = _quoted(column)
            words = "|".join(map(re.escape, split.qualifiers))
            value, qualifier = "trim(the_piece)", "NULL"
            if words:
                value = f"regexp_replace(trim(the_piece), '\\s+#({words})$', '')"
                qualifier = f"nullif(regexp_extract(trim(the_piece), '\\s+#({words})$', 1), '')"
            query = (
                f"SELECT * EXCLUDE the_piece REPLACE ({value} AS {name}), "
                f"{qualifier} AS {_quoted(f'{column}_qualifier')} "
                f"FROM (SELECT *, unnest(coalesce(nullif("
                f"list_filter(string_split({name}, {_string(split.separator)}), "
                f"lambda part: trim(part) <> ''), []), [NULL])) AS the_piece FROM ({query}))"
            )
        return query

    def _fetch(self, query: str) -> list[Any]:
        return self.connection.execute(query).fetchall()


@contextmanager
def open_tables(mapping: TableMapping, files: Sequence[Path]) -> Iterator[TableRows]:
    """Read the files and yield their rows.

    Raises:
        UsageError: DuckDB is not installed, or the number of files is not that of the mapping.
        InputError: A file cannot be read, or is not as the mapping says.
    """
    try:
        import duckdb
    except ModuleNotFoundError:
        raise UsageError("import needs DuckDB: pip install 'factbook[import]'") from None
    if len(files) != len(mapping.tables):
        names = ", ".join(table.name for table in mapping.tables)
        raise UsageError(f"{mapping.path} takes {len(mapping.tables)} files ({names})")
    with tempfile.TemporaryDirectory(prefix="factbook-import-") as folder:
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
        connection = duckdb.connect(str(Path(folder, "tables.duckdb")), config=config)
        try:
            connection.execute(f"SET memory_limit = '{_MEMORY}'")
            kinds: dict[str, Kind] = {}
            for number, (table, path) in enumerate(zip(mapping.tables, files, strict=True)):
                kinds |= _Loader(connection, mapping, table, path, Path(folder, str(number))).load()
            # The SQL of a mapping sees the tables, and no file
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            yield _choose_rows(connection, mapping, files, kinds)
        finally:
            connection.close()


def shorten(text: str) -> str:
    """Return a text for a message: printable, and not long."""
    return make_printable(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…")


def checksum(path: Path) -> Checksum:
    """Return the SHA-256 of a file.

    Raises:
        InputError: The file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return Checksum(path.name, hashlib.file_digest(file, "sha256").hexdigest())
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None


@dataclass(frozen=True)
class _Loader:
    """Loads one file as a table."""

    connection: DuckDBPyConnection
    mapping: TableMapping
    table: TableFormat
    path: Path
    link: Path
    """Where to make a link to the file, whose own name DuckDB could take for a pattern."""

    def load(self) -> dict[str, Kind]:
        """Load the file and return the kinds of the variables.

        Raises:
            InputError: The file cannot be read, or is not as the mapping says.
        """
        is_packed = self._start().startswith(GZIP)
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

    def _start(self) -> bytes:
        try:
            with self.path.open("rb") as file:
                start = file.read(len(GZIP))
        except FileNotFoundError:
            raise InputError(f"{self.path}: no such file") from None
        except OSError as error:
            raise InputError(f"{self.path}: cannot be read: {error.strerror}") from None
        if not start:
            raise InputError(f"{self.path}: is empty")
        return start

    @property
    def _raw(self) -> str:
        return f"raw_{self.table.name}"

    def _read_delimited(self, file: str, *, is_packed: bool) -> list[tuple[str, str]]:
        delimiter = _DELIMITERS[self.table.format]
        columns = name_columns(self._header(delimiter))
        self._check_layout([label for label, _ in columns])
        types = ", ".join(f"{_string(variable)}: 'VARCHAR'" for _, variable in columns)
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
            raise InputError(f"{self.path}:1: {error}") from None
        if not any(map(str.strip, header)):
            raise InputError(f"{self.path}:1: the first line has no names of columns")
        return header

    def _read_parquet(self, file: str) -> list[tuple[str, str]]:
        described = self._run("DESCRIBE SELECT * FROM read_parquet(?)", [file])
        names = [str(name) for name, *_ in described]
        columns = name_columns(names)
        self._check_layout([label for label, _ in columns])
        cells = ", ".join(
            f"CAST({_quoted(name)} AS VARCHAR) AS {_quoted(variable)}"
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
            f"nullif(json_extract_string(json, {_string(_json_path(key))}), '') "
            f"AS {_quoted(variable)}"
            for key, (_, variable) in zip(keys, columns, strict=True)
        )
        self._run(f"CREATE TABLE {self._raw} AS SELECT {ROW_NUMBER}, {cells} FROM records")
        self._run("DROP TABLE records")
        return columns

    def _check_layout(self, labels: Sequence[str]) -> None:
        """Compare the columns with those that the mapping expects."""
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
        """Make sure that there are rows, and that each cell is what the mapping says."""
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
        found = self._run(
            f"SELECT {ROW_NUMBER}, wrong, count(*) OVER () FROM (SELECT {ROW_NUMBER}, "
            f"CASE {cases} END AS wrong FROM {self._raw}) WHERE wrong IS NOT NULL "
            f"ORDER BY {ROW_NUMBER} LIMIT 1"
        )
        if not found:
            return
        number, place, count = found[0]
        label, variable, _ = conditions[place]
        cell = self._run(
            f"SELECT {_quoted(variable)} FROM {self._raw} WHERE {ROW_NUMBER} = ?",
            [number],
        )[0][0]
        more = f"; {count - 1:,} more rows have such cells" if count > 1 else ""
        raise InputError(
            f"{self.path}, row {number}: the column '{label}' has '{shorten(cell)}', which is not "
            f"{_in_words(self.table.columns[label])}{more}"
        )

    def _kinds(self, columns: Sequence[tuple[str, str]]) -> dict[str, Kind]:
        found = {variable: self.table.columns[label] for label, variable in columns}
        return {variable: kind for variable, kind in found.items() if kind.name != IGNORED}

    def _make_view(self, kinds: dict[str, Kind]) -> None:
        """Make the table that the SQL of the mapping sees: days as ISO 8601, no thousands marks."""
        cells = ""
        for variable, kind in kinds.items():
            name = cell = _quoted(variable)
            if kind.name == DATE:
                cell = f"CAST(CAST(strptime({name}, {_string(kind.date_form)}) AS DATE) AS VARCHAR)"
            elif kind.thousands:
                cell = f"replace({name}, ',', '')"
            cells += f", {cell} AS {name}"
        self._run(
            f"CREATE VIEW {_quoted(self.table.name)} AS SELECT {ROW_NUMBER}{cells} FROM {self._raw}"
        )

    def _run(self, query: str, arguments: Sequence[object] = ()) -> list[Any]:
        import duckdb

        try:
            return self.connection.execute(query, list(arguments)).fetchall()
        except duckdb.Error as error:
            raise InputError(f"{self.path}{_explain(str(error))}") from None


def _choose_rows(
    connection: DuckDBPyConnection,
    mapping: TableMapping,
    files: Sequence[Path],
    kinds: dict[str, Kind],
) -> TableRows:
    """Reshape the tables, leave out rows, and give each of the others its key."""
    names = ", ".join(map(str, files))
    rows = mapping.reshape or f"SELECT * FROM {_quoted(mapping.tables[0].name)}"
    described = _run_own(connection, mapping, "`reshape`", f"DESCRIBE SELECT * FROM ({rows}\n)")
    types = {str(name): str(kind) for name, kind, *_ in described}
    columns = {
        name: _kind_of(kind, kinds.get(name)) for name, kind in types.items() if name != ROW_NUMBER
    }
    for wanted in (*mapping.key, *mapping.splits, *mapping.things):
        if wanted not in columns:
            mapping.fail(f"there is no column ?{wanted}.{did_you_mean(wanted, columns)}")
    conditions = [f"WHEN ({skip.where}\n) THEN {place}" for place, skip in enumerate(mapping.skips)]
    skip = f"CASE {' '.join(conditions)} END" if conditions else "CAST(NULL AS INTEGER)"
    number = ROW_NUMBER if ROW_NUMBER in types else "row_number() OVER ()"
    cells = "".join(f", CAST({_quoted(name)} AS VARCHAR) AS {_quoted(name)}" for name in columns)
    _run_own(
        connection,
        mapping,
        "`skip`" if conditions else "`reshape`",
        f"CREATE TABLE {_ROWS} AS SELECT {number} AS {ROW_NUMBER}{cells}, "
        f"{skip} AS skip FROM ({rows}\n)",
    )
    key = (
        "concat_ws(' / ', "
        + ", ".join(f"coalesce({_quoted(name)}, '')" for name in mapping.key)
        + ")"
    )
    stem = "trim(regexp_replace(lower(strip_accents(row_key)), '[^a-z0-9]+', '-', 'g'), '-')"
    connection.execute(
        f"CREATE VIEW keyed AS SELECT *, {stem} AS stem FROM "
        f"(SELECT * EXCLUDE skip, {key} AS row_key FROM {_ROWS} WHERE skip IS NULL)"
    )
    _check_keys(connection, mapping, names)
    connection.execute(
        f"CREATE TABLE {_SLUGS} AS SELECT stem FROM keyed GROUP BY stem HAVING count(*) > 1"
    )
    connection.execute(
        f"CREATE VIEW {_KEPT} AS SELECT * EXCLUDE stem, CASE WHEN stem <> '' AND length(stem) <= "
        f"{_LONGEST_SLUG} AND stem NOT IN (SELECT stem FROM {_SLUGS}) THEN stem ELSE "
        f"trim(rtrim(left(stem, {_LONGEST_SLUG - 9}), '-') || '-' || left(md5(row_key), 8), '-') "
        "END AS row_slug FROM keyed"
    )
    counted = _quoted(mapping.tables[0].name) if ROW_NUMBER in types else _ROWS
    count = connection.execute(f"SELECT count(*) FROM {counted}").fetchall()[0][0]
    return TableRows(mapping, names, columns, connection, count)


def _check_keys(connection: DuckDBPyConnection, mapping: TableMapping, names: str) -> None:
    key = ", ".join(mapping.key)
    found = connection.execute(
        f"SELECT row_key, list_slice(list_sort(list({ROW_NUMBER})), 1, 2), count(*) OVER () "
        "FROM keyed GROUP BY row_key HAVING count(*) > 1 ORDER BY 2 LIMIT 1"
    ).fetchall()
    empty = connection.execute(
        f"SELECT min({ROW_NUMBER}) FROM keyed WHERE trim(row_key, ' /') = ''"
    ).fetchall()[0][0]
    if empty is not None:
        raise InputError(f"{names}, row {empty}: has no key ({key})")
    if found:
        text, (first, second), count = found[0]
        more = f"; {count - 1:,} more keys are not unique" if count > 1 else ""
        raise InputError(
            f"{names}, row {second}: has the key ({key}) of row {first}: '{shorten(text)}'{more}"
        )


def _run_own(
    connection: DuckDBPyConnection, mapping: TableMapping, place: str, query: str
) -> list[Any]:
    """Run SQL that the mapping has written."""
    import duckdb

    try:
        return connection.execute(query).fetchall()
    except duckdb.Error as error:
        return mapping.fail(f"{place}: {str(error).splitlines()[0]}")


def _kind_of(sql_type: str, declared: Kind | None) -> Kind:
    """Return the kind of a column: that of its SQL type, or of a text the one declared."""
    for pattern, kind in _SQL_KINDS:
        if pattern.match(sql_type):
            return kind
    return declared or Kind()


def _wrong_cell(variable: str, kind: Kind) -> str:
    """Return the SQL condition for a cell that is not of its kind, or nothing."""
    cell = _quoted(variable)
    if kind.allowed:
        values = ", ".join(map(_string, kind.allowed))
        return f"{cell} NOT IN ({values})"
    if kind.name == DATE:
        return f"{cell} IS NOT NULL AND try_strptime({cell}, {_string(kind.date_form)}) IS NULL"
    if kind.name not in {INTEGER, NUMBER}:
        return ""
    pattern = f"{_NUMBER}|{_THOUSANDS}" if kind.thousands else _NUMBER
    wrong = (
        f"NOT regexp_full_match({cell}, {_string(pattern)}) OR length({cell}) > {_LONGEST_NUMBER}"
    )
    if kind.name == INTEGER:
        plain = f"replace({cell}, ',', '')" if kind.thousands else cell
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
        NUMBER: "a number",
        DATE: f"a day in the form {kind.date_form}",
        TEXT: "a text",
    }[kind.name]


def _explain(message: str) -> str:
    """Return what is wrong with a file, with the row where DuckDB names it."""
    line = re.search(r"CSV Error on Line: (\d+)", message)
    cells = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", message)
    if "Invalid unicode" in message or "not utf-8" in message.casefold():
        reason = "is not UTF-8"
    elif cells:
        reason = f"has {cells[2]} cells, and the first line has {cells[1]}"
    elif "Maximum line size" in message:
        reason = "is longer than 2 MB"
    elif "unterminated quote" in message:
        reason = "a cell with a quotation mark is not closed"
    else:
        reason = re.sub(r'(in file )"[^"]*/\d+\.\w+(\.gz)?"', "", message.splitlines()[0])
        reason = re.sub(r"^(?:\w+ )*Error: ", "", reason).strip()
    return f", row {int(line[1]) - 1}: {reason}" if line else f": {reason}"


def _string(text: str) -> str:
    """Return a text as a string of SQL."""
    return "'" + text.replace("'", "''") + "'"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _json_path(key: str) -> str:
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'$."{escaped}"'
