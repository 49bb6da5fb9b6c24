"""A table becomes a source file, whose every statement can be traced to a row."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from pyoxigraph import RdfFormat, parse
from tests.imports.conftest import source_of

from factbook.rdf.parse import read_rdf

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

HERE = Path(__file__).parent
TABLE = HERE / "machines.csv"


def records() -> list[dict[str, str]]:
    """Return the rows of the table as Python's own reader gives them."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def statements(path: Path) -> set[str]:
    """Return what a file states, but for the line about its input."""
    return {str(quad) for quad in read_rdf(path).quads if "inputFile" not in str(quad.predicate)}


def test_import_writes_expected_file(book: Path, imports: Callable[..., Result]) -> None:
    """Rows are reshaped, split, resolved, left out and counted as the expected file shows."""
    result = imports("machines", TABLE)

    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [str(source_of(book))]
    assert source_of(book).read_text(encoding="utf-8") == (HERE / "expected.ttl").read_text("utf-8")


def test_column_that_splits_names_things_and_observations(
    book: Path, imports: Callable[..., Result]
) -> None:
    """Each part of a cell is a thing of the register, and its observation an IRI of its own."""
    mapping = book / "queries" / "imports" / "machines.rq"
    text = mapping.read_text(encoding="utf-8")
    both = "?Users_iri schema:knowsAbout ?Users_qualifier ; schema:about ?Users_observation ."
    mapping.write_text(text.replace("?Users_iri schema:knowsAbout ?Users_qualifier .", both))

    result = imports("machines", TABLE)
    quads = read_rdf(source_of(book)).quads
    found = {
        (str(quad.subject).rpartition("/")[2], str(quad.object).rpartition("-users-")[2])
        for quad in quads
        if quad.predicate.value == "https://schema.org/about"
    }

    assert result.exit_code == 0, result.output
    assert found == {("acme>", "acme>"), ("delta-labs>", "delta-labs>")}


def test_import_reports_rows_on_stderr(imports: Callable[..., Result]) -> None:
    """The report has a line for each reason, and its numbers add up."""
    result = imports("machines", TABLE)

    assert result.stderr.splitlines() == [
        "3 of 6 rows imported",
        "1 left out: the sum of other rows",
        "1 left out: in doubt",
        "1 left out: nothing that the mapping reads",
    ]


def test_source_names_its_input(book: Path, imports: Callable[..., Result]) -> None:
    """The line about the input is the one that sha256sum checks."""
    imports("machines", TABLE)

    digest = hashlib.sha256(TABLE.read_bytes()).hexdigest()
    assert f'infra:inputFile "{digest}  machines.csv"' in source_of(book).read_text("utf-8")


def test_dry_run_writes_nothing(book: Path, imports: Callable[..., Result]) -> None:
    """A dry run reports the rows and leaves the book as it is."""
    result = imports("machines", TABLE, "--dry-run")

    assert result.exit_code == 0
    assert "3 of 6 rows imported" in result.stderr
    assert (result.stdout, source_of(book).exists()) == ("", False)


def test_second_import_changes_no_byte(book: Path, imports: Callable[..., Result]) -> None:
    """The same input gives the same bytes, in another process with another hash seed."""
    imports("machines", TABLE)
    before = source_of(book).read_bytes()
    source_of(book).unlink()

    words = ["-m", "factbook", "--book", str(book), "--no-cache", "import", "machines", str(TABLE)]
    subprocess.run([sys.executable, *words], check=True, env={"PYTHONHASHSEED": "7"})

    assert source_of(book).read_bytes() == before


def test_day_of_reading_stays(book: Path, imports: Callable[..., Result]) -> None:
    """Where nobody says when the table was read, the day of the first import stays."""
    mapping = book / "queries" / "imports" / "machines.rq"
    mapping.write_text(mapping.read_text("utf-8").replace("#+   read: 2025-07-20\n", ""))
    imports("machines", TABLE, "--read", "2025-08-01")

    imports("machines", TABLE)

    assert 'infra:dateRead "2025-08-01"' in source_of(book).read_text("utf-8")


