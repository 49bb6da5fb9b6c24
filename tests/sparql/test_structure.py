"""What the tokens of a query say of its brackets, columns and clauses."""

from __future__ import annotations

import pytest

from factbook.sparql.structure import placed, selects

NESTED = """
PREFIX ex: <https://example.org/>
SELECT DISTINCT ?a (COUNT(?x) AS ?n) WHERE {
  ?a ex:p ?x .
  FILTER(?x > COALESCE(?limit, 0))
  MINUS { ?a ex:q ?gone }
  FILTER NOT EXISTS { ?a ex:r ?other }
  { SELECT ?a ?b WHERE { ?a ex:s ?b } ORDER BY DESC(?b) LIMIT 3 }
}
GROUP BY ?a
ORDER BY ?n STR(?a)
LIMIT 10
"""


def words_around(text: str, variable: str) -> list[str]:
    """Return the words of the brackets around the last mention of a variable."""
    each = [token for token in placed(text) if token.token.text == variable][-1]
    return [bracket.word for bracket in each.around]


@pytest.mark.parametrize(
    ("variable", "words"),
    [
        ("?limit", ["WHERE", "FILTER", "COALESCE"]),
        ("?gone", ["WHERE", "MINUS"]),
        ("?other", ["WHERE", "EXISTS"]),
        ("?b", ["WHERE", "", "DESC"]),
    ],
)
def test_a_token_knows_what_is_around_it(variable: str, words: list[str]) -> None:
    """A bracket belongs to the word before it."""
    assert words_around(NESTED, variable) == words


@pytest.mark.parametrize("text", ["VALUES ?a { ?b }", "VALUES (?a ?b) { (1 ?b) }"])
def test_values_have_a_block_of_their_own(text: str) -> None:
    """What stands in a data block is within VALUES."""
    assert words_around(f"SELECT * {{ {text} }}", "?b")[1] == "VALUES"


def test_selects_come_with_columns_and_clauses() -> None:
    """The outermost first, each with its own order and limit."""
    outer, inner = selects(NESTED)

    assert outer.columns == ("a", "n")
    assert outer.order == ("n", "a")
    assert set(outer.clauses) == {"GROUP", "ORDER", "LIMIT"}
    assert not outer.aggregated
    assert inner.columns == ("a", "b")
    assert inner.order == ("b",)
    assert set(inner.clauses) == {"ORDER", "LIMIT"}


@pytest.mark.parametrize(
    ("text", "star", "aggregated"),
    [
        ("SELECT * WHERE { ?a ?b ?c }", True, False),
        ("SELECT (COUNT(*) AS ?n) (MAX(?a) AS ?m) { ?a ?b ?c }", False, True),
        ("SELECT (COUNT(*) AS ?n) { ?a ?b ?c } GROUP BY ?a", False, False),
        ("SELECT ?a (1 AS ?n) FROM <https://example.org/g> { ?a ?b ?c }", False, False),
    ],
)
def test_stars_and_single_rows_are_told(text: str, star: bool, aggregated: bool) -> None:  # noqa: FBT001 - pytest's values
    """A query for everything, and one that can only have one row, are known as such."""
    (select,) = selects(text)

    assert (select.star, select.aggregated) == (star, aggregated)


def test_brackets_in_strings_and_comments_mean_nothing() -> None:
    """Only what the engine reads as a bracket is one."""
    text = 'SELECT ?a { # MINUS {\n ?a ?b "MINUS {" , <https://example.org/{> }'

    assert words_around(text.replace("{>", ">"), "?b") == [""]
