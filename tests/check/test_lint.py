"""The linter finds what it should in queries, and nothing in good ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import factbook
from factbook.check.explain import OWN_EXAMPLES, example
from factbook.check.lint import lint
from factbook.check.lint_rules import RULES
from factbook.errors import UsageError

if TYPE_CHECKING:
    from factbook.book import Book

ROOT = Path(__file__).resolve().parents[2]
NAMES = [rule.name for rule in RULES]
SKOS = "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n"


@pytest.fixture(scope="module")
def book() -> Book:
    """The bundled book."""
    return factbook.open()


def found_in(text: str, book: Book, folder: Path) -> list[str]:
    """Return the rules that a query breaks, as far as its pattern goes."""
    path = folder / "query.rq"
    path.write_text(f"#+ summary: A question\n{text}", encoding="utf-8")
    other = {"query-undescribed", "query-columns", "query-order"}
    return [f.rule for f in lint([path], book).findings if f.rule not in other]


@pytest.mark.parametrize("name", NAMES)
def test_a_bad_query_is_found(name: str, book: Book) -> None:
    """Each rule finds its bad example, and no other rule does."""
    path = example(name, "bad", [])
    assert path is not None

    assert {finding.rule for finding in lint([path], book).findings} == {name}


@pytest.mark.parametrize("name", NAMES)
def test_a_good_query_passes(name: str, book: Book) -> None:
    """Nothing is found in the good example of a rule."""
    path = example(name, "good", [])
    assert path is not None

    assert lint([path], book).findings == ()


def test_no_example_is_without_its_rule() -> None:
    """What stands among the tool's examples belongs to a rule of the tool."""
    queries = {path.name for path in OWN_EXAMPLES.iterdir() if any(path.glob("*.rq"))}

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
def test_a_parameter_may_stand_here(pattern: str, book: Book, tmp_path: Path) -> None:
    """A pattern or COALESCE does well without the value; a required one is always there."""
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
def test_an_optional_parameter_must_not_stand_here(
    pattern: str, book: Book, tmp_path: Path
) -> None:
    """Unbound, it would change the answer without a word."""
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
def test_a_parameter_is_no_variable(text: str, book: Book, tmp_path: Path) -> None:
    """Where a value cannot stand, a parameter is refused, the required one too."""
    assert "query-parameter-place" in found_in(SKOS + text, book, tmp_path)


def test_a_slip_is_told_the_nearest_name(book: Book) -> None:
    """A term that nobody knows comes with one that somebody does, and with its place."""
    path = example("query-unknown-term", "bad", [])
    assert path is not None

    (finding,) = lint([path], book).findings

    assert "prefLabel" in finding.message
    line = path.read_text(encoding="utf-8").splitlines()[(finding.line or 0) - 1]
    assert line[(finding.column or 0) - 1 :].startswith("skos:preferredLabel")


def test_one_row_needs_no_order(book: Book, tmp_path: Path) -> None:
    """A count over everything has nothing to sort."""
    path = tmp_path / "count.rq"
    path.write_text(
        f"#+ summary: How many\n#+ columns: {{n: {{type: integer}}}}\n{SKOS}"
        "SELECT (COUNT(*) AS ?n) WHERE { ?x skos:notation ?y }",
        encoding="utf-8",
    )

    assert lint([path], book).findings == ()


def test_a_broken_front_matter_is_a_finding(book: Book, tmp_path: Path) -> None:
    """A file that cannot be read as a query is told of, and the others are looked at."""
    path = tmp_path / "broken.rq"
    path.write_text("#+ params: {nobody: {doc: x}}\nSELECT ?x WHERE { ?x a ?y }", encoding="utf-8")

    (finding,) = lint([path], book).findings

    assert finding.rule == "query-syntax"
    assert "nobody" in finding.message


def test_only_the_rules_that_are_asked_for(book: Book) -> None:
    """A rule can be singled out, and an unknown one is refused with the nearest."""
    path = example("query-unused-prefix", "bad", [])
    assert path is not None

    assert lint([path], book, rules=frozenset({"query-order"})).findings == ()
    with pytest.raises(UsageError, match="query-order"):
        lint([path], book, rules=frozenset({"query-ordre"}))


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
def test_ties_are_found_whatever_the_order_is_made_of(
    head: str, order: str, found: list[str], book: Book, tmp_path: Path
) -> None:
    """Rows that share a place are found, and a place need not be among the columns."""
    pattern = "VALUES (?x ?n) { (skos:a 1) (skos:a 2) (skos:b 1) } BIND(STR(?x) AS ?place)"
    text = f"{SKOS}SELECT {head} WHERE {{ {pattern} }} ORDER BY {order}"

    rules = found_in(text, book, tmp_path)

    assert [rule for rule in rules if rule != "query-unknown-term"] == found
