"""`--explain` says how a query is run: its parts, their rows, and where it explodes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Store

from factbook.query.explain import explain
from factbook.store.embedded import EmbeddedEngine

if TYPE_CHECKING:
    from tests.cli.conftest import Run

GRAPH = """
<http://e/a> <http://e/p> 1 , 2 , 3 ; <http://e/q> <http://e/b> .
<http://e/b> <http://e/p> 4 .
<http://e/g> { <http://e/b> <http://e/q> <http://e/c> , <http://e/d> }
"""


@pytest.fixture
def engine() -> EmbeddedEngine:
    """Give an engine over a small graph."""
    from pyoxigraph import RdfFormat

    store = Store()
    store.load(GRAPH.encode(), RdfFormat.TRIG)
    return EmbeddedEngine(store)


def test_parts_and_their_rows(engine: EmbeddedEngine) -> None:
    """Nested SELECTs and branches are counted alone, parts of the outermost group in a row."""
    text = (
        "PREFIX e: <http://e/>\nSELECT ?s ?n WHERE {\n ?s e:p ?o .\n"
        " { SELECT ?s (COUNT(*) AS ?n) WHERE { ?s e:p ?x } GROUP BY ?s }\n"
        " { ?s e:q ?y } UNION { GRAPH e:g { ?s e:q ?y } }\n OPTIONAL { ?y e:p ?z }\n}"
    )

    told = explain(text, engine)

    assert [(part.line, part.rows, part.so_far) for part in told.parts] == [
        (3, 4, True),
        (4, 2, False),
        (4, 4, True),
        (5, 1, False),
        (5, 2, False),
        (5, 5, True),
        (6, 5, True),
    ]
    assert [(match.line, match.number) for match in told.patterns] == [
        (3, 4),
        (4, 4),
        (5, 1),
        (5, 2),
        (6, 4),
    ]
    assert told.rows == 5
    assert 0 < told.first_seconds <= told.all_seconds


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("ASK { ?s ?p ?o }", 1),
        ("CONSTRUCT { ?s <http://e/r> ?o } WHERE { ?s <http://e/q> ?o }", 1),
        ("DESCRIBE <http://e/b>", 1),
        ("SELECT ?s WHERE { ?s <http://e/none> ?o }", 0),
        ("SELECT ?o WHERE { [ <http://e/p> ?o ] }", 4),
    ],
)
def test_every_form(engine: EmbeddedEngine, query: str, rows: int) -> None:
    """Queries of all forms, with and without an answer, can be explained."""
    assert explain(query, engine).rows == rows


def test_a_path_without_ends_is_not_counted(engine: EmbeddedEngine) -> None:
    """By itself such a path would match everything with everything."""
    told = explain("SELECT ?x { ?s <http://e/p> ?o . ?s <http://e/q>* ?x }", engine)

    assert [match.number for match in told.patterns] == [4, None]


def test_a_stored_query(run: Run) -> None:
    """The explanation takes the place of the answer, and shows the values of parameters."""
    result = run("query", "lengths", "--explain")

    assert result.exit_code == 0
    assert re.search(r"\d\.\d{3} s  open the graph\n", result.stdout)
    assert "all rows: 2\n" in result.stdout
    assert "Danube" not in result.stdout


def test_a_query_of_ones_own(run: Run) -> None:
    """The book's prefixes need no declaration, and a product is warned of."""
    result = run("sparql", "--explain", "SELECT ?a { ?a schema:name ?b . ?c schema:name ?d }")

    assert result.exit_code == 0
    assert "line 2: Nothing joins ?c with ?a" in result.stdout


def test_what_is_no_query(run: Run) -> None:
    """A query that is not valid is refused as without the option."""
    result = run("sparql", "--explain", "SELECT ?a { ?a ")

    assert result.exit_code == 2
    assert "not valid SPARQL" in result.stderr
