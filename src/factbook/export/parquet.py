"""Write tables as Parquet files with typed columns, for data frames and databases.

Numbers, dates and truth values have their types where every value of the column fits, and are texts
where one does not. A column of which a thing has several values is a column of lists. The IRI and
name of its property stand in the metadata of each column.
"""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING, Any, Self

from factbook.errors import UsageError
from factbook.export.columns import DECIMAL
from factbook.rdf.terms import XSD

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from factbook.export.columns import Column
    from factbook.export.tables import Row, Table, Tables

_AT_ONCE = 20_000
_LONG_DIGITS = 18  # what surely fits into 64 bits
_MOST_DIGITS = 38  # of a decimal of 128 bits


def write_parquet(
    tables: Tables, folder: Path, *, titles: Callable[[list[str]], Mapping[str, str]]
) -> None:
    """Write a file for each table; see `csvw.write_csvw`.

    Raises:
        UsageError: pyarrow is not installed.
    """
    arrow = _arrow()
    known = titles(sorted({c.predicate for table in tables.tables for c in table.columns}))
    with ExitStack() as open_files:
        files = {
            table.class_iri: open_files.enter_context(_File(arrow, table, folder, known))
            for table in tables.tables
        }
        for row in tables.rows():
            files[row.table.class_iri].add(row)


def _arrow() -> Any:  # noqa: ANN401 - a module that need not be there
    try:
        import_module("pyarrow.parquet")
        return import_module("pyarrow")
    except ImportError:
        raise UsageError(
            "-f parquet needs pyarrow, which is not installed: pip install pyarrow, or take -f csvw"
        ) from None


class _File:
    """One Parquet file, written some thousand rows at a time."""

    def __init__(
        self,
        arrow: Any,  # noqa: ANN401 - the module pyarrow
        table: Table,
        folder: Path,
        titles: Mapping[str, str],
    ) -> None:
        self._arrow = arrow
        self._types = [_Type(arrow, column) for column in table.columns]
        fields = [arrow.field("id", arrow.string(), nullable=False)]
        for column, type_ in zip(table.columns, self._types, strict=True):
            about = {"iri": column.predicate, "title": titles[column.predicate]}
            fields.append(arrow.field(column.name, type_.arrow, metadata=about))
        self._schema = arrow.schema(fields, metadata={"class": table.class_iri})
        self._path = folder / f"{table.name}.parquet"
        self._rows: list[Row] = []

    def __enter__(self) -> Self:
        self._writer = self._arrow.parquet.ParquetWriter(self._path, self._schema)
        return self

    def __exit__(self, *failure: object) -> None:
        if not any(failure):
            self._flush()
        self._writer.close()

    def add(self, row: Row) -> None:
        """Write a row, now or later."""
        self._rows.append(row)
        if len(self._rows) >= _AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        columns: list[Sequence[Any]] = [[row.iri for row in self._rows]]
        columns += [
            [type_.cell(row.values[number]) for row in self._rows]
            for number, type_ in enumerate(self._types)
        ]
        arrays = [
            self._arrow.array(values, type=field.type)
            for values, field in zip(columns, self._schema, strict=True)
        ]
        self._writer.write_batch(self._arrow.record_batch(arrays, schema=self._schema))
        self._rows.clear()


class _Type:
    """The type of a column, and how texts become values of it."""

    def __init__(self, arrow: Any, column: Column) -> None:  # noqa: ANN401
        self._many = column.seen.many
        single, self._value = _typed(arrow, column)
        self.arrow = arrow.list_(single) if self._many else single

    def cell(self, texts: list[str]) -> Any:  # noqa: ANN401
        """Return the value of a cell."""
        if not texts:
            return None
        values = [self._value(text) for text in texts]
        return values if self._many else values[0]


def _typed(arrow: Any, column: Column) -> tuple[Any, Callable[[str], Any]]:  # noqa: ANN401
    seen = column.seen
    if column.kind == DECIMAL and seen.fits:
        if not seen.scale and seen.digits <= _LONG_DIGITS:
            return arrow.int64(), int
        if seen.digits + seen.scale <= _MOST_DIGITS:
            return arrow.decimal128(max(1, seen.digits + seen.scale), seen.scale), Decimal
    if column.kind == f"{XSD}date" and seen.fits:
        return arrow.date32(), date.fromisoformat
    if column.kind == f"{XSD}boolean" and seen.fits:
        return arrow.bool_(), lambda text: text == "true"
    return arrow.string(), str
