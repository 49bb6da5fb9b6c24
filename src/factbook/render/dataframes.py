"""Turn an answer into a polars data frame, and write it as Parquet or Excel.

A column is typed only if every value fits the type exactly; otherwise it holds the lexical forms
as text. Nothing is rounded, lost or guessed.
"""

from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import IO, TYPE_CHECKING, Any

from pyoxigraph import Literal

from factbook.errors import UsageError
from factbook.rdf.terms import XSD, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import polars as pl

    from factbook.rdf.terms import Term
    from factbook.render.cells import Column
    from factbook.store.answers import Table

_INTEGER, _DECIMAL = f"{XSD}integer", f"{XSD}decimal"
_INT64 = range(-(2**63), 2**63)
_DECIMAL_DIGITS = 38  # of polars' decimals, which have 128 bits
_EXCEL_DIGITS = 15
_DECIMALS = 6  # that a cell shows; its value has all
_NOT_FINITE = {"inf": "INF", "-inf": "-INF", "nan": "NaN"}
_EXCEL_ROWS = 1_048_576
_EXCEL_CHARACTERS = 32_767
_EXCEL_FIRST_DAY = date(1900, 3, 1)  # Excel counts 29 February 1900, which did not exist
_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 - Excel has no time zones; a constant keeps bytes equal


def write_parquet(table: Table, out: IO[bytes]) -> None:
    """Write an answer as Parquet with typed columns.

    Raises:
        UsageError: polars is not installed.
    """
    frame = to_polars(table, "-f parquet")
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    out.write(buffer.getvalue())


def write_excel(
    table: Table,
    out: IO[bytes],
    *,
    columns: Sequence[Column] = (),
    notes: Sequence[Sequence[str]] = (),
) -> None:
    """Write an answer as an Excel workbook with typed cells, a frozen header and a filter.

    Args:
        table: The answer.
        out: Where to write the workbook.
        columns: The columns as the front matter of the query describes them.
        notes: The rows of a second sheet, which describes the answer and its sources.

    Raises:
        UsageError: polars or xlsxwriter is not installed, or Excel cannot hold the answer.
    """
    frame = to_polars(table, "-f xlsx")
    try:
        from xlsxwriter import Workbook
    except ImportError:
        raise _missing("-f xlsx", "xlsxwriter") from None
    import polars as pl

    if frame.height >= _EXCEL_ROWS:
        raise UsageError(f"Excel holds {_EXCEL_ROWS - 1:,} rows at most; use -f parquet or csv")
    types = {column.name: column.type for column in columns}
    fitted = [_fit_for_excel(column, types.get(column.name, "")) for column in frame.get_columns()]
    formats: dict[Any, Any] = {column.name: form for column, form in fitted if form}
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    with Workbook(buffer, options) as workbook:
        workbook.set_properties({"created": _CREATED})
        pl.DataFrame([column for column, _ in fitted]).write_excel(
            workbook,
            "Answer",
            autofit=True,
            column_formats=formats,
            freeze_panes=(1, 0),
            header_format={"bold": True},
        )
        if notes:
            _write_notes(workbook, notes)
    out.write(buffer.getvalue())


def _write_notes(workbook: Any, notes: Sequence[Sequence[str]]) -> None:  # noqa: ANN401 - it has no stubs
    sheet = workbook.add_worksheet("About")
    bold, wrapped = (workbook.add_format(form) for form in ({"bold": True}, {"text_wrap": True}))
    sheet.set_column(0, 0, 16, bold)
    sheet.set_column(1, 2, 70, wrapped)
    for place, row in enumerate(notes):
        for column, text in enumerate(row):
            sheet.write_string(place, column, text[:_EXCEL_CHARACTERS])


def to_polars(table: Table, what: str = "a data frame") -> pl.DataFrame:
    """Return an answer as a data frame.

    Args:
        table: The answer.
        what: What needs polars, for the error message.

    Raises:
        UsageError: polars is not installed.
    """
    try:
        import polars as pl
    except ImportError:
        raise _missing(what, "polars") from None
    rows = list(table.rows)
    return pl.DataFrame(
        [_series(name, [row[place] for row in rows]) for place, name in enumerate(table.variables)]
    )


def _missing(what: str, package: str) -> UsageError:
    return UsageError(
        f"{what} needs {package}, which is not installed: pip install 'factbook[tables]'"
    )


