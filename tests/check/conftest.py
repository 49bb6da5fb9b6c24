"""A small graph with errors, its shapes, and a book of them; nothing is of the bundled book."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from factbook.api import Book

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests share modules with those of shapes

HERE = Path(__file__).parent
RIVERS = HERE / "rivers.ttl"
SHAPES = HERE / "river-shapes.ttl"


@pytest.fixture
def river_book(tmp_path: Path) -> Book:
    """A book about rivers with one error of each kind."""
    folder = tmp_path / "book"
    for part in ("ontology/shapes", "data/register", "data/sources/survey", "queries/checks"):
        (folder / part).mkdir(parents=True)
    (folder / "ontology/shapes/river.ttl").write_bytes(SHAPES.read_bytes())
    (folder / "data/register/rivers.ttl").write_bytes(RIVERS.read_bytes())
    (folder / "data/sources/survey/gauges.ttl").write_text(
        "@base <https://example.org/source/gauges> .\n"
        "@prefix ex: <https://example.org/> .\n"
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
        "\n"
        'ex:rhine ex:measured "2024-02-30"^^xsd:date .\n',
        encoding="utf-8",
    )
    (folder / "queries/checks/dry-river.rq").write_text(
        "#+ summary: A river has water\n"
        "#+ problem: Its length is nought.\n"
        "#+ fix: Measure again.\n"
        "#+ severity: warning\n"
        "PREFIX ex: <https://example.org/>\n"
        "SELECT ?focus ?path ?value WHERE {\n"
        "  ?focus ex:length ?value .\n"
        "  FILTER(?value = 0)\n"
        "  BIND(ex:length AS ?path)\n"
        "}\n"
        "ORDER BY ?focus\n",
        encoding="utf-8",
    )
    return Book(folder, cache=False)