def write_tsv(path: Path) -> None:
    """Write the table with tabs."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, records()[0], delimiter="\t")
        writer.writeheader()
        writer.writerows(records())


def write_json(path: Path) -> None:
    """Write the table as a list of records."""
    path.write_text(json.dumps(records()), encoding="utf-8")


def write_nested_json(path: Path) -> None:
    """Write the table as a list inside an object."""
    path.write_text(json.dumps({"all": {"machines": records()}}), encoding="utf-8")


def write_json_lines(path: Path) -> None:
    """Write the table as a record on each line."""
    path.write_text("".join(f"{json.dumps(each)}\n" for each in records()), encoding="utf-8")


def write_parquet(path: Path) -> None:
    """Write the table as Parquet."""
    duckdb.read_csv(str(TABLE), all_varchar=True).write_parquet(str(path))


@pytest.mark.parametrize(
    ("format_name", "write", "path_of_records"),
    [
        ("tsv", write_tsv, ""),
        ("json", write_json, ""),
        ("json", write_nested_json, "$.all.machines[*]"),
        ("jsonl", write_json_lines, ""),
        ("parquet", write_parquet, ""),
    ],
)
def test_every_format_gives_the_same_statements(
    format_name: str,
    write: Callable[[Path], None],
    path_of_records: str,
    book: Path,
    imports: Callable[..., Result],
) -> None:
    """A table in another format gives what the CSV gives."""
    table = book / f"machines.{format_name}"
    write(table)
    mapping = book / "queries" / "imports" / "machines.rq"
    more = f"\n#+     records: {path_of_records}" if path_of_records else ""
    text = mapping.read_text("utf-8").replace("format: csv", f"format: {format_name}{more}")
    mapping.write_text(text, encoding="utf-8")

    result = imports("machines", table)

    assert result.exit_code == 0, result.output
    assert statements(source_of(book)) == statements(HERE / "expected.ttl")


def test_packed_table_with_pattern_in_its_name(book: Path, imports: Callable[..., Result]) -> None:
    """A table may be packed, whatever its ending, and DuckDB's patterns mean nothing in names."""
    table = book / "machines [1]*.csv"
    table.write_bytes(gzip.compress(TABLE.read_bytes()))

    result = imports("machines", table)

    assert result.exit_code == 0, result.output
    assert statements(source_of(book)) == statements(HERE / "expected.ttl")


def test_nquads_have_statements_of_source_file(book: Path, imports: Callable[..., Result]) -> None:
    """N-Quads have the statements of the source file in the graph of the source."""
    output = book / "machines.nq"

    result = imports("machines", TABLE, "--output", output)

    expected = read_rdf(HERE / "expected.ttl")
    quads = list(parse(output.read_bytes(), RdfFormat.N_QUADS))
    assert result.exit_code == 0, result.output
    assert {quad.graph_name.value for quad in quads if quad.graph_name} == {
        "https://w3id.org/ai-infra/source/machines-2025-07-01"
    }
    assert {str(quad.triple) for quad in quads} == {str(quad.triple) for quad in expected.quads}


def test_unknown_names_are_listed_with_near_ones(
    book: Path, imports: Callable[..., Result]
) -> None:
    """Names that the register lacks are listed, and nothing is written."""
    table = book / "machines.csv"
    table.write_text(TABLE.read_text("utf-8").replace("delta labs", "Delta Lab"), encoding="utf-8")

    result = imports("machines", table)

    assert result.exit_code == 3
    assert result.stdout == ("organization 'Delta Lab' (Owner, 1 row) Did you mean 'Delta Labs'?\n")
    assert not source_of(book).exists()


def test_propose_writes_register_file(book: Path, imports: Callable[..., Result]) -> None:
    """Proposed things get a file of the register, and the next import finds them there."""
    table = book / "machines.csv"
    table.write_text(TABLE.read_text("utf-8").replace("delta labs", "New Co."), encoding="utf-8")
    proposed = book / "data" / "register" / "proposed-machines.ttl"

    first = imports("machines", table, "--propose")
    second = imports("machines", table)

    assert first.stdout.splitlines() == [str(proposed), str(source_of(book))]
    assert 'organization:new-co a schema:Organization ;\n    schema:name "New Co."@en .' in (
        proposed.read_text("utf-8")
    )
    assert second.exit_code == 0, second.output


def test_table_by_mapping_file_without_book(tmp_path: Path, imports: Callable[..., Result]) -> None:
    """A mapping may be given by its path, and the source written elsewhere."""
    mapping = HERE / "book" / "queries" / "imports" / "machines.rq"

    result = imports(mapping, TABLE, "-o", tmp_path / "out")

    assert result.exit_code == 0, result.output
    assert statements(tmp_path / "out" / "machines-2025-07-01.ttl") == statements(
        HERE / "expected.ttl"
    )