def _series(name: str, terms: Sequence[Term | None]) -> pl.Series:
    """Return a column of the narrowest type that holds every value exactly."""
    import polars as pl

    values_present = [term for term in terms if term is not None]
    datatypes = {
        term.datatype.value if isinstance(term, Literal) else "" for term in values_present
    }
    if values_present and datatypes <= {_INTEGER, _DECIMAL}:
        series = _numbers(name, terms, datatypes)
        if series is not None:
            return series
    elif len(datatypes) == 1 and (typed := _TYPED.get(next(iter(datatypes)))) is not None:
        convert, polars_type = typed
        try:
            values = [None if term is None else convert(text_of(term)) for term in terms]
        except ValueError:
            pass  # a value is not valid for its datatype
        else:
            return pl.Series(name, values, dtype=getattr(pl, polars_type))
    texts = [None if term is None else text_of(term) for term in terms]
    return pl.Series(name, texts, dtype=pl.String)


def _numbers(name: str, terms: Sequence[Term | None], datatypes: set[str]) -> pl.Series | None:
    """Return a column of integers or decimals, or None if one does not fit."""
    import polars as pl

    try:
        values = [None if term is None else Decimal(text_of(term)) for term in terms]
    except ArithmeticError:
        return None
    numbers = [value for value in values if value is not None]
    if any(not value.is_finite() for value in numbers):
        return None
    if datatypes == {_INTEGER} and all(int(value) in _INT64 for value in numbers):
        integers = [None if value is None else int(value) for value in values]
        return pl.Series(name, integers, dtype=pl.Int64)
    scale = max(max(0, -int(value.as_tuple().exponent)) for value in numbers)
    digits = max(max(1, value.adjusted() + 1) for value in numbers)
    if digits + scale > _DECIMAL_DIGITS:
        return None
    return pl.Series(name, values, dtype=pl.Decimal(_DECIMAL_DIGITS, scale))


def _truth(text: str) -> bool:
    if text not in {"true", "false", "1", "0"}:
        raise ValueError(text)
    return text in {"true", "1"}


_TYPED: dict[str, tuple[Callable[[str], Any], str]] = {
    f"{XSD}boolean": (_truth, "Boolean"),
    f"{XSD}date": (date.fromisoformat, "Date"),
    f"{XSD}double": (float, "Float64"),
    f"{XSD}float": (float, "Float64"),
}


def _fit_for_excel(column: pl.Series, column_type: str) -> tuple[pl.Series, str]:
    """Return a column that Excel can hold, and its number format.

    Values that Excel would round or shift become text.

    Raises:
        UsageError: A text is too long for a cell.
    """
    import polars as pl

    values = [value for value in column.to_list() if value is not None]
    if column.dtype == pl.Date:
        is_kept = all(value >= _EXCEL_FIRST_DAY for value in values)
        return (column, "yyyy-mm-dd") if is_kept else (column.cast(pl.String), "")
    if column_type == "year" and column.dtype == pl.String and all(map(str.isdecimal, values)):
        return column.cast(pl.Int64), "0"
    if column.dtype.is_numeric() and column.dtype != pl.Float64:
        numbers = [Decimal(value).normalize() for value in values]
        if max((len(number.as_tuple().digits) for number in numbers), default=0) > _EXCEL_DIGITS:
            return column.cast(pl.String), ""
        decimals = max((-int(number.as_tuple().exponent) for number in numbers), default=0)
        whole = "0" if column_type in {"year", "identifier"} else "#,##0"
        shown = f"{whole}.{'0' * min(decimals, _DECIMALS)}" if decimals > 0 else whole
        return column.cast(pl.Float64) if column.dtype.is_decimal() else column, shown
    if column.dtype == pl.Float64 and not all(map(isfinite, values)):
        texts = [
            None if value is None else _NOT_FINITE.get(str(value), str(value)) for value in column
        ]
        return pl.Series(column.name, texts), ""
    if column.dtype == pl.String and any(len(value) > _EXCEL_CHARACTERS for value in values):
        raise UsageError(
            f"column {column.name}: Excel holds {_EXCEL_CHARACTERS:,} characters in a cell at "
            "most; use -f parquet or csv"
        )
    return column, ""
