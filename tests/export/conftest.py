"""The book about rivers with two profiles of its own, and the book of the checkout."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset
from tests.core_book import core_book

from factbook.api import Book

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Quad

RIVERS = Path(__file__).parents[1] / "cli" / "book"
PROFILES = {
    "plain": """#+ summary: Rivers with their lengths
#+ profile: {name: plain, asserted: true}
PREFIX schema: <https://schema.org/>
CONSTRUCT { ?river ?property ?value } WHERE {
  { ?river a ?property . ?observation schema:observationAbout ?river }
  UNION
  { ?o schema:observationAbout ?river ; schema:measuredProperty ?property ; schema:value ?value }
}
""",
    "pages": """#+ summary: What schema.org has words for
#+ profile:
#+   name: pages
#+   vocabulary: https://schema.org/
#+   nested: {"schema:Observation": "schema:observationAbout"}
PREFIX schema: <https://schema.org/>
CONSTRUCT { ?subject ?property ?value ; a schema:Thing } WHERE {
  ?subject ?property ?value .
  FILTER(STRSTARTS(STR(?property), "https://schema.org/"))
}
""",
}
TAPE = """@base <https://example.org/source/tape> .
@prefix schema: <https://schema.org/> .

<> a <../def#Source> .

<../length-inn-by-tape> a schema:Observation ;
    schema:measuredProperty <../def#length> ;
    schema:observationAbout <../river/inn> ;
    schema:value 517.50 .
"""


@pytest.fixture
def profiled(tmp_path: Path) -> Book:
    """Return the book about rivers with profiles, and a measured length."""
    folder = tmp_path / "book"
    shutil.copytree(RIVERS, folder)
    for name, text in PROFILES.items():
        (folder / "queries" / "rivers" / f"{name}.rq").write_text(text, encoding="utf-8")
    (folder / "data" / "sources" / "survey" / "tape.ttl").write_text(TAPE, encoding="utf-8")
    return Book(folder, cache=False)


@pytest.fixture(scope="session")
def bundled() -> Book:
    """Return the bundled book without its imports."""
    return Book(core_book(), cache=False)


def canonical(quads: Iterable[Quad]) -> set[Quad]:
    """Return what is the same for isomorphic graphs only."""
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return set(dataset)
