"""The benchmark's market has the violations that are planted in it, and no others."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from factbook.rdf.parse import read_rdf
from factbook.shacl import validate

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.market import make_market

if TYPE_CHECKING:
    from factbook.rdf.terms import Term

SHAPES = Path(__file__).parent / "market-shapes.ttl"


def test_every_violation_is_found(tmp_path: Path) -> None:
    """Node, shape and component of every result are those that were planted."""
    market = make_market(tmp_path / "market.nt", 4_000)

    report = validate(read_rdf(SHAPES).quads, read_rdf(tmp_path / "market.nt").quads)

    found = Counter(
        (iri(result.focus), iri(result.source_shape), iri(result.component))
        for result in report.results
    )
    assert found == market.planted
    assert not report.notes


def iri(term: Term) -> str:
    """Return what stands between angle brackets."""
    return str(term)[1:-1]
