"""`factbook compare` puts things side by side, and sets apart what cannot be compared."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from tests.core_book import core_book

import factbook
from factbook.cli.root import root
from factbook.errors import UsageError
from factbook.mcp.page import build_comparison
from factbook.new.book import create_book
from factbook.render.terminal import display_width

if TYPE_CHECKING:
    from pathlib import Path

    from factbook.api import Book
    from factbook.show.compare import Comparison, Row

DAY = "2026-11-01"
SOURCE = """@base <https://example.org/lights/source/compared> .
@prefix date-precision: <https://w3id.org/ai-infra/date-precision/> .
@prefix evidence: <https://w3id.org/ai-infra/evidence/> .
@prefix infra: <https://w3id.org/ai-infra/def#> .
@prefix lighthouse: <https://example.org/lights/lighthouse/> .
@prefix measure: <https://example.org/lights/measure/> .
@prefix precision: <https://w3id.org/ai-infra/precision/> .
@prefix qudt: <http://qudt.org/schema/qudt/> .
@prefix schema: <https://schema.org/> .
@prefix source-kind: <https://w3id.org/ai-infra/source-kind/> .
@prefix standing: <https://w3id.org/ai-infra/standing/> .
@prefix unit: <http://qudt.org/vocab/unit/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<> a infra:Source ; schema:name "Compared"@en ;
    schema:datePublished "2025-03-01"^^xsd:date ; infra:datePrecision date-precision:day ;
    infra:knownSince "2025-03-01"^^xsd:date ; infra:sourceKind source-kind:press ;
    infra:dateRead "2025-03-02"^^xsd:date ; infra:evidence evidence:read .
"""
FIGURE = """
<https://example.org/lights/observation/{name}> a schema:Observation ;
    schema:observationAbout lighthouse:{about} ; schema:measuredProperty measure:visitors ;
    schema:value {value} ; qudt:hasUnit unit:CCY_{currency} ; schema:observationPeriod "{period}" ;
    schema:observationDate "2024-12-31"^^xsd:date ; infra:datePrecision date-precision:day ;
    infra:precision precision:exactly ; infra:standing standing:reported .
