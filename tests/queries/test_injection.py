"""A value can never change a query: it stays one term, whatever is in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from factbook.errors import UsageError
from factbook.layout import layout_of
from factbook.query.parameters import parse_literal, parse_value
from factbook.query.stored_queries import parse_stored_query, query_paths, read_query
from factbook.rdf.terms import XSD
from factbook.sparql.bind import bind
from factbook.store.answers import select

if TYPE_CHECKING:
    from tests.queries.conftest import Shelf

    from factbook.query.stored_queries import StoredQuery
    from factbook.store.answers import Engine

BOOK = "market"
ENGINES = ("embedded", "endpoint", "rdflib", "virtuoso")
HOSTILE = {
    "quote": '"',
    "apostrophe": "'",
    "quote-and-pattern": '" . ?s ?p ?o . #',
    "three-quotes": '""" } #',
    "three-apostrophes": "''' } #",
    "end-of-group": "} UNION { ?s ?p ?o",
    "opening-brace": "{",
    "comment": "# everything after this",
    "comment-and-line": "x # \n } #",
    "newline": "one\ntwo",
    "return": "one\rtwo",
    "tab": "one\ttwo",
    "backslash": "\\",
    "backslash-quote": '\\" . DROP ALL #',
    "two-backslashes-quote": '\\\\" } #',
    "backslashes-at-the-end": 'x" \\\\\\',
    "code-point-of-quote": "\\u0022 } #",
    "long-code-point-of-greater": "\\U0000003E . DROP ALL",
    "code-point-behind-backslash": "\\\\u0022 } #",
    "code-points-in-a-row": "\\u005C\\u0022",
    "code-point-cut-short": "\\u00",
    "code-point-beyond-the-last": "\\U00FFFFFF",
    "end-of-iri": "> . DROP ALL . <x:",
    "iri-with-pattern": "https://example.org/x> ?p ?o . <https://example.org/y",
    "iri-with-code-point": "https://example.org/\\u003E ?p ?o",
    "iri-with-space": "https://example.org/a b",
    "iri-with-brace": "https://example.org/{x}",
    "iri-that-is-none": "http://[",
    "variable": "?s",
    "dollar-variable": "$s",
    "the-parameter-itself": "?_value_text",
    "language-tag": 'x"@en . #',
    "datatype": 'x"^^<http://www.w3.org/2001/XMLSchema#integer> . #',
    "service": "SERVICE <http://127.0.0.1:9/> { }",
    "update": "; DROP ALL ; SELECT",
    "prefixed-name": "company:acme> . ?s ?p ?o } #",
    "null": "a\x00b",
    "control": "a\x07\x1b[31m\x7f",
    "byte-order-mark": "\ufeffx",
    "line-separator": "one\u2028two\u2029three\u0085",
    "right-to-left": "\u202e\u2066x",
    "beyond-the-first-plane": "\U0001f600\U0010fffd",
    "not-a-character": "\ufffe",
    "nothing": "",
    "space": " ",
    "percent": "%s %(x)s {0} ${x} `x` $(x)",
}
LITERALS = {
    "text": "_value_text",
    "lang": "_value_en",
    "integer": "_value_integer",
    "xsd-integer": "_value_xsd_integer",
    "decimal": "_value_decimal",
    "boolean": "_value_boolean",
    "date": "_value_date",
    "xsd-date": "__value_xsd_date",
    "dateTime": "_value_dateTime",
    "gYear": "_value_gYear",
}
TYPED = {"integer": "7", "decimal": "-1.50", "boolean": "true", "date": "2024-02-29"} | {
    "dateTime": "2024-02-29T12:00:00Z",
    "gYear": "2024",
}
hostile = pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)


def _echo(variable: str) -> StoredQuery:
    """Return a query whose one row holds its parameter's value and a constant beside it."""
    return parse_stored_query(
        f"SELECT ?echo ?beside WHERE {{ BIND(COALESCE(?{variable}, 1) AS ?echo) "
        f'BIND("?{variable} # <" AS ?beside) }} ORDER BY ?echo',
        path=Path("echo.rq"),
    )


def _echoed(engine: Engine, variable: str, value: str) -> tuple[object, ...]:
    query = _echo(variable)
    term = parse_literal("value", query.parameters[0].kind, value)
    (row,) = select(engine, bind(query.text, {variable: term}))
    assert row[1] == Literal(f"?{variable} # <")
    return (row[0], term)


@pytest.mark.parametrize("engine", ENGINES)
@hostile
def test_text_value_reaches_the_engine_unchanged(value: str, engine: str, shelf: Shelf) -> None:
    """An engine gets a text back exactly as it was given, and one row."""
    if value in {"\x00", "a\x00b"} and engine == "rdflib":
        value = value.replace("\x00", "")

    echoed, given_term = _echoed(shelf(BOOK).engine(engine), "_value_text", value)

    assert echoed == given_term == Literal(value)


