"""Files that are too large to be held give the findings, at the places, that they give if held."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import RdfFormat, parse, serialize

from factbook.check import data
from factbook.check.files import check_files
from factbook.check.selection import Selection
from factbook.errors import InputError
from factbook.rdf.parse import read_rdf

if TYPE_CHECKING:
    from factbook.check.findings import Outcome

HERE = Path(__file__).parent
SHAPES = [read_rdf(HERE / "river-shapes.ttl")]
TURTLE = (HERE / "rivers.ttl").read_text(encoding="utf-8")
EXTRA = """
ex:weser a ex:River ; ex:length 452 ; ex:mouth ex:sea ; ex:measured "2024-02-30"^^xsd:date .
<https://example.org/nidd%20é> a
    ex:River ; ex:length "short", 3 ; ex:note \"\"\"
ex:elbe a ex:Lake .\"\"\" .
ex:nidd\\/upper a ex:River ; ex:mouth ex:ouse .
_:spring a ex:River ; ex:length "tiny" .
"""
HEAD = "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"


@pytest.fixture
def tight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no file be held, however small."""
    monkeypatch.setattr(data, "_HELD_BYTES", 0)


def written(folder: Path, name: str) -> Path:
    """Write rivers in a syntax."""
    path = folder / name
    text = HEAD + TURTLE + EXTRA
    if name.endswith(".ttl"):
        path.write_text(text, encoding="utf-8")
        return path
    lines = serialize(parse(text, RdfFormat.TURTLE), format=RdfFormat.N_TRIPLES)
    assert lines is not None
    lines = lines.replace("é".encode(), b"\\u00E9")  # as the strict form of N-Triples had it
    path.write_bytes(gzip.compress(lines) if name.endswith(".gz") else lines)
    return path


def told(outcome: Outcome) -> list[tuple[object, ...]]:
    """Return what findings say and where."""
    return [
        (f.rule, f.label, f.value, f.path and f.path.name, f.line, f.column)
        for f in outcome.findings
    ]


@pytest.mark.parametrize("name", ["rivers.ttl", "rivers.nt", "rivers.nt.gz"])
def test_same_findings_at_the_same_places(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Subjects written out, shortened, escaped and without a name, literals of ours included."""
    path = written(tmp_path, name)
    held = check_files([path], SHAPES)
    monkeypatch.setattr(data, "_HELD_BYTES", 0)

    passing = check_files([path], SHAPES)

    assert len(held.findings) == 11
    assert all(finding.line for finding in held.findings)
    assert told(passing) == told(held)
    assert (passing.triples, passing.files) == (held.triples, held.files)


@pytest.mark.usefixtures("tight")
def test_files_of_several_kinds(tmp_path: Path) -> None:
    """What a thing lacks is told in the file that speaks of it, with a line where there are any."""
    first, second = written(tmp_path, "rivers.nt"), tmp_path / "more.jsonld"
    second.write_text(
        '{"@id": "https://example.org/po", "@type": "https://example.org/River"}', encoding="utf-8"
    )

    found = told(check_files([first, second], SHAPES))

    assert {row[3:] for row in found if row[1] == "ex:po"} == {("more.jsonld", None, None)}
    assert len(found) == 13


@pytest.mark.usefixtures("tight")
def test_what_is_only_mentioned_is_found(tmp_path: Path) -> None:
    """A focus node that no file describes stands where one refers to it."""
    shapes = tmp_path / "shapes.ttl"
    shapes.write_text(
        "PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX ex: <https://example.org/>\n"
        'ex:sea-name sh:targetNode ex:sea ; sh:path ex:name ; sh:minCount 1 ; sh:message "Name." .',
        encoding="utf-8",
    )
    path = tmp_path / "sea.nt"
    path.write_text(
        "# a comment\n<https://example.org/a> <https://example.org/mouth> "
        "<https://example.org/sea> .\n",
        encoding="utf-8",
    )

    (finding,) = check_files([path], [read_rdf(shapes)]).findings

    assert (finding.path, finding.line, finding.column) == (path, 2, 53)


@pytest.mark.usefixtures("tight")
def test_a_selection_narrows_what_is_told(tmp_path: Path) -> None:
    """--rule works as for files that are held."""
    path = written(tmp_path, "rivers.nt")

    outcome = check_files(
        [path], SHAPES, selection=Selection(rules=frozenset({"literal-calendar"}))
    )

    assert [finding.rule for finding in outcome.findings] == ["literal-calendar"]


@pytest.mark.usefixtures("tight")
def test_a_fault_in_the_middle_is_told(tmp_path: Path) -> None:
    """A file that breaks its grammar further down ends the check with file and line."""
    path = tmp_path / "broken.nt"
    path.write_text("<urn:a> <urn:b> <urn:c> .\n" * 3 + "<urn:a> <urn:b> .\n", encoding="utf-8")

    with pytest.raises(InputError, match=r"broken\.nt:4"):
        check_files([path], SHAPES)


@pytest.mark.usefixtures("tight")
def test_it_is_said_how_far_it_has_come(tmp_path: Path) -> None:
    """Each line is announced, and the last thing said is nothing."""
    said: list[str] = []

    check_files([written(tmp_path, "rivers.nt")], SHAPES, announce=said.append)

    assert any(line.startswith("Checking the shapes: ") for line in said)
    assert "Looking for the places of what was found" in said
    assert said[-1] == ""
