"""With --rdf12 each observation reifies its triple, and only the latest figures are stated."""

from __future__ import annotations

import io

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Triple, parse

from factbook.book import Book
from factbook.errors import UsageError
from factbook.export.export_book import write_export
from factbook.export.selection import Part, reify
from factbook.rdf.formats import BY_NAME

EX = "https://example.org/"
SCHEMA = "https://schema.org/"
REIFIES = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#reifies")
XSD = "http://www.w3.org/2001/XMLSchema#"


def observed(number: int, value: str) -> list[Quad]:
    """Return an observation of a pond's depth."""
    node, graph = NamedNode(f"{EX}o{number}"), NamedNode(f"{EX}g{number}")
    depth = Literal(value, datatype=NamedNode(f"{XSD}decimal"))
    said: dict[str, NamedNode | Literal] = {
        "observationAbout": NamedNode(f"{EX}pond"),
        "measuredProperty": NamedNode(f"{EX}depth"),
        "value": depth,
    }
    return [Quad(node, NamedNode(SCHEMA + name), term, graph) for name, term in said.items()]


def depth(value: str) -> Triple:
    """Return the direct triple of a pond's depth."""
    literal = Literal(value, datatype=NamedNode(f"{XSD}decimal"))
    return Triple(NamedNode(f"{EX}pond"), NamedNode(f"{EX}depth"), literal)


@pytest.mark.parametrize("name", ["turtle", "longturtle", "trig", "nt", "nquads"])
def test_reified_book_comes_back_from_syntaxes_with_triple_terms(bundled: Book, name: str) -> None:
    """The bundled book with its reified triples comes back from each."""
    part = Part(rdf12=True)
    out = io.BytesIO()
    write_export(bundled, part, name, out)

    found = list(parse(out.getvalue(), BY_NAME[name].parser))

    reifiers = [quad.subject for quad in found if quad.predicate == REIFIES]
    values = {q.subject for q in part.quads(bundled) if q.predicate == NamedNode(f"{SCHEMA}value")}
    assert len(reifiers) == len(values)
    assert set(reifiers) == values
    expected = set(part.quads(bundled) if BY_NAME[name].holds_graphs else part.merge(bundled))
    assert len(set(found)) == len(expected)


@pytest.mark.parametrize("name", ["json-ld", "xml", "graphml"])
def test_syntaxes_without_triple_terms_are_refused(bundled: Book, name: str) -> None:
    """The error comes before anything is written."""
    out = io.BytesIO()

    with pytest.raises(UsageError, match=f"not {name}"):
        write_export(bundled, Part(rdf12=True), name, out)
    assert out.getvalue() == b""


def test_reified_triple_keeps_spelling_and_source() -> None:
    """Each triple is reified as its file spells it, in the graph of its source."""
    quads = [*observed(1, "2.50"), *observed(2, "3")]

    added = set(reify(quads, asserted=())) - set(quads)

    assert added == {
        Quad(NamedNode(f"{EX}o1"), REIFIES, depth("2.50"), NamedNode(f"{EX}g1")),
        Quad(NamedNode(f"{EX}o2"), REIFIES, depth("3"), NamedNode(f"{EX}g2")),
    }


def test_only_asserted_triples_are_stated() -> None:
    """The latest figure is stated too, however the engine spells it."""
    quads = [*observed(1, "2.50"), *observed(2, "3")]

    added = set(reify(quads, asserted={depth("2.5")})) - set(quads)

    stated = {quad for quad in added if quad.predicate != REIFIES}
    direct = depth("2.50")
    graph = NamedNode(f"{EX}g1")
    assert stated == {Quad(direct.subject, direct.predicate, direct.object, graph)}


def test_range_reifies_nothing() -> None:
    """An observation without one value, or of a measure without an IRI, reifies nothing."""
    ranged = observed(1, "2")[:2]
    odd = [q for q in observed(2, "3") if not q.predicate.value.endswith("measuredProperty")]
    odd.append(Quad(odd[0].subject, NamedNode(f"{SCHEMA}measuredProperty"), Literal("depth")))

    assert list(reify([*ranged, *odd], asserted=())) == [*ranged, *odd]


def test_asserted_profile_decides_what_is_stated(profiled: Book) -> None:
    """The triples of an asserted profile are stated; without one, none is."""
    length = {q for q in Part(rdf12=True).quads(profiled) if q.predicate.value.endswith("#length")}
    (profiled.layout.queries / "rivers" / "plain.rq").unlink()
    again = Book(profiled.layout.root, cache=False)

    assert {str(quad.object) for quad in length} == {f'"517.50"^^<{XSD}decimal>'}
    assert not {q for q in Part(rdf12=True).quads(again) if q.predicate.value.endswith("#length")}
