"""Queries of users see literals as the files spell them, or say that they do not."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from factbook.rdf.rdf_input import RdfInput
from factbook.store.answers import Graph, Table
from factbook.store.embedded import EmbeddedEngine, open_files
from factbook.store.snapshot import SnapshotEngine, open_snapshot
from factbook.store.worker import Source, Workers

if TYPE_CHECKING:
    from pathlib import Path

PROLOGUE = """
PREFIX ex: <http://example.org/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
DATA = f"""{PROLOGUE}
ex:elbe ex:length 1094.50 ; ex:bridges "7"^^xsd:int ; ex:tidal "1"^^xsd:boolean ;
    ex:name "Elbe"@de-DE , "Labe"@cs ; ex:mapped "2024-01-01T00:00:00Z"^^xsd:dateTimeStamp .
ex:oder ex:length +866 ; ex:name "Oder"@de-DE ; ex:flow 5.5E2 ; ex:bad "x"^^xsd:integer .
"""
MIXED = f"{PROLOGUE} ex:elbe ex:length 1094.5, 1094.50 ; ex:depth 3.0 ; ex:level 3.00 . "


@pytest.fixture(params=["memory", "snapshot"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> EmbeddedEngine:
    """Return an engine over a file, in memory or on disk."""
    return _engine(DATA, tmp_path, on_disk=request.param == "snapshot")


def _engine(text: str, folder: Path, *, on_disk: bool = False) -> EmbeddedEngine:
    file = folder / "rivers.ttl"
    file.write_text(text)
    if not on_disk:
        return open_files([file])
    found = open_snapshot([file], folder / "cache", announce=lambda _: None)
    assert isinstance(found, SnapshotEngine)
    return found


def _rows(engine: EmbeddedEngine, text: str) -> list[str]:
    answer = engine.query_as_standard(PROLOGUE + text)
    assert isinstance(answer, Table)
    return sorted(" ".join(map(str, row)) for row in answer.rows)


XSD = "^^<http://www.w3.org/2001/XMLSchema#"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("SELECT ?v { ex:elbe ex:length ?v }", [f'"1094.50"{XSD}decimal>']),
        (
            "SELECT DISTINCT ?v { ?r ex:length ?v }",
            [f'"+866"{XSD}integer>', f'"1094.50"{XSD}decimal>'],
        ),
        ("SELECT ?v { ?r ?p ?v FILTER(DATATYPE(?v) = xsd:int) }", [f'"7"{XSD}int>']),
        ("SELECT ?v { ?r ex:length ?v FILTER(STR(?v) = '1094.50') }", [f'"1094.50"{XSD}decimal>']),
        ("SELECT (xsd:string(?v) AS ?s) { ex:elbe ex:length ?v }", ['"1094.50"']),
        ("SELECT (STRLEN(STR(?v)) AS ?n) { ex:elbe ex:length ?v }", [f'"7"{XSD}integer>']),
        ("SELECT (MAX(?v) AS ?m) { ?r ex:length ?v }", [f'"1094.50"{XSD}decimal>']),
        ("SELECT ?w { ex:elbe ex:tidal ?v BIND(?v AS ?w) }", [f'"1"{XSD}boolean>']),
        ("SELECT (?v + 0 AS ?w) { ex:elbe ex:bridges ?v }", [f'"7"{XSD}integer>']),
        ("SELECT ?v { ex:oder ex:bad ?v }", [f'"x"{XSD}integer>']),
        ("SELECT ?v { ex:oder ex:flow ?v }", [f'"5.5E2"{XSD}double>']),
        ("SELECT ?r { ?r ex:length ?v FILTER(?v > 1000) }", ["<http://example.org/elbe>"]),
        (
            "SELECT ?r { ?r ex:name ?n FILTER(LANG(?n) = 'de-DE') }",
            ["<http://example.org/elbe>", "<http://example.org/oder>"],
        ),
        ("SELECT ?r { ?r ex:name ?n FILTER(LANG(?n) = 'de-de') }", []),
        (
            "SELECT ?r { ?r ex:name ?n FILTER(LANGMATCHES(LANG(?n), 'CS')) }",
            ["<http://example.org/elbe>"],
        ),
        ("SELECT (LANG(?n) AS ?l) { ex:oder ex:name ?n }", ['"de-DE"']),
    ],
)
def test_answers_spell_literals_as_the_files_do(
    engine: EmbeddedEngine, text: str, rows: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Also where a filter or a function reads the spelling."""
    assert _rows(engine, text) == rows
    assert not caplog.records


def test_constructed_triples_are_spelled_as_the_files_do(tmp_path: Path) -> None:
    """What the query computes stays as it was computed."""
    engine = _engine(DATA, tmp_path)

    def objects(text: str) -> set[str]:
        answer = engine.query_as_standard(PROLOGUE + text)
        assert isinstance(answer, Graph)
        return {str(triple.object) for triple in answer.triples}

    assert {f'"1094.50"{XSD}decimal>', f'"7"{XSD}int>', f'"1"{XSD}boolean>'} <= objects(
        "DESCRIBE ex:elbe"
    )
    assert objects("CONSTRUCT { ?r ex:l ?v } { ?r ex:length ?v }") == {
        f'"1094.50"{XSD}decimal>',
        f'"+866"{XSD}integer>',
    }
    assert objects(
        "CONSTRUCT { ?r ex:l ?w ; ex:bridges ?v } { ?r ex:bridges ?v BIND(6 + 1 AS ?w) }"
    ) == {
        f'"7"{XSD}integer>',
        f'"7"{XSD}int>',
    }


@pytest.mark.parametrize(
    ("text", "is_said"),
    [
        ("SELECT ?v { ?r ex:length ?v }", True),
        ("SELECT (COUNT(*) AS ?n) { ?r ?p ?v }", True),
        ("CONSTRUCT WHERE { ?r ?p ?v }", True),
        ("SELECT DISTINCT ?v { ?r ex:depth ?v }", True),
        ("ASK { ?r ex:depth ?v FILTER(SAMETERM(?v, 3.00)) }", True),
        ("SELECT ?r { ?r ex:depth ?v }", False),
        ("SELECT (?v + 1 AS ?w) { ?r ex:depth ?v }", False),
    ],
)
def test_note_counts_values_with_several_spellings(
    text: str,
    is_said: bool,  # noqa: FBT001 - a case
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One line says how many literals of the data the engine has in another form."""
    answer = _engine(MIXED, tmp_path).query_as_standard(PROLOGUE + text)
    if isinstance(answer, Table):
        list(answer.rows)
    elif isinstance(answer, Graph):
        list(answer.triples)

    assert ["see 3 literals of the data" in record.getMessage() for record in caplog.records] == (
        [True] if is_said else []
    )


@pytest.mark.parametrize(
    ("text", "is_said"),
    [
        ("SELECT ?r { ?r ex:length ?v FILTER(?v > 5) }", True),
        ("SELECT ?v { ?r ex:length ?v } ORDER BY ?v", True),
        ("SELECT ?v { ?r ex:length ?v }", False),
    ],
)
def test_note_counts_numbers_beyond_the_range_of_the_engine(
    text: str,
    is_said: bool,  # noqa: FBT001 - a case
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A filter leaves them out, as it does values that are not numbers."""
    data = (
        "ex:elbe ex:length 9223372036854775807, 9223372036854775808, 0.12345678901234567890, "
        "0.10000000000000000000, 'abc'^^xsd:integer ."
    )
    _engine(PROLOGUE + data, tmp_path, on_disk=True).query("ASK {}")

    _rows(_engine(PROLOGUE + data, tmp_path, on_disk=True), text)

    said = [record.getMessage() for record in caplog.records]
    assert ["2 numbers of the data are beyond" in line for line in said if "numbers" in line] == (
        [True] if is_said else []
    )


def test_note_counts_language_tags_of_triples(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """No term of the engine has a tag with capitals."""
    answer = _engine(DATA, tmp_path).query_as_standard(PROLOGUE + "DESCRIBE ex:oder")
    assert isinstance(answer, Graph)
    list(answer.triples)
    assert ["de-de for de-DE" in record.getMessage() for record in caplog.records] == [True]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "a.rdf",
            """<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">
            <r:Description r:about="http://e/a"><e:p xml:lang="en-GB">x</e:p></r:Description>
            </r:RDF>""",
        ),
        ("a.jsonld", '{"@id": "a:a", "http://e/p": {"@value": "x", "@language": "en-GB"}}'),
        ("a.nt", '<http://e/a> <http://e/p> "x"@en-GB .'),
        ("a.ttl", "<http://e/a> <http://e/p> '''x'''@en-GB ."),
    ],
)
def test_language_tags_of_all_syntaxes_are_known(name: str, text: str, tmp_path: Path) -> None:
    """The parsers hand tags on in lower case."""
    file = tmp_path / name
    file.write_text(text)
    answer = open_files([file]).query_as_standard("SELECT (LANG(?o) AS ?l) { ?s ?p ?o }")
    assert isinstance(answer, Table)
    assert [str(row[0]) for row in answer.rows] == ['"en-GB"']


def test_tag_with_two_spellings_stays_in_lower_case(tmp_path: Path) -> None:
    """Otherwise one of the two would never be found."""
    engine = _engine(f'{PROLOGUE} ex:a ex:p "x"@en-GB , "y"@en-gb .', tmp_path)
    assert len(_rows(engine, "SELECT ?o { ?s ?p ?o FILTER(LANG(?o) = 'en-gb') }")) == 2


def test_damaged_spellings_are_read_from_the_files(tmp_path: Path) -> None:
    """A snapshot whose note about spellings is damaged is not used."""
    _engine(DATA, tmp_path, on_disk=True).query("ASK {}")
    (note,) = (tmp_path / "cache").glob("*/spellings")
    note.write_bytes(note.read_bytes().replace(b"1094.50", b"1094.51"))
    engine = _engine(DATA, tmp_path, on_disk=True)
    assert _rows(engine, "SELECT ?v { ex:elbe ex:length ?v }") == [f'"1094.50"{XSD}decimal>']


def test_workers_spell_literals_as_the_files_do(tmp_path: Path) -> None:
    """The endpoint answers as the command does."""
    engine = _engine(DATA, tmp_path, on_disk=True)
    out = io.BytesIO()
    with Workers(Source.of(engine, [RdfInput(tmp_path / "rivers.ttl")], [])) as workers:
        text = f"{PROLOGUE} CONSTRUCT WHERE {{ ex:elbe ex:length ?v }}"
        workers.run(text, out, graph_format="nt", as_standard=True)
    assert b'"1094.50"' in out.getvalue()
