"""Answers become data frames, Parquet and Excel whose columns are typed only where all fits."""

from __future__ import annotations

import io
import sys
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from click.testing import CliRunner
from pyoxigraph import Literal, NamedNode

from factbook.cli.root import root
from factbook.errors import UsageError
from factbook.rdf.terms import XSD, Term
from factbook.render.cells import Column
from factbook.render.dataframes import to_polars, write_excel, write_parquet
from factbook.render.result_formats import choose_format
from factbook.store.answers import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

RIVERS = Path(__file__).parents[1] / "cli" / "book"


def literal(text: str, kind: str) -> Literal:
    """Return a literal of a datatype of XML Schema."""
    return Literal(text, datatype=NamedNode(XSD + kind))


def column(*terms: Term | None) -> pl.Series:
    """Return the column of these terms in a data frame."""
    return to_polars(Table(("x",), [(term,) for term in terms]))["x"]


def sheet(table: Table) -> str:
    """Return the XML of the sheet and the strings of a workbook."""
    out = io.BytesIO()
    write_excel(table, out)
    with zipfile.ZipFile(out) as book:
        names = [n for n in book.namelist() if n.endswith(("sheet1.xml", "sharedStrings.xml"))]
        return "".join(book.read(name).decode() for name in names)


@pytest.mark.parametrize(
    ("terms", "dtype", "values"),
    [
        ([literal("1", "integer"), None], pl.Int64, [1, None]),
        (
            [literal("1.50", "decimal"), literal("8100000000", "integer")],
            pl.Decimal(38, 2),
            [Decimal("1.50"), Decimal(8100000000)],
        ),
        ([literal("9" * 19, "integer")], pl.Decimal(38, 0), [Decimal("9" * 19)]),
        ([literal("9" * 39, "integer")], pl.String, ["9" * 39]),
        ([literal("2024-02-29", "date")], pl.Date, [date(2024, 2, 29)]),
        ([literal("2024-02-30", "date")], pl.String, ["2024-02-30"]),
        ([literal("true", "boolean"), literal("0", "boolean")], pl.Boolean, [True, False]),
        ([literal("TRUE", "boolean")], pl.String, ["TRUE"]),
        ([literal("1.5", "double")], pl.Float64, [1.5]),
        ([literal("abc", "integer")], pl.String, ["abc"]),
        ([literal("007", "integer"), Literal("x")], pl.String, ["007", "x"]),
        ([literal("2016", "gYear")], pl.String, ["2016"]),
        ([NamedNode("http://e/a"), None], pl.String, ["http://e/a", None]),
        ([None, None], pl.String, [None, None]),
        ([], pl.String, []),
    ],
)
def test_column_has_the_type_that_fits_every_value(
    terms: list[Term | None], dtype: object, values: list[object]
) -> None:
    """Numbers, dates and truth values are typed, and a column where one does not fit is text."""
    found = column(*terms)

    assert found.dtype == dtype
    assert found.to_list() == values


def test_parquet_reads_back_equal() -> None:
    """What is written is the data frame of the answer."""
    rows: list[tuple[Term | None, ...]] = [(Literal("a"), literal("1.50", "decimal"))]
    out = io.BytesIO()

    write_parquet(Table(("name", "amount"), rows), out)

    out.seek(0)
    assert pl.read_parquet(out).rows(named=True) == [{"name": "a", "amount": Decimal("1.50")}]


def test_excel_writes_the_same_bytes_each_time() -> None:
    """No time is in the workbook."""
    outs = [io.BytesIO(), io.BytesIO()]
    for out in outs:
        write_excel(Table(("x",), [(Literal("a"),)]), out)

    assert outs[0].getvalue() == outs[1].getvalue()


def test_excel_has_numbers_and_plain_texts() -> None:
    """A number is a number; a text that looks like a formula or an address is only text."""
    rows: list[tuple[Term | None, ...]] = [
        (Literal("=1+1"), literal("8100000000", "integer")),
        (NamedNode("http://e/a"), literal("1.5", "decimal")),
    ]

    written = sheet(Table(("name", "amount"), rows))

    assert "<v>8100000000</v>" in written
    assert "<v>1.5</v>" in written
    assert "<f>" not in written
    assert "hyperlink" not in written
    assert "=1+1" in written


def test_excel_writes_what_it_would_change_as_text() -> None:
    """Numbers of more than 15 digits and days before March 1900 are texts."""
    rows: list[tuple[Term | None, ...]] = [
        (literal("1234567890123456789", "integer"), literal("1899-12-31", "date"))
    ]

    written = sheet(Table(("number", "day"), rows))

    assert ">1234567890123456789<" in written
    assert ">1899-12-31<" in written


def test_excel_has_numbers_that_are_not_finite_as_text() -> None:
    """A cell holds neither infinity nor what is not a number."""
    rows = [(literal(text, "double"),) for text in ("INF", "-INF", "NaN", "1.5")]

    written = sheet(Table(("x",), rows))

    assert all(f">{text}<" in written for text in ("INF", "-INF", "NaN", "1.5"))


