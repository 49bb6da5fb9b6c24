"""The rest of the API: manifest, suggestions, further columns, previews.

The fields are those of the Reconciliation Service API 0.2, section by section; all answers were
held against its published JSON Schemas as well.
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
from factbook.push.target import target_of

if TYPE_CHECKING:
    from tests.conftest import Servers

DEF = "https://example.org/def#"
ACME = "https://example.org/firm/acme"


def test_the_manifest(service: Service) -> None:
    """A client learns from it where everything is, and which namespaces the service speaks of."""
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


def test_everything_is_json(service: Service) -> None:
    """No answer holds what JSON has no form for, such as NaN."""
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
def test_things_are_suggested(service: Service, prefix: str, names: list[str]) -> None:
    """By the beginning of a word of any of its names, by its identifier, or else by likeness."""
    assert [each["name"] for each in service.suggest_entity(prefix)["result"]] == names


def test_a_suggestion(service: Service) -> None:
    """It says what it is, so that namesakes can be told apart."""
    (thing,) = service.suggest_entity("automata")["result"]

    assert thing == {
        "id": ACME,
        "name": "Acme Robotics",
        "description": "Makes robots & <things>.",
        "notable": [{"id": f"{DEF}Maker", "name": "maker"}],
    }


def test_suggestions_go_on(service: Service) -> None:
    """A cursor leaves out what was shown."""
    every = service.suggest_entity("")["result"]

    assert service.suggest_entity("", cursor=2)["result"] == every[2:]
    assert service.suggest_entity("", cursor=99)["result"] == []


def test_classes_and_properties_are_suggested(service: Service) -> None:
    """Those that things have, by their names or by their identifiers."""
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


def test_further_columns(service: Service) -> None:
    """Each thing gets the values of each property, in the kinds of cells that the API has."""
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


def test_values_that_are_none_of_their_datatype(service: Service) -> None:
    """They are shown as the texts that they are."""
    cells = service.extend({"ids": [ACME], "properties": [{"id": "def:odd"}]})["rows"][ACME]

    assert {each["str"] for each in cells["def:odd"]} == {"many", "NaN", "2021-02-30"}


def test_settings_of_a_column(service: Service) -> None:
    """A column may be short, or of identifiers instead of names."""
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
def test_what_is_no_request(service: Service, request_: object, said: str) -> None:
    """It is refused with its place."""
    with pytest.raises(UsageError) as refused:
        service.extend(request_)

    assert said in str(refused.value)


def test_previews_are_escaped(service: Service) -> None:
    """Texts of the graph, and of whoever asks, are never HTML."""
    html = service.flyout("firm:acme")["html"]
    unknown = service.flyout("<script>alert(1)</script>")

    assert "<strong>Acme Robotics</strong>" in html
    assert "Makes robots &amp; &lt;things&gt;." in html
    assert "<script>" not in unknown["html"]
    assert unknown["id"] == "<script>alert(1)</script>"
    assert html in service.preview("firm:acme")


@pytest.mark.parametrize("product", ["oxigraph", "virtuoso"])
def test_over_an_endpoint(
    product: str, servers: Servers, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service says the same of a graph that lies in a store elsewhere."""
    server = servers.oxigraph() if product == "oxigraph" else servers.virtuoso()
    monkeypatch.setenv("FACTBOOK_USER", server.user or "nobody")
    monkeypatch.setenv("FACTBOOK_PASSWORD", server.password or "")
    suffix = "" if product == "oxigraph" else "?default-graph-uri=urn:factbook:merge"
    address = f"{server.query}{suffix}"
    push(Book(BOOK).paths(), target_of(address), announce=lambda _: None)

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
