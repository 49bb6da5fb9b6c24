"""Queries are adapted to Virtuoso where it departs from SPARQL 1.1."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from factbook.store.virtuoso import adapt_query

PROLOGUE = 'DEFINE sql:select-option "order"\n'
DAY = "BIND(COALESCE(?__asof_xsd_date, STRDT(SUBSTR(STR(NOW()), 1, 10), xsd:date)) AS ?day)"
GIVEN = '"2025-12-31"^^<http://www.w3.org/2001/XMLSchema#date>'


@pytest.mark.parametrize("given", ["", GIVEN])
def test_day_of_a_query_is_written_in_place_of_its_variable(given: str) -> None:
    """The day is the parameter's value or today; a text that reads like the variable stays."""
    day = given or f'"{datetime.now(UTC).date().isoformat()}"^^<{GIVEN.partition("<")[2]}'
    query = f'SELECT ?s {{ {DAY} ?s ?p "?day" . FILTER(?from <= ?day && ?days > 1) }}'

    adapted = adapt_query(query.replace("?__asof_xsd_date", given or "?__asof_xsd_date"))

    expected = f'SELECT ?s {{  ?s ?p "?day" . FILTER(?from <= {day} && ?days > 1) }}'
    assert adapted == PROLOGUE + expected


@pytest.mark.parametrize("query", ["ASK { ?s ?p ?o }", f"SELECT ?s ?day {{ {DAY} ?s ?p ?o }}"])
def test_query_without_a_day_or_that_returns_it_keeps_its_text(query: str) -> None:
    """Only the order of the joins is asked for."""
    assert adapt_query(query) == PROLOGUE + query
