"""Queries are adapted to Virtuoso where it departs from SPARQL 1.1."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from factbook.store.virtuoso import adapt_query

PROLOGUE = 'DEFINE sql:select-option "order"\n'
DAY = "BIND(COALESCE(?__asof_xsd_date, STRDT(SUBSTR(STR(NOW()), 1, 10), xsd:date)) AS ?day)"
DATE = "http://www.w3.org/2001/XMLSchema#date"


@pytest.mark.parametrize("given", ["", "2025-12-31"])
def test_day_of_a_query_is_written_in_place_of_its_variable(given: str) -> None:
    """The day is the parameter's value or today; a text that reads like the variable stays."""
    query = f'SELECT ?s {{ {DAY} ?s ?p "?day" . FILTER(?from <= ?day && ?days > 1) }}'
    bound = query.replace("?__asof_xsd_date", f'"{given}"^^<{DATE}>') if given else query

    day = f'<{DATE}>("{given or datetime.now(UTC).date().isoformat()}")'
    expected = f'SELECT ?s {{  ?s ?p "?day" . FILTER(?from <= {day} && ?days > 1) }}'
    assert adapt_query(bound) == PROLOGUE + expected


@pytest.mark.parametrize(
    ("condition", "without"),
    [
        ("COALESCE(?o = ?__o_iri, true)", "true"),
        ("COALESCE(?o = ?__o_iri, false)", "false"),
        ("?o = COALESCE(?__o_iri, ?o)", "STR(?o) = STR(?o)"),
        ("COALESCE(?o = <x:o>, true)", "COALESCE(?o = <x:o>, true)"),
        ("?o = COALESCE(?__o_iri, ?p)", "?o = COALESCE(?__o_iri, ?p)"),
        ("?o = COALESCE(?__s, ?o) && ?__s > 1", "?o = COALESCE(?__s, ?o) && ?__s > 1"),
    ],
)
def test_condition_on_a_parameter_that_is_not_given_is_left_out(
    condition: str, without: str
) -> None:
    """What the condition is without the parameter stands in its place."""
    adapted = adapt_query(f"ASK {{ ?s ?p ?o FILTER({condition}) }}")

    assert adapted == f"{PROLOGUE}ASK {{ ?s ?p ?o FILTER({without}) }}"


@pytest.mark.parametrize(
    "query",
    [
        "ASK { ?s ?p ?o }",
        f"SELECT ?s ?day {{ {DAY} ?s ?p ?o }}",
        f"SELECT ?s {{ ?s ?p ?o {DAY.replace('?__asof_xsd_date', '?o')} }}",
    ],
)
def test_query_without_a_day_or_that_returns_it_keeps_its_text(query: str) -> None:
    """Only the order of the joins is asked for."""
    assert adapt_query(query) == PROLOGUE + query