def test_excel_refuses_a_text_that_is_too_long() -> None:
    """A cell holds 32,767 characters; a longer text is refused and not cut."""
    with pytest.raises(UsageError, match="column x: Excel holds 32,767 characters"):
        write_excel(Table(("x",), [(Literal("a" * 32_768),)]), io.BytesIO())


@pytest.mark.parametrize("package", ["polars", "xlsxwriter"])
def test_missing_package_names_the_extra(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to install."""
    monkeypatch.setitem(sys.modules, package, None)

    with pytest.raises(UsageError, match=rf"needs {package}.*pip install 'factbook\[tables\]'"):
        write_excel(Table(("x",), [(Literal("a"),)]), io.BytesIO())


@pytest.fixture
def run() -> Callable[..., Result]:
    """Return what runs `factbook` over the book about rivers."""

    def run(*args: str) -> Result:
        words = ["--book", str(RIVERS), "--no-cache", *args]
        return CliRunner().invoke(root, words, prog_name="factbook")

    return run


def test_query_writes_parquet_and_excel_by_the_ending(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    """The ending of -o chooses the format, for stored queries and for one's own."""
    text = "SELECT ?s ?v { ?s <https://schema.org/value> ?v } ORDER BY ?s"
    assert run("query", "rivers", "-o", str(tmp_path / "a.parquet")).exit_code == 0
    assert run("sparql", text, "-o", str(tmp_path / "b.xlsx")).exit_code == 0
    assert run("query", "rivers", "-f", "parquet", "-o", str(tmp_path / "c.bin")).exit_code == 0

    assert len(pl.read_parquet(tmp_path / "a.parquet")) > 1
    assert zipfile.is_zipfile(tmp_path / "b.xlsx")
    assert (tmp_path / "c.bin").read_bytes() == (tmp_path / "a.parquet").read_bytes()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["sparql", "ASK { ?s ?p ?o }", "-f", "xlsx"], "-f xlsx: this query returns true or false"),
        (["query", "river-graph", "--river", "Inn", "-f", "parquet"], "returns triples"),
    ],
)
def test_tables_need_a_query_that_gives_one(
    run: Callable[..., Result], words: list[str], message: str
) -> None:
    """A query without a table is refused in one line."""
    result = run(*words)

    assert result.exit_code == 2
    assert message in result.stderr


def test_binary_format_is_not_written_to_a_terminal() -> None:
    """A terminal needs -o, a pipe does not."""
    with pytest.raises(UsageError, match="-f parquet is a binary file: add -o FILE"):
        choose_format("parquet", None, is_graph=False, terminal=True)

    assert choose_format("parquet", None, is_graph=False, terminal=False) == "parquet"


def test_json_lines_hold_plain_values(run: Callable[..., Result], tmp_path: Path) -> None:
    """Each row is an object: numbers keep their digits, and what is empty is null."""
    text = """SELECT ?n ?d ?t ?b ?none { VALUES (?n ?d ?t ?b) {
      (12345678901234567.5
       "2024-01-31"^^<http://www.w3.org/2001/XMLSchema#date> "à \\"b\\"" true) } }"""

    assert run("sparql", text, "-f", "jsonl").stdout_bytes.decode() == (
        '{"n": 12345678901234567.5, "d": "2024-01-31", "t": "à \\"b\\"", "b": true, "none": null}\n'
    )
    assert run("sparql", "ASK {}", "-f", "jsonl").stdout == "true\n"
    assert run("sparql", text, "-o", str(tmp_path / "a.jsonl")).exit_code == 0
    assert (tmp_path / "a.jsonl").read_text(encoding="utf-8").startswith('{"n": 12345')


def test_workbook_has_labels_and_a_description(run: Callable[..., Result], tmp_path: Path) -> None:
    """Names stand beside IRIs, and a second sheet has the question, the day and the columns."""
    assert run("query", "lengths", "-o", str(tmp_path / "a.xlsx")).exit_code == 0

    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        texts = book.read("xl/sharedStrings.xml").decode()
        names = book.read("xl/workbook.xml").decode()
        header = book.read("xl/worksheets/sheet1.xml").decode()
    assert 'name="Answer"' in names
    assert 'name="About"' in names
    assert "riverLabel" in texts
    assert "Danube" in texts
    assert "Column length" in texts
    assert 'state="frozen"' in header


def test_workbook_shows_numbers_in_their_decimals() -> None:
    """Years have no thousands, amounts have; a column shows as many decimals as it has."""
    rows: list[tuple[Term | None, ...]] = [
        (literal("2016", "gYear"), literal("66000000000", "decimal"), literal("1.25", "decimal"))
    ]
    out = io.BytesIO()

    write_excel(Table(("year", "worth", "price"), rows), out, columns=[Column("year", "year")])

    with zipfile.ZipFile(out) as book:
        styles = book.read("xl/styles.xml").decode()
        cells = book.read("xl/worksheets/sheet1.xml").decode()
    assert 'formatCode="#,##0"' in styles
    assert 'formatCode="#,##0.00"' in styles
    assert "<v>2016</v>" in cells
