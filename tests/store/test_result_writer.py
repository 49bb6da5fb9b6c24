"""Answers that are written in batches are the same bytes as answers that are written at once."""

from __future__ import annotations

import csv
import io

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QuerySolutions, Store

from factbook.store import result_writer
from factbook.store.answers import Table, table_from


@pytest.mark.parametrize("name", result_writer.MACHINE)
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5])
def test_batches_make_one_document(name: str, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """No text of a row is taken for the frame around rows, and blank nodes keep their labels."""
    text = Literal('a\n"bindings":[<results>]}}</results></sparql>')
    rows = [
        (NamedNode(f"http://e.org/{row}"), None if row % 3 else text, BlankNode(f"b{row % 2}"))
        for row in range(count)
    ]
    at_once, in_batches = io.BytesIO(), io.BytesIO()

    result_writer.write_rows(Table(("a", "b", "c"), rows), name, at_once)
    monkeypatch.setattr(result_writer, "_BATCH", 2)
    result_writer.write_rows(Table(("a", "b", "c"), rows), name, in_batches)

    assert in_batches.getvalue() == at_once.getvalue()


def test_csv_quotes_iris_with_commas() -> None:
    """A comma is allowed in an IRI, and must not begin another column, as in the engine's CSV."""
    store = Store()
    iri = NamedNode("http://e.org/Paris,_Texas")
    store.add(Quad(iri, NamedNode("http://e.org/p"), Literal('a "b",\r\nc')))
    solutions = store.query("SELECT ?s ?o ?no { ?s ?p ?o }")
    assert isinstance(solutions, QuerySolutions)
    out = io.BytesIO()

    result_writer.write_rows(table_from(solutions), "csv", out)

    rows = list(csv.reader(io.StringIO(out.getvalue().decode(), newline="")))
    assert rows == [["s", "o", "no"], [iri.value, 'a "b",\r\nc', ""]]
