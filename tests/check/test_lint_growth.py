"""Shapes of queries that explode are found, and those that only look like them are not."""

from __future__ import annotations

import pytest

from factbook.check.lint_growth import explosions
from factbook.sparql.groups import groups

GIVEN = {"?_x_iri"}


def found_in(pattern: str) -> list[str]:
    """Return the rules that a pattern breaks."""
    text = f"PREFIX : <http://e/> SELECT ?a WHERE {{ {pattern} }}"
    return [each.rule.name for each in explosions(groups(text), GIVEN)]


@pytest.mark.parametrize(
    "pattern",
    [
        "?a :p ?b . ?b :q ?c",
        "?a :p ?b ; :q ?c , ?d",
        "?a :p [ :q ?b ]",
        "?a :p (?b ?c)",
        "?a :p ?b . ?_x_iri :q ?c",
        "?a :p ?b . :x :q ?c",
        "?a :p ?b . VALUES ?c { 1 2 }",
        "?a :p ?b . BIND(1 AS ?c)",
        "?a :p ?b . { SELECT (COUNT(*) AS ?n) WHERE { ?c :p ?d } }",
        "?a :p ?b . { SELECT ?b (COUNT(*) AS ?n) WHERE { ?b :p ?d } GROUP BY ?b }",
        "GRAPH ?g { ?a :p ?b . ?c :q ?d }",
        "GRAPH ?g { ?a :p ?b } ?g :q ?c",
        "?a :p ?b . { ?a :q ?c } UNION { ?a :r ?c }",
        "?a :p ?b OPTIONAL { ?b :q ?c }",
        "?a :p ?b FILTER NOT EXISTS { ?b :q ?c . ?c :r ?d }",
        "?a :p ?b MINUS { ?b :q ?c }",
        "?a :p ?b . ?c :q ?d . BIND(STR(?b) AS ?d)",
        "?a :p ?b . ?b :q* ?c",
        "?a :q* :x",
        "?_x_iri (:p|:q)+ ?a",
        "?a :p/:q* ?b",
        "?a :q*/:p ?b",
        "?a :q* :x . ?a :r* ?b",
        "?a :p ?b OPTIONAL { ?b :q* ?c }",
        "VALUES ?a { :x } ?a :q+ ?b",
        "GRAPH ?g { ?a :p ?b . ?b :q* ?c }",
    ],
)
def test_what_grows_with_the_graph(pattern: str) -> None:
    """What is joined, or known at one end, is let pass."""
    assert found_in(pattern) == []


@pytest.mark.parametrize(
    "pattern",
    [
        "?a :p ?b . ?c :q ?d",
        "?a :p ?b . ?c :q ?d FILTER(?b = ?d)",
        "?a :p [ :q ?b ] . ?c :r ?d",
        "?a :p ?b . { SELECT ?c WHERE { ?c :q ?d } }",
        "?a :p ?b . GRAPH ?g { ?c :q ?d }",
        "{ ?a :p ?b . ?c :q ?d } UNION { ?a :p ?c }",
        "?a :p ?b . { ?c :q ?d } UNION { ?c :r ?d }",
        "?a :p ?b OPTIONAL { ?c :q ?d }",
        "?a :p ?b FILTER NOT EXISTS { ?c :q ?d }",
        "?a :p ?b OPTIONAL { ?b :q ?c FILTER EXISTS { ?d :r ?e } }",
        "{ SELECT ?a WHERE { ?a :p ?b . ?c :q ?d } }",
    ],
)
def test_a_product(pattern: str) -> None:
    """What nothing joins is found, at whatever depth."""
    assert found_in(pattern) == ["query-product"]


@pytest.mark.parametrize(
    "pattern",
    [
        "?a :q* ?b",
        "?a :q+ ?b",
        "?a (:p|:q)* ?b",
        "?a :p?/:q* ?b",
        "?a :q+ ?a",
        "GRAPH ?g { ?a :q* ?b }",
        "{ SELECT ?a WHERE { ?a :q* ?b } } ?a :p ?c",
        "?a :p ?c MINUS { ?a :q* ?b }",
    ],
)
def test_an_open_path(pattern: str) -> None:
    """A path without a known end is found; what stands around a nested SELECT does not help it."""
    assert found_in(pattern) == ["query-open-path"]


@pytest.mark.parametrize(
    "pattern",
    [
        "?a :p ?b . BIND(IRI(?b) AS ?c) ?c :q ?d",
        "?a :p ?b . BIND(IRI(?b) AS ?c) { ?c :q ?d } UNION { ?c :r ?d }",
        "?a :p ?b . BIND(IRI(?b) AS ?c) { SELECT ?c ?d WHERE { ?c :q ?d } }",
        "?a :p ?b . BIND(IRI(?b) AS ?c) GRAPH ?c { ?d :q ?e }",
        "?a :p ?b . BIND(COALESCE(IRI(?b)) AS ?c) ?c :q ?d",
        "?a :p ?b . BIND(COALESCE(IRI(?b), ?x) AS ?c) ?c :q ?d",
        "?a :p ?b . BIND(COALESCE(IRI(?b), IRI(:x)) AS ?c) ?c :q ?d",
        "?a :p ?b . BIND(IF(BOUND(?b), ?b, :x) AS ?c) ?c :q ?d",
        "?a :p ?b . BIND(IRI(?b) AS ?c) OPTIONAL { ?a :q ?e } ?c :q ?d",
        "{ ?a :p ?b . BIND(IRI(?b) AS ?c) ?c :q ?d } UNION { ?a :p ?d }",
    ],
)
def test_an_unsure_join(pattern: str) -> None:
    """What only a computed value joins that may be missing is found."""
    assert found_in(pattern) == ["query-unsure-join"]


@pytest.mark.parametrize(
    "pattern",
    [
        "?a :p ?b . BIND(IRI(?b) AS ?c)",
        "?a :p ?b . BIND(COALESCE(IRI(?b), :x) AS ?c) ?c :q ?d",
        "?a :p ?b . BIND(COALESCE(?b, 'x'^^:y) AS ?c) ?d :q ?c",
        "?a :p ?b . BIND(:x AS ?c) ?c :q ?d",
        "?a :p ?b . BIND(?b AS ?c) ?c :q ?d",
        "?a :p ?b . BIND(IRI(?b) AS ?c) ?c :q ?a",
        "?a :p ?b . BIND(IRI(?b) AS ?c) ?a :q ?c . ?c :r ?d",
        "?a :p ?b . BIND(IRI(?b) AS ?c) OPTIONAL { ?c :q ?d }",
        "?a :p ?b . BIND(IRI(?b) AS ?c) FILTER EXISTS { ?c :q ?d }",
        "?a :p ?b . BIND(IRI(?b) AS ?c) :x :q ?c",
        "?a :p ?b . BIND(IRI(?b) AS ?c) SERVICE :x { ?c :q ?d }",
    ],
)
def test_a_sure_join(pattern: str) -> None:
    """What has a last resort, joins by another variable as well, or need not be there passes."""
    assert found_in(pattern) == []


def test_the_place() -> None:
    """What is found is shown at its first pattern, and says what is not joined."""
    text = "SELECT * WHERE { ?a <p> ?b .\n ?c <q> ?d }"

    (explosion,) = explosions(groups(text), set())

    assert text[explosion.start :].startswith("?c <q>")
    assert "?c" in explosion.message
    assert "?a" in explosion.message
