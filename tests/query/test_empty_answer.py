"""An empty answer says why it is empty, and an unknown term in a query is named."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result
from tests.core_book import core_book

import factbook
from factbook.cli.root import root
from factbook.query.unknown_terms import find_unknown_terms

QUESTIONS = {
    "condition": (
        ("revenue", "--company", "Cerebras", "--where", "amount > 900T"),
        "No rows. None of the",
    ),
    "first day": (
        ("timeline", "--company", "Groq", "--since", "2099-01-01"),
        "Nothing matches --since 2099-01-01; without",
    ),
    "day": (
        ("revenue", "--company", "Cerebras", "--asof", "2001-01-01"),
        "No rows. Nothing matches on that day; without --asof there",
    ),
    "thing": (
        ("prices", "--product", "Bow IPU"),
        "No source states it for Graphcore Bow IPU; without",
    ),
    "required thing": (
        ("rented-by", "--product", "Bow IPU"),
        "No rows. No source states this for Graphcore Bow IPU.",
    ),
    "kind": (("rank", "--measure", "throughput", "--kind", "system"), "without --kind there"),
    "measure without amounts": (
        ("rank", "--measure", "chief executive"),
        "but not in a way that fits this query. See: factbook show measure:chief-executive",
    ),
}


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(root, ["--book", str(core_book()), *arguments])


@pytest.mark.parametrize("reason", QUESTIONS)
@pytest.mark.parametrize("form", ["table", "json"])
def test_empty_answer_says_why(reason: str, form: str) -> None:
    """The reason goes to stderr, whatever the format."""
    arguments, expected = QUESTIONS[reason]

    result = _run("query", *arguments, "-f", form)

    assert result.exit_code == 0, result.output
    assert expected in result.stderr
    assert "No rows" not in result.stdout


def test_narrow_concept_leads_to_the_broader_one() -> None:
    """What is filed under the broader concept is named, as the two are filed apart."""
    result = CliRunner().invoke(root, ["query", "money-raised", "--segment", "neoclouds"])

    assert " for Cloud AI Infrastructure, which includes it" in result.stderr


@pytest.mark.parametrize("form", ["csv", "tsv", "xml", "jsonl", "parquet", "xlsx", "vega-lite"])
def test_every_format_says_why(form: str) -> None:
    """Data, workbooks and charts without a row have the reason on stderr too."""
    result = _run("query", "prices", "--product", "Bow IPU", "-f", form)

    assert "No rows. No source states it for Graphcore Bow IPU; without --product" in result.stderr


def test_rows_of_python_know_why_there_are_none() -> None:
    """Rows have the reason, but not a slice of some, and not rows that are there."""
    book = factbook.open(core_book())

    assert book.query("prices", product="Bow IPU").reason.startswith(
        "No source states it for Graph"
    )
    rows = book.query("prices", product="h100")
    assert (rows.reason, rows[:0].reason) == ("", "")


@pytest.mark.parametrize("form", ["table", "csv", "tsv", "json", "xml"])
def test_answer_with_rows_prints_no_reason(form: str) -> None:
    """An answer with a single row is not empty in any format."""
    result = _run("query", "revenue", "--company", "Cerebras", "--top", "1", "-f", form)

    assert result.exit_code == 0, result.output
    assert "No rows" not in result.stderr


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "SELECT * { ?x a infra:Compny }",
            "infra:Compny is not in the data or the ontology; did you mean infra:Company?",
        ),
        ("ASK { company:grok ?p ?o }", "did you mean company:groq?"),
        (
            "SELECT * { ?x a <https://w3id.org/ai-infra/def#Compny> }",
            "infra:Compny is not in the data",
        ),
    ],
)
def test_unknown_term_is_named(text: str, expected: str) -> None:
    """A misspelt term is named with the most similar one."""
    result = _run("sparql", text)

    assert expected in result.stderr


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?x a infra:Company ; schema:name ?name } LIMIT 1",
        "SELECT * { ?x a <https://nowhere.example.org/Thing> }",
        "CONSTRUCT { ?x infra:mine ?n } WHERE { ?x a infra:Company ; schema:name ?n } LIMIT 1",
        'SELECT * { ?x schema:name "infra:Compny" }',
        "SELECT (xsd:decimal(1) AS ?one) {}",
        "DESCRIBE company:groq",
    ],
)
def test_known_and_foreign_terms_are_not_named(text: str) -> None:
    """Terms of the book, those of other vocabularies, and texts give no warning."""
    assert find_unknown_terms(factbook.open(core_book()), text) == []
