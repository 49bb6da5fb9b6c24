"""A query is parsed into its SELECTs and groups."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions, Store

from factbook.sparql.tokens import Token, meaningful
from factbook.sparql.tree import Group, QueryTextError, parse_query, walk

QUERIES = sorted((Path(__file__).parents[2] / "queries").glob("*/*.rq"))
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


def around(text: str, variable: str) -> list[str]:
    """Return what stands around the last mention of a variable."""
    return [words for token, words in walk(parse_query(text)) if token.text == variable][-1]


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_parser_reads_every_stored_query(path: Path) -> None:
    """Each token is found once, groups begin and end at braces, columns are the engine's."""
    text = path.read_text(encoding="utf-8")

    query = parse_query(text)

    found = {token for token, _ in walk(query)}
    read = {t for t in meaningful(text) if t.start > query.start and t.text not in {"{", "}"}}
    assert {t for t in read - found if t.keyword not in {"SELECT", "WHERE"}} == set()
    for group in (part for part in query.descend() if isinstance(part, Group)):
        assert (text[group.start], text[group.end - 1]) == ("{", "}")
    answer = Store().query(text)
    if isinstance(answer, QuerySolutions) and not query.is_star:
        assert query.columns == tuple(variable.value for variable in answer.variables)


@pytest.mark.parametrize(
    ("variable", "words"),
    [
        ("?limit", ["WHERE", "FILTER(", "COALESCE("]),
        ("?gone", ["WHERE", "MINUS"]),
        ("?other", ["WHERE", "EXISTS"]),
        ("?b", ["WHERE", "GROUP", "DESC("]),
    ],
)
def test_walk_names_what_is_around_a_token(variable: str, words: list[str]) -> None:
    """A bracket belongs to the word before it."""
    assert around(NESTED, variable) == words


@pytest.mark.parametrize("text", ["VALUES ?a { ?b }", "VALUES (?a ?b) { (1 ?b) }"])
def test_values_have_a_group_of_their_own(text: str) -> None:
    """What stands in a data block is within VALUES."""
    assert around(f"SELECT * {{ {text} }}", "?b")[1] == "VALUES"


def test_groups_know_their_keyword_and_name() -> None:
    """GRAPH and SERVICE have a name, and a group begins at its keyword."""
    text = (
        "SELECT * { GRAPH ?g { ?a ?b ?c } SERVICE SILENT <x> { ?a ?b ?c } OPTIONAL { ?a ?b ?c } "
        "VALUES (?a ?b) { (1 2) } { ?x ?y ?z } UNION { ?z ?y ?x } FILTER NOT EXISTS { ?x a ?y } }"
    )

    groups = parse_query(text).where.groups

    assert [group.keyword for group in groups] == [
        *("GRAPH", "SERVICE", "OPTIONAL", "VALUES", "GROUP", "UNION", "EXISTS")
    ]
    assert [group.name.text for group in groups if group.name] == ["?g", "<x>"]
    assert [group.silent for group in groups[:3]] == [False, True, False]
    assert [text[group.begin :].partition(" ")[0] for group in groups] == [
        *("GRAPH", "SERVICE", "OPTIONAL", "VALUES", "{", "UNION", "EXISTS")
    ]


def test_selects_have_columns_and_clauses() -> None:
    """The outermost comes first, each with its own order and limit."""
    outer, inner = parse_query(NESTED).selects()

    assert (outer.columns, outer.order) == (("a", "n"), ("n", "a"))
    assert [token.text for token in outer.clause("LIMIT")] == ["LIMIT", "10"]
    assert outer.clause("GROUP")
    assert outer.is_distinct
    assert not outer.is_one_row
    assert (inner.columns, inner.order) == (("a", "b"), ("b",))
    assert not inner.clause("GROUP")


@pytest.mark.parametrize(
    ("text", "star", "one_row"),
    [
        ("SELECT * WHERE { ?a ?b ?c }", True, False),
        ("SELECT (COUNT(*) AS ?n) (MAX(?a) AS ?m) { ?a ?b ?c }", False, True),
        ("SELECT (COUNT(*) AS ?n) { ?a ?b ?c } GROUP BY ?a", False, False),
        ("SELECT ?a (1 AS ?n) FROM <https://example.org/g> { ?a ?b ?c }", False, False),
    ],
)
def test_stars_and_single_rows_are_recognised(text: str, star: bool, one_row: bool) -> None:  # noqa: FBT001 - pytest's values
    """A query for everything, and one that can only have one row, are known as such."""
    query = parse_query(text)

    assert (query.is_star, query.is_one_row) == (star, one_row)


@pytest.mark.parametrize(
    ("text", "form", "columns"),
    [
        ("CONSTRUCT { ?a <p> ?b } WHERE { ?a <q> ?c }", "CONSTRUCT", ["?a", "<q>", "?c"]),
        ("CONSTRUCT WHERE { ?a <q> ?b }", "CONSTRUCT", ["?a", "<q>", "?b"]),
        ("ASK { ?a <p> ?b }", "ASK", ["?a", "<p>", "?b"]),
        ("DESCRIBE ?a WHERE { ?a <q> ?b }", "DESCRIBE", ["?a", "<q>", "?b"]),
        ("DESCRIBE <a>", "DESCRIBE", []),
    ],
)
def test_every_form_has_its_group(text: str, form: str, columns: list[str]) -> None:
    """The triples that CONSTRUCT returns are not part of the group."""
    query = parse_query(text)

    assert query.form == form
    assert [token.text for token in query.where.tokens] == columns
    assert (query.template is not None) == ("} WHERE" in text)


def test_names_are_expanded_on_request() -> None:
    """Prefixed names become IRIs with the prefixes given and declared; escapes are resolved."""
    text = "PREFIX a: <http://a/> ASK { a:b\\-c b:d _:x }"

    query = parse_query(text, {"b": "http://b/"})

    assert [token.text for token in query.where.tokens] == ["<http://a/b-c>", "<http://b/d>", "_:x"]
    with pytest.raises(QueryTextError, match="the prefix c: is not declared"):
        parse_query("ASK { c:d ?p ?o }", {})


def test_braces_in_strings_comments_and_iris_mean_nothing() -> None:
    """Only what the engine reads as a brace is one."""
    text = 'SELECT ?a { # MINUS {\n ?a ?b "MINUS {" . ?b <http://e/%7B> ?c }'

    assert all(isinstance(part, Token) for part in parse_query(text).where.parts)


@pytest.mark.parametrize(
    "text", ["", "SELECT", "SELECT * {", "{ ?a ", "SELECT * {}}", f"ASK {'{' * 999}{'}' * 999}"]
)
def test_parser_rejects_what_is_no_query(text: str) -> None:
    """A missing brace, or too many of them, is an error of its own."""
    with pytest.raises(QueryTextError):
        parse_query(text)
