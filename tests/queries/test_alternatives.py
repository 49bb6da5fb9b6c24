"""Several values of a parameter mean any of them, in every stored query and on every engine."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from tests.queries.conftest import ask_patiently, mark_virtuoso
from tests.queries.test_answers import level

from factbook.errors import UsageError
from factbook.layout import layout_of
from factbook.query.parameters import takes_several
from factbook.query.stored_queries import all_queries
from factbook.store.answers import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.queries.conftest import Shelf

    from factbook.query.parameters import Values
    from factbook.query.stored_queries import Parameter, StoredQuery
    from factbook.rdf.terms import Term

BOOK = "trade"
# Two values for each parameter: where there is a hierarchy one is below the other, so that
# some rows fit both
VALUES = {
    "accelerator": ("product:a1", "product:a2"),
    "benchmark": ("standing:not-stated", "number-format:fp8"),
    "chip": ("product:a1", "product:a2"),
    "other": ("company:acme", "company:nimbus"),
    "owner": ("company:acme", "company:nimbus"),
    "basis": ("price-basis:gpu-hour", "purchase-mode:on-demand"),
    "category": ("category:accelerator-chip", "category:data-centre-gpu"),
    "class": ("infra:Chip", "infra:Company"),
    "company": ("company:acme", "company:nimbus"),
    "investor": ("organization:fund-a", "organization:fund-b"),
    "kind": ("infra:Product", "infra:Chip"),
    "measure": ("measure:amount-raised", "measure:core-count"),
    "numberformat": ("number-format:fp8", "standing:not-stated"),
    "product": ("product:a1", "product:a2"),
    "publisher": ("company:acme", "company:nimbus"),
    "segment": ("segment:ai-infrastructure-companies", "segment:cloud-ai-infrastructure"),
    "source": ("source:a1-data-sheet", "source:a2-data-sheet"),
    "thing": ("company:acme", "company:nimbus"),
}
EVENT_KINDS = ("event-kind:acquisition", "event-kind:contract")
NEEDED = {
    "company": "company:acme",
    "model": "product:model-m",
    "asof": "2026-06-30",
    "day": "2024-01-01",
    "measure": "measure:peak-performance",
    "product": "product:a2",
}


def _parameters() -> list[tuple[StoredQuery, Parameter]]:
    return [
        (query, parameter)
        for query in all_queries(layout_of(None).queries)
        for parameter in query.parameters
        if query.form == "SELECT" and not query.asks_leads
    ]


SEVERAL = [
    (query, parameter)
    for query, parameter in _parameters()
    if parameter.kind == "iri" and not parameter.required
]


def _values(parameter: Parameter) -> Sequence[str]:
    if parameter.type_curie == "infra:EventKind":
        return EVENT_KINDS
    return VALUES[parameter.name]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [pytest.param(*each, id=f"{each[0].name}-{each[1].name}") for each in SEVERAL],
)
def test_two_values_give_the_rows_of_either(
    query: StoredQuery, parameter: Parameter, shelf: Shelf
) -> None:
    """An answer for any of two values has the rows of both answers, each as often as there."""
    first, second = _values(parameter)

    both = Counter(_rows(shelf, query, {parameter.name: [first, second]}))

    one = Counter(_rows(shelf, query, {parameter.name: first}))
    other = Counter(_rows(shelf, query, {parameter.name: second}))
    assert both == one | other


@pytest.mark.parametrize(
    ("query", "parameter", "engine"),
    [
        pytest.param(*each, engine, id=f"{each[0].name}-{each[1].name}-{engine}", marks=mark)
        for each in SEVERAL
        for engine in ("rdflib", "endpoint", "virtuoso")
        for mark in [mark_virtuoso(each[0].name, engine)]
    ],
)
def test_engines_agree_on_two_values(
    query: StoredQuery, parameter: Parameter, engine: str, shelf: Shelf
) -> None:
    """Every engine gives the same rows for any of two values, in the same order."""
    values = {parameter.name: list(_values(parameter))}

    here = _rows(shelf, query, values)
    found = ask_patiently(lambda: _rows(shelf, query, values, engine=engine), here, engine)

    assert found == here


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        pytest.param(*each, id=f"{each[0].name}-{each[1].name}")
        for each in _parameters()
        if each[1].kind.startswith("xsd:") and each[1].kind != "xsd:boolean"
    ],
)
def test_days_and_numbers_take_one_value(query: StoredQuery, parameter: Parameter) -> None:
    """A parameter that is compared by size cannot be given twice."""
    assert not takes_several(query, parameter)


def test_query_refuses_second_day(shelf: Shelf) -> None:
    """The refusal names the option."""
    with pytest.raises(UsageError, match="--asof takes one value, not 2"):
        shelf(BOOK).ask("companies", {"asof": ["2025-01-01", "2026-01-01"]}, engine="embedded")


def test_required_parameter_gives_the_answer_for_each_value(shelf: Shelf) -> None:
    """The answers follow one another, and a column in front says which value a row is for."""
    query = next(q for q, _ in _parameters() if q.name == "rented-by")
    products = ["product:a2", "product:a1"]

    found = _rows(shelf, query, {"product": products})

    expected = [
        (f"https://w3id.org/ai-infra/product/{name}", *row)
        for name in ("a2", "a1")
        for row in _rows(shelf, query, {"product": f"product:{name}"})
    ]
    assert found == expected
    assert len({row[0] for row in found}) == 2


def test_column_in_front_has_a_name_of_its_own(shelf: Shelf) -> None:
    """Where the query has a column of that name, the column in front says what it is for."""
    companies = {"company": ["company:acme", "company:zeta"]}

    answer = shelf(BOOK).ask("similar", companies, engine="embedded")

    assert isinstance(answer, Table)
    assert answer.variables[:2] == ("for_company", "company")


def test_construct_gives_the_triples_of_each_value_once(shelf: Shelf) -> None:
    """A query that gives triples gives those of all values."""
    book = shelf(BOOK)

    def triples(*companies: str) -> set[str]:
        answer = book.ask("company-graph", {"company": companies}, engine="embedded")
        assert not isinstance(answer, bool | Table)
        lines = [str(triple) for triple in answer.triples]
        assert len(lines) == len(set(lines))
        return set(lines)

    assert triples("acme", "nimbus") == triples("acme") | triples("nimbus")


def _rows(
    shelf: Shelf, query: StoredQuery, values: Values, *, engine: str = "embedded"
) -> list[tuple[str, ...]]:
    needed = {p.name: NEEDED[p.name] for p in query.parameters if p.required or p.name == "asof"}
    answer = shelf(BOOK).ask(query.name, {**needed, **values}, engine=engine)
    assert isinstance(answer, Table)
    return [tuple(_text(t) for t in row) for row in answer.rows]


def _text(term: Term | None) -> str:
    return "" if term is None else str(getattr(level(term), "value", term))
