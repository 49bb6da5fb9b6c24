"""Checks of a book and of other RDF files: findings, their places, and selections."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import factbook
from factbook.check.outcome import Selection
from factbook.check.plan import Plan
from factbook.check.rules import find_example
from factbook.check.run import check_book, check_files
from factbook.check.text_rules import LITERAL_RULES
from factbook.errors import InputError, UsageError
from factbook.rdf.parse import read_rdf
from factbook.shacl import PYSHACL, SPARQL

if TYPE_CHECKING:
    from factbook.api import Book
    from factbook.check.findings import Finding, Outcome

HERE = Path(__file__).parent
ENGINES = (PYSHACL, SPARQL)


def brief(outcome: Outcome) -> list[tuple[str, str, str, int | None, int | None]]:
    """Return the findings as rule, label, file, line and column."""
    return [
        (f.rule, f.label, f.path.name if f.path else "", f.line, f.column) for f in outcome.findings
    ]


def by_rule(outcome: Outcome, rule: str) -> list[Finding]:
    """Return the findings of one rule."""
    return [finding for finding in outcome.findings if finding.rule == rule]


@pytest.mark.parametrize("engine", ENGINES)
def test_check_files_needs_no_book(engine: str) -> None:
    """RDF files are checked against shapes without a book, and each finding has a place."""
    outcome = check_files(
        [read_rdf(HERE / "rivers.ttl")], [read_rdf(HERE / "river-shapes.ttl")], engine=engine
    )

    assert brief(outcome) == [
        ("RiverShape/mouth", "Elbe", "rivers.ttl", 4, 1),
        ("river-length", "Elbe", "rivers.ttl", 6, 15),
        ("RiverShape/mouth", "Lethe", "rivers.ttl", 8, 1),
        ("river-length", "Rhine", "rivers.ttl", 12, 1),
        ("RiverShape/mouth", "Rhine", "rivers.ttl", 12, 1),
    ]


def test_finding_has_value_property_and_fix() -> None:
    """A finding has the value as spelled, the prefixed property, and the message of the shape."""
    outcome = check_files([read_rdf(HERE / "rivers.ttl")], [read_rdf(HERE / "river-shapes.ttl")])

    wrong = by_rule(outcome, "river-length")[0]

    assert (wrong.property, wrong.value) == ("ex:length", '"long"')
    assert wrong.message == "Add ex:length with a whole number of kilometres."
    assert wrong.focus == "https://example.org/elbe"
    assert outcome.by_severity() == {"error": 2, "warning": 0, "info": 3}
    assert [outcome.count_at_least(severity) for severity in ("error", "warning", "info")] == [
        2,
        2,
        5,
    ]


def test_check_names_a_file_without_lines(tmp_path: Path) -> None:
    """Findings in JSON-LD have a file but no line."""
    path = tmp_path / "weser.jsonld"
    path.write_text(
        '{"@id": "https://example.org/weser", "@type": "https://example.org/River"}',
        encoding="utf-8",
    )

    outcome = check_files([read_rdf(path)], [read_rdf(HERE / "river-shapes.ttl")])

    assert {(f.path, f.line) for f in outcome.findings} == {(path, None)}
    assert len(outcome.findings) == 2


def test_check_book_applies_all_kinds_of_rules(river_book: Book) -> None:
    """Shapes, check queries and built-in rules each find their error."""
    found = {finding.rule for finding in check_book(river_book).findings}

    assert found == {"RiverShape/mouth", "river-length", "dry-river", "literal-calendar"}
    assert river_book.check() == check_book(river_book).findings


def test_check_query_finds_the_triple(river_book: Book) -> None:
    """A row with path and value has the place of the triple and the severity of its query."""
    (finding,) = by_rule(check_book(river_book), "dry-river")

    assert (finding.line, finding.column, finding.severity) == (10, 15, "warning")
    assert finding.message == "Measure again."


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(rules=frozenset({"dry-river"})), {"dry-river"}),
        (Selection(sources=("https://example.org/source/gauges",)), {"literal-calendar"}),
        (Selection(paths=frozenset()), set()),
    ],
    ids=["by rule", "by source", "by file"],
)
def test_selection_limits_findings(
    river_book: Book, selection: Selection, expected: set[str]
) -> None:
    """Only selected findings are reported."""
    found = {f.rule for f in check_book(river_book, selection=selection).findings}

    assert found == expected


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        (Selection(rules=frozenset({"dry-rivers"})), "Did you mean 'dry-river'"),
        (Selection(sources=("Rhine",)), "is not a source"),
        (Selection(sources=("Danube",)), "Danube"),
    ],
    ids=["rule", "no source", "unknown"],
)
def test_selection_rejects_unknown_names(river_book: Book, selection: Selection, said: str) -> None:
    """An unknown rule or source is an error, not a check without findings."""
    with pytest.raises(UsageError, match=said):
        check_book(river_book, selection=selection)


HEAD = "#+ summary: a\n#+ problem: b\n#+ fix: c\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT ?focus WHERE { ?focus ?p ?o }", "needs 'summary'"),
        (HEAD + "ASK { ?s ?p ?o }", "must be a SELECT"),
        (HEAD + "SELECT ?river WHERE { ?river ?p ?o }", "the columns"),
        (
            HEAD + "#+ severity: fatal\nSELECT ?focus WHERE { ?focus ?p ?o }",
            "'fatal' is not one",
        ),
    ],
    ids=["front matter", "form", "columns", "severity"],
)
def test_check_book_rejects_invalid_check_query(river_book: Book, text: str, said: str) -> None:
    """An invalid check query is an error, not a check without findings."""
    path = river_book.layout.queries / "checks" / "faulty.rq"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(InputError, match=said):
        check_book(river_book)


@pytest.mark.parametrize("engine", ENGINES)
def test_check_files_rejects_invalid_shapes(tmp_path: Path, engine: str) -> None:
    """Invalid shapes are an error, not a check without findings."""
    path = tmp_path / "broken.ttl"
    path.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
        "<https://example.org/s> a sh:NodeShape ; sh:targetClass <https://example.org/River> ;\n"
        "  sh:property <https://example.org/p> .\n"
        "<https://example.org/p> sh:path <https://example.org/a> , <https://example.org/b> .\n",
        encoding="utf-8",
    )

    with pytest.raises(InputError):
        check_files([read_rdf(HERE / "rivers.ttl")], [read_rdf(path)], engine=engine)


@pytest.mark.parametrize("rule", LITERAL_RULES, ids=lambda rule: rule.name)
def test_rule_for_literals_finds_its_bad_example(rule: object) -> None:
    """The rule finds its bad example, and nothing is found in the good one."""
    name = str(getattr(rule, "name", ""))
    bad, good = (find_example(name, which, []) for which in ("bad", "good"))
    assert bad is not None
    assert good is not None

    assert [f.rule for f in check_files([read_rdf(bad)], []).findings] == [name]
    assert check_files([read_rdf(good)], []).findings == ()


def test_plan_sees_changed_files(river_book: Book) -> None:
    """A second run, as by --watch, reads edited files again."""
    plan = Plan(river_book, rules=("literal-form", "literal-calendar"))
    gauges = river_book.layout.root / "data" / "sources" / "survey" / "gauges.ttl"

    before = plan.run()
    text = gauges.read_text(encoding="utf-8").replace("2024-02-30", "last year")
    gauges.write_text(text, encoding="utf-8")
    after = plan.run()

    assert [finding.rule for finding in before.findings] == ["literal-calendar"]
    assert [finding.rule for finding in after.findings] == ["literal-form"]
    assert after.triples == before.triples


def test_bundled_book_has_no_findings() -> None:
    """The bundled book breaks no rule."""
    assert factbook.open().check(engine=SPARQL) == ()
