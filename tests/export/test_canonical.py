"""Canonical N-Quads are the same bytes for every spelling of a dataset (RDFC-1.0)."""

from __future__ import annotations

import hashlib
import io
import random
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
    serialize,
)

from factbook.errors import UsageError
from factbook.export.export_book import write_canonical_export
from factbook.export.selection import Part
from factbook.export.sorted_lines import Canonical, write_canonical

if TYPE_CHECKING:
    from collections.abc import Iterable

    from factbook.book import Book

# RDF Dataset Canonicalization (W3C Recommendation of 2024), examples of sections 3.1 and 3.2
UNIQUE = (
    """
<http://example.com/#p> <http://example.com/#q> _:e0 .
<http://example.com/#p> <http://example.com/#r> _:e1 .
_:e0 <http://example.com/#s> <http://example.com/#u> .
_:e1 <http://example.com/#t> <http://example.com/#u> .
""",
    """<http://example.com/#p> <http://example.com/#q> _:c14n0 .
<http://example.com/#p> <http://example.com/#r> _:c14n1 .
_:c14n0 <http://example.com/#s> <http://example.com/#u> .
_:c14n1 <http://example.com/#t> <http://example.com/#u> .
""",
)
SHARED = (
    """
<http://example.com/#p> <http://example.com/#q> _:e0 .
<http://example.com/#p> <http://example.com/#q> _:e1 .
_:e0 <http://example.com/#p> _:e2 .
_:e1 <http://example.com/#p> _:e3 .
_:e2 <http://example.com/#r> _:e3 .
""",
    """<http://example.com/#p> <http://example.com/#q> _:c14n2 .
<http://example.com/#p> <http://example.com/#q> _:c14n3 .
_:c14n0 <http://example.com/#r> _:c14n1 .
_:c14n2 <http://example.com/#p> _:c14n1 .
_:c14n3 <http://example.com/#p> _:c14n0 .
""",
)


def canonical(quads: Iterable[Quad]) -> tuple[str, Canonical]:
    """Return canonical N-Quads and the note about them."""
    out = io.BytesIO()
    made = write_canonical(quads, out)
    return out.getvalue().decode(), made


@pytest.mark.parametrize(("given", "expected"), [UNIQUE, SHARED], ids=["unique", "shared"])
def test_canonical_labels_are_those_of_the_recommendation(given: str, expected: str) -> None:
    """Blank nodes get the labels that the Recommendation gives them."""
    assert canonical(parse(given, RdfFormat.N_QUADS))[0] == expected


def test_order_and_labels_do_not_matter() -> None:
    """Statements in another order under other labels, some twice, give the same bytes."""
    quads = list(parse(SHARED[0], RdfFormat.N_QUADS))
    other = list(parse(SHARED[0].replace("_:e", "_:z9"), RdfFormat.N_QUADS)) * 2
    random.Random(3).shuffle(other)  # noqa: S311 - no secret

    assert canonical(other)[0] == canonical(quads)[0]


def test_canonical_form_equals_that_of_the_whole_dataset(bundled: Book) -> None:
    """To canonicalise only the quads with blank nodes gives the same as all of them."""
    out = io.BytesIO()
    made = write_canonical_export(bundled, Part(), out)

    whole = Dataset(Part().quads(bundled))
    whole.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    lines = (serialize(whole, format=RdfFormat.N_QUADS) or b"").splitlines(keepends=True)
    assert out.getvalue() == b"".join(sorted(lines))
    assert made.quads == len(whole)
    assert made.sha256 == hashlib.sha256(out.getvalue()).hexdigest()


def test_canonical_counts_quads_and_blank_nodes() -> None:
    """Repeated quads count once."""
    made = canonical([*parse(SHARED[0], RdfFormat.N_QUADS)] * 2)[1]

    assert (made.quads, made.blank_nodes) == (5, 4)


def test_canonical_escapes_characters_as_the_recommendation_does() -> None:
    """Strings are escaped as the canonical form wants, and no more (section 5)."""
    node = NamedNode("http://e/a")
    text = 'a"\\\b\t\n\f\r\x00\x7f\x85\u2028\u00e9\U0001f600'

    assert canonical([Quad(node, node, Literal(text))])[0] == (
        '<http://e/a> <http://e/a> "a\\"\\\\\\b\\t\\n\\f\\r\\u0000\\u007F'
        '\x85\u2028\u00e9\U0001f600" .\n'
    )


def test_canonical_labels_blank_graph_names() -> None:
    """The name of a graph is labelled too."""
    node, graph = NamedNode("http://e/a"), BlankNode("g")

    assert canonical([Quad(node, node, node, graph)])[0].endswith(" _:c14n0 .\n")


def test_canonical_refuses_triple_terms() -> None:
    """RDFC-1.0 is about RDF 1.1."""
    node = NamedNode("http://e/a")

    with pytest.raises(UsageError, match="leave --rdf12 out"):
        canonical([Quad(node, node, Triple(node, node, node))])
