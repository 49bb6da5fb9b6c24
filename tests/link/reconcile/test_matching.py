"""A column of names finds the things that are meant, and says how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from factbook.errors import UsageError

if TYPE_CHECKING:
    from factbook.link.reconcile import Service

FIRM = "https://example.org/firm/"
MACHINE = "https://example.org/machine/"


def ask(service: Service, **query: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON
    """Return the candidates for one query."""
    result: list[dict[str, Any]] = service.reconcile({"q": query})["q"]["result"]
    return result


def firms(candidates: list[dict[str, Any]]) -> list[str]:
    """Return the ends of the candidates' identifiers."""
    return [each["id"].rpartition("/")[2] for each in candidates]


@pytest.mark.parametrize(
    ("name", "firm"),
    [
        ("Acme Robotics", "acme"),
        ("Acme Robotics Inc", "acme"),
        ("acme automata", "acme"),
        ("ACME ROBOTICS, INC.", "acme"),
        ("Mueller Maschinen", "mueller"),
        ("Muller Maschinen GmbH", "mueller"),
        ("Oceanic", "ocean"),
        ("Oceanic Holding NV", "ocean"),
        ("Brown and Sons Ltd.", "brown-and-sons"),
        ("Acme Robotcis", "acme"),
        ("Oceanik", "ocean"),
        ("https://example.org/firm/acme", "acme"),
        ("firm:mueller", "mueller"),
    ],
)
def test_a_column_of_names(service: Service, name: str, firm: str) -> None:
    """Present and former names, legal forms, accents and slips lead to the firm, in first place."""
    assert firms(ask(service, query=name, type="def:Firm"))[0] == firm


@pytest.mark.parametrize(
    ("name", "sure"),
    [
        ("Acme Robotics", True),
        ("acme robotics inc", True),
        ("Acme Automata", True),
        ("firm:acme", True),
        ("Acme Robotcis", False),
        ("Acme", False),
        ("Delta Systems", False),
    ],
)
def test_only_what_is_sure_is_a_match(service: Service, name: str, sure: object) -> None:
    """The same name is a match unless two things have it; a likely one is for a person to see."""
    candidates = ask(service, query=name, type="def:Firm")

    assert [each["match"] for each in candidates] == [sure, *[False] * (len(candidates) - 1)]


def test_a_candidate(service: Service) -> None:
    """It has the fields of the API, with all that it rests on."""
    (candidate,) = ask(service, query="acme robotics", type="def:Firm", limit=1)

    assert candidate == {
        "id": f"{FIRM}acme",
        "name": "Acme Robotics",
        "score": 95.0,
        "match": True,
        "type": [{"id": "https://example.org/def#Maker", "name": "maker"}],
        "features": [{"id": "name", "value": 95.0}],
        "description": "Makes robots & <things>.",
    }


def test_the_best_come_first(service: Service) -> None:
    """Scores fall from first to last, and a limit keeps the first ones."""
    every = ask(service, query="Acme Robotics")
    scores = [each["score"] for each in every]

    assert scores == sorted(scores, reverse=True)
    assert len(every) > 1
    assert ask(service, query="Acme Robotics", limit=1) == every[:1]


def test_documents_are_no_candidates(service: Service) -> None:
    """A source that bears a firm's name is not the firm."""
    assert "https://example.org/source/acme" not in {
        each["id"] for each in ask(service, query="Acme Robotics")
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"type": "def:Firm"}, ["acme"]),
        ({"type": "def:Machine"}, ["acme-robotics-arm"]),
        ({"type": ["def:Machine", "def:Firm"]}, ["acme", "acme-robotics-arm"]),
        ({"type": ["def:Maker", "def:Firm"], "type_strict": "all"}, ["acme"]),
        ({"type": ["def:Maker", "def:Machine"], "type_strict": "all"}, []),
        ({"type": "def:Place", "type_strict": "any"}, []),
        ({"type": "def:Place"}, ["acme", "acme-robotics-arm"]),
        ({"type": {"id": "def:Machine"}}, ["acme-robotics-arm"]),
    ],
)
def test_types(service: Service, query: dict[str, object], found: list[str]) -> None:
    """A class takes those below it along; `should` gives way where nothing is of the class."""
    assert firms(ask(service, query="Acme Robotics", **query)) == found


