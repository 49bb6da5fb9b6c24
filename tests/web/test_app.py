"""Headers and hosts of every answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flask.testing import FlaskClient


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Frame-Options", "DENY"),
    ],
)
def test_answer_has_security_headers(client: FlaskClient, name: str, value: str) -> None:
    """Pages and errors have the headers that make them safe."""
    for path in ("/", "/no/such/thing"):
        assert client.get(path).headers[name] == value


def test_content_security_policy_allows_only_this_site(client: FlaskClient) -> None:
    """Nothing is loaded from elsewhere, and no other site frames the pages."""
    policy = client.get("/").headers["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


def test_request_for_another_host_is_refused(client: FlaskClient) -> None:
    """A name that resolves to this machine cannot be used by another site."""
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(
    ("accept", "ending"),
    [
        ("text/html", "html"),
        ("*/*", "html"),
        ("text/turtle", "ttl"),
        ("application/ld+json", "jsonld"),
        ("application/n-triples", "nt"),
    ],
)
def test_thing_leads_to_what_the_client_prefers(
    client: FlaskClient, accept: str, ending: str
) -> None:
    """The path of a thing answers with 303 and the path of a page or of data."""
    found = client.get("/company/groq", headers={"Accept": accept})

    assert found.status_code == 303
    assert found.headers["Location"] == f"/company/groq.{ending}"
    assert client.get(found.headers["Location"]).status_code == 200
