"""Large files, which are read as streams, give the same findings as files in memory."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import RdfFormat, parse, serialize

from factbook.check import inputs
from factbook.check.outcome import Selection
from factbook.check.run import check_files
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
def streamed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read all files as streams, however small."""
    monkeypatch.setattr(inputs, "_BYTES_IN_MEMORY", 0)


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
def test_check_finds_the_same_places_in_a_stream(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Places do not depend on how a file is read, for all spellings of subjects."""
    path = written(tmp_path, name)
    in_memory = check_files([path], SHAPES)
    monkeypatch.setattr(inputs, "_BYTES_IN_MEMORY", 0)

    as_stream = check_files([path], SHAPES)

    assert len(in_memory.findings) == 11
    assert all(finding.line for finding in in_memory.findings)
    assert told(as_stream) == told(in_memory)
    assert as_stream.triples == in_memory.triples
    assert as_stream.files == in_memory.files


@pytest.mark.usefixtures("streamed")
def test_check_locates_findings_in_several_streams(tmp_path: Path) -> None:
    """A finding is located in the file that describes the node, with a line if it has lines."""
    first, second = written(tmp_path, "rivers.nt"), tmp_path / "more.jsonld"
    second.write_text(
        '{"@id": "https://example.org/po", "@type": "https://example.org/River"}', encoding="utf-8"
    )

    found = told(check_files([first, second], SHAPES))

    assert {row[3:] for row in found if row[1] == "ex:po"} == {("more.jsonld", None, None)}
    assert len(found) == 13


@pytest.mark.usefixtures("streamed")
def test_check_locates_a_mention_in_a_stream(tmp_path: Path) -> None:
    """A focus node that no file describes is located where it is an object."""
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


@pytest.mark.usefixtures("streamed")
def test_check_selects_rules_in_a_stream(tmp_path: Path) -> None:
    """--rule works as it does for files in memory."""
    path = written(tmp_path, "rivers.nt")

    outcome = check_files(
        [path], SHAPES, selection=Selection(rules=frozenset({"literal-calendar"}))
    )

    assert [finding.rule for finding in outcome.findings] == ["literal-calendar"]


@pytest.mark.usefixtures("streamed")
def test_check_reports_a_syntax_error_in_a_stream(tmp_path: Path) -> None:
    """A syntax error further down in a file is reported with file and line."""
    path = tmp_path / "broken.nt"
    path.write_text("<urn:a> <urn:b> <urn:c> .\n" * 3 + "<urn:a> <urn:b> .\n", encoding="utf-8")

    with pytest.raises(InputError, match=r"broken\.nt:4"):
        check_files([path], SHAPES)


@pytest.mark.usefixtures("streamed")
def test_check_announces_its_progress(tmp_path: Path) -> None:
    """Each step is announced, and the last announcement is empty."""
    said: list[str] = []

    check_files([written(tmp_path, "rivers.nt")], SHAPES, announce=said.append)

    assert any(line.startswith("Checking the shapes: ") for line in said)
    assert "Looking for the places of what was found" in said
    assert said[-1] == ""
