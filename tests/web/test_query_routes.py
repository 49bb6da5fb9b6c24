"""Stored queries over HTTP: values, formats, versions, and the description of them all."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Literal

from factbook.query.refine import Refinement
from factbook.query.run_query import run_stored
from factbook.query.stored_queries import all_queries, find_query
from factbook.store.answers import Table
from factbook.web.query_pages import for_spreadsheets
from factbook.web.site import KEY

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from factbook.api import Book

VALUATIONS = "/api/query/valuations"


def test_answer_is_that_of_the_command_line(client: FlaskClient, book: Book) -> None:
    """The rows are those that the stored query gives everywhere."""
    table = run_stored(book, find_query(book.layout.queries, "valuations"), {"asof": "2026-01-01"})
    response = client.get(f"{VALUATIONS}.csv?asof=2026-01-01")
    rows = list(csv.reader(io.StringIO(response.text, newline="")))

    assert isinstance(table, Table)
    assert tuple(rows[0]) == table.variables
    assert len(rows) - 1 == len(list(table.rows))


@pytest.mark.parametrize(
    ("ending", "accept", "media_type"),
    [
        ("", "", "application/sparql-results+json"),
        ("", "text/csv", "text/csv"),
        (".csv", "application/json", "text/csv"),
        (".tsv", "", "text/tab-separated-values"),
        (".json", "", "application/sparql-results+json"),
        (".xml", "", "application/sparql-results+xml"),
        (".xlsx", "", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_ending_or_accept_chooses_the_format(
    client: FlaskClient, ending: str, accept: str, media_type: str
) -> None:
    """An ending decides; without one the client's preference does."""
    response = client.get(f"{VALUATIONS}{ending}", headers={"Accept": accept})

    assert (response.status_code, response.mimetype) == (200, media_type)


@pytest.mark.parametrize("ending", ["ttl", "nt", "jsonld", "rdf", "trig", "nq"])
def test_graph_is_answered_in_every_syntax(client: FlaskClient, ending: str) -> None:
    """A CONSTRUCT query gives triples."""
    response = client.get(f"/api/query/company-graph.{ending}?company=groq")

    assert response.status_code == 200
    assert b"groq" in response.data


@pytest.mark.parametrize(
    ("path", "code", "said"),
    [
        ("/api/query/valuation", 404, "valuations"),
        ("/api/query/valuations.ttl", 404, ".csv"),
        ("/api/query/company-graph?company=Grok", 400, "nearest: 'Groq'"),
        ("/api/query/valuations?asof=yesterday", 400, "asof: 'yesterday' is not an xsd:date"),
        ("/api/query/valuations?nonsense=1", 400, "no parameter nonsense"),
        ("/api/query/valuations?known-by=soon", 400, "a day such as"),
        ("/api/query/valuations?known-by=2025-02-30", 400, "a day such as"),
        ("/api/query/valuations?known-by=2025-02-20&known-by=2025-02-21", 400, "give one day"),
        ("/api/query/valuations?where=amuont>1B", 400, "no column 'amuont'"),
        ("/api/query/valuations?where=amount", 400, "where: cannot read"),
        ("/api/query/valuations?sort=amount:up", 400, "sort: write COLUMN"),
        ("/api/query/valuations?top=few", 400, "top: 'few' is not a number of rows"),
        ("/api/query/valuations?top=0", 400, "top: 0 is not a number of rows"),
        ("/api/query/valuations?columns=nothing", 400, "no column 'nothing'"),
        ("/api/query/valuations?since=then", 400, "since: 'then' is not a day"),
        ("/api/query/valuations?labels=perhaps", 400, "labels: 'perhaps' is not one of"),
        ("/api/query/company-graph?company=groq&top=1", 400, "no parameter top"),
    ],
)
def test_wrong_request_is_refused_in_words(
    client: FlaskClient, path: str, code: int, said: str
) -> None:
    """The message names the parameter as the address has it, and what would fit."""
    response = client.get(path)

    assert response.status_code == code
    assert said in response.text


def test_answer_names_the_address_that_keeps_it(app: Flask, client: FlaskClient) -> None:
    """Question, day and version are in the address; asking there gives the same answer."""
    response = client.get(f"{VALUATIONS}.csv?segment=cloud-ai-infrastructure")
    address = response.headers["Content-Location"]

    assert "segment=cloud-ai-infrastructure" in address
    assert "asof=2" in address
    assert f"data-version={app.extensions[KEY].version}" in address
    assert client.get(address).data == response.data


def test_answer_is_narrowed_like_on_the_command_line(client: FlaskClient, book: Book) -> None:
    """Conditions, order, limit, columns and days give the rows that `run_stored` gives."""
    refine = Refinement(
        where=("amount >= 1B", "amount < 200B"),
        sort="amount:desc",
        top=3,
        columns=("company", "amount"),
        since="2020",
        until="2026-06",
    )
    stored = find_query(book.layout.queries, "valuations")
    table = run_stored(book, stored, {"asof": "2026-11-01"}, refine=refine)
    response = client.get(
        f"{VALUATIONS}.csv?asof=2026-11-01&where=amount>%3D1B&where=amount<200B&sort=amount:desc"
        "&top=3&columns=company,amount&since=2020&until=2026-06"
    )
    rows = list(csv.reader(io.StringIO(response.text, newline="")))

    assert isinstance(table, Table)
    assert rows[0] == ["company", "amount"]
    expected = [[getattr(term, "value", "") for term in row] for row in table.rows]
    assert rows[1:] == expected
    assert len(rows) == 4
    assert client.get(response.headers["Content-Location"]).data == response.data


