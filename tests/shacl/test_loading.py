"""Files that the store loads itself make the data graph that reading quad by quad makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad

from factbook.rdf.parse import read_rdf
from factbook.rdf.rdf_input import RdfInput
from factbook.rdf.syntax_error import RdfSyntaxError
from factbook.shacl import load_data, load_files

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from factbook.shacl.data_graph import DataGraph

HEAD = "@prefix : <http://e.org/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
CASES = {
    "kept": ':a :p 1 , 2.5 , "x"@en , true .',
    "rewritten": ':a :p 1.50 , "5"^^xsd:int , "2024-01-01T00:00:00Z"^^xsd:dateTimeStamp .',
    "both forms": ":a :p 1.5 , 1.50 , 1.500 . :b :p 1.50 .",
    "ill-typed": ':a :p "x"^^xsd:integer , "2024-02-30"^^xsd:date , "1"^^xsd:gYear .',
    "ill-typed, kept": r':a :p "a b"^^xsd:anyURI , "g"^^xsd:hexBinary , "é\"\n"^^xsd:language .',
    "quoted": r':a :p "x\"^^<http://www.w3.org/2001/XMLSchema#int> .\n" , "1 \\"^^xsd:int .',
    "blank nodes": ':a :q [ :p 1.50 ; :r "x" ] , [ :p 1.50 ] . _:c :p 007 ; :s _:d . _:d :p 7.0 .',
    "ill-typed blank nodes": '[] :p "2024-02-30"^^xsd:date , "x"^^xsd:integer . :a :q [ :p "y" ] .',
    "lists": ":a :p ( 1.0 2.0 ) .",
}

INT = "http://www.w3.org/2001/XMLSchema#int"
ONE = f'"01"^^<{INT}>'
LINES = {
    "plain": f"<h:a> <h:b> <h:c> .\n<h:a> <h:b> {ONE} .\n_:x <h:b> {ONE} .\n",
    "spaces": f"<h:a>\t<h:b>  {ONE}  .\n  <h:a> <h:b><h:c>.\n<h:d><h:b>{ONE}.\n",
    "one without spaces": f"<h:a><h:b>{ONE} .\n_:x<h:b>{ONE} .\n",
    "comments": f"# <h:a> <h:x> {ONE} .\n\n<h:a> <h:b> {ONE} . # {ONE}",
    "comment like a literal": f"<h:a> <h:b> <h:c> . # {ONE} .\n",
    "line ends": f"<h:a> <h:b> {ONE} .\r\n<h:a> <h:b> <h:c> .\r\n",
    "old line ends": f"<h:a> <h:b> {ONE} .\r<h:a> <h:b> <h:c> .\r",
    "no line end": f"<h:a> <h:b> <h:c> .\n<h:a> <h:b> {ONE} .",
    "escapes": rf'<h:\u00e9> <h:\u0062> "0\u0031"^^<{INT}> .',
    "escaped datatype": rf'<h:a> <h:b> "01"^^<{INT[:-3]}\u0069nt> .',
    "carets": f'<h:a> <h:b> {ONE} .\n<h:a> <h:b> "\\"^^<h:x> ." .\n',
    "ill-typed": rf'<h:a> <h:b> "é\n"^^<{INT}> .',
    "marked": f"\ufeff<h:a> <h:b> {ONE} .\n",
    "empty": "",
}


def canonical(quads: Iterable[Quad]) -> set[Quad]:
    """Return quads with canonical labels of blank nodes."""
    data = Dataset(quads)
    data.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return set(data)


def content(graph: DataGraph) -> list[object]:
    """Return all that a data graph consists of."""
    return [
        canonical(graph.store),
        graph.noncanonical,
        canonical(graph.noncanonical_quads()),
        canonical(graph.ill_typed_quads()),
        graph.size,
    ]


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "marked"])
def test_loaded_files_make_the_same_graph(tmp_path: Path, text: str, mark: str) -> None:
    """The store, and the quads that need attention, are the same."""
    path = tmp_path / "data.ttl"
    path.write_text(mark + HEAD + text, encoding="utf-8")

    loaded = load_files([RdfInput(path)])

    assert content(loaded) == content(load_data(read_rdf(path).quads))


@pytest.mark.parametrize("text", LINES.values(), ids=LINES)
def test_lines_make_the_same_graph(tmp_path: Path, text: str) -> None:
    """Lines of N-Triples, which go to the store as they are, may be written in many ways."""
    path = tmp_path / "data.nt"
    path.write_bytes(text.encode())

    assert content(load_files([RdfInput(path)])) == content(load_data(read_rdf(path).quads))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('<h:a> <h:b> "1.50"^^<h:x> .\n<h:a> <h:b> <h:c> <h:graph> .\n', 2),
        ('<h:a> <h:b> "1.50"^^<h:x> .\n\n<h:a> <h:b> "c" <h:d> .\n', 3),
        ('<h:a> <h:b> "01"^^<http://www.w3.org/2001/XMLSchema#int> .\n<h:a> <h:b> .\n', 2),
    ],
)
def test_broken_lines_are_named(tmp_path: Path, text: str, line: int) -> None:
    """Names of graphs are no part of N-Triples."""
    path = tmp_path / "data.nt"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(RdfSyntaxError, match=rf"data\.nt:{line}:"):
        load_files([RdfInput(path)])


def test_parsed_and_large_files_make_one_graph(tmp_path: Path) -> None:
    """A value that two files spell in two ways is kept in both."""
    paths = [tmp_path / "one.ttl", tmp_path / "two.ttl"]
    paths[0].write_text(HEAD + ":a :p 1.5 , 2.50 .", encoding="utf-8")
    paths[1].write_text(HEAD + ":a :p 1.50 , 2.5 .", encoding="utf-8")

    loaded = load_files([read_rdf(paths[0]), RdfInput(paths[1])])

    quads = [quad for path in paths for quad in read_rdf(path).quads]
    assert content(loaded) == content(load_data(quads))


@pytest.mark.parametrize(
    "text", ["[] :p 1.5 . [] :p 1.50 .", "[] :p 1.50 . [] :p 1.500 .", "[ :p 1.50 , 1.5 ] ."]
)
def test_blank_nodes_with_one_value_in_two_forms_keep_them(tmp_path: Path, text: str) -> None:
    """It does not matter that nothing but the label tells the nodes apart."""
    path = tmp_path / "data.ttl"
    path.write_text(HEAD + text, encoding="utf-8")

    assert content(load_files([RdfInput(path)])) == content(load_data(read_rdf(path).quads))


def test_named_graphs_are_merged(tmp_path: Path) -> None:
    """Statements of any graph are in the data graph."""
    path = tmp_path / "data.trig"
    path.write_text(
        "<http://e.org/g> { <http://e.org/a> <http://e.org/p> 1, 01 }", encoding="utf-8"
    )

    assert content(load_files([RdfInput(path)])) == content(load_data(read_rdf(path).quads))
