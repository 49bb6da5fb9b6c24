"""Texts that a spreadsheet takes for formulas are found and defused; numbers stay."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from pyoxigraph import Literal, NamedNode

from factbook.rdf.terms import XSD
from factbook.render.formulas import FormulaCount, defuse_formulas, is_formula
from factbook.render.result_formats import write_table
from factbook.store.answers import Table

FORMULAS = ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", '=HYPERLINK("x")']  # noqa: RUF001
TEXTS = ["", "a=1", " =1", "'=1", "1-2", "(=1)"]


def _number(text: str, kind: str) -> Literal:
    return Literal(text, datatype=NamedNode(f"{XSD}{kind}"))


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_begins_like_a_formula_is_one(text: str) -> None:
    """The first character decides, in any language."""
    assert is_formula(Literal(text))
    assert is_formula(Literal(text, language="en"))


@pytest.mark.parametrize(
    "term",
    [
        None,
        NamedNode("https://example.org/=1"),
        *map(Literal, TEXTS),
        _number("-5", "integer"),
        _number("+1.50", "decimal"),
        _number("-1.5E-3", "double"),
    ],
)
def test_numbers_and_plain_texts_are_no_formulas(term: Literal | NamedNode | None) -> None:
    """A negative number stays a number."""
    assert not is_formula(term)


def test_invalid_number_is_a_formula() -> None:
    """A datatype does not make a formula harmless."""
    assert is_formula(_number("=1+1", "integer"))
    assert is_formula(_number("-INF", "double"))


@pytest.mark.parametrize(("name", "dialect"), [("csv", "excel"), ("tsv", "excel-tab")])
def test_defused_cells_are_read_as_texts(name: str, dialect: str) -> None:
    """Each formula has an apostrophe in front, and nothing else changes."""
    terms = [*map(Literal, FORMULAS[:4]), *map(Literal, TEXTS), _number("-5", "integer")]
    out = io.BytesIO()

    write_table(defuse_formulas(Table(("cell",), [(term,) for term in terms])), name, out)
    rows = list(csv.reader(io.StringIO(out.getvalue().decode(), newline=""), dialect))

    expected = [*(f"'{text}" for text in FORMULAS[:4]), *TEXTS, "-5"]
    assert ["".join(row) for row in rows[1:]] == expected


@pytest.mark.parametrize("name", ["csv", "tsv"])
def test_rows_beyond_a_batch_follow_without_another_header(name: str) -> None:
    """An answer that the engine does not serialise is written some rows at a time."""
    rows = [(_number(str(place), "integer"),) for place in range(20_001)]
    out = io.BytesIO()

    write_table(Table(("n",), iter(rows)), name, out)
    lines = out.getvalue().decode().split()

    assert lines[1:] == [str(place) for place in range(20_001)]


def test_formulas_are_counted_as_rows_pass() -> None:
    """The rows stay as they are."""
    rows = [(Literal("=1"), Literal("a")), (None, Literal("@b"))]
    formulas = FormulaCount()

    assert list(formulas.watch(Table(("a", "b"), rows)).rows) == rows
    assert formulas.count == 2


def test_workbook_has_no_formulas() -> None:
    """Excel gets texts as texts."""
    out = io.BytesIO()
    rows = [(Literal(text),) for text in FORMULAS]

    write_table(Table(("cell",), rows), "xlsx", out, notes=[("Note", "=1+1")])

    with zipfile.ZipFile(out) as packed:
        sheets = [packed.read(name) for name in packed.namelist() if "/sheet" in name]
    assert sheets
    assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)
