"""Read the W3C's SHACL test suite, which is not part of the repository.

pySHACL's source distribution carries it: see .ci/run.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, parse

from factbook.shacl.paths import read_path
from factbook.shacl.shapes_graph import ShapesGraph, sh

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from factbook.rdf.terms import Term
    from factbook.shacl import Result

_BESIDE = Path(__file__).parents[3] / "shared" / "w3c" / "shacl"
_ELSEWHERE = os.environ.get("FACTBOOK_W3C_SHACL", "")
SUITE = (_BESIDE if _BESIDE.is_dir() or not _ELSEWHERE else Path(_ELSEWHERE)).resolve()
"""The suite beside the checkout, or in the folder that FACTBOOK_W3C_SHACL names."""
_MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_SHT = "http://www.w3.org/ns/shacl-test#"
Row = tuple[object, ...]


@dataclass(frozen=True)
class Case:
    """One test of the suite."""

    name: str
    shapes: tuple[Quad, ...]
    data: tuple[Quad, ...]
    expected: Counter[Row] | None
    """The results, or None where the shapes are to be refused."""
    shapes_path: Path
    data_path: Path


def cases(part: str) -> Iterator[Case]:
    """Yield the tests below 'core' or 'sparql', also the one that no manifest includes."""
    for path in sorted((SUITE / part).rglob("*.ttl")):
        yield from _cases_in(path)


def rows(results: Iterable[Result]) -> Counter[Row]:
    """Return results as the suite compares them: all of it but messages and order."""
    return Counter(
        (
            str(result.focus),
            "" if result.path is None else str(result.path),
            _value(result.value),
            str(result.component),
            str(result.source_shape),
            str(result.severity),
        )
        for result in results
    )


def _value(term: Term | None) -> str:
    return "" if term is None else str(term)


@cache
def _read(path: Path) -> tuple[Quad, ...]:
    base = path.resolve().as_uri()
    return tuple(parse(path.read_bytes(), RdfFormat.TURTLE, base_iri=base, rename_blank_nodes=True))


def _cases_in(path: Path) -> Iterator[Case]:
    graph = ShapesGraph(_read(path))
    for document in graph.subjects(NamedNode(f"{_MF}entries")):
        for listed in graph.objects(document, NamedNode(f"{_MF}entries")):
            for entry in graph.members(listed, of=document):
                yield _case(graph, entry, path)


def _case(graph: ShapesGraph, entry: Term, path: Path) -> Case:
    action = graph.objects(entry, NamedNode(f"{_MF}action"))[0]
    data = graph.objects(action, NamedNode(f"{_SHT}dataGraph"))[0]
    shapes = graph.objects(action, NamedNode(f"{_SHT}shapesGraph"))[0]
    result = graph.objects(entry, NamedNode(f"{_MF}result"))[0]
    expected = None
    if result != NamedNode(f"{_SHT}Failure"):
        expected = Counter(row_of(graph, each) for each in graph.objects(result, sh("result")))
    name = f"{path.parent.name}/{path.stem}"
    paths = _path_of(shapes), _path_of(data)
    return Case(name, _read(paths[0]), _read(paths[1]), expected, *paths)


def row_of(graph: ShapesGraph, result: Term) -> Row:
    """Return a result of a report graph as the suite compares it."""

    def text(name: str) -> str:
        found = graph.objects(result, sh(name))
        return str(found[0]) if found else ""

    path = graph.objects(result, sh("resultPath"))
    return (
        text("focusNode"),
        str(read_path(graph, path[0], shape=NamedNode("urn:x"))) if path else "",
        text("value"),
        text("sourceConstraintComponent"),
        text("sourceShape"),
        text("resultSeverity"),
    )


def _path_of(node: Term) -> Path:
    assert isinstance(node, NamedNode | BlankNode)
    return Path(node.value.removeprefix("file://"))
