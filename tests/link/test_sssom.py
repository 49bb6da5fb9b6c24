"""Files of mappings: what is wrong in one is told with its place, and ours are valid SSSOM."""

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
from factbook.link.compile import compiled
from factbook.link.sets import ROLES, file_of, links_of, problems_of
from factbook.link.sssom import examine, read_links, text_of

ROOT = Path(__file__).parents[2]
OURS = sorted((ROOT / "data" / "links").glob("*.sssom.tsv"))
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
        (1, "skos:sameMatch", "predicate_id: 'skos:sameMatch' is none of"),
        (2, "not", "predicate_modifier: 'not' must be Not or nothing"),
        (3, " wikidata:Q5", "object_id: has a space at an end"),
        (4, "semapv:Guess", "mapping_justification: 'semapv:Guess' is no justification"),
        (5, "1.5", "confidence: '1.5' is not a number from 0 to 1"),
    ],
)
def test_a_fault_has_its_line_and_column(tmp_path: Path, column: int, cell: str, said: str) -> None:
    """The place is that of the cell."""
    bad = [*GOOD[:column], cell, *GOOD[column + 1 :]]
    path = written(tmp_path, GOOD, bad)

    (problem,) = examine(path).problems

    line = len(header("positive").splitlines()) + 3
    start = sum(len(each) + 1 for each in bad[:column]) + 1
    assert str(problem).startswith(f"{path}:{line}:{start}: {said}")


@pytest.mark.parametrize(
    ("top", "said"),
    [
        ("#a: [", "the header is not valid YAML"),
        ("#license: x", "the header lacks 'mapping_set_id'"),
        ("#- x", "the header is not a mapping of keys to values"),
    ],
)
def test_a_faulty_header_is_told(tmp_path: Path, top: str, said: str) -> None:
    """YAML that is none, or lacks what a mapping set must have."""
    problems = examine(written(tmp_path, GOOD, top=top)).problems

    assert any(said in str(problem) for problem in problems)


def test_a_row_of_another_length_is_told(tmp_path: Path) -> None:
    """A tab too many shifts all that follows."""
    (problem,) = examine(written(tmp_path, [*GOOD, "more"])).problems

    assert "7 cells where the table has 6 columns" in str(problem)


def test_one_pair_in_two_files_is_told(tmp_path: Path) -> None:
    """Somebody must decide for one of them."""
    folder = tmp_path / "data" / "links"
    folder.mkdir(parents=True)
    for role in reversed(ROLES):
        rows = [GOOD] if role in {"positive", "unsure"} else []
        written(folder, *rows).rename(folder / f"{role}.sssom.tsv")

    (problem,) = problems_of(layout_of(tmp_path))

    assert "company:elm and wikidata:Q5 stand in positive.sssom.tsv" in problem.said


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.stem)
def test_our_files_are_as_we_write_them(path: Path) -> None:
    """Reading and writing again changes nothing."""
    assert text_of(read_links(path)) == path.read_text(encoding="utf-8")


def test_our_files_have_no_fault() -> None:
    """Neither one by one nor together."""
    assert problems_of(layout_of(None)) == []


def test_our_compiled_files_are_up_to_date() -> None:
    """What the graph says is what the mappings say."""
    assert compiled(Book()).stale() == []


def test_the_source_is_as_old_as_its_mappings() -> None:
    """The version of the mapping set is the date of the source that it is compiled to."""
    layout = layout_of(None)
    version = links_of(layout)["positive"].about["mapping_set_version"]

    text = (layout.root / "data/sources/factbook/mappings.ttl").read_text(encoding="utf-8")

    assert f'schema:datePublished "{version}"^^xsd:date' in text


@pytest.mark.parametrize("role", ROLES)
def test_sssom_py_accepts_our_files(role: str) -> None:
    """The reference reader finds nothing wrong."""
    program = shutil.which("sssom", path=str(Path(sys.executable).parent)) or shutil.which("sssom")
    if program is None:  # it brings plugins for rdflib and pytest, and so has its own environment
        if os.environ.get("FACTBOOK_TEST_SSSOM") == "required":
            pytest.fail("sssom is not installed")
        pytest.skip("sssom is not installed")
    path = file_of(layout_of(None), role)

    done = subprocess.run(
        [program, "validate", str(path)], capture_output=True, text=True, check=False
    )

    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    if role != "predicted":  # without a row the reader complains of the row that is not there
        assert "not well-formed" not in said, said
        assert "ERROR" not in said.upper(), said
