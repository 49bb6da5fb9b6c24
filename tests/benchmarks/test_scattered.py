"""The second generator plants what it says."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tests.benchmarks.check import HERE
from tests.benchmarks.scattered import make_scattered

from factbook.rdf.parse import read_rdf
from factbook.shacl import validate

if TYPE_CHECKING:
    from pathlib import Path


def test_scattered_graph_has_the_planted_violations(tmp_path: Path) -> None:
    """The results are those that were planted, and no other."""
    path = tmp_path / "scattered.nt"
    market = make_scattered(path, 5_000)

    report = validate(read_rdf(HERE / "scattered-shapes.ttl").quads, read_rdf(path).quads)

    found = Counter(
        (
            getattr(result.focus, "value", ""),
            getattr(result.source_shape, "value", ""),
            result.component.value,
        )
        for result in report.results
    )
    assert found == market.planted
    assert len({component for _, _, component in found}) == 14
