"""Queries inside shapes run for all focus nodes at once, one by one, or in pySHACL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from tests.shacl.turtle import found, quads, validated

from factbook.shacl import validate

if TYPE_CHECKING:
    from pathlib import Path

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
    "counted rows": (
        "SELECT $this (COUNT(*) AS ?n) { $this ex:p ?v } GROUP BY $this HAVING (COUNT(*) > 2)",
        ["a"],
    ),
    "nothing but a filter": ("SELECT $this { FILTER NOT EXISTS { $this ex:p ?v } }", ["c"]),
    "bound": ("SELECT $this { BIND(STR($this) AS ?s) FILTER(STRENDS(?s, 'b')) }", ["b"]),
}


@pytest.mark.parametrize("name", QUERIES)
def test_query_gives_the_rows_of_each_focus_node(name: str) -> None:
    """The results of a focus node are the rows of the query run for that node alone."""
    query, expected = QUERIES[name]
    shapes = f"""
        ex: sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI ] .
        ex:S sh:targetClass ex:C ; sh:sparql [ sh:prefixes ex: ; sh:select \"\"\"{query}\"\"\" ] .
    """

    report = validated(shapes, DATA)

    assert sorted({focus for focus, _ in found(report)}) == expected
    assert not report.notes


def test_query_runs_inside_sh_not() -> None:
    """A query inside sh:not is evaluated for each value."""
    shapes = """
        ex:S sh:targetNode ex:a , ex:b ;
            sh:not [ sh:sparql [ sh:select
                "SELECT $this { $this <http://example.org/p> ?v FILTER(?v > 2) }" ] ] .
    """

    assert found(validated(shapes, DATA)) == [("b", "b")]


def test_message_contains_values_of_variables() -> None:
    """Variables in a message are replaced, and it keeps its language."""
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


def test_pyshacl_runs_query_that_depends_on_lexical_forms() -> None:
    """PySHACL evaluates a query on the text of noncanonical literals, with a note."""
    report = validated(SENSITIVE, "ex:a ex:p 1.50 .")

    assert found(report) == [("a", '"1.50"^^<decimal>')]
    (note,) = report.notes
    assert note.startswith(
        "<http://example.org/S>: SPARQLConstraintComponent was decided by pySHACL"
    )
    assert note.endswith("its query depends on lexical forms that the store changes")


def test_store_runs_query_on_canonical_literals() -> None:
    """The store runs the same query if all literals of the property are canonical."""
    report = validated(SENSITIVE, "ex:a ex:p 1.5 ; ex:q 2.50 .")

    assert not report.results
    assert not report.notes


def test_result_of_query_has_the_form_of_the_file() -> None:
    """A query on values runs in the store, and the result has the literal of the file."""
    shapes = """
        ex:S sh:targetNode ex:a ; sh:sparql [ sh:select
            "SELECT $this ?value { $this <http://example.org/p> ?value FILTER(?value > 1) }"
        ] .
    """

    report = validated(shapes, "ex:a ex:p 0.50 , 1.50 .")

    assert found(report) == [("a", '"1.50"^^<decimal>')]


def test_query_runs_for_each_blank_focus_node() -> None:
    """A query that runs for one focus node at a time runs for blank nodes too."""
    shapes = """
        ex:S sh:targetSubjectsOf ex:p ; sh:sparql [ sh:select
            "SELECT $this ?value { $this <http://example.org/p> ?value } ORDER BY ?value LIMIT 1"
        ] .
    """

    report = validated(shapes, "[] ex:p 2 , 3 . [] ex:p 5 .")

    values = sorted(value for _, value in found(report))
    assert values == ['"2"^^<integer>', '"5"^^<integer>']


@pytest.mark.parametrize("levels", [5, 30], ids=["shallow", "deep"])
def test_pyshacl_evaluates_deeply_nested_shapes(levels: int) -> None:
    """Shapes nested too deeply for engines give the same result, with a note."""
    chain = "".join(f"ex:S{n} sh:node ex:S{n + 1} . " for n in range(levels))
    shapes = f"ex:S0 sh:targetNode ex:a . {chain} ex:S{levels} sh:nodeKind sh:Literal ."

    report = validated(shapes, "")

    assert found(report) == [("a", "a")]
    assert bool(report.notes) == (levels > 24)


def test_pyshacl_evaluates_shapes_that_multiply() -> None:
    """A shape that expands to thousands goes to pySHACL, with a note."""
    doubling = "".join(
        f"ex:S{n} sh:or ( ex:S{n + 1} [ sh:node ex:S{n + 1} ; sh:class ex:C{n} ] ) . "
        for n in range(11)
    )
    shapes = f"ex:S0 sh:targetNode ex:a . {doubling} ex:S11 sh:nodeKind sh:IRI ."

    report = validated(shapes, "")

    assert not report.results
    assert "made of more than 2000 shapes" in report.notes[0]


@pytest.mark.parametrize(
    "group",
    [
        r"$this <http://e.org/p> ?o FILTER(REGEX(CONCAT(?o, ?o), '^(x)\\\\1$'))",
        "$this <http://e.org/p> ?o FILTER(REGEX(?o, '^[a-z-[aeiou]]$'))",
        "$this <http://e.org/p> ?o . <http://e.org/absent> <http://e.org/p>* ?y",
        """{ SELECT $this (GROUP_CONCAT(?l) AS ?g) { $this <http://e.org/l> ?l } GROUP BY $this }
        FILTER(LANG(?g) = '')""",
    ],
)
def test_queries_of_shapes_follow_the_standard(group: str) -> None:
    """The engine by itself finds nothing, and says nothing."""
    shapes = f"""
    <http://e.org/S> sh:targetNode <http://e.org/a> ;
        sh:sparql [ sh:select '''SELECT $this {{ {group} }}''' ] ."""
    data = '<http://e.org/a> <http://e.org/p> "x" ; <http://e.org/l> "x"@en .'
    nested = shapes.replace("sh:sparql [", "sh:node [ sh:sparql [").replace("] .", "] ] .")
    assert len(validated(shapes, data).results) == 1
    assert len(validated(nested, data).results) == 1


@pytest.mark.parametrize("engine", ["sparql", "pyshacl"])
@pytest.mark.parametrize(
    "shape",
    [
        "sh:targetNode ex:a ; sh:sparql [ sh:select 'SELECT $this { QUERY }' ]",
        "sh:targetNode ex:a ; sh:node [ sh:sparql [ sh:select 'SELECT $this { QUERY }' ] ]",
        "sh:target [ sh:select 'SELECT ?this { QUERY }' ] ; sh:nodeKind sh:Literal",
    ],
)
def test_queries_of_shapes_see_language_tags_as_the_files_spell_them(
    tmp_path: Path, shape: str, engine: Literal["sparql", "pyshacl"]
) -> None:
    """LANG() has the capitals of the file (SPARQL 1.1, section 17.4.2.6)."""
    query = '?this ?p ?v FILTER(LANG(?v) = "en-GB")'
    own = tmp_path / "own.ttl"
    own.write_text('<http://example.org/a> <http://example.org/p> "x"@en-GB .', encoding="utf-8")
    lower = tmp_path / "lower.ttl"
    lower.write_text('<http://example.org/a> <http://example.org/p> "x"@en-gb .', encoding="utf-8")
    shapes = quads(f"ex:S a sh:NodeShape ; {shape.replace('QUERY', query)} .")

    assert len(validate(shapes, [own], engine=engine).results) == 1
    assert not validate(shapes, [lower], engine=engine).results


def test_note_reports_language_tags_with_two_spellings(tmp_path: Path) -> None:
    """Then LANG() gives lower case, and langMatches, which ignores case, needs no note."""
    file = tmp_path / "mixed.ttl"
    file.write_text('<a:a> <a:p> "x"@en-GB , "y"@EN-gb .', encoding="utf-8")
    shapes = """ex:S sh:targetNode <a:a> ;
        sh:sparql [ sh:select 'SELECT $this { $this ?p ?v QUERY }' ] ."""

    def notes(query: str) -> tuple[str, ...]:
        return validate(quads(shapes.replace("QUERY", query)), [file]).notes

    assert notes('FILTER(LANG(?v) = "en-GB")') == (
        "LANG() in shapes gives en-gb in lower case: the data spell it in two ways",
    )
    assert not notes('FILTER(langMatches(LANG(?v), "en"))')
