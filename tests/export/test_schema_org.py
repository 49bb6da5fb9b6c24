"""What the profile of schema.org writes is what schema.org's own release accepts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from factbook.export.selection import Part
from factbook.rdf.terms import XSD
from factbook.render.rows import Rows

if TYPE_CHECKING:
    from factbook.api import Book

SCHEMA = "https://schema.org/"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
RELEASE = Path(__file__).parent / "schema-org-30.ttl"
PLAIN = {
    f"{XSD}boolean": {"Boolean"},
    f"{XSD}date": {"Date"},
    f"{XSD}decimal": {"Number"},
    f"{XSD}gYear": {"Date"},
    f"{XSD}gYearMonth": {"Date"},
    f"{XSD}integer": {"Integer", "Number"},
}


@pytest.fixture(scope="module")
def release() -> dict[str, dict[str, set[str]]]:
    """Return superclasses, domains and ranges of the terms of the release."""
    found: dict[str, dict[str, set[str]]] = {}
    for quad in parse(path=str(RELEASE), format=RdfFormat.TURTLE):
        about = found.setdefault(quad.predicate.value.rpartition("/")[2], {})
        about.setdefault(_local(quad.subject), set()).add(_local(quad.object))
    return found


@pytest.fixture(scope="module")
def triples(bundled: Book) -> set[tuple[str, str, NamedNode | Literal]]:
    """Return the triples of the profile."""
    return {
        (t.subject.value, t.predicate.value, t.object)
        for t in Part(profile="schema.org").merge(bundled)
        if isinstance(t.subject, NamedNode) and isinstance(t.object, NamedNode | Literal)
    }


@pytest.fixture(scope="module")
def classes(
    triples: set[tuple[str, str, NamedNode | Literal]], release: dict[str, dict[str, set[str]]]
) -> dict[str, set[str]]:
    """Return the classes of each thing, those above them included."""
    above = release["rdf-schema#subClassOf"]
    found: dict[str, set[str]] = {}
    for subject, predicate, value in triples:
        if predicate == TYPE:
            pending = [_local(value)]
            while pending:
                class_ = pending.pop()
                found.setdefault(subject, set()).add(class_)
                pending += above.get(class_, ())
    return found


def _rows(book: Book, text: str) -> Rows:
    """Return the rows of a SELECT."""
    rows = book.sparql(text)
    assert isinstance(rows, Rows)
    return rows


def _local(term: object) -> str:
    return str(getattr(term, "value", term)).removeprefix(SCHEMA)


def test_each_property_is_used_in_its_domain_and_range(
    triples: set[tuple[str, str, NamedNode | Literal]],
    classes: dict[str, set[str]],
    release: dict[str, dict[str, set[str]]],
) -> None:
    """Subjects and values are of a class or kind that the release names."""
    wrong = set()
    for subject, predicate, value in triples:
        name = _local(predicate)
        if predicate == TYPE:
            continue
        if not release["domainIncludes"].get(name, set()) & classes.get(subject, set()):
            wrong.add((subject, name, "domain"))
        ranges = release["rangeIncludes"].get(name, set())
        if isinstance(value, Literal):
            accepted = {"Text", "URL", *PLAIN.get(value.datatype.value, ())}
        else:
            accepted = {"URL", *classes.get(value.value, ranges)}
        if not ranges & accepted:
            wrong.add((subject, name, value.value))

    assert wrong == set()


def test_ticker_symbols_stand_on_corporations_only(
    triples: set[tuple[str, str, NamedNode | Literal]], classes: dict[str, set[str]]
) -> None:
    """A company has a ticker and is a corporation, or neither."""
    listed = {s for s, p, _ in triples if p == f"{SCHEMA}tickerSymbol"}

    assert listed
    assert listed == {s for s, found in classes.items() if "Corporation" in found}


def test_dates_have_the_parts_that_are_known(
    triples: set[tuple[str, str, NamedNode | Literal]], bundled: Book
) -> None:
    """A month is a year and a month, a year only that."""
    rows = _rows(
        bundled,
        """SELECT ?s ?d ?p WHERE { ?s schema:observationDate ?d ; infra:datePrecision ?p }""",
    )
    written = {s: v.value for s, p, v in triples if p == f"{SCHEMA}observationDate"}
    lengths = {"day": 10, "month": 7, "quarter": 4, "year": 4}

    assert written
    for row in rows:
        length = lengths[str(row["p"]).rpartition("/")[2]]
        assert written.get(str(row["s"]), str(row["d"])[:length]) == str(row["d"])[:length]


def test_figures_that_are_bounds_have_no_value(
    triples: set[tuple[str, str, NamedNode | Literal]], bundled: Book
) -> None:
    """What is at least so much has a minValue, what is at most so much a maxValue."""
    rows = _rows(
        bundled,
        """SELECT ?s WHERE { ?s schema:value ?v ; infra:precision ?p
        FILTER(?p IN (<https://w3id.org/ai-infra/precision/at-least>,
                      <https://w3id.org/ai-infra/precision/at-most>)) }""",
    )
    bounds = {str(row["s"]) for row in rows}

    assert bounds
    assert not bounds & {s for s, p, _ in triples if p == f"{SCHEMA}value"}


def test_failed_deals_are_left_out(
    triples: set[tuple[str, str, NamedNode | Literal]], bundled: Book
) -> None:
    """An event that another ends, is withdrawn or is talked of is no fact."""
    rows = _rows(
        bundled,
        """SELECT DISTINCT ?event WHERE {
          { ?event a infra:Event . ?end infra:ends ?event } UNION {
          VALUES ?stage { <https://w3id.org/ai-infra/stage/withdrawn>
                          <https://w3id.org/ai-infra/stage/in-talks> }
          ?event infra:stage ?stage } }""",
    )
    failed = {str(row["event"]) for row in rows}

    assert failed
    assert not failed & {subject for subject, _, _ in triples}


def test_no_product_has_a_location_and_no_part(
    triples: set[tuple[str, str, NamedNode | Literal]],
) -> None:
    """Neither property says of products what schema.org means."""
    assert not {p for _, p, _ in triples} & {f"{SCHEMA}location", f"{SCHEMA}hasPart"}
