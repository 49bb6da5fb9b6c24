"""Every IRI of the book leads to a page and to data, and machines are told what is there."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, parse
from tests.ontology.test_w3id import BASE, HTML, JSON_LD, TURTLE, redirect

from factbook.api import Book
from factbook.rdf.terms import is_iri
from factbook.store.answers import select
from factbook.web.addresses import Addresses
from factbook.web.app import create_app
from factbook.web.signposts import schema_org
from factbook.web.site import KEY

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

GROQ = "https://w3id.org/ai-infra/company/groq"
SYNTAXES = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "jsonld": RdfFormat.JSON_LD}
IRIS = "SELECT DISTINCT ?x { { ?x ?p ?o } UNION { ?s ?p ?x } FILTER(ISIRI(?x)) }"


@pytest.mark.parametrize(
    "iri",
    [
        GROQ,
        "https://w3id.org/ai-infra/def#Company",
        "https://w3id.org/ai-infra/company",
        "https://w3id.org/ai-infra/data/x",
        "https://w3id.org/ai-infra/company/a//b",
        "https://w3id.org/ai-infra/company/../b",
        "https://w3id.org/ai-infra/company/ö%20 x?y=1&z".replace(" ", "+"),
        "http://www.w3.org/2004/02/skos/core#Concept",
        "http://example.org/a?b=c#d",
        "urn:isbn:123",
        "mailto:a@example.org",
        "file:///tmp/x.ttl",
    ],
)
def test_path_of_a_thing_leads_back_to_it(iri: str) -> None:
    """A path stands for one IRI."""
    from urllib.parse import unquote

    addresses = Addresses("https://w3id.org/ai-infra/")
    path = addresses.path(iri)
    document, _, fragment = path.partition("#")

    assert path.startswith("/")
    found = addresses.iri(unquote(document))
    assert found is not None
    assert f"{found}#{fragment}" if fragment else found == iri


def test_every_iri_of_the_book_has_a_path_of_its_own(app: Flask, book: Book) -> None:
    """No two things share a path."""
    addresses = app.extensions[KEY].addresses
    taken: dict[str, list[str]] = defaultdict(list)
    for (term,) in select(book.engine, IRIS):
        if isinstance(term, NamedNode) and is_iri(term.value):
            taken[addresses.path(term.value)].append(term.value)

    assert [iris for iris in taken.values() if len(iris) > 1] == []
    assert len(taken) > 1000


@pytest.mark.parametrize("ending", SYNTAXES)
@pytest.mark.parametrize(
    "path", ["/company/groq", "/def", "/segment/cloud-ai-infrastructure", "/dataset"]
)
def test_data_of_a_thing_is_valid(client: FlaskClient, path: str, ending: str) -> None:
    """Each syntax parses, and describes the thing."""
    response = client.get(f"{path}.{ending}")
    subjects = {quad.subject for quad in parse(response.data, format=SYNTAXES[ending])}

    assert NamedNode(f"https://w3id.org/ai-infra{path}") in subjects


def test_data_has_the_figures_and_their_sources(client: FlaskClient) -> None:
    """Observations about a thing come whole, and so do the sources that state them."""
    quads = list(parse(client.get("/company/groq.nt").data, format=RdfFormat.N_TRIPLES))
    about = NamedNode("https://schema.org/observationAbout")
    value = NamedNode("https://schema.org/value")
    figures = {q.subject for q in quads if q.predicate == about and q.object == NamedNode(GROQ)}

    assert figures
    assert figures & {q.subject for q in quads if q.predicate == value}
    assert any("/source/" in str(quad.subject) for quad in quads)


def test_terms_are_part_of_their_document(client: FlaskClient) -> None:
    """The document of a vocabulary describes its terms."""
    quads = parse(client.get("/def.nt").data, format=RdfFormat.N_TRIPLES)
    assert NamedNode("https://w3id.org/ai-infra/def#Company") in {quad.subject for quad in quads}


def test_data_of_a_source_is_its_graph(client: FlaskClient) -> None:
    """The data of a source is its graph."""
    quads = parse(
        client.get("/source/ai-infrastructure-chapter.nt").data, format=RdfFormat.N_TRIPLES
    )
    assert len({quad.subject for quad in quads}) > 10


def test_data_spells_literals_as_the_files_do(tmp_path: Path) -> None:
    """A decimal keeps its last zero, which the query engine would drop."""
    source = tmp_path / "data" / "sources" / "a.ttl"
    source.parent.mkdir(parents=True)
    source.write_text(
        "@base <http://example.org/source/a> .\n"
        "<http://example.org/thing/b> a <http://example.org/C> ; <http://example.org/p> 1.50 .\n",
        encoding="utf-8",
    )
    app = create_app(Book(tmp_path))
    try:
        response = app.test_client().get("/thing/b.nt")
    finally:
        app.extensions[KEY].close()

    assert '"1.50"' in response.text


@pytest.mark.parametrize("path", ["/company/nobody", "/company/nobody.ttl", "/x/y", "/a.html"])
def test_unknown_thing_is_404(client: FlaskClient, path: str) -> None:
    """Nothing is invented for an IRI that the graph does not have."""
    assert client.get(path).status_code == 404


def test_page_is_found_without_its_ending(client: FlaskClient) -> None:
    """The address of a query's page may be typed as the name of a thing is."""
    found = client.get("/queries/valuations", headers={"Accept": "text/html"})

    assert (found.status_code, found.location) == (303, "/queries/valuations.html")


