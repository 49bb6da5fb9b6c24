"""The embedded engine answers as SPARQL 1.1 says where it departs from it by itself."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Literal, RdfFormat, Store

from factbook.errors import UsageError
from factbook.rdf.rdf_input import RdfInput
from factbook.store.answers import Table
from factbook.store.embedded import EmbeddedEngine
from factbook.store.worker import Source, Workers

if TYPE_CHECKING:
    from pathlib import Path

DATA = """
PREFIX ex: <http://example.org/>
ex:rhine ex:flowsInto ex:sea ; ex:name "Rhein"@de , "Rijn"@de ; ex:code "aa" .
ex:aare ex:flowsInto ex:rhine ; ex:code "ab" .
"""
PREFIXES = {"ex": "http://example.org/"}


@pytest.fixture(scope="module")
def engine() -> EmbeddedEngine:
    """Return an engine over three rivers."""
    store = Store()
    store.load(DATA.encode(), RdfFormat.TURTLE)
    return EmbeddedEngine(store)


def _values(engine: EmbeddedEngine, text: str) -> list[str]:
    answer = engine.query_as_standard(text, prefixes=PREFIXES)
    assert isinstance(answer, Table)
    return sorted(getattr(row[0], "value", "") for row in answer.rows)


@pytest.mark.parametrize(
    ("call", "value"),
    [
        (r'REGEX("aa", "^(a)\\1$")', "true"),
        (r'REGEX("ab", "^(a)\\1$")', "false"),
        (r'REGEX("AA", "^(a)\\1$", "i")', "true"),
        ('REGEX("abc", "[a-z-[b]]{3}")', "false"),
        ('REGEX("xyz", "^[a-z-[b]]{3}$")', "true"),
        (r'REGEX("x1:y", "^\\i\\c*$")', "true"),
        ('REGEX("a#c", "a # c", "x")', "true"),
        ('REGEX("a.c", "A.C", "iq")', "true"),
        ('REGEX("abc", CONCAT("^[a-z-[b]]{3}", "$"))', "false"),
        (r'REGEX("É", CONCAT("\\p{Lu}", ""))', "true"),
        (r'REPLACE("aabb", "(.)\\1", "<$1>")', "<a><b>"),
        ('REPLACE("abc", "(b)", "$1x")', "abxc"),
        ('REPLACE("abc", "(b)", "$12")', "ab2c"),
        (r'REPLACE("abc", "b", "\\$\\\\")', "a$\\c"),
        ('REPLACE("abc", "b", "${1}" , "q")', "a${1}c"),
        ('REPLACE("ABC", "b", "-", "i")', "A-C"),
        ('REPLACE(REPLACE("abc", "(b)", "$1x"), "[a-z-[x]]", "o")', "ooxo"),
    ],
)
def test_regular_expressions_are_those_of_xpath(
    engine: EmbeddedEngine, call: str, value: str
) -> None:
    """Back-references, subtraction, names and replacements as in XPath functions, 5.6."""
    assert _values(engine, f"SELECT ({call} AS ?v) {{}}") == [value]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ('REGEX("a", "(a")', 'REGEX cannot use "(a"'),
        (r'REGEX("a", "a\\2")', "invalid group reference"),
        ('REGEX("a", "a", "g")', "'g' is not a flag"),
        ('REPLACE("a", "a", "$x")', "stands by itself"),
        ('REGEX("a", "[a-")', "does not end"),
        (f'REGEX("a", "{"(" * 5_000}a{")" * 5_000}")', "its groups are nested too deeply"),
    ],
)
def test_wrong_regular_expressions_are_refused(
    engine: EmbeddedEngine, call: str, said: str
) -> None:
    """The engine by itself leaves the value out."""
    with pytest.raises(UsageError) as caught:
        engine.query_as_standard(f"SELECT ({call} AS ?v) {{}}")
    assert said in str(caught.value)


def test_expression_of_each_row_is_one_of_xpath(engine: EmbeddedEngine) -> None:
    """An expression may be a variable; one that is not valid matches nothing."""
    text = r'SELECT ?c { ?r ex:code ?c VALUES ?e { "^(a)\\1$" "(b" } FILTER(REGEX(?c, ?e)) }'
    assert _values(engine, text) == ["aa"]


def test_group_concat_has_no_language(engine: EmbeddedEngine) -> None:
    """SPARQL 1.1, section 18.5.1.7: a simple literal."""
    text = "SELECT (GROUP_CONCAT(?n; SEPARATOR='|') AS ?v) { { SELECT ?n { ?r ex:name ?n } } }"
    answer = engine.query_as_standard(text, prefixes=PREFIXES)
    assert isinstance(answer, Table)
    ((value,),) = answer.rows
    assert value in {Literal("Rhein|Rijn"), Literal("Rijn|Rhein")}


@pytest.mark.parametrize(
    ("group", "nodes"),
    [
        ("ex:mars ex:flowsInto* ?v", ["mars"]),
        ("ex:mars ex:flowsInto? ?v", ["mars"]),
        ("?v (ex:flowsInto|ex:p)* ex:mars", ["mars"]),
        ("ex:mars ex:p*/^ex:q* ?v", ["mars"]),
        ("ex:mars (ex:p?)+ ?v", ["mars"]),
        ("ex:mars ex:p?|ex:q? ?v", ["mars", "mars"]),
        ("ex:mars ex:p* ?v , ?w ; ex:q? ?v . ?x ex:code 'aa'", ["mars"]),
        ("OPTIONAL { ex:mars !ex:p* ?v }", ["mars"]),
        ("ex:mars ex:p+ ?v", []),
        ("ex:mars ex:p*/ex:q ?v", []),
        ("ex:aare ex:flowsInto* ?v", ["aare", "rhine", "sea"]),
        ("ex:aare ex:flowsInto* ?v . ex:mars ex:p* ex:mars", ["aare", "rhine", "sea"]),
        ("ex:aare ex:flowsInto* ?v . ex:mars ex:p* ex:venus", []),
        ("ex:flowsInto ex:p* ?v", ["flowsInto"]),
    ],
)
def test_zero_length_path_connects_absent_term_with_itself(
    engine: EmbeddedEngine, group: str, nodes: list[str]
) -> None:
    """SPARQL 1.1, section 18.4."""
    found = _values(engine, f"SELECT ?v {{ {group} }}")
    assert [each.rpartition("/")[2] for each in found] == nodes


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("SELECT * { ?s ?p ?o }", ("s", "p", "o")),
        ("SELECT DISTINCT * { ?z ex:name ?n FILTER(?n != ?q) { ?a ex:code ?z } }", ("z", "n", "a")),
        ("SELECT * { ?s ex:code ?c MINUS { ?s ex:name ?b } } ORDER BY ?c", ("s", "c")),
        ("SELECT * { ?s ex:code ?c BIND(?c AS ?a) }", ("s", "c", "a")),
    ],
)
def test_star_gives_columns_in_order_of_appearance(
    engine: EmbeddedEngine, text: str, columns: tuple[str, ...]
) -> None:
    """The engine sorts them by name."""
    answer = engine.query_as_standard(text, prefixes=PREFIXES)
    assert isinstance(answer, Table)
    assert answer.variables == columns


def test_errors_are_about_the_query_as_it_was_written(engine: EmbeddedEngine) -> None:
    """A rewritten query has other columns."""
    with pytest.raises(UsageError, match=r"line 2, column 3"):
        engine.query_as_standard("SELECT (GROUP_CONCAT(?n) AS ?v) {\n[ }", prefixes=PREFIXES)


def test_workers_follow_the_standard(tmp_path: Path) -> None:
    """The endpoint runs the queries of users in other processes."""
    file = tmp_path / "rivers.ttl"
    file.write_text(DATA)
    out = io.BytesIO()
    with Workers(Source(files=[RdfInput(file)]), prefixes=PREFIXES) as workers:
        text = r'SELECT * { ?r ex:code ?c FILTER(REGEX(?c, "(a)\\1")) }'
        workers.run(text, out, as_standard=True)
    answer = json.loads(out.getvalue())
    assert answer["head"]["vars"] == ["r", "c"]
    assert [row["c"]["value"] for row in answer["results"]["bindings"]] == ["aa"]
