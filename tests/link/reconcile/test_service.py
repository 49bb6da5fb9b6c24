"""The rest of the API: manifest, suggestions, data extension, previews.

The fields are those of the Reconciliation Service API 0.2, section by section; all answers were
validated against its published JSON Schemas.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.link.reconcile.conftest import ADDRESS, BOOK

from factbook.book import Book
from factbook.errors import UsageError
from factbook.link.reconcile import Service
from factbook.push.push_book import push
from factbook.push.target import find_target

if TYPE_CHECKING:
    from tests.conftest import Servers

DEF = "https://example.org/def#"
ACME = "https://example.org/firm/acme"


def test_manifest_describes_the_service(service: Service) -> None:
    """The manifest has the addresses and the namespaces that a client needs."""
    manifest = service.manifest()

    assert manifest["versions"] == ["0.2"]
    assert manifest["name"] == "Firms"
    assert manifest["identifierSpace"] == "https://example.org/"
    assert manifest["schemaSpace"] == DEF
    assert manifest["view"] == {"url": f"{ADDRESS}/view?id={{{{id}}}}"}
    assert "{{id}}" in manifest["preview"]["url"]
    assert manifest["defaultTypes"][0] == {"id": f"{DEF}Firm", "name": "firm"}
    assert set(manifest["suggest"]) == {"entity", "property", "type"}
    for place in manifest["suggest"].values():
        assert place["service_url"] == ADDRESS
        assert place["service_path"].startswith("/suggest/")
        assert "${id}" in place["flyout_service_path"]
    assert manifest["extend"]["propose_properties"] == {
        "service_url": ADDRESS,
        "service_path": "/extend/propose",
    }
    assert manifest["extend"]["property_settings"][0]["type"] == "number"
    assert manifest["batchSize"] == 500


def test_answers_are_valid_json(service: Service) -> None:
    """No answer has a value that JSON cannot express, such as NaN."""
    for answer in (
        service.manifest(),
        service.reconcile({"q": {"query": "acme"}}),
        service.suggest_entity(""),
        service.extend({"ids": [ACME], "properties": [{"id": f"{DEF}odd"}]}),
    ):
        assert json.loads(json.dumps(answer, allow_nan=False)) == answer


@pytest.mark.parametrize(
    ("prefix", "names"),
    [
        ("acm", ["Acme Robotics", "Acme Robotics arm"]),
        ("robot", ["Acme Robotics", "Acme Robotics arm"]),
        ("automata", ["Acme Robotics"]),
        ("muller", ["Müller Maschinen"]),
        ("Colog", ["Köln"]),
        ("Oceanik", ["Oceanic"]),
        (ACME, ["Acme Robotics"]),
        ("firm:acme", ["Acme Robotics"]),
        ("zzz", []),
    ],
)
def test_suggest_entity_finds_prefix_identifier_or_similar_name(
    service: Service, prefix: str, names: list[str]
) -> None:
    """The prefix may start any word of any name; otherwise similar names are suggested."""
    assert [each["name"] for each in service.suggest_entity(prefix)["result"]] == names


def test_suggestion_has_description_and_type(service: Service) -> None:
    """A suggestion has what distinguishes things of the same name."""
    (thing,) = service.suggest_entity("automata")["result"]

    assert thing == {
        "id": ACME,
        "name": "Acme Robotics",
        "description": "Makes robots & <things>.",
        "notable": [{"id": f"{DEF}Maker", "name": "maker"}],
    }


def test_cursor_skips_suggestions(service: Service) -> None:
    """A cursor leaves out the suggestions before it."""
    every = service.suggest_entity("")["result"]

    assert service.suggest_entity("", cursor=2)["result"] == every[2:]
    assert service.suggest_entity("", cursor=99)["result"] == []


def test_suggest_finds_classes_and_properties(service: Service) -> None:
    """Classes and properties are found by name or identifier."""
    maker = {"id": f"{DEF}Maker", "name": "maker"}
    founded = {"id": f"{DEF}founded", "name": "founded"}

    assert service.suggest_type("mak")["result"] == [maker]
    assert service.suggest_type("def:Maker")["result"] == [maker]
    assert service.suggest_property("found")["result"] == [founded]
    assert service.suggest_property(f"{DEF}founded")["result"] == [founded]


def test_properties_are_proposed_for_a_class(service: Service) -> None:
    """The most used first, with those of the classes below it."""
    proposed = service.propose_properties("def:Firm", limit=3)

    assert proposed["type"] == "def:Firm"
    assert proposed["limit"] == 3
    ids = [each["id"] for each in proposed["properties"]]
    assert len(ids) == 3
    assert f"{DEF}founded" in ids
    everything = service.propose_properties("def:Firm", limit=0)["properties"]
    assert f"{DEF}share" in [each["id"] for each in everything]


def test_extend_returns_typed_cells(service: Service) -> None:
    """Each thing gets the values of each property as cells of the API."""
    asked = ["seat", "staff", "share", "listed", "active", "founded", "missing"]
    request = {"ids": ["firm:acme"], "properties": [{"id": f"def:{name}"} for name in asked]}

    answer = service.extend(request)

    assert [each["id"] for each in answer["meta"]] == [f"def:{name}" for name in asked]
    assert answer["meta"][0]["name"] == "seat"
    assert answer["rows"]["firm:acme"] == {
        "def:seat": [
            {"str": "https://example.net/elsewhere"},
            {"id": "https://example.org/place/koeln", "name": "Köln"},
        ],
        "def:staff": [{"int": 120}],
        "def:share": [{"float": 12.5}],
        "def:listed": [{"date": "2020-02-29T00:00:00+00:00"}],
        "def:active": [{"str": "true"}],
        "def:founded": [{"str": "2009"}],
        "def:missing": [{}],
    }


def test_extend_returns_invalid_literals_as_strings(service: Service) -> None:
    """A value that is not valid for its datatype is a string."""
    cells = service.extend({"ids": [ACME], "properties": [{"id": "def:odd"}]})["rows"][ACME]

    assert {each["str"] for each in cells["def:odd"]} == {"many", "NaN", "2021-02-30"}


def test_extend_applies_settings(service: Service) -> None:
    """A property may be limited, or return identifiers instead of names."""
    settings: list[dict[str, Any]] = [{"limit": 1}, {"content": "id"}, {"limit": "1"}]

    cells = [
        service.extend({"ids": [ACME], "properties": [{"id": "def:seat", "settings": each}]})
        for each in settings
    ]

    found = [each["rows"][ACME]["def:seat"] for each in cells]
    assert [len(each) for each in found] == [1, 2, 1]
    assert found[1][1] == {"str": "https://example.org/place/koeln"}


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ([], "extend: must be an object"),
        ({"properties": []}, "extend.ids: must be a list"),
        ({"ids": [1], "properties": []}, "extend.ids: must be a list"),
        ({"ids": []}, "extend.properties: each needs an 'id'"),
        ({"ids": [], "properties": [{}]}, "extend.properties: each needs an 'id'"),
        (
            {"ids": [], "properties": [{"id": "a", "settings": []}]},
            "extend.properties.settings: must be an object",
        ),
        (
            {"ids": [ACME], "properties": [{"id": "def:seat", "settings": {"limit": "-1"}}]},
            "limit: must be a whole number",
        ),
    ],
)
def test_invalid_extension_is_rejected(service: Service, request_: object, said: str) -> None:
    """The message names the place."""
    with pytest.raises(UsageError) as refused:
        service.extend(request_)

    assert said in str(refused.value)


def test_previews_are_escaped(service: Service) -> None:
    """Texts from the graph and from the request are escaped in HTML."""
    html = service.flyout("firm:acme")["html"]
    unknown = service.flyout("<script>alert(1)</script>")

    assert "<strong>Acme Robotics</strong>" in html
    assert "Makes robots &amp; &lt;things&gt;." in html
    assert "<script>" not in unknown["html"]
    assert unknown["id"] == "<script>alert(1)</script>"
    assert html in service.preview("firm:acme")


@pytest.mark.parametrize("product", ["oxigraph", "virtuoso"])
def test_endpoint_gives_same_answers(
    product: str, servers: Servers, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answers over a remote store equal those over local files."""
    server = servers.oxigraph() if product == "oxigraph" else servers.virtuoso()
    monkeypatch.setenv("FACTBOOK_USER", server.user or "nobody")
    monkeypatch.setenv("FACTBOOK_PASSWORD", server.password or "")
    suffix = "" if product == "oxigraph" else "?default-graph-uri=urn:factbook:merge"
    address = f"{server.query}{suffix}"
    push(Book(BOOK), find_target(address), announce=lambda _: None)

    there = Service(Book(BOOK, endpoint=address, cache=False), address=ADDRESS, name="Firms")

    batch = {
        "a": {"query": "Acme Robotics Inc", "type": "def:Firm"},
        "b": {"query": "Delta Systems", "properties": [{"pid": "def:founded", "v": 1990}]},
    }
    assert there.manifest() == service.manifest()
    assert there.reconcile(batch) == service.reconcile(batch)
    assert there.propose_properties("def:Firm") == service.propose_properties("def:Firm")
    columns = {"ids": [ACME], "properties": [{"id": "def:seat"}, {"id": "def:active"}]}
    assert there.extend(columns) == service.extend(columns)
