"""Reconciliation queries find the right things and match automatically only when it is certain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from factbook.errors import UsageError
from factbook.link.reconcile.matching import find_candidates, parse_query
from factbook.query.entities import build_index
from factbook.store.embedded import EmbeddedEngine

if TYPE_CHECKING:
    from factbook.link.reconcile import Service

FIRM = "https://example.org/firm/"
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
NAME = NamedNode("https://schema.org/alternateName")
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
def test_query_ranks_right_firm_first(service: Service, name: str, firm: str) -> None:
    """Current and former names, legal forms, accents and typing errors lead to the firm."""
    assert firms(ask(service, query=name, type="def:Firm"))[0] == firm


@pytest.mark.parametrize(
    ("name", "is_match"),
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
def test_only_unique_same_name_is_a_match(service: Service, name: str, is_match: object) -> None:
    """A name that two things have, or a similar name, is never an automatic match."""
    candidates = ask(service, query=name, type="def:Firm")

    assert [each["match"] for each in candidates] == [is_match, *[False] * (len(candidates) - 1)]


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("softbank", None),
        ("SoftBank", None),
        ("SoftBank Corp.", "softbank-corp"),
        ("Softbank Corporation", "softbank-corp"),
        ("SoftBank Group", "softbank-group"),
        ("softbank group corp", "softbank-group"),
        ("SoftBank Group GmbH", None),
        ("SoftBank Inc.", None),
        ("Nova", "nova"),
        ("Nova Holding", "nova"),
        ("Nova Inc.", None),
    ],
)
def test_other_company_of_similar_name_is_no_match(name: str, match: str | None) -> None:
    """A bare name may be short for a longer one, and legal forms tell companies apart."""
    firms = {
        "softbank-corp": ["SoftBank Corp."],
        "softbank-group": ["SoftBank Group Corp.", "SoftBank Group"],
        "softbank-vision-fund": ["SoftBank Vision Fund"],
        "nova": ["Nova", "Nova Holding AG"],
    }
    store = Store()
    for firm, names in firms.items():
        store.add(Quad(NamedNode(FIRM + firm), TYPE, NamedNode("https://schema.org/Organization")))
        for each in names:
            store.add(Quad(NamedNode(FIRM + firm), NAME, Literal(each)))
    engine = EmbeddedEngine(store)
    index = build_index(engine, {})
    for limit in (1, 10):
        query = parse_query({"query": name, "limit": limit}, "q")
        found = [each["id"] for each in find_candidates(query, index, engine) if each["match"]]
        assert found == ([FIRM + match] if match else [])


def test_limit_hides_no_second_candidate(service: Service) -> None:
    """A name that two things have is no match, though only one of them is returned."""
    assert [each["match"] for each in ask(service, query="Delta Systems", limit=1)] == [False]


def test_candidate_has_fields_of_the_api(service: Service) -> None:
    """A candidate has score, match, type, features and description."""
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


def test_candidates_are_sorted_by_score(service: Service) -> None:
    """Scores descend, and a limit keeps the first candidates."""
    every = ask(service, query="Acme Robotics")
    scores = [each["score"] for each in every]

    assert scores == sorted(scores, reverse=True)
    assert len(every) > 1
    assert ask(service, query="Acme Robotics", limit=1) == every[:1]


def test_documents_are_not_candidates(service: Service) -> None:
    """A source with a firm's name is not a candidate."""
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
def test_type_filters_candidates(
    service: Service, query: dict[str, object], found: list[str]
) -> None:
    """A type includes its subclasses; `should` shows others when nothing has the type."""
    assert firms(ask(service, query="Acme Robotics", **query)) == found


