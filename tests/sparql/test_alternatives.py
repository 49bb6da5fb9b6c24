"""A variable of a query can stand for any of several terms."""

from __future__ import annotations

import pytest
from pyoxigraph import NamedNode, Quad, Store

from factbook.sparql.alternatives import OneTermOnlyError, bind_any

A, B = NamedNode("http://e/a"), NamedNode("http://e/b")
TERMS = [A, B]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FILTER(?x = ?__p)", "FILTER(?x IN (<http://e/a>, <http://e/b>))"),
        ("FILTER(?__p = ?x)", "FILTER(?x IN (<http://e/a>, <http://e/b>))"),
        ("FILTER(?x != ?__p)", "FILTER(?x NOT IN (<http://e/a>, <http://e/b>))"),
        (
            "FILTER(COALESCE(COALESCE(?x, ?y) = ?__p, true) && ?z)",
            "FILTER(COALESCE(COALESCE(?x, ?y) IN (<http://e/a>, <http://e/b>), true) && ?z)",
        ),
        (
            "FILTER(?__p = COALESCE(?x, ?y) || ?z)",
            "FILTER(COALESCE(?x, ?y) IN (<http://e/a>, <http://e/b>) || ?z)",
        ),
        (
            "FILTER(?x = COALESCE(?__p, STR(?y), ?x) || ?z)",
            "FILTER(?x IN (<http://e/a>, <http://e/b>) || ?z)",
        ),
        ("FILTER(!isIRI(?__p))", "FILTER(!isIRI(<http://e/a>))"),
        ("FILTER(?x IN (?y, ?__p))", "FILTER(?x IN (?y, <http://e/a>, <http://e/b>))"),
    ],
)
def test_expression_becomes_a_list(text: str, expected: str) -> None:
    """A comparison with the variable becomes one with a list of terms."""
    bound = bind_any(f"SELECT ?x {{ ?x ?y ?z {text} }}", "__p", TERMS)

    assert bound == f"SELECT ?x {{ ?x ?y ?z {expected} }}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "SELECT DISTINCT ?x { ?x a ?y . ?x ?y ?__p . ?y a ?z }",
            (
                "SELECT DISTINCT ?x { ?x a ?y . "
                "{ ?x ?y <http://e/a> } UNION { ?x ?y <http://e/b> } . ?y a ?z }"
            ),
        ),
        (
            "SELECT ?x { ?x ?y ?__p ; a ?z FILTER(?z) }",
            (
                "SELECT ?x { { SELECT DISTINCT ?x ?y ?z WHERE { { ?x ?y <http://e/a> ; a ?z } "
                "UNION { ?x ?y <http://e/b> ; a ?z } } } FILTER(?z) }"
            ),
        ),
        (
            "SELECT ?x { ?x a ?z FILTER NOT EXISTS { ?x ?y ?__p } }",
            (
                "SELECT ?x { ?x a ?z FILTER NOT EXISTS "
                "{ { ?x ?y <http://e/a> } UNION { ?x ?y <http://e/b> } } }"
            ),
        ),
        (
            "ASK { GRAPH ?__p { ?x ?y ?z } }",
            "ASK { { GRAPH <http://e/a> { ?x ?y ?z } } UNION { GRAPH <http://e/b> { ?x ?y ?z } } }",
        ),
        (
            "SELECT ?x { <s> a ?__p }",
            "SELECT ?x { FILTER EXISTS { { <s> a <http://e/a> } UNION { <s> a <http://e/b> } } }",
        ),
    ],
)
def test_triple_pattern_becomes_a_union(text: str, expected: str) -> None:
    """A block of triples or a GRAPH is written once for each term, without duplicate rows."""
    assert bind_any(text, "__p", TERMS) == expected


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?x { ?x ?y ?z FILTER(?x <= ?__p) }",
        "SELECT ?x { ?x ?y ?z BIND(COALESCE(?__p, NOW()) AS ?day) }",
        "SELECT ?x { ?x ?y ?z BIND(?__p AS ?day) }",
        "SELECT ?x { ?x ?y ?z FILTER(?x = STR(?__p)) }",
        "SELECT ?x { ?x ?y ?z FILTER(?x = ?__p + 1) }",
        "SELECT ?x { ?x ?y ?z FILTER(?x = COALESCE(?__p, ?x) + 1) }",
        "SELECT ?x { ?x ?y ?z FILTER(?x = COALESCE(?y, ?__p)) }",
        "SELECT ?x { _:b ?y ?__p . _:b ?z ?x }",
        "SELECT ?x { VALUES ?x { ?__p } }",
        "CONSTRUCT { ?x ?y ?__p } WHERE { ?x ?y ?__p }",
    ],
)
def test_variable_that_needs_one_term_is_refused(text: str) -> None:
    """A variable that is computed with, or compared by size, cannot stand for several terms."""
    with pytest.raises(OneTermOnlyError):
        bind_any(text, "__p", TERMS)


def test_row_that_fits_two_terms_comes_once() -> None:
    """A thing below both of two others is counted once."""
    store = Store()
    below = NamedNode("http://e/below")
    for thing in TERMS:
        store.add(Quad(NamedNode("http://e/x"), below, thing))

    text = "SELECT (COUNT(?x) AS ?n) { ?x <http://e/below> ?__p }"

    (row,) = store.query(bind_any(text, "__p", TERMS))  # type: ignore[misc] # it is a SELECT
    assert row["n"].value == "1"
