"""Rows of an answer hold Python values, and become data frames without losing any."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

import factbook
from factbook.rdf.terms import XSD
from factbook.render.rows import Iri, Rows
from factbook.store.answers import Table


def literal(text: str, datatype: str) -> Literal:
    """Return a literal of an XSD datatype."""
    return Literal(text, datatype=NamedNode(XSD + datatype))


RIVERS = Path(__file__).parents[1] / "cli" / "book"
ROWS = Rows(
    Table(
        ("thing", "amount", "day", "mixed"),
        [
            (NamedNode("https://e.org/a"), literal("1.50", "decimal"), literal("x", "date"), None),
            (None, literal("2", "integer"), literal("2024-01-31", "date"), Literal("a")),
            (None, None, None, literal("7", "integer")),
        ],
    )
)


def test_values_are_python_values() -> None:
    """A literal that is not what its datatype promises stays a text."""
    first, second, third = ROWS

    assert (first["thing"], first.amount, first.day) == (
        Iri("https://e.org/a"),
        Decimal("1.50"),
        "x",
    )
    assert isinstance(first.thing, Iri)
    assert (second.amount, second.day, third.mixed) == (2, date(2024, 1, 31), 7)


def test_unknown_column_names_the_known_ones() -> None:
    """A wrong attribute says which columns there are."""
    with pytest.raises(AttributeError, match="no column 'price'; there are thing, amount"):
        _ = ROWS[0].price


def test_polars_loses_no_value_of_a_mixed_column() -> None:
    """A column whose values are of several types is text, not null."""
    pytest.importorskip("polars")

    frame = ROWS.to_polars()

    assert frame["amount"].to_list() == [Decimal("1.5"), Decimal(2), None]
    assert frame["mixed"].to_list() == [None, "a", "7"]
    assert frame["day"].to_list() == ["x", "2024-01-31", None]


def test_pandas_has_the_columns_of_the_answer() -> None:
    """An answer without rows has its columns as well."""
    pytest.importorskip("pandas")

    assert list(ROWS.to_pandas().columns) == ["thing", "amount", "day", "mixed"]
    assert list(Rows(Table(("a", "b"), [])).to_pandas().columns) == ["a", "b"]


def test_pandas_columns_are_typed() -> None:
    """Days, numbers and things have types of pandas; what does not fit one is left as it is."""
    pytest.importorskip("pandas")
    kinds = ("date", "decimal", "integer", "boolean")
    texts = ("2024-01-31", "1.50", "7", "true")
    terms = [
        Literal(text, datatype=NamedNode(f"{XSD}{kind}"))
        for kind, text in zip(kinds, texts, strict=True)
    ]
    thing = NamedNode("https://e.org/a")
    empty: tuple[None, ...] = (None,) * 6
    frame = Rows(
        Table((*kinds, "thing", "text"), [(*terms, thing, Literal("x")), empty])
    ).to_pandas()

    assert {name: str(dtype).partition("[")[0] for name, dtype in frame.dtypes.items()} == {
        "date": "datetime64",
        "decimal": "Float64",
        "integer": "Int64",
        "boolean": "boolean",
        "thing": "category",
        "text": "string",
    }
    assert frame.isna().iloc[1].all()


def test_frames_have_names_beside_iris() -> None:
    """Each column of things gets one with their names where they are asked for."""
    pytest.importorskip("pandas")
    pytest.importorskip("polars")
    rows = factbook.open(RIVERS, cache=False).query("lengths")

    wanted = ["river", "riverLabel", "length", "unit", "unitLabel", "date"]
    assert list(rows.to_pandas(labels=True).columns) == wanted
    assert rows.to_polars(labels=True).columns == wanted
    assert rows[:1].to_pandas(labels=True)["riverLabel"].to_list() == ["Danube"]


def test_pandas_keeps_what_a_float_would_change() -> None:
    """NaN is not a missing value, and a great integer beside a decimal is not rounded."""
    pandas = pytest.importorskip("pandas")

    def column(*values: tuple[str, str] | None) -> list[object]:
        terms = [(None if each is None else literal(*each),) for each in values]
        return list(Rows(Table(("x",), terms)).to_pandas()["x"])

    odd = column(("NaN", "double"), ("-INF", "double"), None)
    assert [each is pandas.NA for each in odd] == [False, False, True]
    great = column(("9223372036854775807", "integer"), ("0.5", "decimal"))
    assert great == [9223372036854775807, Decimal("0.5")]
