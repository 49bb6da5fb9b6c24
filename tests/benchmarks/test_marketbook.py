"""The generated market is like the bundled book, only larger."""

from __future__ import annotations

import io
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import RdfFormat, parse
from tests.benchmarks.marketbook import write_market

from factbook.layout import layout_of
from factbook.rdf.parse import read_rdf

if TYPE_CHECKING:
    from pyoxigraph import Quad


@pytest.fixture(scope="module")
def bundled() -> list[Quad]:
    """Give the data of the bundled book."""
    files = layout_of(None).data_files(leads=False)
    return [quad for path in files for quad in read_rdf(path).named_quads()]


def described_by_the_ontology() -> set[object]:
    """Return what is the same in all copies."""
    files = layout_of(None).ontology_files()
    return {quad.subject for path in files for quad in read_rdf(path).quads}


def market(triples: int) -> list[Quad]:
    """Make a market."""
    out = io.StringIO()
    written = write_market(out, triples)
    quads = list(parse(out.getvalue(), RdfFormat.N_QUADS))
    assert written == len(quads)
    return quads


def test_the_first_copy_is_the_book(bundled: list[Quad]) -> None:
    """A market of the size of the book says what the book says."""
    assert set(market(len(bundled))) == set(bundled)


def test_three_copies(bundled: list[Quad]) -> None:
    """Three times as much has three times as many of everything, as richly described."""
    quads = market(3 * len(bundled))

    before = Counter(quad.predicate for quad in bundled)
    assert Counter(quad.predicate for quad in quads) == Counter(
        {predicate: 3 * number for predicate, number in before.items()}
    )
    subjects = {quad.subject for quad in bundled}
    concepts = subjects & described_by_the_ontology()
    assert len({quad.subject for quad in quads}) == 3 * len(subjects - concepts) + len(concepts)
    assert max(Counter(quad.subject for quad in quads).values()) == max(
        Counter(quad.subject for quad in bundled).values()
    )


def test_copies_are_linked(bundled: list[Quad]) -> None:
    """Some parties of events belong to other copies, so that the market is one."""
    quads = market(3 * len(bundled))

    across = [
        quad
        for quad in quads
        if quad.predicate.value.endswith("investor")
        and str(quad.subject).rpartition("-")[2] != str(quad.object).rpartition("-")[2]
    ]
    assert 0 < len(across) < len([q for q in quads if q.predicate.value.endswith("investor")])
