"""The test data in pySHACL's source distribution gives the results that its files state.

    pip download --no-deps --no-binary pyshacl pyshacl && tar -xzf pyshacl-*.tar.gz
    FACTBOOK_PYSHACL=$(echo $PWD/pyshacl-*/test) pytest tests/shacl/test_dash.py

Tests of inference by rules, of functions and of node expressions are for an engine that infers;
what is left out of those is said (see test_left_out.py).
"""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse
from tests.shacl import w3c

from factbook.shacl import validate
from factbook.shacl.shapes_graph import ShapesGraph, sh

if TYPE_CHECKING:
    from collections.abc import Iterable

_ROOT = os.environ.get("FACTBOOK_PYSHACL", "")
_FOLDERS = ("core", "shapedefs", "sparql", "target")
FILES = [
    path
    for folder in (_FOLDERS if _ROOT else ())
    for path in sorted((Path(_ROOT) / "resources" / "dash_tests" / folder).rglob("*.test.ttl"))
]
_EXPECTED = NamedNode("http://datashapes.org/dash#expectedResult")
_LABEL = re.compile(r"_:\w+")

DISAGREEMENTS = {
    "node/prefixes-001": "ex: is declared in the Turtle only; a query has the prefixes of its "
    "sh:prefixes (SHACL, section 5.2.1), so that this one is a fault",
    "target/sparqlTargetType-001": "a target type with parameters (SHACL Advanced Features, "
    "section 3.2) is not evaluated, which the report says; pySHACL does with --engine pyshacl",
}
"""Files where validation does not give the stated results, and why."""

pytestmark = pytest.mark.skipif(not FILES, reason="FACTBOOK_PYSHACL names no folder of tests")


def name_of(path: Path) -> str:
    """Return the folder and the file of a test."""
    return f"{path.parent.name}/{path.name.removesuffix('.test.ttl')}"


def without_labels(rows: Iterable[w3c.Row]) -> Counter[w3c.Row]:
    """Return rows without the labels of blank nodes."""
    return Counter(tuple(_LABEL.sub("_:", str(part)) for part in row) for row in rows)


@pytest.mark.parametrize("path", [pytest.param(path, id=name_of(path)) for path in FILES])
def test_validate_gives_the_results_of_the_file(path: Path) -> None:
    """Focus, path, value, component, shape and severity of all results are equal."""
    quads = list(parse(path.read_bytes(), RdfFormat.TURTLE, base_iri=path.resolve().as_uri()))
    graph = ShapesGraph(quads)
    (head,) = (graph.objects(node, _EXPECTED)[0] for node in graph.subjects(_EXPECTED))
    expected = without_labels(
        w3c.row_of(graph, result) for result in graph.objects(head, sh("result"))
    )

    report = validate(quads, quads, keep_going=True)

    assert bool(report.faults) == (name_of(path) == "node/prefixes-001")
    agrees = without_labels(w3c.rows(report.results).elements()) == expected
    assert agrees == (name_of(path) not in DISAGREEMENTS)