def test_candidate_of_other_type_is_not_a_match(service: Service) -> None:
    """A candidate that lacks the type is never an automatic match."""
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
def test_property_distinguishes_same_names(
    service: Service, pid: str, value: object, first: str
) -> None:
    """A second column ranks the agreeing firm first and makes it a match."""
    found = ask(service, query="Delta Systems", properties=[{"pid": pid, "v": value}])

    assert firms(found) == [first, *({"delta-north", "delta-south"} - {first})]
    assert [each["match"] for each in found] == [True, False]
    assert {each["id"] for each in found[0]["features"]} == {"name", "properties"}


def test_query_by_properties_needs_no_name(service: Service) -> None:
    """Without a name, the things with the values are found."""
    found = ask(service, properties=[{"pid": "def:founded", "v": "2009"}])

    assert firms(found) == ["acme"]


def test_numbers_are_compared_by_value(service: Service) -> None:
    """12.5 equals 12.50, and true equals True."""
    for pid, value in (("def:share", 12.5), ("def:staff", "120.0"), ("def:active", True)):
        assert firms(ask(service, properties=[{"pid": pid, "v": value}])) == ["acme"]


@pytest.mark.parametrize(
    ("value", "agrees"),
    [
        ("1990", True),
        ("1990-01-01", True),
        ("1990-01-01T00:00:00Z", True),
        ("1990-06-15T00:00:00+02:00", True),
        ("1990-06", True),
        ("1991-01-01T00:00:00Z", False),
        ("1990ish", False),
    ],
)
def test_day_in_the_known_year_agrees(service: Service, value: str, agrees: object) -> None:
    """A date agrees with a year that it is in, also where a table gives it a time."""
    query = {"query": "Delta Systems", "properties": [{"pid": "def:founded", "v": value}]}
    found = ask(service, **query)

    assert any(each["match"] for each in found) is agrees


def test_batch_keeps_its_keys(service: Service) -> None:
    """Each result has the key of its query."""
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
        ({str(n): {"query": "a"} for n in range(501)}, "queries: at most 500 at once"),
    ],
)
def test_invalid_batch_is_rejected(service: Service, batch: object, said: str) -> None:
    """The message names the place and the rule."""
    with pytest.raises(UsageError) as refused:
        service.reconcile(batch)

    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("Acme", "queries.q: a query must be an object"),
        ({}, "queries.q: needs a query or properties"),
        ({"query": " "}, "queries.q: needs a query or properties"),
        ({"query": 5}, "queries.q.query: must be a string"),
        ({"query": "a", "limit": 0}, "queries.q.limit: must be a whole number from 1"),
        ({"query": "a", "limit": "3"}, "queries.q.limit: must be a whole number from 1"),
        ({"query": "a", "limit": True}, "queries.q.limit: must be a whole number from 1"),
        ({"query": "a", "type": 3}, "queries.q.type: must be an identifier"),
        ({"query": "a", "type_strict": "no"}, "must be one of all, any, should"),
        ({"query": "a", "properties": ["x"]}, "each needs 'pid' and 'v'"),
        ({"query": "a", "properties": [{"v": 1}]}, "pid: must be an identifier"),
    ],
)
def test_invalid_query_does_not_stop_the_others(service: Service, query: object, said: str) -> None:
    """A query that is not valid has no candidates and says why; the next one is answered."""
    answer = service.reconcile({"q": query, "next": {"query": "Oceanic"}})

    assert answer["q"]["result"] == []
    assert said in answer["q"]["error"]
    assert len(answer["next"]["result"]) == 1


@pytest.mark.parametrize(
    "text", ['"', "> . DROP ALL", "\\u0022 }", "?s", "\x00", "\U0001f600", "{}", "' OR 1"]
)
def test_special_characters_do_not_change_queries(service: Service, text: str) -> None:
    """Names, classes, properties and values are bound as terms, not inserted as text."""
    query = {"query": text, "type": text, "properties": [{"pid": text, "v": text}]}

    assert ask(service, **query) == []
    assert service.extend({"ids": [text], "properties": [{"id": text}]})["rows"] == {
        text: {text: [{}]}
    }
    assert service.propose_properties(text)["properties"] == []
