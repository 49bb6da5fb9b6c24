"""The W3C's suite passes through the command line, with its files as they are published."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from pyoxigraph import RdfFormat, parse
from tests.shacl import w3c

from factbook.cli.root import root
from factbook.shacl.shapes_graph import ShapesGraph, sh

if TYPE_CHECKING:
    from collections.abc import Iterable

CASES = [case for part in ("core", "sparql") for case in w3c.cases(part)]
_LABEL = re.compile(r"_:\w+")

pytestmark = pytest.mark.skipif(not CASES, reason="the W3C's suite is not beside the checkout")


def without_labels(rows: Iterable[w3c.Row]) -> Counter[w3c.Row]:
    """Return rows without the labels of blank nodes, which each reader chooses."""
    return Counter(tuple(_LABEL.sub("_:", str(part)) for part in row) for row in rows)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_check_gives_the_results_of_the_suite(case: w3c.Case) -> None:
    """The report graph has the results of the suite, and a failure is exit code 3."""
    words = [
        str(case.data_path),
        "--shapes",
        str(case.shapes_path),
        "-f",
        "nt",
        "--fail-on",
        "info",
    ]

    done = CliRunner().invoke(root, ["--no-book", "check", *words])

    if case.expected is None:
        assert done.exit_code == 3
        return
    assert done.exit_code == (1 if case.expected else 0), done.stderr
    graph = ShapesGraph(parse(done.stdout.encode(), RdfFormat.N_TRIPLES))
    results = [
        result
        for report in graph.subjects(sh("result"))
        for result in graph.objects(report, sh("result"))
    ]
    found = (w3c.row_of(graph, result) for result in results)
    assert without_labels(found) == without_labels(case.expected.elements())
