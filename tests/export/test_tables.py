"""Stored queries tagged 'table' are exported as CSV on the Web or as Parquet, a folder at once."""

from __future__ import annotations

import csv
import json
import re
import sys
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest

from factbook.book import Book
from factbook.errors import InputError, UsageError
from factbook.export.export_book import write_folder
from factbook.export.selection import Part
from factbook.export.table_folder import METADATA
from factbook.rdf.lexical import is_well_formed

if TYPE_CHECKING:
    from pathlib import Path

XSD = "http://www.w3.org/2001/XMLSchema#"
LENGTHS = """#+ summary: How long rivers are
#+ tags: [table]
#+ params:
#+   river: {doc: The river, class: "def:River"}
#+ columns:
#+   river: {type: iri}
#+   length: {type: decimal, unit: unit, doc: As it was measured}
#+   unit: {type: iri}
PREFIX def: <https://example.org/def#>
PREFIX schema: <https://schema.org/>
SELECT ?river ?length ?unit WHERE {
  ?observation schema:observationAbout ?river ; schema:value ?length .
  FILTER(COALESCE(!isIRI(?__river_iri) || ?river = ?__river_iri, true))
  OPTIONAL { ?observation def:unit ?unit }
}
ORDER BY ?river ?length
"""


@pytest.fixture
def tabular(profiled: Book) -> Book:
    """Return the book about rivers with a query that is tagged 'table'."""
    path = profiled.layout.queries / "rivers" / "lengths.rq"
    path.write_text(LENGTHS, encoding="utf-8")
    return profiled


def test_csvw_metadata_describes_every_file_of_the_bundled_book(
    bundled: Book, tmp_path: Path
) -> None:
    """Each file has its table and columns in the metadata, and every cell its datatype."""
    folder = tmp_path / "tables"
    write_folder(bundled, Part(), "csvw", folder)
    metadata = json.loads((folder / METADATA).read_text(encoding="utf-8"))
    tables = {table["url"]: table["tableSchema"]["columns"] for table in metadata["tables"]}

    assert set(tables) == {path.name for path in folder.glob("*.csv")}
    assert {"companies.csv", "events.csv", "observations.csv", "sources.csv"} <= set(tables)
    for name, columns in tables.items():
        with (folder / name).open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        assert header == [column["name"] for column in columns]
        assert rows
        for row in rows:
            for cell, column in zip(row, columns, strict=True):
                assert not cell or is_well_formed(cell, XSD + column["datatype"]), (name, row)


