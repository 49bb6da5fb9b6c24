"""RDF that is written in pieces is the same graph as what was given."""

from __future__ import annotations

from io import BytesIO

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, parse

from factbook.export.rdf_writer import write_pieces
from factbook.rdf.formats import syntax_named


@pytest.mark.parametrize(
    ("name", "begin"),
    [
        ("turtle", b"@prefix a: <http://a.org/> .\n@prefix ex: <http://example.org/> .\n"),
        ("json-ld", b'[\n{"@id":'),
        ("nt", b"_:"),
    ],
)
def test_large_report_is_written_in_pieces(name: str, begin: bytes) -> None:
    """Written in the order of its results, in pieces, a report is the same graph."""
    quads = [
        Quad(BlankNode(f"b{number + 1}"), NamedNode(f"http://example.org/p{number % 3}"), value)
        for number in range(25_000)
        for value in (Literal(str(number)), BlankNode(f"b{number + 2}"))
    ]
    out = BytesIO()

    write_pieces(quads, name, out, prefixes={"ex": "http://example.org/", "a": "http://a.org/"})

    text = out.getvalue()
    assert text.startswith(begin)
    assert text.count(b"@prefix") == begin.count(b"@prefix")
    assert set(parse(text, syntax_named(name).parser)) == set(quads)


def test_json_ld_without_statements_is_written_in_pieces() -> None:
    """No pieces are an empty array."""
    out = BytesIO()
    write_pieces([], "json-ld", out, prefixes={})
    assert out.getvalue().split() == [b"[", b"]"]
