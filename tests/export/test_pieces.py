"""Turtle that is written in pieces is the same graph as what was given."""

from __future__ import annotations

from collections import Counter
from io import BytesIO

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from factbook.export.quads import relabel_blank_nodes
from factbook.export.rdf_writer import write_turtle_pieces


def test_large_report_is_written_in_pieces() -> None:
    """Written in the order of its results, in pieces, a report is the same graph."""
    quads = [
        Quad(BlankNode(f"n{number}"), NamedNode(f"http://example.org/p{number % 3}"), value)
        for number in range(25_000)
        for value in (Literal(str(number)), BlankNode(f"n{number + 1}"))
    ]
    out = BytesIO()

    write_turtle_pieces(quads, out, prefixes={"ex": "http://example.org/", "a": "http://a.org/"})

    text = out.getvalue()
    assert text.startswith(b"@prefix a: <http://a.org/> .\n@prefix ex: <http://example.org/> .\n")
    assert text.count(b"@prefix") == 2
    read = parse(text, RdfFormat.TURTLE)
    assert Counter(map(str, relabel_blank_nodes(read))) == Counter(
        map(str, relabel_blank_nodes(quads))
    )
