"""Tables hold what the graph says of things: as CSV on the Web, every triple; as Parquet, typed."""

from __future__ import annotations

import csv
import json
import sys
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from factbook.book import Book
from factbook.errors import InputError, UsageError
from factbook.export.csvw import METADATA, write_csvw
from factbook.export.export_book import Part, write_folder
from factbook.export.parquet import write_parquet
from factbook.export.tables import laid_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
EX = "https://example.org/"
MODELLING = ("owl#", "rdf-schema#", "shacl#", "rdf-syntax-ns#")
PREFIXES = {"ex": EX}

ODD = f"""
@prefix : <{EX}> . @prefix xsd: <{XSD}> .
:a a :Pond , :Lake ; :name "A|B"@en , "C;D"@en , "Teich"@de ; :deep 1.50 , 2 ; :link :b , :c ;
  :note "two\\r\\nlines, \\"quoted\\"" ;
  :seen "2024-02-30"^^xsd:date ; :code "x"^^:Code ; :empty "" .
:b a :Pond ; :deep 3 ; :link :c ; :open true ; :seen "2024-02-28"^^xsd:date ; :id :c .
:c a :Pond ; :empty "full" ; :none [ :in "b" ] ; <{EX}other/name> "again"@en .
:d :name "no class"@en . [] a :Pond .
:links a :Links ; :link :a .
"""


def graph(text: str) -> list[Quad]:
    """Return the triples of a Turtle text."""
    return list(parse(text, RdfFormat.TURTLE))


def csvw(quads: Iterable[Quad], folder: Path) -> Path:
    """Write tables as CSV on the Web."""
    with laid_out(quads, prefixes=PREFIXES, context={}) as tables:
        write_csvw(tables, folder, titles=lambda iris: dict.fromkeys(iris, "title"))
    return folder


def parquet(quads: Iterable[Quad], folder: Path) -> Path:
    """Write tables as Parquet."""
    with laid_out(quads, prefixes=PREFIXES, context={}) as tables:
        write_parquet(tables, folder, titles=lambda iris: dict.fromkeys(iris, "title"))
    return folder


