"""What is said of queries that are not valid SPARQL."""

from __future__ import annotations

import pytest
from pyoxigraph import Store

from factbook.errors import UsageError
from factbook.sparql.mistakes import explain
from factbook.store.embedded import EmbeddedEngine

MISTAKES = {
    "misspelt keyword": (
        "SELEC ?x { }",
        "1:1",
        "SPARQL has no word 'SELEC'. Did you mean",
    ),
    "function": ("ASK { FILTER(lenght(?x) > 2) }", "1:14", "SPARQL has no word 'lenght'."),
    "undeclared prefix": ("ASK { ?s no:such ?o }", "1:10", "the prefix 'no:' is not declared"),
    "open brace": ("ASK {\n ?s ?p ?o", "1:5", "the '{' is not closed"),
    "open bracket": ("ASK { ?s ?p (1 2 }", "1:18", "'}' does not close the '(' before it"),
    "spare brace": ("ASK { ?s ?p ?o } }", "1:18", "'}' closes nothing"),
    "open string": ('ASK { ?s ?p "abc }', "1:13", "the string that begins here is not closed"),
    "space in an IRI": ("ASK { ?s <a b> ?o }", "1:10", "<a b> is not an IRI"),
    "relative IRI": (
        "SELECT * FROM <a/b.ttl> { ?s ?p ?o }",
        "1:15",
        "<a/b.ttl> is not an absolute IRI, and no BASE <IRI> precedes it",
    ),
    "alias": (
        "SELECT ?o (STR(?o) AS ?s) { ?s ?p ?o } ORDER BY ?o",
        "1:23",
        "?s has a value already; AS needs a new one",
    ),
    "bound again": (
        "SELECT * { ?s ?p ?o BIND(1 AS ?s) }",
        "1:31",
        "?s has a value already; AS needs a new one",
    ),
    "listed twice": ("SELECT ?s (1 AS ?x) ?s { ?s ?p ?o }", "1:21", "SELECT lists ?s twice"),
    "huge limit": (
        "SELECT * { ?s ?p ?o } LIMIT 18446744073709551616",
        "1:29",
        "LIMIT needs a whole number, at most 18446744073709551615",
    ),
    "negative offset": (
        "SELECT * { ?s ?p ?o } OFFSET -1",
        "1:30",
        "OFFSET needs a whole number, at most 18446744073709551615",
    ),
    "not grouped": (
        "SELECT ?x (COUNT(?y) AS ?n) { ?x ?p ?y }",
        "1:1",
        "SELECT has a variable that is neither in GROUP BY nor inside an aggregate",
    ),
    "missing operand": (
        "SELECT * {\n  FILTER(?o > ) ?a ?b ?c }",
        "2:15",
        "') ?a ?b' cannot stand after '( ?o >'",
    ),
    "no-break space": (
        "SELECT *\n{ ?s\u00a0?p ?o }",
        "2:5",
        "the character U+00A0 cannot stand here",
    ),
    "zero width space": ("ASK \u200b{}", "1:5", "the character U+200B cannot stand here"),
    "misplaced clause": (
        "SELECT * { ?s ?p ?o LIMIT 10 }",
        "1:21",
        "'LIMIT 10 }' cannot stand after '?s ?p ?o'",
    ),
    "missing keyword": (
        "SELECT * { ?s ?p ?o } ORDER ?o LIMIT 9",
        "1:29",
        "'?o LIMIT 9' cannot stand after '?o } ORDER'",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_has_its_place_and_words(name: str) -> None:
    """A query that is not valid is explained in one line, with the place and the words there."""
    text, place, said = MISTAKES[name]
    line, column = place.split(":")
    with pytest.raises(UsageError) as caught:
        EmbeddedEngine(Store()).query(text)
    assert str(caught.value).startswith(
        f"the query is not valid SPARQL: line {line}, column {column}: {said}"
    )
    assert "\n" not in str(caught.value)


def test_known_prefix_is_no_mistake() -> None:
    """A prefix that the query need not declare is not called undeclared."""
    found = explain("error at 1:13: expected [_]", "ASK { ?s ex:a }", {"ex": "http://ex.org/"})
    assert "prefix" not in found