def test_of_another_class_nothing_is_sure(service: Service) -> None:
    """What is shown although it is of another class is no match."""
    assert not any(each["match"] for each in ask(service, query="Acme Robotics", type="def:Place"))


@pytest.mark.parametrize(
    ("pid", "value", "first"),
    [
        ("def:founded", "1990", "delta-north"),
        ("def:founded", 2001, "delta-south"),
        ("https://example.org/def#seat", {"id": "place:koeln", "name": "?"}, "delta-north"),
        ("def:seat", "Köln", "delta-north"),
        ("def:seat", "cologne", "delta-north"),
        ("def:seat", {"name": "Cologne", "id": "Q365"}, "delta-north"),
        ("def:founded", ["1812", "2001"], "delta-south"),
    ],
)
def test_properties_tell_namesakes_apart(
    service: Service, pid: str, value: object, first: str
) -> None:
    """Another column of the table lifts the one that it fits, and that one is then sure."""
    found = ask(service, query="Delta Systems", properties=[{"pid": pid, "v": value}])

    assert firms(found) == [first, *({"delta-north", "delta-south"} - {first})]
    assert [each["match"] for each in found] == [True, False]
    assert {each["id"] for each in found[0]["features"]} == {"name", "properties"}


def test_properties_alone(service: Service) -> None:
    """Without a name the things are found that have the values."""
    found = ask(service, properties=[{"pid": "def:founded", "v": "2009"}])

    assert firms(found) == ["acme"]


def test_numbers_agree_by_value(service: Service) -> None:
    """12.5 is 12.50, and a yes is a yes."""
    for pid, value in (("def:share", 12.5), ("def:staff", "120.0"), ("def:active", True)):
        assert firms(ask(service, properties=[{"pid": pid, "v": value}])) == ["acme"]


def test_a_batch_keeps_its_keys(service: Service) -> None:
    """Each query is answered under its own key, whatever the others are."""
    batch = {"b": {"query": "Oceanic"}, "a": {"query": "zzz"}, "": {"query": "Delta Systems"}}

    answer = service.reconcile(batch)

    assert list(answer) == ["b", "a", ""]
    assert [len(each["result"]) for each in answer.values()] == [1, 0, 2]
    assert service.reconcile({}) == {}


@pytest.mark.parametrize(
    ("batch", "said"),
    [
        ([], "queries: must be an object of queries"),
        ("x", "queries: must be an object of queries"),
        ({"q": "Acme"}, "queries.q: a query must be an object"),
        ({"q": {}}, "queries.q: needs a query or properties"),
        ({"q": {"query": " "}}, "queries.q: needs a query or properties"),
        ({"q": {"query": 5}}, "queries.q.query: must be a text"),
        ({"q": {"query": "a", "limit": 0}}, "queries.q.limit: must be a whole number from 1"),
        ({"q": {"query": "a", "limit": "3"}}, "queries.q.limit: must be a whole number from 1"),
        ({"q": {"query": "a", "limit": True}}, "queries.q.limit: must be a whole number from 1"),
        ({"q": {"query": "a", "type": 3}}, "queries.q.type: must be an identifier"),
        ({"q": {"query": "a", "type_strict": "no"}}, "must be one of all, any, should"),
        ({"q": {"query": "a", "properties": ["x"]}}, "each needs 'pid' and 'v'"),
        ({"q": {"query": "a", "properties": [{"v": 1}]}}, "pid: must be an identifier"),
        ({str(n): {"query": "a"} for n in range(501)}, "queries: at most 500 at once"),
    ],
)
def test_what_is_no_batch(service: Service, batch: object, said: str) -> None:
    """It is refused with the place and the cure."""
    with pytest.raises(UsageError) as refused:
        service.reconcile(batch)

    assert said in str(refused.value)


@pytest.mark.parametrize(
    "text", ['"', "> . DROP ALL", "\\u0022 }", "?s", "\x00", "\U0001f600", "{}", "' OR 1"]
)
def test_odd_texts_change_no_query(service: Service, text: str) -> None:
    """A name, a class, a property or a value is never part of a query's text."""
    query = {"query": text, "type": text, "properties": [{"pid": text, "v": text}]}

    assert ask(service, **query) == []
    assert service.extend({"ids": [text], "properties": [{"id": text}]})["rows"] == {
        text: {text: [{}]}
    }
    assert service.propose_properties(text)["properties"] == []
