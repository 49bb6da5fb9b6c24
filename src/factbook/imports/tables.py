"""Read tables with DuckDB: reshape and filter their rows, and check that their keys are unique.

A temporary database on disk holds the tables, so that memory does not grow with them.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from factbook.atomic_write import temporary_path
from factbook.errors import InputError, UsageError, did_you_mean
from factbook.imports.mapping import (
    BOOLEAN,
    DATE,
    NUMBER,
    ROW_NUMBER,
    Kind,
    TableMapping,
)
from factbook.imports.table_loader import TableLoader, quote, quote_text, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from duckdb import DuckDBPyConnection

_MEMORY = "1GB"
_SQL_KINDS = (
    (re.compile(r"(U?(BIG|HUGE|SMALL|TINY)?INT(EGER)?|DECIMAL|DOUBLE|FLOAT)\b"), Kind(NUMBER)),
    (re.compile(r"DATE$"), Kind(DATE)),
    (re.compile(r"BOOLEAN$"), Kind(BOOLEAN)),
)
_ROWS = "the_rows"
_KEPT = "the_kept_rows"
_SLUGS = "the_shared_slugs"
_LONGEST_SLUG = 80


class Row(NamedTuple):
    """The number and the key of a row, and its line of VALUES."""

    number: int
    key: str
    line: str


@dataclass(frozen=True)
class Checksum:
    """An input: its name, and its SHA-256."""

    name: str
    sha256: str


@dataclass(frozen=True)
class TableRows:
    """The rows of a mapping's tables, reshaped, filtered and split."""

    mapping: TableMapping
    names: str
    """The inputs, for messages."""
    columns: dict[str, Kind]
    connection: DuckDBPyConnection
    count: int
    """The number of rows of the first table, or of reshaped rows without row numbers."""

    def values_of(self, column: str) -> list[tuple[str, int, int]]:
        """Return each text in a column with its first row and the number of its rows."""
        query = (
            f"SELECT trim({quote(column)}), min({ROW_NUMBER}), count(*) "
            f"FROM ({self._solutions([column])}) WHERE {quote(column)} IS NOT NULL "
            "GROUP BY 1 ORDER BY 1"
        )
        return self._fetch(query)

    def read(self, line: str, columns: Sequence[str], size: int) -> Iterator[list[Row]]:
        """Yield the rows in lists, one row per solution.

        Args:
            line: The SQL expression of a line.
            columns: The columns that it reads.
            size: The number of rows in a list.
        """
        cursor = self.connection.cursor()
        cursor.execute(f"SELECT {ROW_NUMBER}, row_key, {line} FROM ({self._solutions(columns)})")
        while batch := cursor.fetchmany(size):
            yield list(starmap(Row, batch))

    def look_up(self, variable: str, column: str, names: Mapping[str, str]) -> str:
        """Return the SQL expression that maps the text in a column to a variable's value."""
        table = quote(f"the_values_of_{variable}")
        self.connection.execute(
            f"CREATE OR REPLACE TABLE {table} AS SELECT unnest(?) AS given, unnest(?) AS found",
            [list(names), list(names.values())],
        )
        return f"(SELECT found FROM {table} WHERE given = trim({quote(column)}))"

    def skipped(self) -> Iterator[tuple[int, int]]:
        """Yield the number of each skipped row, and the index of the reason."""
        cursor = self.connection.cursor()
        cursor.execute(
            f"SELECT {ROW_NUMBER}, min(skip) FROM {_ROWS} WHERE skip IS NOT NULL GROUP BY 1"
        )
        while batch := cursor.fetchmany(10_000):
            yield from batch

    def _solutions(self, columns: Sequence[str]) -> str:
        """Return the SELECT for all solutions: the rows that are not skipped, with split cells."""
        query = f"SELECT * FROM {_KEPT}"
        needed = {column.removesuffix("_qualifier") for column in columns}
        for column, split in self.mapping.splits.items():
            if column not in needed:
                continue
            name = quote(column)
            words = "|".join(map(re.escape, split.qualifiers))
            value, qualifier = "trim(the_piece)", "NULL"
            if words:
                value = f"regexp_replace(trim(the_piece), '\\s+#({words})$', '')"
                qualifier = f"nullif(regexp_extract(trim(the_piece), '\\s+#({words})$', 1), '')"
            query = (
                f"SELECT * EXCLUDE the_piece REPLACE ({value} AS {name}), "
                f"{qualifier} AS {quote(f'{column}_qualifier')} "
                f"FROM (SELECT *, unnest(coalesce(nullif("
                f"list_filter(string_split({name}, {quote_text(split.separator)}), "
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
        InputError: A file cannot be read, or does not match the mapping.
    """
    try:
        import duckdb
    except ModuleNotFoundError:
        raise UsageError("import needs DuckDB: pip install 'factbook[import]'") from None
    if len(files) != len(mapping.tables):
        names = ", ".join(table.name for table in mapping.tables)
        raise UsageError(f"{mapping.path} takes {len(mapping.tables)} files ({names})")
    folder = Path(tempfile.gettempdir(), f"factbook-import-{secrets.token_hex(8)}")
    with temporary_path(folder):
        folder.mkdir(mode=0o700)
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
        connection = duckdb.connect(str(Path(folder, "tables.duckdb")), config=config)
        try:
            connection.execute(f"SET memory_limit = '{_MEMORY}'")
            kinds: dict[str, Kind] = {}
            for number, (table, path) in enumerate(zip(mapping.tables, files, strict=True)):
                kinds |= TableLoader(
                    connection, mapping, table, path, Path(folder, str(number))
                ).load()
            # The SQL of a mapping can read the tables, but no files
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            yield _choose_rows(connection, mapping, files, kinds)
        finally:
            connection.close()


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


def _choose_rows(
    connection: DuckDBPyConnection,
    mapping: TableMapping,
    files: Sequence[Path],
    kinds: dict[str, Kind],
) -> TableRows:
    """Reshape the tables, leave out rows, and give each of the others its key."""
    names = ", ".join(map(str, files))
    rows = mapping.reshape or f"SELECT * FROM {quote(mapping.tables[0].name)}"
    described = _run_own(connection, mapping, "`reshape`", f"DESCRIBE SELECT * FROM ({rows}\n)")
    types = {str(name): str(kind) for name, kind, *_ in described}
    columns = {
        name: _kind_of(kind, kinds.get(name)) for name, kind in types.items() if name != ROW_NUMBER
    }
    for column_name in (*mapping.key, *mapping.splits, *mapping.things):
        if column_name not in columns:
            mapping.fail(f"there is no column ?{column_name}.{did_you_mean(column_name, columns)}")
    conditions = [f"WHEN ({skip.where}\n) THEN {place}" for place, skip in enumerate(mapping.skips)]
    skip = f"CASE {' '.join(conditions)} END" if conditions else "CAST(NULL AS INTEGER)"
    number = ROW_NUMBER if ROW_NUMBER in types else "row_number() OVER ()"
    cells = "".join(f", CAST({quote(name)} AS VARCHAR) AS {quote(name)}" for name in columns)
    _run_own(
        connection,
        mapping,
        "`skip`" if conditions else "`reshape`",
        f"CREATE TABLE {_ROWS} AS SELECT {number} AS {ROW_NUMBER}{cells}, "
        f"{skip} AS skip FROM ({rows}\n)",
    )
    for name in (name for name, kind in types.items() if kind in {"DOUBLE", "FLOAT"}):
        where = f"NOT isfinite(CAST({quote(name)} AS DOUBLE))"
        wrong = connection.execute(f"SELECT min({ROW_NUMBER}) FROM {_ROWS} WHERE {where}")
        if (row := wrong.fetchall()[0][0]) is not None:
            raise InputError(f"{names}, row {row}: `reshape` gives ?{name} no finite number")
    key = (
        "concat_ws(' / ', "
        + ", ".join(f"coalesce({quote(name)}, '')" for name in mapping.key)
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
    counted = quote(mapping.tables[0].name) if ROW_NUMBER in types else _ROWS
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
