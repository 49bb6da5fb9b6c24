"""Beside each amount of each stored query stands a source that states it, or it is computed."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import pytest
from tests.answers.facts import BASE, DEF, SCHEMA
from tests.answers.oracle import Oracle
from tests.core_book import core_book

import factbook
from factbook.front_matter import read_front_matter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from factbook.query.stored_queries import StoredQuery
    from factbook.render.rows import Row

BOOK = factbook.open(core_book(), cache=False)
SHARED = "source"
ENDS = {"low", "high", "upto"}  # of a range: their source is that of the whole
ANY_VALUE = {"value", "othervalue"}  # columns that may hold a year or a name, without a unit
# Their columns of sources are those of something else than the amount beside it
WITHOUT_SOURCE = {"company-table"}


def amounts_of(query: StoredQuery) -> dict[str, tuple[str, ...]]:
    """Return the columns of amounts: each with the column of its source, or its observations."""
    described = read_front_matter(query.text, query.path).get("columns", {})
    found: dict[str, tuple[str, ...]] = {}
    for name, column in described.items():
        computed = column.get("computed")
        if computed is not None:
            found[name] = ("computed", *([computed] if isinstance(computed, str) else computed))
        elif f"{name}source" in described:
            found[name] = (f"{name}source",)
        elif "unit" in column and SHARED in described:
            other = name.removesuffix("value")
            own = f"{other}source"
            found[name] = (own if other and own in described else SHARED,)
        elif "unit" in column and name not in ENDS and query.name not in WITHOUT_SOURCE:
            found[name] = ("",)
    return found


QUERIES = {query.name: query for query in BOOK.queries()}
WITH_AMOUNTS = {
    name: found for name, query in QUERIES.items() if (found := amounts_of(query)) and query.columns
}


@pytest.fixture(scope="module")
def stated() -> dict[str, set[Decimal]]:
    """Return the amounts that each source states."""
    oracle = Oracle(core_book())
    return {
        source.iri: {
            Decimal(text)
            for said in facts.values()
            for end in ("value", "minValue", "maxValue")
            for text in said.get(f"{SCHEMA}{end}", ())
        }
        for source, facts in oracle.sources
    }


@pytest.fixture(scope="module")
def things() -> dict[str, list[str]]:
    """Return what queries can be asked about, by the class that a parameter names."""
    oracle = Oracle(core_book())
    about = {figure.said[f"{SCHEMA}observationAbout"] for figure in oracle.figures.values()}
    measures = {figure.said[f"{SCHEMA}measuredProperty"] for figure in oracle.figures.values()}
    companies = sorted(oracle.of_class(f"{DEF}Company"))
    products = sorted(oracle.of_class(f"{DEF}Product") & about)
    return {
        "infra:Measure": sorted(measures),
        "infra:Company": companies,
        "schema:Organization": companies,
        "infra:Product": products,
        "infra:Chip": sorted(oracle.of_class(f"{DEF}Chip") & about),
        "infra:Family": sorted(oracle.of_class(f"{DEF}Family")),
        "infra:Model": sorted(oracle.of_class(f"{DEF}Model")),
        "": [*companies, *products],
    }


def rows_of(query: StoredQuery, things: Mapping[str, list[str]]) -> Iterator[Row]:
    """Yield the rows of a query for each thing that it can be asked about."""
    required = [parameter for parameter in query.parameters if parameter.required]
    if not required:
        yield from BOOK.query(query.name)
        return
    (first,) = required
    if first.kind != "iri":
        yield from BOOK.query(query.name, **{first.name: "2000-01-01"})
        return
    for value in things.get(first.type_curie or "", things[""]):
        yield from BOOK.query(query.name, **{first.name: value})


def number(shown: object) -> Decimal | None:
    """Return an amount; of a text that is no number nothing."""
    try:
        return None if shown is None else Decimal(str(shown))
    except InvalidOperation:
        return None


@pytest.mark.parametrize("name", sorted(WITH_AMOUNTS))
def test_source_states_the_amount_beside_it(
    name: str, stated: dict[str, set[Decimal]], things: dict[str, list[str]]
) -> None:
    """The graph of the source holds the amount; a computed one names its observations."""
    wrong = []
    for row in rows_of(QUERIES[name], things):
        for column, (where, *observations) in WITH_AMOUNTS[name].items():
            amount = number(row.get(column))
            if amount is None or (column in ANY_VALUE and row.get("unit") is None):
                continue
            if where == "computed":
                named = [str(row.get(observation) or "") for observation in observations]
                if not named or not all(f"{BASE}observation/" in text for text in named):
                    wrong.append(f"{column} {amount} is computed from nothing: {dict(row)}")
            elif amount not in stated.get(str(row.get(where)), ()):
                wrong.append(f"{column} {amount} is not in {row.get(where)}: {dict(row)}")

    assert wrong == []


def test_every_query_with_amounts_is_asked() -> None:
    """The list above finds the queries that show amounts, and among them computed columns."""
    assert {"accelerators", "prices", "rank", "rented-by", "timeline", "valuations"} <= set(
        WITH_AMOUNTS
    )
    assert WITH_AMOUNTS["multiples"]["multiple"][0] == "computed"