def test_names_stand_beside_iris_if_asked_for(client: FlaskClient) -> None:
    """`labels` adds a column of names, and the address that keeps the answer has it."""
    response = client.get(f"{VALUATIONS}.csv?top=1&labels=true")

    header, row = csv.reader(io.StringIO(response.text, newline=""))
    assert row[header.index("company")].startswith("https://")
    assert row[header.index("companyLabel")]
    assert "labels=true" in response.headers["Content-Location"]


def test_version_that_is_gone_leads_to_the_answer_of_now(client: FlaskClient) -> None:
    """An address with another version answers with 410 and the address without it."""
    response = client.get(f"{VALUATIONS}.csv?asof=2026-01-01&data-version=0123456789ab")

    assert response.status_code == 410
    assert f"{VALUATIONS}.csv?asof=2026-01-01" in response.text


def test_unchanged_answer_is_304(client: FlaskClient) -> None:
    """A client that has the answer gets 304; another format is another answer."""
    tag = client.get(f"{VALUATIONS}.csv").headers["ETag"]

    assert client.get(f"{VALUATIONS}.csv", headers={"If-None-Match": tag}).status_code == 304
    assert client.get(f"{VALUATIONS}.json", headers={"If-None-Match": tag}).status_code == 200


def test_known_by_answers_from_the_sources_of_that_day(client: FlaskClient, book: Book) -> None:
    """A day in the past gives the rows of a book with only the sources of then."""
    values = {"asof": "2024-06-01"}
    then = book.with_sources(leads=False, known_by="2024-06-01")
    table = run_stored(then, find_query(book.layout.queries, "valuations"), values)
    response = client.get(f"{VALUATIONS}.json?asof=2024-06-01&known-by=2024-06-01")

    assert isinstance(table, Table)
    assert response.json is not None
    assert len(response.json["results"]["bindings"]) == len(list(table.rows))


def test_day_after_the_last_source_is_the_whole_book(app: Flask) -> None:
    """Days after which nothing came out share the edition that is served anyway."""
    site = app.extensions[KEY]
    assert site.edition_for(leads=False, known_by="2099-01-01") is site.edition


def test_openapi_gives_defaults_that_fit_their_schemas(client: FlaskClient) -> None:
    """The default of a parameter is of the type that its schema names."""
    jsonschema = pytest.importorskip("jsonschema")
    document = client.get("/api/openapi.json").json
    assert document
    operations = [each["get"] for each in document["paths"].values()]
    schemas = [
        parameter["schema"]
        for operation in operations
        for parameter in operation["parameters"]
        if "default" in parameter.get("schema", {})
    ]

    assert schemas
    for schema in schemas:
        jsonschema.validate(schema["default"], schema)


def test_openapi_describes_every_query(client: FlaskClient, book: Book) -> None:
    """Each stored query has a path, each of its parameters a type, and references resolve."""
    document = client.get("/api/openapi.json").json

    assert document is not None
    assert document["openapi"].startswith("3.1")
    for query in all_queries(book.layout.queries):
        operation = document["paths"][f"/api/query/{query.name}"]["get"]
        named = {each["name"]: each for each in operation["parameters"] if "name" in each}
        assert set(named) == {parameter.name for parameter in query.parameters}
        for parameter in query.parameters:
            assert named[parameter.name]["required"] is parameter.required
    references = set(_references(document))
    assert references
    for reference in references:
        part = document
        for step in reference.removeprefix("#/").split("/"):
            part = part[step]


def _references(part: object) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [found for each in part.values() for found in _references(each)]
    if isinstance(part, list):
        return [found for each in part for found in _references(each)]
    return []


def test_query_about_leads_has_them_loaded(client: FlaskClient) -> None:
    """The query that lists weak claims answers from the edition with leads."""
    response = client.get("/api/query/leads.json")

    assert response.status_code == 200
    assert json.loads(response.data)["results"]["bindings"]


def test_empty_answer_says_why(client: FlaskClient) -> None:
    """A header says why an answer has no rows, and the page of the query does too."""
    asked = "product=product:bow-ipu"
    response = client.get(f"/api/query/prices.csv?{asked}")
    page = client.get(f"/queries/prices.html?{asked}&run=1")
    full = client.get("/api/query/valuations.csv")

    reason = "No source states it for Graphcore Bow IPU; without product there are "
    assert response.headers["X-Empty-Reason"].startswith(reason)
    assert f"No rows. {reason}" in page.text
    assert "X-Empty-Reason" not in full.headers


def test_download_of_a_page_holds_no_formula() -> None:
    """A person opens the download of a page with a spreadsheet, so that no text may be run."""
    table = Table(("a",), [(Literal("=1+1"),)])

    assert list(for_spreadsheets(table, "csv").rows) == [(Literal("'=1+1"),)]
    assert for_spreadsheets(table, "json") is table