def test_things_in_no_table_are_counted(
    tabular: Book, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A folder of tables says which part of the graph it does not have."""
    write_folder(tabular, Part(), "csvw", tmp_path / "tables")

    (said,) = caplog.messages
    assert re.match(r"note: [0-9]+ things of [0-9]+ \([0-9]+ statements\) are in no table", said)
    assert ", such as <http" in said

    caplog.clear()
    write_folder(tabular, Part(query="lengths"), "csvw", tmp_path / "one")
    assert not caplog.messages


def test_csvw_files_are_the_csv_of_the_queries(tabular: Book, tmp_path: Path) -> None:
    """Titles, descriptions and units come from the front matter of the query."""
    write_folder(tabular, Part(), "csvw", tmp_path / "tables")
    metadata = json.loads((tmp_path / "tables" / METADATA).read_text(encoding="utf-8"))
    (table,) = metadata["tables"]
    columns = {column["name"]: column for column in table["tableSchema"]["columns"]}

    assert metadata["@context"][0] == "http://www.w3.org/ns/csvw"
    assert table["dc:title"] == "How long rivers are"
    assert columns["length"]["dc:description"] == (
        "As it was measured. In the unit of column 'unit'"
    )
    lines = (tmp_path / "tables" / "lengths.csv").read_bytes().split(b"\r\n")
    assert lines[0] == b"river,length,unit"
    assert b"https://example.org/river/inn,517.5," in lines


@pytest.mark.parametrize("is_safe", [True, False])
def test_formulas_are_defused_or_counted(
    profiled: Book, tmp_path: Path, caplog: pytest.LogCaptureFixture, *, is_safe: bool
) -> None:
    """A text that a spreadsheet would run gets an apostrophe, or a warning counts it."""
    text = '#+ tags: [table]\nSELECT ("=1+1" AS ?evil) (-5 AS ?cold) {}\n'
    (profiled.layout.queries / "rivers" / "evil.rq").write_text(text, encoding="utf-8")

    part = Part(query="evil")
    write_folder(profiled, part, "csvw", tmp_path / "tables", csv_safe=is_safe)

    written = (tmp_path / "tables" / "evil.csv").read_text(encoding="utf-8")
    assert written.splitlines()[1] == ("'=1+1,-5" if is_safe else "=1+1,-5")
    assert ("may run 1 cell as formulas" in caplog.text) is not is_safe


def test_one_query_can_be_exported_with_its_parameters(tabular: Book, tmp_path: Path) -> None:
    """--query chooses the table and --param its rows, tagged or not."""
    part = Part(query="lengths", values={"river": "Inn"})
    write_folder(tabular, part, "parquet", tmp_path / "tables")

    table = pl.read_parquet(tmp_path / "tables" / "lengths.parquet")
    assert set(table["river"]) == {"https://example.org/river/inn"}
    assert set(table["length"]) == {Decimal("517.5"), Decimal("518.5")}


def test_parquet_of_the_bundled_book_is_typed(bundled: Book, tmp_path: Path) -> None:
    """A figure is a number, a day a date, and every row of the query is there."""
    write_folder(bundled, Part(), "parquet", tmp_path / "tables")
    table = pl.read_parquet(tmp_path / "tables" / "observations.parquet")

    assert table.schema["date"] == pl.Date
    assert table.schema["value"].is_numeric()
    assert len(table) == len(set(table["observation"]))


@pytest.mark.parametrize(
    "part",
    [Part(things=("Inn",)), Part(sources=("Gauges",)), Part(profile="plain"), Part(rdf12=True)],
)
def test_tables_refuse_a_part_of_the_graph(tabular: Book, tmp_path: Path, part: Part) -> None:
    """Options that choose statements say nothing about tables."""
    with pytest.raises(UsageError, match="takes only --query and --param"):
        write_folder(tabular, part, "csvw", tmp_path / "tables")


def test_tables_refuse_what_gives_no_table(profiled: Book, tmp_path: Path) -> None:
    """A book without a tagged query, a query that constructs, and a lone parameter are refused."""
    folder = tmp_path / "tables"
    with pytest.raises(UsageError, match="no stored query tagged 'table'"):
        write_folder(profiled, Part(), "csvw", folder)
    with pytest.raises(UsageError, match="'plain' returns triples, not a table"):
        write_folder(profiled, Part(query="plain"), "csvw", folder)
    with pytest.raises(UsageError, match="--param needs --query"):
        write_folder(profiled, Part(values={"river": "Inn"}), "csvw", folder)
    assert not folder.exists()


def test_parquet_without_polars_names_the_extra(
    tabular: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error is one line with the extra to install, and nothing is written."""
    monkeypatch.setitem(sys.modules, "polars", None)

    with pytest.raises(UsageError, match=r"needs polars.*pip install 'factbook\[tables\]'"):
        write_folder(tabular, Part(), "parquet", tmp_path / "tables")
    assert [path.name for path in tmp_path.iterdir()] == ["book"]


def test_second_export_replaces_the_first(tabular: Book, tmp_path: Path) -> None:
    """Tables that are no longer written go, and files of others stay."""
    folder = tmp_path / "tables"
    write_folder(tabular, Part(), "csvw", folder)
    (folder / "mine.txt").write_text("mine", encoding="utf-8")

    write_folder(tabular, Part(), "parquet", folder)

    assert {path.name for path in folder.iterdir()} == {
        *("lengths.parquet", "mine.txt", ".factbook-export.json")
    }
    assert [p.name for p in tmp_path.iterdir() if p.name.endswith(".part")] == []


def test_export_leaves_the_folder_of_others_alone(tabular: Book, tmp_path: Path) -> None:
    """A folder with other files, a file, and a folder that cannot be made are refused."""
    with pytest.raises(UsageError, match="has files that no export wrote"):
        write_folder(tabular, Part(), "csvw", tabular.layout.root)
    with pytest.raises(UsageError, match="is a file"):
        write_folder(tabular, Part(), "csvw", tabular.layout.context)
    with pytest.raises(InputError, match="cannot be written"):
        write_folder(tabular, Part(), "csvw", tmp_path / "not" / "there")


def test_failed_export_leaves_the_earlier_tables(tabular: Book, tmp_path: Path) -> None:
    """When a file of the book is broken, the earlier tables still stand."""
    folder = tmp_path / "tables"
    write_folder(tabular, Part(), "csvw", folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    broken = tmp_path / "broken.ttl"
    broken.write_text("<a", encoding="utf-8")

    with pytest.raises(InputError):
        write_folder(Book(data=[broken], cache=False), Part(), "csvw", folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
