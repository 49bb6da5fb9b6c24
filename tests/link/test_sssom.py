"""Mapping files: faults are reported with their position, and the book's files are valid SSSOM."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.link.conftest import COLUMNS, header

from factbook.book import Book
from factbook.layout import layout_of
from factbook.link.compiler import compile_mappings
from factbook.rdf.mapping_files import ROLES, find_problems, mapping_path, read_mapping_files
from factbook.rdf.sssom import parse_mapping_set, read_mapping_set, serialize_mapping_set

ROOT = Path(__file__).parents[2]
BOOK_FILES = sorted((ROOT / "data" / "links").glob("*.sssom.tsv"))
GOOD = ["company:elm", "skos:exactMatch", "", "wikidata:Q5", "semapv:LexicalMatching", "0.7"]


def written(folder: Path, *rows: list[str], top: str | None = None) -> Path:
    """Write a file of mappings."""
    path = folder / "positive.sssom.tsv"
    lines = ["\t".join(row) for row in rows]
    text = "\n".join([header("positive") if top is None else top, COLUMNS, *lines, ""])
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        (0, "", "subject_id: must not be empty"),
        (0, "elm", "subject_id: 'elm' is not a CURIE"),
        (0, "nowhere:elm", "subject_id: the prefix 'nowhere' is not in the curie_map"),
        (1, "skos:sameMatch", "predicate_id: 'skos:sameMatch' is not one of"),
        (2, "not", "predicate_modifier: 'not' must be Not or empty"),
        (3, " wikidata:Q5", "object_id: has leading or trailing spaces"),
        (4, "semapv:Guess", "mapping_justification: 'semapv:Guess' is not a justification"),
        (5, "1.5", "confidence: '1.5' is not a number from 0 to 1"),
    ],
)
def test_fault_is_reported_with_line_and_column(
    tmp_path: Path, column: int, cell: str, said: str
) -> None:
    """The position is that of the cell."""
    bad = [*GOOD[:column], cell, *GOOD[column + 1 :]]
    path = written(tmp_path, GOOD, bad)

    (problem,) = parse_mapping_set(path).problems

    line = len(header("positive").splitlines()) + 3
    start = sum(len(each) + 1 for each in bad[:column]) + 1
    assert str(problem).startswith(f"{path}:{line}:{start}: {said}")


def test_quoted_cells_are_read_and_written(tmp_path: Path) -> None:
    """A value may stand in double quotes; one that needs them gets them when it is written."""
    labels = ['a "b"', " c", "d\te", "two\nlines", "plain"]
    quoted = ['"a ""b"""', '" c"', '"d\te"', '"two\nlines"', '"plain"']
    path = tmp_path / "positive.sssom.tsv"
    rows = [
        f"company:c{number}\tskos:exactMatch\t\twikidata:Q{number}\tsemapv:LexicalMatching\t{cell}"
        for number, cell in enumerate(quoted)
    ]
    columns = COLUMNS.replace("confidence", "subject_label")
    path.write_text("\n".join([header("positive"), columns, *rows, ""]), encoding="utf-8")

    found = parse_mapping_set(path)

    assert not found.problems
    assert [row["subject_label"] for row in found.rows] == labels
    path.write_text(serialize_mapping_set(found), encoding="utf-8")
    assert [row["subject_label"] for row in parse_mapping_set(path).rows] == labels


def test_names_of_columns_may_stand_in_quotes(tmp_path: Path) -> None:
    """So may any value; a byte order mark and a number without its zero are no faults either."""
    path = tmp_path / "positive.sssom.tsv"
    columns = "\t".join(f'"{name}"' for name in COLUMNS.split("\t"))
    row = "\t".join([*GOOD[:-1], ".7"])
    path.write_text(f"\ufeff{header('positive')}\n{columns}\n{row}\n", encoding="utf-8")

    found = parse_mapping_set(path)

    assert not found.problems
    assert [row.confidence for row in found.rows] == [0.7]


def test_unclosed_quote_is_reported(tmp_path: Path) -> None:
    """A quote that nothing closes is a fault of its own line, not of the whole table."""
    bad = ['"company:elm', *GOOD[1:]]
    (problem,) = parse_mapping_set(written(tmp_path, bad, GOOD)).problems

    assert "a double quote that nothing closes" in problem.message


