"""The SPARQL 1.1 Protocol, probe by probe: queries only, everything else refused as it says."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode
from xml.etree import ElementTree as ET

import pytest
from pyoxigraph import RdfFormat, parse

from factbook.store.query_limits import Limits
from factbook.web.app import create_app
from factbook.web.site import KEY, Settings

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from factbook.api import Book

SELECT = "SELECT ?s WHERE { ?s a infra:Company } ORDER BY ?s LIMIT 3"
ASK = "ASK { ?s a infra:Company }"
CONSTRUCT = "CONSTRUCT { ?s a infra:Company } WHERE { ?s a infra:Company } LIMIT 3"
DESCRIBE = "DESCRIBE company:groq"
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
JSON = "application/sparql-results+json"
XML = "application/sparql-results+xml"
SYNTAXES = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/trig": RdfFormat.TRIG,
    "application/n-quads": RdfFormat.N_QUADS,
}
GRAPH = "https://w3id.org/ai-infra/source/ai-infrastructure-chapter"


def get(client: FlaskClient, query: str, accept: str = "", **more: str) -> TestResponse:
    """Send a query by GET."""
    return client.get(f"/sparql?{urlencode({'query': query, **more})}", headers={"Accept": accept})


def send_by_form(client: FlaskClient, query: str, accept: str) -> TestResponse:
    """Send a query as a form."""
    return client.post(
        "/sparql", data=urlencode({"query": query}), content_type=FORM, headers={"Accept": accept}
    )


def send_directly(client: FlaskClient, query: str, accept: str) -> TestResponse:
    """Send a query as the body."""
    return client.post("/sparql", data=query, content_type=QUERY, headers={"Accept": accept})


WAYS = [get, send_by_form, send_directly]


def count_rows(content: bytes, media_type: str) -> int:
    """Return the number of rows of a document."""
    if media_type == JSON:
        return len(json.loads(content)["results"]["bindings"])
    if media_type == XML:
        return len(ET.fromstring(content).findall(".//{*}result"))  # noqa: S314 - our own
    delimiter = "," if media_type == "text/csv" else "\t"
    return len(list(csv.reader(io.StringIO(content.decode()), delimiter=delimiter))) - 1


@pytest.mark.parametrize("send", WAYS)
@pytest.mark.parametrize("accept", [JSON, XML, "text/csv", "text/tab-separated-values"])
def test_select_is_answered_in_every_format(client: FlaskClient, send: Any, accept: str) -> None:  # noqa: ANN401 - one of the ways
    """Rows come in the media type that was asked for, by all three ways to ask."""
    response = send(client, SELECT, accept)

    assert response.status_code == 200
    assert response.mimetype == accept
    assert count_rows(response.data, accept) == 3


@pytest.mark.parametrize("send", WAYS)
def test_ask_is_answered_in_json_and_xml(client: FlaskClient, send: Any) -> None:  # noqa: ANN401 - one of the ways
    """A truth value comes as JSON and XML."""
    assert send(client, ASK, JSON).json == {"head": {}, "boolean": True}
    assert b"<boolean>true</boolean>" in send(client, ASK, XML).data


@pytest.mark.parametrize("accept", ["text/csv", "text/tab-separated-values"])
def test_ask_as_a_table_is_a_word(client: FlaskClient, accept: str) -> None:
    """CSV and TSV have no truth values, so that a word stands for them."""
    response = get(client, ASK, accept)

    assert (response.status_code, response.mimetype) == (200, accept)
    assert response.data == b"true\n"


@pytest.mark.parametrize("send", WAYS)
@pytest.mark.parametrize("query", [CONSTRUCT, DESCRIBE])
@pytest.mark.parametrize("accept", SYNTAXES)
def test_triples_are_answered_in_every_syntax(
    client: FlaskClient,
    send: Any,  # noqa: ANN401 - one of the ways
    query: str,
    accept: str,
) -> None:
    """Graphs come in the syntax that was asked for."""
    response = send(client, query, accept)

    assert (response.status_code, response.mimetype) == (200, accept)
    assert list(parse(response.data, format=SYNTAXES[accept]))


@pytest.mark.parametrize(
    ("query", "accept", "media_type"),
    [
        (SELECT, "", JSON),
        (SELECT, "*/*", JSON),
        (SELECT, "application/json", "application/json"),
        (SELECT, f"text/csv;q=0.5, {XML}", XML),
        (SELECT, "image/png, text/*;q=0.1", "text/csv"),
        (SELECT, f"{JSON};q=0, */*", XML),
        (CONSTRUCT, "", "text/turtle"),
        (CONSTRUCT, "*/*", "text/turtle"),
        (CONSTRUCT, "application/rdf+xml;q=0.9, application/n-triples", "application/n-triples"),
    ],
)
def test_format_follows_what_the_client_likes_best(
    client: FlaskClient, query: str, accept: str, media_type: str
) -> None:
    """Qualities, wildcards and silence are understood as HTTP has them."""
    response = get(client, query, accept)

    assert response.mimetype == media_type
    assert "Accept" in response.vary


@pytest.mark.parametrize(
    ("query", "accept"),
    [(SELECT, "image/png"), (SELECT, "text/turtle"), (CONSTRUCT, "text/csv")],
)
def test_format_that_cannot_be_written_is_406(client: FlaskClient, query: str, accept: str) -> None:
    """What no format fits is refused with a list of those that do."""
    response = get(client, query, accept)

    assert response.status_code == 406
    assert b"can be written as" in response.data


def test_escaped_characters_arrive_as_they_are(client: FlaskClient) -> None:
    """A percent sign and a plus sign in a form are decoded once."""
    query = 'SELECT ("100%25 a+b" AS ?x) {}'

    for send in WAYS:
        assert send(client, query, "text/csv").data.split() == [b"x", b"100%25", b"a+b"]


@pytest.mark.parametrize(
    ("default", "named", "query", "is_found"),
    [
        ([GRAPH], [], "ASK { ?s ?p ?o }", True),
        (["urn:none"], [], "ASK { ?s ?p ?o }", False),
        ([], [GRAPH], "ASK { GRAPH ?g { ?s ?p ?o } }", True),
        ([], [GRAPH], "ASK { ?s ?p ?o }", False),
        ([GRAPH], [], "ASK { GRAPH ?g { ?s ?p ?o } }", False),
        ([GRAPH], [], "ASK FROM <urn:none> { ?s ?p ?o }", True),
    ],
)
def test_graphs_of_the_request_are_asked(
    client: FlaskClient, default: list[str], named: list[str], query: str, *, is_found: bool
) -> None:
    """The graphs that the request names replace those of the query, sent either way."""
    graphs = [("default-graph-uri", g) for g in default] + [("named-graph-uri", g) for g in named]
    by_get = client.get(f"/sparql?{urlencode([('query', query), *graphs])}")
    by_form = client.post("/sparql", data=urlencode([("query", query), *graphs]), content_type=FORM)
    direct = client.post(f"/sparql?{urlencode(graphs)}", data=query, content_type=QUERY)

    for response in (by_get, by_form, direct):
        assert response.json is not None
        assert response.json["boolean"] is is_found


@pytest.mark.parametrize(
    ("path", "content_type", "body", "code"),
    [
        ("/sparql", FORM, "query=ASK%7B%7D&query=ASK%7B%7D", 400),
        ("/sparql?query=ASK%7B%7D", FORM, "query=ASK%7B%7D", 400),
        ("/sparql?query=ASK%7B%7D", QUERY, "ASK {}", 400),
        ("/sparql", FORM, "", 400),
        ("/sparql", FORM, "query=%FF", 400),
        ("/sparql", QUERY, b"ASK { <\xff> ?p ?o }", 400),
        ("/sparql", f"{QUERY}; charset=latin-1", "ASK {}", 415),
        ("/sparql", "text/plain", "ASK {}", 415),
        ("/sparql", None, "ASK {}", 415),
        ("/sparql", "application/sparql-update", "CLEAR ALL", 403),
        ("/sparql", FORM, "update=CLEAR+ALL", 403),
        ("/sparql?update=CLEAR+ALL", FORM, "", 403),
        ("/sparql", QUERY, "CLEAR ALL", 400),
        ("/sparql?default-graph-uri=x%20y", QUERY, "ASK {}", 400),
        ("/sparql", QUERY, "", 400),
    ],
)
def test_wrong_request_is_refused(
    client: FlaskClient, path: str, content_type: str | None, body: str | bytes, code: int
) -> None:
    """What is no query of the protocol gets the status that says so."""
    response = client.post(path, data=body, content_type=content_type)

    assert response.status_code == code
    assert response.mimetype == "text/plain"


def test_syntax_error_names_the_place(client: FlaskClient) -> None:
    """A query that is not valid is answered with line and column."""
    response = get(client, "SELECT ?x\nWHERE { ?x ?y }")

    assert response.status_code == 400
    assert b"line 2, column" in response.data


def test_text_that_is_no_query_names_the_place(client: FlaskClient) -> None:
    """A misspelt first word is answered with its place and the word that was meant."""
    response = client.get("/sparql", query_string={"query": "SELEKT * { ?s ?p ?o }"})

    assert response.status_code == 400
    assert "line 1, column 1" in response.text
    assert "SELECT" in response.text


def test_query_by_get_may_be_two_parameters_only_once(client: FlaskClient) -> None:
    """Two queries in one address are refused."""
    query = quote(ASK)
    assert client.get(f"/sparql?query={query}&query={query}").status_code == 400


@pytest.mark.parametrize("accept", SYNTAXES)
def test_service_describes_itself(client: FlaskClient, accept: str) -> None:
    """Without a query, the address answers with a description of the service."""
    response = client.get("/sparql", headers={"Accept": accept})

    assert response.mimetype == accept
    found = {quad.predicate.value for quad in parse(response.data, format=SYNTAXES[accept])}
    assert {
        f"http://www.w3.org/ns/sparql-service-description#{name}"
        for name in ("endpoint", "supportedLanguage", "resultFormat", "defaultDataset")
    } <= found


def test_service_describes_itself_to_a_client_that_says_nothing(client: FlaskClient) -> None:
    """Turtle is the default."""
    assert client.get("/sparql").mimetype == "text/turtle"


def test_service_has_a_page_for_browsers(client: FlaskClient) -> None:
    """A browser gets a page."""
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert client.get("/sparql", headers={"Accept": accept}).mimetype == "text/html"


def test_other_sites_may_read_answers_without_credentials(client: FlaskClient) -> None:
    """Any page may ask, but nobody's cookies or logins come with it."""
    response = client.get(f"/sparql?query={quote(ASK)}", headers={"Origin": "https://a.example"})

    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response.headers


