"""Columns that belong together share a cell in tables for people, and details stay out."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Store

from factbook.rdf.terms import XSD, Term
from factbook.render.cells import Cells, Column, build_cells
from factbook.store.embedded import EmbeddedEngine

EX = "https://example.org/"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
EURO = NamedNode("http://qudt.org/vocab/unit/CCY_EUR")
MONTH, QUARTER, YEAR = (NamedNode(EX + name) for name in ("month", "quarter", "year"))
NAMES = ["thing", "worth", "unit", "low", "high", "date", "known", "note", "remark"]
COLUMNS = (
    Column("worth", "decimal", unit="unit", low="low", high="high"),
    Column("date", "date", precision="known"),
    Column("note", detail=True),
    Column("remark", sparse=True),
)


def number(text: str) -> Literal:
    """Return a decimal."""
    return Literal(text, datatype=NamedNode(f"{XSD}decimal"))


def day(text: str) -> Literal:
    """Return a date."""
    return Literal(text, datatype=NamedNode(f"{XSD}date"))


def shown(*rows: dict[str, Term], wide: bool = False) -> Cells:
    """Return rows, given by column, as a table for people."""
    store = Store()
    store.load(
        "".join(
            f'<{EX}{name}> <{LABEL}> "{name}"@en .\n' for name in ("month", "quarter", "year")
        ).encode(),
        format=RdfFormat.N_TRIPLES,
    )
    given = [tuple(row.get(name) for name in NAMES) for row in rows]
    return build_cells(
        NAMES, given, engine=EmbeddedEngine(store), prefixes={}, columns=COLUMNS, wide=wide
    )


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"worth": number("4250000000")}, "€4.25B"),
        ({"low": number("7000000000"), "high": number("8000000000")}, "€7.00B to €8.00B"),
        ({"worth": number("7000000000"), "high": number("8000000000")}, "€7.00B to €8.00B"),
        ({"low": number("7000000000")}, "from €7.00B"),
        ({"high": number("8000000000")}, "up to €8.00B"),
        ({}, ""),
    ],
)
def test_range_takes_the_place_of_a_number(row: dict[str, Term], expected: str) -> None:
    """The ends of a range and the unit have no columns of their own."""
    table = shown({"unit": EURO, **row})

    assert table.headings == ("thing", "worth", "date")
    assert table.rows == [("", expected, "")]


@pytest.mark.parametrize(
    ("known", "expected"),
    [(MONTH, "2021-11"), (QUARTER, "2021-Q4"), (YEAR, "2021"), (None, "2021-11-01")],
)
def test_date_is_cut_to_its_precision(known: NamedNode | None, expected: str) -> None:
    """The first day of a month is not passed off as a day that is known."""
    row: dict[str, Term] = {"date": day("2021-11-01")}
    if known:
        row["known"] = known

    assert shown(row).rows == [("", "", expected)]


def test_details_are_shown_in_wide_tables_only() -> None:
    """A detail has a column only in a wide table."""
    row: dict[str, Term] = {"note": Literal("so to speak")}

    assert "note" not in shown(row).headings
    assert shown(row, wide=True).headings == ("thing", "worth", "date", "note")
    assert shown(row, wide=True).rows == [("", "", "", "so to speak")]


def test_sparse_column_is_hidden_while_empty() -> None:
    """One row with something in it is enough."""
    row: dict[str, Term] = {"remark": Literal("see below")}

    assert shown({}, row).headings == ("thing", "worth", "date", "remark")
    assert shown({}, {}).headings == ("thing", "worth", "date")
    assert shown({}, {}, wide=True).headings == ("thing", "worth", "date", "note")