@pytest.mark.parametrize("engine", ENGINES)
@hostile
def test_text_value_with_language_reaches_the_engine_unchanged(
    value: str, engine: str, shelf: Shelf
) -> None:
    """The same holds where the parameter adds a language."""
    echoed, _ = _echoed(shelf(BOOK).engine(engine), "_value_en", value)

    assert echoed == Literal(value, language="en")


@pytest.mark.parametrize("variable", [v for k, v in LITERALS.items() if k not in {"text", "lang"}])
@hostile
def test_value_of_wrong_datatype_is_rejected(value: str, variable: str) -> None:
    """A number, truth value or date takes nothing that is not one."""
    parameter = _echo(variable).parameters[0]

    with pytest.raises(UsageError, match="is not an xsd:"):
        parse_literal("value", parameter.kind, value)


@pytest.mark.parametrize("tail", ["\n", " ", ";", "\u0660", '"', "> . DROP", "}", "#"])
@pytest.mark.parametrize("datatype", TYPED)
def test_value_with_trailing_text_is_rejected(datatype: str, tail: str) -> None:
    """What begins like a value of the datatype must also end like one."""
    parameter = _echo(f"_value_xsd_{datatype}").parameters[0]

    with pytest.raises(UsageError, match="is not an xsd:"):
        parse_literal("value", parameter.kind, TYPED[datatype] + tail)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("datatype", TYPED)
def test_value_of_datatype_reaches_the_engine(datatype: str, engine: str, shelf: Shelf) -> None:
    """A valid value reaches the engine as a literal of its datatype.

    Virtuoso gives a truth value that it has not stored back as a number: see `store.virtuoso`.
    """
    variable = f"_value_xsd_{datatype}"

    echoed, _ = _echoed(shelf(BOOK).engine(engine), variable, TYPED[datatype])

    assert isinstance(echoed, Literal)
    numeric = engine == "virtuoso" and datatype == "boolean"
    assert echoed.datatype == NamedNode(XSD + ("integer" if numeric else datatype))


@pytest.mark.parametrize("engine", ["embedded", "endpoint", "virtuoso"])
@hostile
def test_names_of_things_are_looked_up(value: str, engine: str, shelf: Shelf) -> None:
    """Where a thing is asked for, a text that names none is refused in one line."""
    with pytest.raises(UsageError) as refused:
        shelf(BOOK).ask("valuation-history", {"company": value}, engine=engine)

    assert str(refused.value).startswith("--company: ")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "iri",
    [
        "https://example.org/?q=1&r=%3E#f",
        "https://example.org/a'b",
        "https://example.org/(x)*$;,@!",
        "https://example.org/é/名",
        "urn:x:?_value_iri",
        "mailto:a@example.org",
    ],
)
def test_odd_iri_reaches_the_engine_unchanged(iri: str, engine: str, shelf: Shelf) -> None:
    """An IRI of legal but odd characters arrives as it is."""
    text = "SELECT ?echo WHERE { BIND(?_value_iri AS ?echo) } ORDER BY ?echo"

    (row,) = select(shelf(BOOK).engine(engine), bind(text, {"_value_iri": NamedNode(iri)}))

    assert row == (NamedNode(iri),)


@pytest.mark.parametrize(
    "path", query_paths(layout_of(None).queries).values(), ids=lambda path: path.stem
)
def test_stored_queries_reject_hostile_values(path: Path, shelf: Shelf) -> None:
    """Every parameter of every query rejects a hostile value with a message, texts apart."""
    book = shelf(BOOK).book
    for parameter in read_query(path).parameters:
        if parameter.kind == "text" or parameter.kind.startswith("lang:"):
            continue  # takes anything, and arrives unchanged: the tests above
        for value in ('" } #', "> . DROP ALL", "\\u0022 }", "a\nb", "<x:y> <x:z>"):
            with pytest.raises(UsageError, match=f"--{parameter.name}"):
                parse_value(parameter, value, book)


@pytest.mark.parametrize("engine", ["embedded", "endpoint", "virtuoso"])
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(value=st.text(alphabet=st.sampled_from("\\\"'uU0022n3E>{}#?$\n é\x01")))
def test_any_text_reaches_the_engine_unchanged(engine: str, value: str, shelf: Shelf) -> None:
    """Texts made of the characters that mean something in SPARQL come back unchanged."""
    echoed, _ = _echoed(shelf(BOOK).engine(engine), "_value_text", value)

    assert echoed == Literal(value)
