"""The groups of a query are read as rdflib's parser reads them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyparsing import ParseResults
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import BNode, Variable

from factbook.sparql.groups import groups
from factbook.sparql.parts import Group, is_variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from factbook.sparql.parts import Pattern

ROOT = Path(__file__).parents[2]
QUERIES = [
    path
    for path in sorted((ROOT / "queries").glob("*/*.rq"))
    if path.stem != "source-contradiction"  # rdflib loses the EXISTS inside another
]
ODD = [
    "SELECT ?a WHERE { ?a <p> 'it\\'s' }",
    "ASK { ?a <p> -1 , +2.5 ; <q> true ; ; <r> 'x'@en , 'y'^^<t> . }",
    "SELECT * { ?a <p>/^<q>|!(<r>|^<s>) ?b . ?b (<p>/<q>)* ?c . ?c <p>? ?d FILTER(?d > 1) }",
    "SELECT * { [ <p> ?a ; <q> [ <r> ?b ] ] <s> ?c . ?d <t> [] . _:x <p> _:x }",
    "CONSTRUCT { ?a <p> ?b } WHERE { ?a <q> ?b . GRAPH <g> { ?b <r> ?c } }",
    "CONSTRUCT WHERE { ?a <q> ?b }",
    "DESCRIBE ?a WHERE { ?a <q> ?b }",
    "SELECT (COUNT(?b) AS ?n) FROM <g> { ?a <p> ?b } GROUP BY (STR(?a) AS ?k) HAVING(COUNT(?b)>1)",
    "SELECT ?a { ?a <p> ?b FILTER NOT EXISTS { ?b <q> ?c MINUS { ?c <r> ?d } } BIND(1 AS ?n) }",
    "SELECT ?a { { SELECT (MAX(?b) AS ?a) { ?c <p> ?b } } UNION { ?a <q> 1 } } VALUES ?a { 1 2 }",
    "SELECT ?a { ?a ?b ?c FILTER(?a IN (1, 2)) FILTER REGEX(?c, '{') OPTIONAL { ?c a ?d . } }",
]


@pytest.mark.parametrize(
    "text",
    [
        *(pytest.param(path.read_text(), id=f"{path.parent.name}-{path.stem}") for path in QUERIES),
        *(pytest.param(text, id=f"odd-{number}") for number, text in enumerate(ODD)),
    ],
)
def test_the_same_patterns(text: str) -> None:
    """Each pattern is found once, with its subject and object where they are variables."""
    prepared = prepareQuery(text, base="http://e/").algebra

    assert Counter(map(_ends, _patterns(groups(text)))) == Counter(_reference(prepared.get("p")))


def test_the_shape() -> None:
    """Elements stand in their order, each with what it speaks of and where it is."""
    text = "SELECT ?a { ?a <p> ?b . OPTIONAL { ?b <q> ?c } FILTER(?b > ?c) GRAPH ?g { ?a a ?d } }"

    outer = groups(text)

    assert [element.word for element in outer.elements] == ["", "OPTIONAL", "FILTER", "GRAPH"]
    assert [text[element.start : element.end] for element in outer.elements] == [
        "?a <p> ?b",
        "OPTIONAL { ?b <q> ?c }",
        "FILTER(?b > ?c)",
        "GRAPH ?g { ?a a ?d }",
    ]
    assert outer.elements[2].variables == {"?b", "?c"}
    assert outer.elements[3].variables == {"?g"}
    assert text[outer.start : outer.end] == text.removeprefix("SELECT ?a ")


@pytest.mark.parametrize(
    ("select", "one_row"),
    [
        ("SELECT (COUNT(?b) AS ?n) { ?a <p> ?b }", True),
        ("SELECT (MAX(?b) AS ?m) (MIN(?b) AS ?n) WHERE { ?a <p> ?b }", True),
        ("SELECT ?a (COUNT(?b) AS ?n) { ?a <p> ?b } GROUP BY ?a", False),
        ("SELECT (COUNT(?b) AS ?n) { ?a <p> ?b } GROUP BY ?a", False),
        ("SELECT ?a { ?a <p> ?b }", False),
    ],
)
def test_selects_of_one_row(select: str, one_row: bool) -> None:  # noqa: FBT001 - what is expected
    """A SELECT that only computes, over everything, gives one row."""
    (element,) = groups(f"SELECT * {{ {{ {select} }} }}").elements[0].groups[0].elements

    assert element.one_row is one_row


@pytest.mark.parametrize("text", ["", "SELECT", "SELECT * {", "{ ?a ", "SELECT * { FILTER( }", "}"])
def test_what_is_no_query(text: str) -> None:
    """A text that is no query is read to its end all the same."""
    assert groups(text).end <= len(text) + 1


def _patterns(group: Group) -> Iterator[Pattern]:
    for element in group.elements:
        yield from element.patterns
        for inner in element.groups:
            yield from _patterns(inner)


def _ends(pattern: Pattern) -> tuple[str, str]:
    return _name(pattern.subject), _name(pattern.object)


def _name(term: str) -> str:
    if term.startswith("["):
        return "[]"
    return term.replace("$", "?") if is_variable(term) else "a term"


def _reference(part: object) -> Iterator[tuple[str, str]]:
    """Yield the ends of the patterns of an algebra, those in filters and in values too."""
    if isinstance(part, CompValue):
        for key, value in part.items():
            if key == "triples":
                yield from _ends_in(value)
            else:
                yield from _reference(value)
    elif isinstance(part, (list, ParseResults)):
        for each in part:
            yield from _reference(each)


def _ends_in(triples: list[list[object]]) -> Iterator[tuple[str, str]]:
    for each in triples:
        terms = list(each)  # of an EXISTS in a filter, several patterns in a row
        for place in range(0, len(terms), 3):
            yield _term(terms[place]), _term(terms[place + 2])


def _term(term: object) -> str:
    if isinstance(term, Variable):
        return f"?{term}"
    return "[]" if isinstance(term, BNode) else "a term"