def test_thing_that_no_form_fits_is_406(client: FlaskClient) -> None:
    """A client that accepts only pictures gets 406 with the available formats."""
    assert client.get("/company/groq", headers={"Accept": "image/png"}).status_code == 406


@pytest.mark.parametrize("path", ["/company/groq", "/company/groq.html"])
def test_page_has_signposts(client: FlaskClient, path: str) -> None:
    """The header names what to cite, the data, the licence and the class."""
    header = client.get(path, headers={"Accept": "text/html"}).headers["Link"]

    assert f'<{GROQ}>; rel="cite-as"' in header
    assert '</company/groq.ttl>; rel="describedby"; type="text/turtle"' in header
    assert 'licenses/by/4.0/>; rel="license"' in header
    assert '<https://schema.org/Organization>; rel="type"' in header


def test_data_has_signposts(client: FlaskClient) -> None:
    """The header of data names what it describes and the page."""
    header = client.get("/company/groq.ttl").headers["Link"]

    assert f'<{GROQ}>; rel="describes"' in header
    assert '</company/groq.html>; rel="alternate"; type="text/html"' in header


def test_unchanged_data_is_304(client: FlaskClient) -> None:
    """A client that has the data gets 304."""
    tag = client.get("/company/groq.ttl").headers["ETag"]
    again = client.get("/company/groq.ttl", headers={"If-None-Match": tag})

    assert (again.status_code, again.data) == (304, b"")


def test_unchanged_data_is_304_by_any_validator(client: FlaskClient) -> None:
    """A weak tag, a date and any tag name what the client has, and a wrong tag does not."""
    headers = client.get("/company/groq.ttl").headers
    tag, day = headers["ETag"], headers["Last-Modified"]
    said = [
        {"If-None-Match": f"W/{tag}"},
        {"If-None-Match": f'"other", {tag}'},
        {"If-Modified-Since": day},
        {"If-None-Match": '"other"', "If-Modified-Since": day},
        {"If-Modified-Since": "Sat, 01 Jan 2000 00:00:00 GMT"},
    ]

    codes = [client.get("/company/groq.ttl", headers=each).status_code for each in said]
    assert codes == [304, 304, 304, 200, 200]


def test_unchanged_page_is_304(client: FlaskClient) -> None:
    """A page has a tag by which a browser need not fetch it again."""
    page = client.get("/company/groq.html", headers={"Accept": "text/html"})
    again = {"Accept": "text/html", "If-None-Match": page.headers["ETag"]}

    unchanged = client.get("/company/groq.html", headers=again)
    assert (unchanged.status_code, unchanged.data) == (304, b"")


def test_head_of_a_page_describes_the_thing_for_search_engines(app: Flask) -> None:
    """The document is JSON-LD of schema.org and cannot end its script element."""
    with app.test_request_context():
        found = schema_org(GROQ)

    assert found is not None
    assert "<" not in found
    document = json.loads(found)
    assert document["@id"] == GROQ
    assert document["@type"] == "Organization"


def test_term_without_a_class_of_schema_org_has_no_description(app: Flask) -> None:
    """A class of the ontology is nothing that schema.org describes."""
    with app.test_request_context():
        assert schema_org("https://w3id.org/ai-infra/def#Company") is None


@pytest.mark.parametrize("accept", [HTML, TURTLE, JSON_LD])
@pytest.mark.parametrize(
    "path",
    [
        "def",
        "company/groq",
        "source/ai-infrastructure-chapter",
        "segment/cloud-ai-infrastructure",
        "catalog",
        "dataset",
        "context.jsonld",
    ],
)
def test_redirects_of_w3id_lead_to_something(client: FlaskClient, path: str, accept: str) -> None:
    """Where w3id.org would send a client, this site has an answer."""
    found = redirect(path, accept)

    assert found is not None
    assert client.get(found[1].removeprefix(BASE)).status_code == 200


def test_well_known_address_leads_to_a_catalogue_whose_downloads_work(client: FlaskClient) -> None:
    """Each download that the catalogue names is there, and so is the endpoint."""
    found = client.get("/.well-known/void", headers={"Accept": "application/n-triples"})
    assert found.status_code == 303
    quads = list(parse(client.get(found.location).data, format=RdfFormat.N_TRIPLES))

    def objects(name: str) -> set[str]:
        return {q.object.value for q in quads if q.predicate.value.endswith(name)}

    downloads = objects("dcat#downloadURL")
    assert downloads == objects("void#dataDump")
    assert len(downloads) == 6
    for address in downloads:
        response = client.get(address.removeprefix("http://localhost"))
        assert response.status_code == 200
        assert len(response.data) > 100_000
    assert objects("void#sparqlEndpoint") == {"http://localhost/sparql"}
    assert any(isinstance(q.object, Literal) for q in quads if "void#triples" in str(q.predicate))
