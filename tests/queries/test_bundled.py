"""The bundled book answers alike from the files, from Oxigraph's server and from Virtuoso."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Literal
from tests.queries.conftest import BUNDLED, ask_patiently, mark_virtuoso

from factbook.layout import layout_of
from factbook.query.names import Names
from factbook.query.stored_queries import all_queries
from factbook.rdf.terms import XSD
from factbook.store.answers import Graph, Table

if TYPE_CHECKING:
    from tests.queries.conftest import Shelf

    from factbook.query.parameters import Values
    from factbook.query.stored_queries import Parameter, StoredQuery
    from factbook.rdf.terms import Term
    from factbook.store.answers import Answer

ELSEWHERE = {"links", "pages"}
QUERIES = [
    query
    for query in all_queries(layout_of(None).queries)
    if query.path.parent.name not in ELSEWHERE and query.name != "wikidata-compare"
]
DAY = "2026-06-30"
SLOW = ("schema-org", "virtuoso")
"""It takes longer than all others; `test_answers.py` asks it of a small book."""
_MOST = 2


def _values(parameter: Parameter, shelf: Shelf) -> list[str]:
    """Return values for a parameter that must have one: a few things of its class."""
    if parameter.kind != "iri":
        return [DAY]
    book = shelf(BUNDLED).book
    things = Names.of(book).choices(type_curie=parameter.type_curie)
    names = list(dict.fromkeys(thing.value for thing, _ in things))
    return names[:: max(1, len(names) // _MOST)][:_MOST]


def _ask(shelf: Shelf, query: StoredQuery, values: Values, engine: str) -> list[str]:
    return _terms(shelf(BUNDLED).ask(query.name, values, engine=engine))


def _terms(answer: Answer) -> list[str]:
    """Return an answer term by term, the rows in their order.

    Several IRIs in one text come in any order: GROUP_CONCAT has none (SPARQL 1.1, 18.5.1.7).
    """
    if isinstance(answer, Table):
        return [", ".join(map(_show, row)) for row in answer.rows]
    if isinstance(answer, Graph):
        return sorted({str(triple) for triple in answer.triples})
    return [str(answer)]


def _show(term: Term | None) -> str:
    if isinstance(term, Literal) and term.datatype.value == f"{XSD}decimal":
        return f"{Decimal(term.value):.12g}"  # Virtuoso has 15 digits
    text = str(term)
    return " ".join(sorted(text.strip('"').split(" "))) if text.startswith('"https://') else text


@pytest.mark.parametrize(
    ("query", "engine"),
    [
        pytest.param(
            query, engine, id=f"{query.name}-{engine}", marks=mark_virtuoso(query.name, engine)
        )
        for query in QUERIES
        for engine in ("endpoint", "virtuoso")
        if (query.name, engine) != SLOW
    ],
)
def test_engines_give_the_same_answers(query: StoredQuery, engine: str, shelf: Shelf) -> None:
    """Each query gives the same terms in the same order on every engine."""
    required = [p for p in query.parameters if p.required and p.default is None]
    assert len(required) < 2
    sets = [{p.name: value} for p in required for value in _values(p, shelf)] or [{}]
    if any(p.name == "asof" for p in query.parameters):
        sets.append({**sets[0], "asof": DAY})

    for values in sets:
        here = _ask(shelf, query, values, "embedded")
        found = ask_patiently(partial(_ask, shelf, query, values, engine), here, engine)
        assert found == here, values
