"""A pivot table has every row of the answer in a cell, and drops none silently."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Literal, NamedNode, Store

from factbook.errors import UsageError
from factbook.rdf.terms import XSD
from factbook.render.cells import Cells, Column
from factbook.render.labels import Labels
from factbook.render.pivot import Pivot, pivot_cells, pivot_table, read_pivot
from factbook.render.terminal import draw_table
from factbook.store.answers import Table
from factbook.store.embedded import EmbeddedEngine

if TYPE_CHECKING:
    from factbook.store.answers import Row

EX = "https://example.org/"
VARIABLES = ("river", "period", "date", "flow", "unit")
COLUMNS = (
    Column("river", "iri"),
    Column("period", "period"),
    Column("date", "date"),
    Column("flow", "decimal", title="mean flow", unit="unit"),
    Column("unit", "iri"),
)
PIVOT = Pivot(("river", "period"), "date", "flow", "year")


def make_row(river: str, period: str, day: str | None, flow: int | None) -> Row:
    """Return a row of the answer."""
    return (
        NamedNode(EX + river),
        Literal(period) if period else None,
        Literal(day, datatype=NamedNode(f"{XSD}date")) if day else None,
        None if flow is None else Literal(flow),
        NamedNode(f"{EX}unit/litre"),
    )


def lay_out(rows: list[Row], pivot: Pivot = PIVOT) -> Cells:
    """Return the pivot table of some rows."""
    return pivot_cells(
        pivot, VARIABLES, rows, engine=EmbeddedEngine(Store()), prefixes={"r": EX}, columns=COLUMNS
    )


def test_rows_that_begin_alike_stand_together() -> None:
    """The rows of a river follow one another, although another river comes between them."""
    cells = lay_out(
        [
            make_row("inn", "P3M", "2024-06-30", 1),
            make_row("enns", "P1Y", "2024-12-31", 2),
            make_row("inn", "P1Y", "2023-12-31", 3),
            make_row("inn", "P3M", "2023-03-31", 4),
        ]
    )

    assert [row[:2] for row in cells.rows] == [
        ("r:inn", "quarter to Jun"),
        ("r:inn", "quarter to Mar"),
        ("r:inn", "year to Dec"),
        ("r:enns", "year to Dec"),
    ]


def test_years_stand_across() -> None:
    """Quarters of different months have rows of their own, and what has no date comes last."""
    cells = lay_out(
        [
            make_row("inn", "P3M", "2024-03-31", 1),
            make_row("inn", "P3M", "2023-03-31", 2),
            make_row("inn", "P3M", "2024-06-30", 3),
            make_row("inn", "", "2024-02-01", 4),
            make_row("inn", "", None, 5),
        ]
    )

    assert cells.headings == ("river", "period", "2023", "2024", "undated")
    assert [tuple(text.split(" ")[0] for text in row[2:]) for row in cells.rows] == [
        ("2", "1", ""),
        ("", "3", ""),
        ("", "4", "5"),
    ]
    assert [row[1].rpartition(" ")[2] for row in cells.rows] == ["Mar", "Jun", ""]


def test_quarters_stand_across() -> None:
    """A day falls into its quarter."""
    rows = [make_row("inn", "P3M", "2024-03-31", 1), make_row("inn", "P3M", "2024-04-01", 2)]

    cells = lay_out(rows, Pivot(("river",), "date", "flow", "quarter"))

    assert cells.headings == ("river", "2024-Q1", "2024-Q2")


def test_rows_in_one_cell_all_stand_in_it() -> None:
    """Equal values are counted, a statement without a number is a dash, and a note says so."""
    rows = [make_row("inn", "", "2024-01-01", flow) for flow in (7, 8, 7, None)]

    cells = lay_out(rows)
    values = [part.split(" ")[0] for part in cells.rows[0][2].split("; ")]

    assert values == ["7", "8", "–"]  # noqa: RUF001 - the dash of the table
    assert "(2×)" in cells.rows[0][2]  # noqa: RUF001 - times
    assert any("1 cell with several statements" in note for note in cells.notes)


def test_things_of_one_name_have_rows_of_their_own() -> None:
    """The thing decides and not its label."""
    rows: list[Row] = [
        (Literal("inn"), None, Literal("2024"), Literal(1), None),
        (Literal("inn", language="en"), None, Literal("2024"), Literal(2), None),
    ]

    assert len(lay_out(rows).rows) == 2


def test_oldest_years_are_left_out_where_there_is_no_room() -> None:
    """The table names them."""
    rows = [make_row("inn", "", f"{year}-01-01", 1_000_000) for year in range(1990, 2026)]

    text = draw_table(lay_out(rows), width=80)

    assert "2025" in text.splitlines()[0]
    assert "1990" not in text.splitlines()[0]
    assert "No room for: 1990, 1991" in text


def test_rows_of_years_without_room_are_counted() -> None:
    """A row whose figures are all of columns that are left out would be empty."""
    rows = [make_row("inn", "", f"{year}-01-01", 1_000_000) for year in range(1990, 2026)]
    rows.append(make_row("elbe", "", "1990-01-01", 2_000_000))

    text = draw_table(lay_out(rows), width=80)

    assert "1 row with nothing else (--wide" in " ".join(text.split())
    assert "lbe" not in text


def test_table_for_programs_keeps_terms_and_units() -> None:
    """Numbers stay numbers, and their unit is a column before them."""
    rows = [make_row("inn", "P3M", "2024-03-31", 1), make_row("inn", "P3M", "2023-03-31", 2)]

    made = pivot_table(PIVOT, Table(VARIABLES, rows), COLUMNS, Labels({}, EmbeddedEngine(Store())))

    assert made.variables == ("river", "period", "unit", "2023", "2024")
    assert next(iter(made.rows))[3:] == (Literal(2), Literal(1))


def test_table_for_programs_refuses_two_rows_in_one_cell() -> None:
    """The error names the cell."""
    rows = [make_row("inn", "", "2024-01-01", flow) for flow in (7, 8)]

    with pytest.raises(UsageError, match=r"2 rows fall into one cell .*2024"):
        pivot_table(PIVOT, Table(VARIABLES, rows), COLUMNS, Labels({}, EmbeddedEngine(Store())))


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("years", "write a mapping"),
        ({"rows": "a", "columns": "b"}, "name the column for 'cells'"),
        ({"rows": "a", "columns": "b", "cells": "c", "bye": "year"}, "Did you mean 'by'"),
        ({"rows": "a", "columns": "b", "cells": "c", "by": "week"}, "is not one of year, quarter"),
    ],
)
def test_invalid_description_is_an_error(raw: object, said: str) -> None:
    """Each error says what to write."""
    with pytest.raises(UsageError, match=said):
        read_pivot(raw)
