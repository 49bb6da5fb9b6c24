"""The rules for stored queries find the mistakes in bad queries, and nothing in good ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import factbook
from factbook.check.lint import LINT_RULES, lint_queries
from factbook.check.rules import BUILT_IN_EXAMPLES, find_example
from factbook.errors import UsageError

if TYPE_CHECKING:
    from factbook.book import Book

ROOT = Path(__file__).resolve().parents[2]
NAMES = [rule.name for rule in LINT_RULES]
SKOS = "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n"


@pytest.fixture(scope="module")
def book() -> Book:
    """The bundled book."""
    return factbook.open()


def found_in(text: str, book: Book, folder: Path) -> list[str]:
    """Return the rules that a query breaks, except those on its header and order."""
    path = folder / "query.rq"
    path.write_text(f"#+ summary: A question\n{text}", encoding="utf-8")
    other = {"query-undescribed", "query-columns", "query-order"}
    return [f.rule for f in lint_queries([path], book).findings if f.rule not in other]


@pytest.mark.parametrize("name", NAMES)
def test_rule_finds_its_bad_example(name: str, book: Book) -> None:
    """Each rule finds its bad example, and no other rule does."""
    path = find_example(name, "bad", [])
    assert path is not None

    assert {finding.rule for finding in lint_queries([path], book).findings} == {name}


@pytest.mark.parametrize("name", NAMES)
def test_rule_passes_its_good_example(name: str, book: Book) -> None:
    """Nothing is found in the good example of a rule."""
    path = find_example(name, "good", [])
    assert path is not None

    assert lint_queries([path], book).findings == ()


def test_examples_of_queries_belong_to_rules() -> None:
    """Each folder of example queries has the name of a rule."""
    queries = {path.name for path in BUILT_IN_EXAMPLES.iterdir() if any(path.glob("*.rq"))}

    assert queries == set(NAMES)


@pytest.mark.parametrize(
    "pattern",
    [
        "?x skos:broader ?__y_iri",
        "OPTIONAL { ?x skos:broader ?__y_iri }",
        "?x skos:broader/skos:inScheme* ?__y_iri",
        "FILTER(?x = COALESCE(?__y_iri, ?x))",
        "BIND(COALESCE(?__y_iri, 1) AS ?z)",
        'FILTER(?x != "?__y_iri")',
        "FILTER(?x > ?_since_xsd_date)",
    ],
)
def test_lint_accepts_parameter(pattern: str, book: Book, tmp_path: Path) -> None:
    """A pattern or COALESCE works without a value; a required parameter has one."""
    text = f"{SKOS}SELECT ?x WHERE {{ ?x skos:notation ?n . {pattern} }} ORDER BY ?x"

    assert "query-optional-parameter" not in found_in(text, book, tmp_path)
    assert "query-parameter-place" not in found_in(text, book, tmp_path)


@pytest.mark.parametrize(
    "pattern",
    [
        "FILTER(?x = ?__y_iri)",
        "FILTER NOT EXISTS { ?x skos:broader ?__y_iri }",
        "FILTER EXISTS { ?x skos:broader ?__y_iri }",
        "MINUS { ?x skos:broader ?__y_iri }",
        'FILTER REGEX(?n, ?__y_text, "i")',
        "BIND(IF(?x = ?__y_iri, 1, 2) AS ?z)",
        "MINUS { { ?x skos:broader ?__y_iri } }",
        "FILTER(?x IN (?__y_iri))",
    ],
)
def test_lint_rejects_optional_parameter(pattern: str, book: Book, tmp_path: Path) -> None:
    """Without a value, the parameter would silently change the answer."""
    text = f"{SKOS}SELECT ?x WHERE {{ ?x skos:notation ?n . {pattern} }} ORDER BY ?x"

    assert "query-optional-parameter" in found_in(text, book, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?_x_iri WHERE { ?_x_iri skos:notation ?n }",
        "SELECT ?n WHERE { VALUES ?_x_iri { skos:Concept } ?_x_iri skos:notation ?n }",
        "SELECT (COUNT(?n) AS ?m) WHERE { ?_x_iri skos:notation ?n } GROUP BY ?_x_iri",
    ],
)
def test_lint_rejects_parameter_where_a_value_cannot_stand(
    text: str, book: Book, tmp_path: Path
) -> None:
    """Neither a required nor an optional parameter may be a column, listed, or grouped by."""
    assert "query-parameter-place" in found_in(SKOS + text, book, tmp_path)


def test_lint_suggests_the_nearest_term(book: Book) -> None:
    """An unknown term is reported with its place and the nearest known term."""
    path = find_example("query-unknown-term", "bad", [])
    assert path is not None

    (finding,) = lint_queries([path], book).findings

    assert "prefLabel" in finding.message
    line = path.read_text(encoding="utf-8").splitlines()[(finding.line or 0) - 1]
    assert line[(finding.column or 0) - 1 :].startswith("skos:preferredLabel")


def test_lint_requires_no_order_of_one_row(book: Book, tmp_path: Path) -> None:
    """A query with a single row needs no ORDER BY."""
    path = tmp_path / "count.rq"
    path.write_text(
        f"#+ summary: How many\n#+ columns: {{n: {{type: integer}}}}\n{SKOS}"
        "SELECT (COUNT(*) AS ?n) WHERE { ?x skos:notation ?y }",
        encoding="utf-8",
    )

    assert lint_queries([path], book).findings == ()


def test_lint_reports_invalid_front_matter(book: Book, tmp_path: Path) -> None:
    """A file that cannot be read as a query is a finding, not an error."""
    path = tmp_path / "broken.rq"
    path.write_text("#+ params: {nobody: {doc: x}}\nSELECT ?x WHERE { ?x a ?y }", encoding="utf-8")

    (finding,) = lint_queries([path], book).findings

    assert finding.rule == "query-syntax"
    assert "nobody" in finding.message


def test_lint_selects_rules(book: Book) -> None:
    """Findings can be limited to rules, and an unknown rule is rejected with the nearest."""
    path = find_example("query-unused-prefix", "bad", [])
    assert path is not None

    assert lint_queries([path], book, rules=frozenset({"query-order"})).findings == ()
    with pytest.raises(UsageError, match="query-order"):
        lint_queries([path], book, rules=frozenset({"query-ordre"}))


@pytest.mark.parametrize(
    ("head", "order", "found"),
    [
        ("?x ?n", "?x ?n", []),
        ("?x ?n", "?x", ["query-ties"]),
        ("?x ?n", "?place", ["query-ties"]),
        ("?x ?n", "?place ?n", []),
        ("(STR(?x) AS ?y) ?n", "?place", ["query-ties"]),
        ("(STR(?x) AS ?y) ?n", "?place ?n", []),
        ("DISTINCT ?x ?n", "?x", ["query-ties"]),
        ("DISTINCT ?x", "?place", []),  # with one column more there would be more rows
    ],
)
def test_lint_finds_rows_with_equal_sort_keys(
    head: str, order: str, found: list[str], book: Book, tmp_path: Path
) -> None:
    """Equal sort keys are found, also if they are not among the columns."""
    pattern = "VALUES (?x ?n) { (skos:a 1) (skos:a 2) (skos:b 1) } BIND(STR(?x) AS ?place)"
    text = f"{SKOS}SELECT {head} WHERE {{ {pattern} }} ORDER BY {order}"

    rules = found_in(text, book, tmp_path)

    assert [rule for rule in rules if rule != "query-unknown-term"] == found


@pytest.mark.parametrize(
    ("column", "chart", "words"),
    [
        ("{type: number}", "", "type of column label: there is no such type"),
        ("{type: text, unit: units}", "", "unit of column label: the query has no such column"),
        ("{type: text, figure: labl}", "", "figure of column label: the query has no such column"),
        ("{type: text, priorty: 1}", "", "there is no key 'priorty'. Did you mean 'priority'"),
        ("{type: text}", "{type: bar, x: labels, y: label}", "Did you mean 'label'"),
        ("{type: text}", "{type: pie, x: label, y: label}", "type 'pie' is not one of bar"),
    ],
)
def test_front_matter_refers_to_columns_of_the_query(
    column: str, chart: str, words: str, book: Book, tmp_path: Path
) -> None:
    """Units, marks and the chart of a query are by its own columns."""
    path = tmp_path / "query.rq"
    path.write_text(
        f"#+ summary: A question\n#+ columns:\n#+   label: {column}\n"
        + (f"#+ chart: {chart}\n" if chart else "")
        + f"{SKOS}SELECT DISTINCT ?label WHERE {{ ?x skos:prefLabel ?label }} ORDER BY ?label\n",
        encoding="utf-8",
    )

    assert [words in finding.message for finding in lint_queries([path], book).findings] == [True]