def read_back(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the triples that the tables say, as csv2rdf makes them (its parts that we use)."""
    metadata = json.loads((folder / METADATA).read_text(encoding="utf-8"))
    for table in metadata["tables"]:
        columns = table["tableSchema"]["columns"]
        with (folder / table["url"]).open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            header = next(rows)
            for name, column in zip(header, columns, strict=False):
                titles = column["titles"]
                assert name in ([titles] if isinstance(titles, str) else titles)
            for row in rows:
                cells = dict(zip((c["name"] for c in columns), row, strict=False))
                for column in columns:
                    yield from _cell(column, cells)


def _cell(column: dict[str, Any], cells: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    text = cells.get(column["name"])
    if column.get("suppressOutput") or text == column.get("null", ""):
        return
    predicate = column["propertyUrl"].replace("{+property}", cells.get("property", ""))
    parts = text.split(column["separator"]) if text and "separator" in column else [text or ""]
    for part in parts:
        if "valueUrl" in column:
            value = column["valueUrl"].replace(f"{{+{column['name']}}}", part)
            yield cells["id"], predicate, str(NamedNode(value))
        else:
            yield cells["id"], predicate, _literal(part, column)


def _literal(text: str, column: dict[str, Any]) -> str:
    if "lang" in column:
        return str(Literal(text, language=column["lang"]))
    kind = column["datatype"]
    datatype = kind["@id"] if isinstance(kind, dict) else XSD + kind
    return plain(Literal(text, datatype=NamedNode(datatype)))


def plain(value: NamedNode | Literal) -> str:
    """Return a term as text; integers and decimals of one value alike."""
    if isinstance(value, Literal) and value.datatype.value in {f"{XSD}integer", f"{XSD}decimal"}:
        return f"{Decimal(value.value):f}"
    return str(value)


def tabular(quads: Iterable[Quad]) -> set[tuple[str, str, str]]:
    """Return the triples that have a place in tables."""
    said: dict[str, set[tuple[str, str, str]]] = {}
    with_class = set()
    for quad in quads:
        subject, value = quad.subject, quad.object
        if not isinstance(subject, NamedNode) or not isinstance(value, NamedNode | Literal):
            continue
        if quad.predicate.value == f"{RDF}type" and isinstance(value, NamedNode):
            if any(part in value.value for part in MODELLING):
                continue
            with_class.add(subject.value)
        triple = (subject.value, quad.predicate.value, plain(value))
        said.setdefault(subject.value, set()).add(triple)
    return {triple for subject in with_class for triple in said[subject]}


def test_csvw_says_the_whole_bundled_book(bundled: Book, tmp_path: Path) -> None:
    """Of everything that has a class, every triple comes back from the tables."""
    write_folder(bundled, Part(), "csvw", tmp_path / "tables")

    assert set(read_back(tmp_path / "tables")) == tabular(Part().merge(bundled))


def test_csvw_of_odd_things(tmp_path: Path) -> None:
    """Separators in values, empty texts, two classes, two languages, a name for two properties."""
    folder = csvw(graph(ODD), tmp_path)

    assert set(read_back(folder)) == tabular(graph(ODD))
    assert {path.name for path in folder.iterdir()} == {
        *("pond.csv", "lake.csv", "links.csv", "all-links.csv", METADATA)
    }


def test_titles_and_types(bundled: Book, tmp_path: Path) -> None:
    """Columns are named as in the JSON-LD context, and titled as the ontology names them."""
    write_folder(bundled, Part(), "csvw", tmp_path / "tables")
    metadata = json.loads((tmp_path / "tables" / METADATA).read_text(encoding="utf-8"))
    tables = {table["url"]: table for table in metadata["tables"]}
    columns = {c["name"]: c for c in tables["observation.csv"]["tableSchema"]["columns"]}

    assert tables["company.csv"]["dc:title"] == "company"
    assert columns["numberFormat"]["titles"] == ["numberFormat", "number format"]
    assert columns["value"]["datatype"] == "decimal"
    assert columns["observationDate"]["datatype"] == "date"


def test_parquet_types(tmp_path: Path) -> None:
    """Numbers and truths are typed where all values fit; several values are a list."""
    table = pl.read_parquet(parquet(graph(ODD), tmp_path) / "pond.parquet")
    rows = {row["id"]: row for row in table.iter_rows(named=True)}

    assert rows[f"{EX}a"]["deep"] == [Decimal("1.50"), Decimal(2)]
    assert rows[f"{EX}b"]["open"] is True
    assert rows[f"{EX}a"]["seen"] == "2024-02-30"
    assert rows[f"{EX}a"]["link"] == [f"{EX}b", f"{EX}c"]
    assert rows[f"{EX}b"]["id_id"] == f"{EX}c"
    assert rows[f"{EX}c"]["deep"] is None
    assert rows[f"{EX}a"]["name"] == ["A|B", "C;D"]


def test_parquet_of_the_bundled_book(bundled: Book, tmp_path: Path) -> None:
    """A figure is a decimal with its date."""
    write_folder(bundled, Part(), "parquet", tmp_path / "tables")
    table = pl.read_parquet(tmp_path / "tables" / "observation.parquet")
    about = table.row(
        by_predicate=pl.col("id").str.ends_with("/cerebras-valuation-2025-09-30-cerebras"),
        named=True,
    )

    assert about["value"] == Decimal(8100000000)
    assert about["observationDate"] == date(2025, 9, 30)
    assert len(table) == len(set(table["id"]))


def test_numbers_too_long_for_parquet(tmp_path: Path) -> None:
    """A column with a number beyond 38 digits is of texts, one beyond 18 of decimals."""
    text = f"@prefix : <{EX}> . :a a :P ; :wide {'9' * 39} ; :long {'9' * 19} ; :odd +5 ."
    row = pl.read_parquet(parquet(graph(text), tmp_path) / "p.parquet").row(0, named=True)

    assert row["wide"] == "9" * 39
    assert row["long"] == Decimal("9" * 19)
    assert row["odd"] == 5


def test_without_pyarrow(profiled: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One clear line, and nothing is written."""
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)

    with pytest.raises(UsageError, match=r"needs pyarrow.*pip install pyarrow"):
        write_folder(profiled, Part(), "parquet", tmp_path / "tables")
    assert [path.name for path in tmp_path.iterdir()] == ["book"]


def test_nothing_to_lay_out(tmp_path: Path) -> None:
    """A graph in which nothing has a class has no tables."""
    node = NamedNode(f"{EX}a")

    with pytest.raises(UsageError, match="nothing to lay out"):
        csvw([Quad(node, node, BlankNode("b"))], tmp_path)


def test_a_folder_again(profiled: Book, tmp_path: Path) -> None:
    """A later export takes the place of the earlier one: other tables go, files of others stay."""
    folder = tmp_path / "tables"
    write_folder(profiled, Part(), "csvw", folder)
    (folder / "mine.txt").write_text("mine", encoding="utf-8")

    write_folder(profiled, Part(things=("Austria",)), "csvw", folder)

    names = {path.name for path in folder.iterdir()}
    assert {"country.csv", "links.csv", "mine.txt", METADATA} <= names
    assert "observation.csv" not in names
    assert [p.name for p in tmp_path.iterdir() if p.name.endswith(".part")] == []


def test_a_folder_of_others(profiled: Book, tmp_path: Path) -> None:
    """A folder that holds something else is left alone."""
    with pytest.raises(UsageError, match="holds files that no export wrote"):
        write_folder(profiled, Part(), "csvw", profiled.layout.root)
    with pytest.raises(UsageError, match="is a file"):
        write_folder(profiled, Part(), "csvw", profiled.layout.context)
    with pytest.raises(InputError, match="cannot be written"):
        write_folder(profiled, Part(), "csvw", tmp_path / "not" / "there")


def test_a_failure_leaves_the_folder(profiled: Book, tmp_path: Path) -> None:
    """When a file of the book is broken, the earlier tables still stand."""
    folder = tmp_path / "tables"
    write_folder(profiled, Part(), "csvw", folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    broken = tmp_path / "broken.ttl"
    broken.write_text("<a", encoding="utf-8")

    with pytest.raises(InputError):
        write_folder(Book(data=[broken], cache=False), Part(), "csvw", folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