def test_other_columns_are_kept(tmp_path: Path) -> None:
    """A column that is not SSSOM's is passed over, and a modifier is not needed."""
    path = tmp_path / "positive.sssom.tsv"
    columns = COLUMNS.replace("predicate_modifier\t", "") + "\tour_own"
    row = "\t".join([*GOOD[:2], *GOOD[3:], "x"])
    path.write_text(f"{header('positive')}\n{columns}\n{row}\n", encoding="utf-8")

    found = parse_mapping_set(path)

    assert not found.problems
    assert not found.rows[0].is_negated
    path.write_text(serialize_mapping_set(found), encoding="utf-8")
    assert parse_mapping_set(path).rows[0]["our_own"] == "x"


@pytest.mark.parametrize(
    ("top", "said"),
    [
        ("#a: [", "the header is not valid YAML"),
        (f"#a: {'[' * 20_000}", "the header is not valid YAML"),
        ("#license: x", "the header lacks 'mapping_set_id'"),
        ("#- x", "the header is not a mapping of keys to values"),
    ],
)
def test_invalid_header_is_reported(tmp_path: Path, top: str, said: str) -> None:
    """The header must be YAML and have the required metadata."""
    problems = parse_mapping_set(written(tmp_path, GOOD, top=top)).problems

    assert any(said in str(problem) for problem in problems)


def test_row_with_extra_cell_is_reported(tmp_path: Path) -> None:
    """A row must have as many cells as the table has columns."""
    (problem,) = parse_mapping_set(written(tmp_path, [*GOOD, "more"])).problems

    assert "7 cells where the table has 6 columns" in str(problem)


def test_pair_in_two_files_is_reported(tmp_path: Path) -> None:
    """A pair may be in one file only."""
    folder = tmp_path / "data" / "links"
    folder.mkdir(parents=True)
    for role in reversed(ROLES):
        rows = [GOOD] if role in {"positive", "unsure"} else []
        written(folder, *rows).rename(folder / f"{role}.sssom.tsv")

    (problem,) = find_problems(layout_of(tmp_path))

    assert "company:elm and wikidata:Q5 are already mapped in positive.sssom.tsv" in problem.message


@pytest.mark.parametrize("path", BOOK_FILES, ids=lambda path: path.stem)
def test_book_files_survive_a_round_trip(path: Path) -> None:
    """Reading and writing a file changes nothing."""
    assert serialize_mapping_set(read_mapping_set(path)) == path.read_text(encoding="utf-8")


def test_book_files_have_no_faults() -> None:
    """No file has a fault, and no two files conflict."""
    assert find_problems(layout_of(None)) == []


def test_book_compiled_files_are_up_to_date() -> None:
    """The compiled files equal what compiling gives."""
    assert compile_mappings(Book()).stale() == []


def test_mapping_source_has_date_of_mapping_set() -> None:
    """The version of the mapping set is the publication date of its source."""
    layout = layout_of(None)
    version = read_mapping_files(layout)["positive"].metadata["mapping_set_version"]

    text = (layout.root / "data/sources/factbook/mappings.ttl").read_text(encoding="utf-8")

    assert f'schema:datePublished "{version}"^^xsd:date' in text


@pytest.mark.parametrize("role", ROLES)
def test_sssom_py_accepts_book_files(role: str) -> None:
    """The reference implementation reports no error."""
    program = shutil.which("sssom", path=str(Path(sys.executable).parent)) or shutil.which("sssom")
    if program is None:  # its plugins for rdflib and pytest require an environment of its own
        if os.environ.get("FACTBOOK_TEST_SSSOM") == "required":
            pytest.fail("sssom is not installed")
        pytest.skip("sssom is not installed")
    path = mapping_path(layout_of(None), role)

    done = subprocess.run(
        [program, "validate", str(path)], capture_output=True, text=True, check=False
    )

    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    if role != "predicted":  # sssom-py reports an empty table as an error
        assert "not well-formed" not in said, said
        assert "ERROR" not in said.upper(), said
