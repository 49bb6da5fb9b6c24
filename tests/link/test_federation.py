"""A query may use SERVICE only for registered endpoints that the user allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from factbook.errors import UsageError

if TYPE_CHECKING:
    from tests.link.conftest import Small

ITEM = "http://www.wikidata.org/entity/Q100"
BY_CIK = """SELECT ?company ?item WHERE {
  ?company infra:secCik ?cik
  SERVICE endpoint:wikidata { ?item <http://www.wikidata.org/prop/direct/P5531> ?cik }
} ORDER BY ?company"""


def test_comparison_query_shows_agreement_and_disagreement(small: Small) -> None:
    """The CIK agrees; the founding year and the site do not."""
    rows = small.book.query("wikidata-compare", services=["wikidata"], company="alder")

    found = {row["property"]: (row["verdict"], row["ours"], row["theirs"]) for row in rows}
    assert found == {
        "foundingDate": ("differ", "2014", "2015"),
        "headquarters": ("only theirs", "", "Northport"),
        "SEC central index key": ("agree", "0000000100", "0000000100"),
        "url": ("differ", "https://www.alder.example", "https://alder.example"),
    }


def test_service_receives_bound_values_only(small: Small) -> None:
    """Items of the endpoint with other values are not in the answer."""
    rows = small.book.sparql(BY_CIK, services=["wikidata"])

    assert [str(row["item"]) for row in rows] == [ITEM]


def test_optional_service_keeps_rows_without_an_answer(small: Small) -> None:
    """A SERVICE inside OPTIONAL may find nothing."""
    text = BY_CIK.replace("  SERVICE", "  OPTIONAL { SERVICE").replace("?cik }\n}", "?cik } }\n}")

    rows = small.book.sparql(text, services=["wikidata"])

    assert [row["item"] for row in rows] == [ITEM, None]


@pytest.mark.parametrize(
    ("service", "allowed", "said"),
    [
        ("SERVICE endpoint:wikidata { ?s ?p ?o }", [], "allow it with --allow-service wikidata"),
        ("SERVICE endpoint:wikidata { ?s ?p ?o }", ["dbpedia"], "--allow-service wikidata"),
        ("SERVICE <http://127.0.0.1:9/> { ?s ?p ?o }", ["wikidata"], "not a registered endpoint"),
        ("SERVICE ?where { ?s ?p ?o }", ["wikidata"], "not a registered endpoint"),
        ("SERVICE SILENT endpoint:wikidata { ?s ?p ?o }", ["wikidata"], "SILENT is not supported"),
        (
            "SERVICE endpoint:wikidata { SERVICE endpoint:wikidata { ?s ?p ?o } }",
            ["wikidata"],
            "SERVICE inside SERVICE",
        ),
        (
            r"\u0053ERVICE <http://127.0.0.1:9/> { ?s ?p ?o }",
            ["wikidata"],
            "must not be written with escapes",
        ),
        (
            "?s a ?c FILTER(?o = 1) SERVICE endpoint:wikidata { ?s ?p ?o }",
            ["wikidata"],
            "write the FILTER after it",
        ),
        ("SERVICE endpoint:wikidata { ?s ?p ?o }", ["wikidat"], "Did you mean 'wikidata'"),
    ],
)
def test_service_rejects_what_was_not_allowed(
    small: Small, service: str, allowed: list[str], said: str
) -> None:
    """Unregistered addresses, endpoints that were not allowed, and SILENT are rejected."""
    with pytest.raises(UsageError, match=said):
        small.book.sparql(f"SELECT ?s WHERE {{ {service} }}", services=allowed)


def test_service_values_are_escaped(small: Small) -> None:
    """A text with quotes and brackets reaches the endpoint unchanged."""
    text = """SELECT ?item WHERE {
      BIND("x\\"} # \\\\u0022 }" AS ?cik)
      SERVICE endpoint:wikidata { ?item <http://www.wikidata.org/prop/direct/P5531> ?cik }
    }"""

    assert len(small.book.sparql(text, services=["wikidata"])) == 0
