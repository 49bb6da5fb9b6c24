"""Queries inside shapes: run for all focus nodes at once, for each, or left to pySHACL."""

from __future__ import annotations

import pytest
from tests.shacl.turtle import found, validated

DATA = """
    ex:a a ex:C ; ex:p 1 , 2 , 3 .
    ex:b a ex:C ; ex:p 1 .
    ex:c a ex:C .
    ex:d ex:p 1 , 2 .
"""
QUERIES = {
    "filter in a union": (
        "SELECT $this { { FILTER($this = ex:a) } UNION { FILTER($this = ex:c) } }",
        ["a", "c"],
    ),
    "grouped by the focus node": (
        "SELECT $this { $this ex:p ?v } GROUP BY $this HAVING (COUNT(?v) > 2)",
        ["a"],
    ),
    "grouped inside": (
        """SELECT $this {
            { SELECT $this (COUNT(?v) AS ?n) { $this ex:p ?v } GROUP BY $this }
            FILTER(?n > 2)
        }""",
        ["a"],
    ),
    "optional first": (
        "SELECT $this { { OPTIONAL { $this ex:p ?v } FILTER(!BOUND(?v)) } }",
        ["c"],
    ),
    "cut rows": ("SELECT $this ?value { $this ex:p ?value } ORDER BY ?value LIMIT 1", ["a", "b"]),
    "aggregate without groups": (
        "SELECT (COUNT(?v) AS ?value) { $this ex:p ?v } HAVING (COUNT(?v) > 2)",
        ["a"],
    ),
    "nothing but a filter": ("SELECT $this { FILTER NOT EXISTS { $this ex:p ?v } }", ["c"]),
    "bound": ("SELECT $this { BIND(STR($this) AS ?s) FILTER(STRENDS(?s, 'b')) }", ["b"]),
}


@pytest.mark.parametrize("name", QUERIES)
def test_query(name: str) -> None:
    """Each focus node gets what the query says when it is run for that node alone."""
    query, expected = QUERIES[name]
    shapes = f"""
        ex: sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI ] .
        ex:S sh:targetClass ex:C ; sh:sparql [ sh:prefixes ex: ; sh:select \"\"\"{query}\"\"\" ] .
    """

    report = validated(shapes, DATA)

    assert sorted({focus for focus, _ in found(report)}) == expected
    assert not report.notes


def test_query_nested_in_a_shape() -> None:
    """A query inside sh:not is asked of each value."""
    shapes = """
        ex:S sh:targetNode ex:a , ex:b ;
            sh:not [ sh:sparql [ sh:select
                "SELECT $this { $this <http://example.org/p> ?v FILTER(?v > 2) }" ] ] .
    """

    assert found(validated(shapes, DATA)) == [("b", "b")]


def test_message_with_variables() -> None:
    """Variables are put into the message, which keeps its language."""
    shapes = """
        ex:S sh:targetNode ex:b ; sh:path ex:p ; sh:sparql [
            sh:message "{$this} has {?value} for {$PATH}{?unknown}"@en ;
            sh:select "SELECT $this ?value { $this $PATH ?value }" ] .
    """

    report = validated(shapes, DATA)

    said = [(message.value, message.language) for message in report.results[0].messages]
    assert said == [("http://example.org/b has 1 for {$PATH}{?unknown}", "en")]


SENSITIVE = """
    ex:S sh:targetNode ex:a ; sh:sparql [ sh:select
        "SELECT $this ?value { $this <http://example.org/p> ?value FILTER(STR(?value) = '1.50') }"
    ] .
"""


def test_query_that_could_notice_the_spelling() -> None:
    """A query over texts of respelled literals is left to pySHACL, and the report says so."""
    report = validated(SENSITIVE, "ex:a ex:p 1.50 .")

    assert found(report) == [("a", '"1.50"^^<decimal>')]
    (note,) = report.notes
    assert note.startswith("http://example.org/S: SPARQLConstraintComponent was decided by pySHACL")
    assert note.endswith("its query can notice that the store respells literals")


def test_query_over_literals_that_are_kept() -> None:
    """The same query is run in the store where no literal of the property is respelled."""
    report = validated(SENSITIVE, "ex:a ex:p 1.5 ; ex:q 2.50 .")

    assert not report.results
    assert not report.notes


def test_query_that_compares_values() -> None:
    """A query over values alone is run in the store, and its result named as the file spells it."""
    shapes = """
        ex:S sh:targetNode ex:a ; sh:sparql [ sh:select
            "SELECT $this ?value { $this <http://example.org/p> ?value FILTER(?value > 1) }"
        ] .
    """

    report = validated(shapes, "ex:a ex:p 0.50 , 1.50 .")

    assert found(report) == [("a", '"1.50"^^<decimal>')]


def test_blank_focus_nodes_one_by_one() -> None:
    """A query that is run for each focus node is run for blank nodes as well."""
    shapes = """
        ex:S sh:targetSubjectsOf ex:p ; sh:sparql [ sh:select
            "SELECT $this ?value { $this <http://example.org/p> ?value } ORDER BY ?value LIMIT 1"
        ] .
    """

    report = validated(shapes, "[] ex:p 2 , 3 . [] ex:p 5 .")

    values = sorted(value for _, value in found(report))
    assert values == ['"2"^^<integer>', '"5"^^<integer>']


@pytest.mark.parametrize("levels", [5, 30], ids=["shallow", "deep"])
def test_nesting(levels: int) -> None:
    """Shapes nested deeper than engines follow are left to pySHACL, with the same verdict."""
    chain = "".join(f"ex:S{n} sh:node ex:S{n + 1} . " for n in range(levels))
    shapes = f"ex:S0 sh:targetNode ex:a . {chain} ex:S{levels} sh:nodeKind sh:Literal ."

    report = validated(shapes, "")

    assert found(report) == [("a", "a")]
    assert bool(report.notes) == (levels > 24)


def test_shapes_that_multiply() -> None:
    """A shape that writes out as thousands is left to pySHACL."""
    doubling = "".join(
        f"ex:S{n} sh:or ( ex:S{n + 1} [ sh:node ex:S{n + 1} ; sh:class ex:C{n} ] ) . "
        for n in range(11)
    )
    shapes = f"ex:S0 sh:targetNode ex:a . {doubling} ex:S11 sh:nodeKind sh:IRI ."

    report = validated(shapes, "")

    assert not report.results
    assert "made of more than 2000 shapes" in report.notes[0]