def test_options_lists_allowed_methods(client: FlaskClient) -> None:
    """A preflight request of a browser learns that it may send a query."""
    response = client.options("/sparql")

    assert response.status_code == 200
    for method in ("GET", "POST", "HEAD", "OPTIONS"):
        assert method in response.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in response.headers["Access-Control-Allow-Headers"]


def test_head_has_the_headers_of_get_and_no_body(client: FlaskClient) -> None:
    """HEAD is GET without the body."""
    path = f"/sparql?query={quote(SELECT)}"
    head, whole = client.head(path), client.get(path)

    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == whole.headers["Content-Length"] == str(len(whole.data))


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_405(client: FlaskClient, method: str) -> None:
    """A method that changes things is refused, and those that are allowed are named."""
    response = client.open("/sparql", method=method)

    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]


def test_cut_answer_says_so(book: Book) -> None:
    """An answer with more rows than are allowed is cut and marked."""
    app = create_app(book, Settings(limits=Limits(rows=2)))
    try:
        response = get(app.test_client(), SELECT)
    finally:
        app.extensions[KEY].close()

    assert response.json is not None
    assert len(response.json["results"]["bindings"]) == 2
    assert response.headers["X-SPARQL-MaxRows"] == "2"
    assert "incomplete" in response.headers["Warning"]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        r"SELECT * { \u0053ERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT <file:///etc/passwd> { ?s ?p ?o } }",
    ],
)
def test_service_is_refused(client: FlaskClient, query: str) -> None:
    """A query that wants to ask another endpoint is refused."""
    response = get(client, query)

    assert response.status_code == 400
    assert b"SERVICE is not allowed" in response.data


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/x.ttl", "file:///etc/passwd"])
def test_from_reads_only_graphs_of_the_book(client: FlaskClient, address: str) -> None:
    """A graph that the book does not have is empty, and nothing is fetched."""
    response = get(client, f"ASK FROM <{address}> {{ ?s ?p ?o }}")

    assert response.json is not None
    assert response.json["boolean"] is False


@pytest.mark.parametrize(
    ("query", "is_kept"),
    [
        ("SELECT (NOW() AS ?x) {}", False),
        ("SELECT (rand() AS ?x) {}", False),
        ("SELECT (STRUUID() AS ?x) {}", False),
        (SELECT, True),
    ],
)
def test_changing_answer_is_not_cached(client: FlaskClient, query: str, *, is_kept: bool) -> None:
    """A function that gives something else each time is computed each time."""
    assert (get(client, query).headers.get("Cache-Control") != "no-store") is is_kept
