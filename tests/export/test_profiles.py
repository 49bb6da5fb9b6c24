"""Profiles write the graph in other terms, and what they write is read back whole."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    BaseDirection,
    BlankNode,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
)
from tests.export.conftest import canonical

from factbook.errors import InputError, UsageError
from factbook.export.export_book import default_format, write_export
from factbook.export.nested_jsonld import write_nested
from factbook.export.quads import sort_quads
from factbook.export.selection import Part
from factbook.rdf.formats import BY_NAME
from factbook.render.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from factbook.api import Book

EX = "https://example.org/"
SCHEMA = "https://schema.org/"
XSD = "http://www.w3.org/2001/XMLSchema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
INFRA = "https://w3id.org/ai-infra/def#"


def written(book: Book, part: Part, name: str) -> bytes:
    """Return an export."""
    out = io.BytesIO()
    write_export(book, part, name, out)
    return out.getvalue()


def objects(document: object) -> Iterator[dict[str, Any]]:
    """Yield all node objects of a document."""
    if isinstance(document, list):
        for part in document:
            yield from objects(part)
    elif isinstance(document, dict):
        if "@id" in document:
            yield document
        for part in document.values():
            yield from objects(part)


@pytest.mark.parametrize("profile", ["schema.org", "simple"])
@pytest.mark.parametrize("name", BY_NAME)
def test_profiles_of_the_bundled_book_come_back(bundled: Book, profile: str, name: str) -> None:
    """In every syntax a profile is, read back, the triples of its query."""
    part = Part(profile=profile)

    found = parse(written(bundled, part, name), BY_NAME[name].parser)

    assert canonical(found) == canonical(part.merge(bundled))


def test_schema_org_json_ld_is_nested(bundled: Book) -> None:
    """A company has its figures inside; other things have class and name beside their IRI."""
    document = json.loads(written(bundled, Part(profile="schema.org"), "json-ld"))
    company = next(o for o in document["@graph"] if o["@id"].endswith("/company/groq"))
    figure = company["@reverse"]["observationAbout"][0]

    assert document["@context"]["@vocab"] == SCHEMA
    assert company["@type"] == "Organization"
    assert company["name"] == "Groq"
    assert figure["@type"] == "Observation"
    assert set(figure["measuredProperty"]) == {"@id", "@type", "name"}
    assert "observationAbout" not in figure


def test_nested_json_ld_writes_each_thing_in_full_once(bundled: Book) -> None:
    """No thing is written in full in two places."""
    document = json.loads(written(bundled, Part(profile="schema.org"), "json-ld"))
    at_length = [o["@id"] for o in objects(document) if set(o) - {"@id", "@type", "name"}]

    assert len(at_length) == len(set(at_length))


def test_profile_of_a_thing_has_its_offers(bundled: Book) -> None:
    """A latest price is an offer with its price, currency and what the price is per."""
    part = Part(profile="schema.org", things=("H100 SXM",))
    document = json.loads(written(bundled, part, "json-ld"))
    known = {o["@id"]: o for o in objects(document) if "price" in o}
    offers = [o for o in known.values() if o["@type"] == "Offer"]

    assert offers
    for offer in offers:
        rate = known[offer["priceSpecification"]["@id"]]
        assert rate["price"] == offer["price"]
        assert rate["unitText"]
        assert offer["priceCurrency"] == "USD"
        assert "seller" in offer


def test_profile_of_a_thing_has_the_names_of_what_it_mentions(bundled: Book) -> None:
    """Only the statements about one thing, with the names of what it mentions."""
    part = Part(profile="schema.org", things=("WSE-3",))
    document = json.loads(written(bundled, part, "json-ld"))
    product = next(o for o in document["@graph"] if o["@id"].endswith("/product/wse-3"))

    assert product["manufacturer"]["name"] == "Cerebras Systems"
    assert not any(o["@id"].endswith("/company/groq") for o in document["@graph"])


def test_simple_profile_has_figures_and_no_observations(bundled: Book) -> None:
    """A measure is a property with at most one number."""
    triples = set(Part(profile="simple").merge(bundled))
    valuations = [
        t
        for t in triples
        if t.predicate == NamedNode("https://w3id.org/ai-infra/measure/valuation")
    ]

    assert len(valuations) > 5
    assert len({t.subject for t in valuations}) == len(valuations)
    assert NamedNode(f"{SCHEMA}observationAbout") not in {t.predicate for t in triples}


def test_simple_profile_agrees_with_the_stored_query(bundled: Book) -> None:
    """The plain valuation of a company is the one that the query about valuations gives."""
    plain = {
        t.subject.value: t.object.value
        for t in Part(profile="simple").merge(bundled)
        if t.predicate == NamedNode("https://w3id.org/ai-infra/measure/valuation")
        and isinstance(t.subject, NamedNode)
        and isinstance(t.object, Literal)
    }

    rows = bundled.query("valuations")
    assert isinstance(rows, Rows)
    worth = {str(row["company"]): str(row["amount"]) for row in rows if row["amount"] is not None}
    assert plain == worth


def test_profile_with_a_vocabulary_defaults_to_json_ld(profiled: Book) -> None:
    """A profile with a vocabulary is JSON-LD unless asked otherwise."""
    assert default_format(profiled, Part(profile="pages")) == "json-ld"
    assert default_format(profiled, Part(profile="plain")) == "turtle"
    assert default_format(profiled, Part()) == "turtle"


def test_unknown_profile_offers_the_nearest(profiled: Book) -> None:
    """A wrong name is answered with the near one."""
    with pytest.raises(UsageError, match=r"'plian'. Did you mean 'plain'.*full, pages, plain"):
        list(Part(profile="plian").statements(profiled))


@pytest.mark.parametrize(
    ("front_matter", "said"),
    [
        ("profile: plain", "write {name: NAME}"),
        ("profile: {vocabulary: 'https://schema.org/'}", "write {name: NAME}"),
        ("profile: {name: x, nest: {}}", "write {name: NAME}"),
        ("profile: {name: x, nested: [a]}", "write {CLASS: PROPERTY}"),
        ("profile: {name: x, nested: {River: def:in}}", "not two CURIEs: River, def:in"),
    ],
)
def test_wrong_front_matter_of_a_profile_is_reported(
    profiled: Book, front_matter: str, said: str
) -> None:
    """The error names the file and the fault."""
    path = profiled.layout.queries / "rivers" / "plain.rq"
    path.write_text(f"#+ {front_matter}\nCONSTRUCT WHERE {{ ?s ?p ?o }}\n", encoding="utf-8")

    with pytest.raises(InputError, match=r"plain\.rq: profile: ") as error:
        list(Part(profile="x").statements(profiled))
    assert said in str(error.value)


def test_table_is_refused_as_a_profile(profiled: Book) -> None:
    """Only a query that gives triples can be one."""
    path = profiled.layout.queries / "rivers" / "plain.rq"
    path.write_text("#+ profile: {name: x}\nSELECT * WHERE { ?s ?p ?o }\n", encoding="utf-8")

    with pytest.raises(InputError, match="only a CONSTRUCT"):
        list(Part(profile="x").statements(profiled))


@pytest.mark.parametrize(
    "part",
    [
        Part(profile="plain", query="river-graph"),
        Part(profile="plain", sources=("Gauges",)),
        Part(profile="plain", rdf12=True),
        Part(query="river-graph", rdf12=True),
    ],
)
def test_contradicting_options_are_refused(profiled: Book, part: Part) -> None:
    """Choices that contradict each other are refused."""
    with pytest.raises(UsageError, match=r"cannot be combined"):
        list(part.statements(profiled))


def nested(quads: Iterable[Quad]) -> bytes:
    """Return quads as nested JSON-LD about schema.org."""
    out = io.BytesIO()
    write_nested(
        sort_quads(quads),
        out,
        vocabulary=SCHEMA,
        nested={f"{SCHEMA}A": f"{SCHEMA}p", f"{SCHEMA}B": f"{SCHEMA}q"},
    )
    return out.getvalue()


def test_nested_json_ld_cannot_end_a_script() -> None:
    """The document can stand inside a page, whatever its texts hold."""
    text = "</script><!-- <script>"
    quads = [Quad(NamedNode(f"{EX}a"), NamedNode(f"{SCHEMA}name"), Literal(text))]

    assert b"<" not in nested(quads)
    assert list(parse(nested(quads), RdfFormat.JSON_LD)) == quads


@pytest.mark.parametrize(
    "value",
    [
        Literal("x", language="en", direction=BaseDirection.LTR),
        Triple(NamedNode(EX), NamedNode(EX), NamedNode(EX)),
    ],
)
def test_nested_json_ld_refuses_terms_without_a_form(value: Literal | Triple) -> None:
    """A base direction and a triple term are refused."""
    with pytest.raises(UsageError, match="JSON-LD cannot express"):
        nested([Quad(NamedNode(f"{EX}a"), NamedNode(f"{SCHEMA}p"), value)])


_iris = st.sampled_from(
    [
        *(f"{SCHEMA}{name}" for name in ("p", "q", "A", "B", "odd:name", "", "name", "@id")),
        f"{EX}a",
        "urn:x",
        f"{RDF}type",
        "http://www.w3.org/2000/01/rdf-schema#label",
    ]
).map(NamedNode)
_values = st.one_of(
    st.sampled_from(["", "x", "</script>", "https://schema.org/p", "_:b"]).map(Literal),
    st.sampled_from(["x", "y"]).map(lambda text: Literal(text, language="en")),
    st.builds(
        lambda text, kind: Literal(text, datatype=NamedNode(XSD + kind)),
        st.sampled_from(["1", "007", "1.50", "9007199254740993", "true", "abc", "2024-01-01"]),
        st.sampled_from(["integer", "decimal", "boolean", "date", "byte"]),
    ),
)
_nodes = st.one_of(_iris, st.sampled_from([BlankNode("x"), BlankNode("y")]))
_classes = st.sampled_from([f"{SCHEMA}A", f"{SCHEMA}B"]).map(NamedNode)
_quads = st.one_of(
    st.builds(Quad, _nodes, _iris, st.one_of(_nodes, _values)),
    st.builds(lambda node, class_: Quad(node, NamedNode(f"{RDF}type"), class_), _nodes, _classes),
)


@given(quads=st.lists(_quads, max_size=14))
@settings(max_examples=200, deadline=None)
def test_any_graph_comes_back_from_nested_json_ld(quads: list[Quad]) -> None:
    """A graph made at random, with cycles too, comes back the same."""
    assert canonical(parse(nested(quads), RdfFormat.JSON_LD)) == canonical(quads)
