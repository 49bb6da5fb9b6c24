"""Files that the store loads itself make the data graph that reading quad by quad makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad

from factbook.rdf.parse import read_rdf
from factbook.rdf.rdf_input import RdfInput
from factbook.shacl.data_graph import load_data
from factbook.shacl.file_loader import load_files

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


def canonical(quads: Iterable[Quad]) -> set[Quad]:
    """Return quads with canonical labels of blank nodes."""
    data = Dataset(quads)
    data.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return set(data)


def content(graph: DataGraph) -> list[object]:
    """Return all that a data graph consists of."""
    return [
        canonical(graph.store),
        canonical(graph.noncanonical),
        canonical(graph.ill_typed),
        graph.size,
    ]


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "marked"])
def test_loaded_files_make_the_same_graph(tmp_path: Path, text: str, mark: str) -> None:
    """The store, and the quads that need attention, are the same."""
    path = tmp_path / "data.ttl"
    path.write_text(mark + HEAD + text, encoding="utf-8")

    loaded = load_files([RdfInput(path)])

    assert loaded is not None
    assert content(loaded) == content(load_data(read_rdf(path).quads))


def test_parsed_and_large_files_make_one_graph(tmp_path: Path) -> None:
    """A value that two files spell in two ways is kept in both."""
    paths = [tmp_path / "one.ttl", tmp_path / "two.ttl"]
    paths[0].write_text(HEAD + ":a :p 1.5 , 2.50 .", encoding="utf-8")
    paths[1].write_text(HEAD + ":a :p 1.50 , 2.5 .", encoding="utf-8")

    loaded = load_files([read_rdf(paths[0]), RdfInput(paths[1])])

    assert loaded is not None
    quads = [quad for path in paths for quad in read_rdf(path).quads]
    assert content(loaded) == content(load_data(quads))


@pytest.mark.parametrize(
    "text", ["[] :p 1.5 . [] :p 1.50 .", "[] :p 1.50 . [] :p 1.500 .", "[ :p 1.50 , 1.5 ] ."]
)
def test_unclear_blank_nodes_are_not_loaded(tmp_path: Path, text: str) -> None:
    """If blank nodes have one value in two forms, the labels are needed to tell them apart."""
    path = tmp_path / "data.ttl"
    path.write_text(HEAD + text, encoding="utf-8")

    assert load_files([RdfInput(path)]) is None


def test_files_with_named_graphs_are_not_loaded(tmp_path: Path) -> None:
    """Named graphs are merged, which the store's own loader does not do."""
    path = tmp_path / "data.trig"
    path.write_text("<http://e.org/g> { <http://e.org/a> <http://e.org/p> 1 }", encoding="utf-8")

    assert load_files([RdfInput(path)]) is None
