"""The rows for one thing, taken from the answer for all things, are those of its own answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyoxigraph import NamedNode
from tests.core_book import core_book

from factbook.api import Book
from factbook.query.run_query import run_stored
from factbook.query.stored_queries import all_queries
from factbook.sparql.column_filter import ColumnFilter, find_column_filter, find_column_for
from factbook.store.answers import Table
from factbook.web.answers import Answered, Parts
from factbook.web.app import create_app
from factbook.web.panels import Explorer
from factbook.web.site import KEY, Settings

if TYPE_CHECKING:
    from factbook.query.stored_queries import StoredQuery
    from factbook.store.answers import Row

BODY = "?a <urn:p> ?b . OPTIONAL { ?b <urn:q> ?c }"


@pytest.mark.parametrize(
    ("condition", "columns"),
    [
        ("?a = COALESCE(?__x_iri, ?a)", ("a",)),
        ("coalesce(?c, ?a) = COALESCE(?__x_iri, ?c, ?a)", ("c", "a")),
        ("COALESCE(?a = ?__x_iri, true) && ?b != <urn:z>", ("a",)),
        ("COALESCE(?a = ?__x_iri, false)", None),
        ("COALESCE(?a = ?__x_iri, true) || ?b = <urn:z>", None),
        ("?a = COALESCE(?__x_iri, ?b)", None),
        ("?hidden = COALESCE(?__x_iri, ?hidden)", None),
        ("?a = COALESCE(?__x_iri, ?a) && ?b != ?__x_iri", None),
    ],
)
def test_filter_on_a_column_is_found(condition: str, columns: tuple[str, ...] | None) -> None:
    """Only a condition that does nothing but compare the parameter with a column counts."""
    found = find_column_filter(f"SELECT ?a ?b ?c WHERE {{ {BODY} FILTER({condition}) }}", "__x_iri")
    assert (found.columns if found else None) == columns


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT ?a ?b WHERE {{ {BODY} FILTER(?a = COALESCE(?__x_iri, ?a)) }} LIMIT 5",
        f"SELECT ?a (COUNT(?b) AS ?n) WHERE {{ {BODY} FILTER(?a = COALESCE(?__x_iri, ?a)) }}",
        f"SELECT ?b WHERE {{ {BODY} FILTER(?a = COALESCE(?__x_iri, ?a)) }} GROUP BY ?b",
        f"SELECT ?a ?b WHERE {{ {{ {BODY} FILTER(?a = COALESCE(?__x_iri, ?a)) }} }}",
        f"ASK {{ {BODY} FILTER(?a = COALESCE(?__x_iri, ?a)) }}",
    ],
)
def test_filter_with_other_effects_is_not_found(text: str) -> None:
    """A parameter counts for nothing where rows are cut, counted or filtered further inside."""
    assert find_column_filter(text, "__x_iri") is None


def test_part_of_the_answer_for_all_is_the_answer_for_one() -> None:
    """For each query that can be divided, the rows of a thing are those of its own answer."""
    book = Book(core_book())
    divided = 0
    for query in all_queries(book.layout.queries):
        if query.asks_leads or any(each.required for each in query.parameters):
            continue
        for parameter in query.parameters:
            by = find_column_filter(query.text, parameter.variable)
            if by is None or parameter.kind != "iri":
                continue
            whole = ask(book, query, {})
            iri = a_thing_of(whole, by)
            if iri:
                own = ask(book, query, {parameter.name: iri})
                assert Parts(whole, by).of(iri) == own, f"{query.name} --{parameter.name} {iri}"
                divided += 1
    assert divided > 10


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("SELECT DISTINCT ?a WHERE { ?a <urn:p> ?_x_iri BIND(?_x_iri AS ?b) }", True),
        ("SELECT ?a WHERE { ?a <urn:p> ?_x_iri OPTIONAL { ?a <urn:q> ?_x_iri } }", False),
        ("SELECT ?a WHERE { ?a <urn:p> ?_x_iri } LIMIT 5", False),
        ("SELECT (COUNT(?a) AS ?n) WHERE { ?a <urn:p> ?_x_iri }", False),
        ("SELECT ?a (COUNT(?b) AS ?n) WHERE { ?a <urn:p> ?_x_iri, ?b } GROUP BY ?a", False),
        ("ASK { ?a <urn:p> ?_x_iri }", False),
    ],
)
def test_column_for_a_value_is_found(text: str, *, is_found: bool) -> None:
    """A query takes many values at once only where the rows for each stay the same."""
    assert (find_column_for(text, "_x_iri") is not None) == is_found


def test_answers_for_things_at_once_are_their_own(book: Book) -> None:
    """For each query that is asked once for all things, a thing has the rows of its own answer."""
    app = create_app(book, Settings(has_visitors=False))
    explorer = Explorer(app.extensions[KEY].edition, "1")
    asked = 0
    for query in explorer.catalog.queries.values():
        needed = [each for each in query.parameters if each.required]
        if len(needed) != 1 or needed[0].kind != "iri" or query.asks_leads:
            continue
        if find_column_for(query.text, needed[0].variable) is None:
            continue
        members = [iri for iri, _ in explorer.members(needed[0].type_curie or "")]
        for iri in [*members[:2], *members[-2:]]:
            values = {needed[0].name: iri}
            assert explorer.answer(query, values) == ask(book, query, values), f"{query.name} {iri}"
            asked += 1
    app.extensions[KEY].close()
    assert asked > 10


def ask(book: Book, query: StoredQuery, values: dict[str, str]) -> Answered:
    """Return the answer of a query."""
    found = run_stored(book, query, values)
    assert isinstance(found, Table)
    return Answered(found.variables, tuple(found.rows))


def a_thing_of(whole: Answered, by: ColumnFilter) -> str:
    """Return the thing of the row in the middle, or nothing."""
    places = [whole.variables.index(name) for name in by.columns]

    def thing(row: Row) -> str:
        term = next((row[place] for place in places if row[place] is not None), None)
        return term.value if isinstance(term, NamedNode) else ""

    named = [found for row in whole.rows if (found := thing(row))]
    return named[len(named) // 2] if named else ""
