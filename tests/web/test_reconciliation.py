"""The reconciliation service over HTTP, as OpenRefine uses it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import pytest

if TYPE_CHECKING:
    from flask.testing import FlaskClient

GROQ = "https://w3id.org/ai-infra/company/groq"


def match(client: FlaskClient, name: str) -> dict[str, Any]:
    """Return the best candidate for a name."""
    queries = json.dumps({"q0": {"query": name, "limit": 3}})
    response = client.post("/reconcile", data={"queries": queries})
    assert response.json is not None
    found: dict[str, Any] = response.json["q0"]["result"][0]
    return found


def test_manifest_names_the_addresses_of_this_site(client: FlaskClient) -> None:
    """A client learns from it where the other services are."""
    manifest = client.get("/reconcile", headers={"Host": "localhost:8000"}).json

    assert manifest is not None
    assert manifest["versions"] == ["0.2"]
    assert manifest["identifierSpace"] == "https://w3id.org/ai-infra/"
    assert manifest["suggest"]["entity"]["service_url"] == "http://localhost:8000/reconcile"
    assert manifest["view"]["url"].startswith("http://localhost:8000/reconcile/view")


@pytest.mark.parametrize("method", ["get", "post"])
def test_batch_is_matched_by_both_methods(client: FlaskClient, method: str) -> None:
    """Queries come in the address or in a form."""
    queries = {"queries": json.dumps({"q0": {"query": "Groq"}, "q1": {"query": "Cerebras"}})}
    if method == "get":
        response = client.get(f"/reconcile?{urlencode(queries)}")
    else:
        response = client.post("/reconcile/", data=queries)

    assert response.json is not None
    assert set(response.json) == {"q0", "q1"}
    assert response.json["q0"]["result"][0]["id"] == GROQ
    assert response.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("name", "is_match"), [("Groq", True), ("softbank", False), ("SoftBank Group", True)]
)
def test_only_certain_names_match(client: FlaskClient, name: str, *, is_match: bool) -> None:
    """A company is not taken for another one of a similar name."""
    assert match(client, name)["match"] is is_match


@pytest.mark.parametrize("kind", ["entity", "property", "type"])
def test_suggestions_begin_with_the_text(client: FlaskClient, kind: str) -> None:
    """Things, properties and classes are found by the beginning of a word."""
    prefix = {"entity": "gro", "property": "name", "type": "comp"}[kind]
    response = client.get(f"/reconcile/suggest/{kind}?prefix={prefix}")

    assert response.json is not None
    assert any(prefix in each["name"].lower() for each in response.json["result"])


def test_extension_has_values_of_properties(client: FlaskClient) -> None:
    """A column of a table is filled with values of the graph."""
    wanted = {"ids": [GROQ], "properties": [{"id": "https://schema.org/foundingDate"}]}
    response = client.post("/reconcile", data={"extend": json.dumps(wanted)})

    assert response.json is not None
    assert response.json["rows"][GROQ]["https://schema.org/foundingDate"] == [{"str": "2016"}]


def test_properties_are_proposed_for_a_class(client: FlaskClient) -> None:
    """Those that things of the class have."""
    response = client.get("/reconcile/extend/propose?type=infra:Company&limit=3")

    assert response.json is not None
    assert len(response.json["properties"]) == 3


def test_preview_of_an_unknown_thing_is_404(client: FlaskClient) -> None:
    """What the book does not know has no preview."""
    assert client.get("/reconcile/preview?id=company:nope").status_code == 404


def test_suggestions_begin_with_what_is_called_so(client: FlaskClient) -> None:
    """A name that is the text comes first, then names that begin with it, then the others."""
    found = client.get("/reconcile/suggest/entity?prefix=groq").json
    assert found is not None
    names = [each["name"].casefold() for each in found["result"]]

    assert names[0] == "groq"
    begins = [name.startswith("groq") for name in names]
    assert begins == sorted(begins, reverse=True)


def test_preview_may_be_framed(client: FlaskClient) -> None:
    """A client shows the page in a frame of its own; nothing else may be."""
    response = client.get(f"/reconcile/preview?id={quote(GROQ)}")

    assert "frame-ancestors *" in response.headers["Content-Security-Policy"]
    assert "Groq" in response.text


def test_view_leads_to_the_page(client: FlaskClient) -> None:
    """The identifier of a thing leads to its page on this site."""
    assert client.get(f"/reconcile/view?id={quote(GROQ)}").location == "/company/groq.html"
    assert client.get("/reconcile/view?id=company:groq").location == "/company/groq.html"


@pytest.mark.parametrize(
    "path",
    [
        "/reconcile?queries=%7B",
        "/reconcile?queries=3",
        "/reconcile?extend=%7B%7D",
        "/reconcile/suggest/entity?prefix=a&cursor=x",
        "/reconcile/flyout",
    ],
)
def test_wrong_request_is_refused_as_json(client: FlaskClient, path: str) -> None:
    """The error is what a client of the API reads."""
    response = client.get(path)

    assert response.status_code == 400
    assert response.json is not None
    assert response.json["status"] == "error"