"""


@pytest.fixture(scope="module")
def book() -> Book:
    """The book without imports."""
    return factbook.open(core_book())


@pytest.fixture(scope="module")
def makers(book: Book) -> Comparison:
    """Two makers of chips."""
    return book.compare("Graphcore", "Cerebras", asof=DAY)


def _row(comparison: Comparison, part: str, name: str, *basis: str) -> Row:
    (section,) = (each for each in comparison.sections if each.title == part)
    return next(r for r in section.rows if r.name.label == name and set(basis) <= set(r.basis))


def _open_lights(folder: Path, *figures: tuple[str, int, str, str]) -> Book:
    """Return the book of lighthouses with some figures more: of what, value, currency, period."""
    create_book(folder)
    texts = (
        FIGURE.format(name=f"f{n}", about=about, value=value, currency=currency, period=period)
        for n, (about, value, currency, period) in enumerate(figures)
    )
    path = folder / "data" / "sources" / "coast-gazette" / "compared.ttl"
    path.write_text(SOURCE + "".join(texts), encoding="utf-8")
    return factbook.open(folder, cache=False)


def test_comparison_has_parts_in_order(makers: Comparison) -> None:
    """Facts come first, then products, figures, prices and events."""
    assert [part.title for part in makers.sections] == [
        "facts",
        "products",
        "figures",
        "prices",
        "events",
    ]


def test_amounts_have_date_and_source(makers: Comparison) -> None:
    """Each amount stands beside its date and the number of its source."""
    revenue = _row(makers, "figures", "revenue", "year")
    numbers = {each.number for each in makers.references}

    items = [cell.items[0] for cell in revenue.cells]

    assert [item.text for item in items] == ["about $10.0M†", "$510M"]
    assert [item.when for item in items] == ["2019", "2025"]
    assert all(item.sources and numbers.issuperset(item.sources) for item in items)


def test_shared_rows_come_first(makers: Comparison) -> None:
    """What only one thing has stands below what several have."""
    for section in makers.sections:
        filled = [sum(bool(cell.items) for cell in row.cells) for row in section.rows]
        assert filled == sorted(filled, reverse=True)


def test_other_valuation_basis_is_apart(makers: Comparison) -> None:
    """A price that was paid and a market capitalisation are not compared."""
    (apart,) = (each for each in makers.apart if each.name.label == "valuation")

    assert apart.differs == ("valuation basis",)
    assert not any(all(cell.items for cell in row.cells) for row in apart.rows)


@pytest.mark.parametrize(
    ("currency", "period", "differs"),
    [("GBP", "P1Y", ("unit",)), ("USD", "P3M", ("period",)), ("EUR", "P6M", ("period", "unit"))],
)
def test_other_unit_or_period_is_apart(
    tmp_path: Path, currency: str, period: str, differs: tuple[str, ...]
) -> None:
    """Figures in another currency or of another period are shown, but not in one row."""
    book = _open_lights(
        tmp_path / "lights", ("north", 5, "USD", "P1Y"), ("south", 7, currency, period)
    )

    comparison = book.compare("lighthouse:north", "lighthouse:south")

    assert [each.differs for each in comparison.apart] == [differs]
    assert not comparison.sections


def test_same_basis_shares_row(tmp_path: Path) -> None:
    """Figures in the same currency of the same period stand in one row."""
    book = _open_lights(tmp_path / "lights", ("north", 5, "USD", "P1Y"), ("south", 7, "USD", "P1Y"))

    comparison = book.compare("lighthouse:north", "lighthouse:south")

    (row,) = comparison.sections[0].rows
    assert [cell.items[0].text for cell in row.cells] == ["$5†", "$7†"]
    assert not comparison.apart


def test_empty_thing_is_named(tmp_path: Path) -> None:
    """A thing of which nothing is stated has an empty column and a note that says so."""
    book = _open_lights(tmp_path / "lights")

    comparison = book.compare("Grey Point Light", "coast-gazette")

    assert comparison.notes[0] == "Nothing is stated of Coast Gazette."
    assert comparison.sections[0].rows[0].cells[1].count == 0


def test_day_chooses_figures(book: Book) -> None:
    """On an earlier day an earlier figure is the newest."""
    early = book.compare("Graphcore", "Cerebras", asof="2024-01-01")

    assert not any(
        item.when > "2024-01-01"
        for section in early.sections
        for row in section.rows
        for cell in row.cells
        for item in cell.items
    )


def test_family_includes_its_members(book: Book) -> None:
    """A family has the figures of its members, the least and the greatest."""
    comparison = book.compare("H100", "MI300X", asof=DAY)

    memory = _row(comparison, "figures", "power")
    first, second = memory.cells
    assert first.is_range
    assert (first.items[0].size or 0) < (first.items[1].size or 0)
    assert first.items[0].words
    assert second.items[0].text == "750 W"


def test_engines_give_same_rows(book: Book) -> None:
    """Rows come in an order that does not depend on the order of the things."""
    there = book.compare("Graphcore", "Cerebras", asof=DAY)
    back = book.compare("Cerebras", "Graphcore", asof=DAY)

    def texts(comparison: Comparison, place: int) -> list[str]:
        cells = (row.cells[place] for part in comparison.sections for row in part.rows)
        return sorted(item.text for cell in cells for item in cell.items)

    assert texts(there, 0) == texts(back, 1)
    assert len(there.apart) == len(back.apart)


@pytest.mark.parametrize("things", [("Groq",), ("Groq", "Groq"), ("Groq", "Nobody Inc")])
def test_comparison_needs_several_known_things(book: Book, things: tuple[str, ...]) -> None:
    """One thing, the same thing twice, or an unknown one cannot be compared."""
    with pytest.raises(UsageError):
        book.compare(*things)


@pytest.mark.parametrize("things", [("Graphcore", "Cerebras"), ("NVIDIA", "AMD", "Groq")])
def test_text_fits_80_columns(things: tuple[str, ...]) -> None:
    """No line of two or three things is wider than the terminal, but for addresses."""
    call = ["--book", str(core_book()), "compare", *things, "--asof", DAY, "-f", "table"]
    result = CliRunner().invoke(root, call, env={"COLUMNS": "80"})

    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert all(display_width(line) <= 80 or "://" in line for line in lines)
    assert lines[0].split()[0] == things[0]


def test_formats_for_programs_have_all_rows() -> None:
    """CSV has a row for each statement, with the thing in front."""
    call = ["--book", str(core_book()), "compare", "Graphcore", "Cerebras", "--asof", DAY]
    result = CliRunner().invoke(root, [*call, "-f", "csv"])

    rows = list(csv.DictReader(io.StringIO(result.output)))
    assert {row["thing"].rpartition("/")[2] for row in rows} == {"graphcore", "cerebras"}
    assert {row["part"] for row in rows} >= {"facts", "products", "figures", "events"}


@pytest.mark.parametrize("name", ["html", "md"])
def test_documents_name_sources(name: str) -> None:
    """A page of a comparison has the things as headings, and its sources below."""
    call = ["--book", str(core_book()), "compare", "Graphcore", "Cerebras", "-f", name]
    result = CliRunner().invoke(root, call)

    assert result.exit_code == 0, result.output
    assert "Graphcore" in result.output
    assert "The Times" in result.output


def test_comparison_prints_itself(book: Book) -> None:
    """In Python a comparison prints as text, and a notebook shows it as Markdown."""
    comparison = book.compare("Groq", "Cerebras", asof=DAY)

    assert "Sources" in str(comparison)
    assert comparison._repr_markdown_().startswith("|")


def test_assistant_gets_sources_by_iri(makers: Comparison) -> None:
    """Each item of an assistant's answer names its sources, and a row keeps its empty cells."""
    document = build_comparison(makers)

    rows = [row for part in document["sections"] for row in part["rows"]]
    items = [item for row in rows for cell in row["cells"] for item in cell.get("items", ())]
    assert all(len(row["cells"]) == len(makers.things) for row in rows)
    assert all(document["sources"][iri] for item in items for iri in item.get("sources", ()))


def test_another_domain_compares(tmp_path: Path) -> None:
    """A book about something else compares with the same query."""
    book = _open_lights(tmp_path / "lights")

    comparison = book.compare("Grey Point Light", "Stone Skerry Light")

    visitors = _row(comparison, "figures", "visitors", "year")
    assert all(cell.items for cell in visitors.cells)
