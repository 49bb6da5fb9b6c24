"""Queries are bound and rewritten as text that means the same on every engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode

from factbook.sparql.bind import bind, bind_rows, values_block
from factbook.sparql.rewrite import count_rows, exclude_graph
from factbook.sparql.tokens import declare_prefixes, uses_graph, uses_service

if TYPE_CHECKING:
    from factbook.rdf.terms import Term

MERGE = NamedNode("http://e/merge")


def test_bind_replaces_only_variables() -> None:
    """A variable in a string, a comment or an IRI stays."""
    text = 'SELECT ?a { ?a <http://e/?a> "?a" } # ?a'

    bound = bind(text, {"a": Literal('x"y')})

    assert bound == 'SELECT "x\\"y" { "x\\"y" <http://e/?a> "?a" } # ?a'


def test_bind_rows_begins_the_outermost_group() -> None:
    """VALUES stands at the start of the group, and what cannot be written is left unbound."""
    rows: list[list[Term | None]] = [
        [NamedNode("http://e/a"), None],
        [BlankNode("b"), Literal("x", language="en")],
    ]

    bound = bind_rows("CONSTRUCT { ?a ?b ?c } WHERE { ?a ?b ?c }", ("a", "c"), rows)

    block = 'VALUES (?a ?c) { (<http://e/a> UNDEF) (UNDEF "x"@en) }'
    assert values_block(("a", "c"), rows) == block
    assert bound == f"CONSTRUCT {{ ?a ?b ?c }} WHERE {{ {block} ?a ?b ?c }}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT * { GRAPH ?g { ?s ?p ?o } }", f"{{ ?s ?p ?o }} FILTER(?g != {MERGE}) }}"),
        ("ASK { GRAPH <g> { ?s ?p ?o } }", "GRAPH ?graph_at_12 { ?s ?p ?o } FILTER(?graph_at_12 ="),
        ("ASK { BIND(<g> AS ?g) GRAPH ?g { ?s ?p ?o } }", "GRAPH ?g { ?s ?p ?o } }"),
        ("ASK { FILTER EXISTS { GRAPH ?g { ?s ?p ?o } } }", f"FILTER(?g != {MERGE}) }} }}"),
        ("ASK { { SELECT ?g { GRAPH ?g { ?s ?p 1 } } } }", f"FILTER(?g != {MERGE}) }} }} }}"),
        ("ASK { { BIND(1 AS ?g) } GRAPH ?g { ?s ?p ?o } }", f"FILTER(?g != {MERGE}) }}"),
    ],
)
def test_exclude_graph_filters_each_graph(text: str, expected: str) -> None:
    """Each GRAPH gets its filter in the group in which it stands, unless it is computed."""
    rewritten = exclude_graph(text, MERGE)

    assert rewritten.endswith(expected) or expected in rewritten


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("PREFIX e: <http://e/> SELECT ?a { ?a e:b ?c }", True),
        ("SELECT ?a { { SELECT ?a { ?a ?b ?c } LIMIT 1 } }", True),
        ("SELECT ?a { ?a ?b ?c } LIMIT 10", False),
        ("SELECT ?a FROM <http://e/g> { ?a ?b ?c }", False),
        ("CONSTRUCT WHERE { ?a ?b ?c }", False),
    ],
)
def test_count_rows_nests_what_can_be_nested(text: str, counted: bool) -> None:  # noqa: FBT001 - pytest's values
    """A query with a limit of its own, or with graphs of its own, is not counted."""
    counting = count_rows(text)

    assert (counting is not None) == counted
    if counting is not None:
        assert "SELECT (COUNT(*) AS ?n) WHERE { { SELECT ?a" in counting


def test_declare_prefixes_adds_only_what_is_missing() -> None:
    """A prefix that the query declares itself stays as it is."""
    text = "PREFIX a: <http://own/> ASK { a:x b:y c:z }"

    declared = declare_prefixes(text, {"a": "http://a/", "b": "http://b/"})

    assert declared == f"PREFIX b: <http://b/>\n{text}"


@pytest.mark.parametrize(
    ("text", "service", "graph"),
    [
        ("ASK { SERVICE <x> { ?s ?p ?o } }", True, False),
        ("ASK { \\u0053ERVICE <x> { ?s ?p ?o } }", True, False),
        ("ASK { GRAPH ?g { ?s ?p 'SERVICE' } } # SERVICE", False, True),
    ],
)
def test_what_a_query_uses(text: str, service: bool, graph: bool) -> None:  # noqa: FBT001 - pytest's values
    """Words in strings and comments do not count, words spelled with escapes do."""
    assert (uses_service(text), uses_graph(text)) == (service, graph)
