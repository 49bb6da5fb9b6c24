"""Checks give the same rows in both engines, and the queries of the book pass the linter."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rdflib import Dataset, URIRef
from tests.core_book import core_book

from factbook.book import Book
from factbook.check.lint import lint_queries
from factbook.query.stored_queries import check_queries, query_paths
from factbook.rdf.bridge import from_rdflib, to_rdflib
from factbook.rdf.parse import read_rdf
from factbook.store.answers import select
from factbook.store.embedded import EmbeddedEngine, load_store
from factbook.store.rules import derive, read_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pyoxigraph import NamedNode, Quad
    from tests.shapes.conftest import Checked

ROOT = Path(__file__).resolve().parents[2]
NAMED = set(query_paths(ROOT / "queries").values())
QUERIES = sorted(path for path in (ROOT / "queries").rglob("*.rq") if path not in NAMED)
CHECKS = check_queries(ROOT / "queries")


def by_rdflib(
    text: str, graphs: Iterable[tuple[NamedNode, Iterable[Quad]]]
) -> Counter[tuple[str, ...]]:
    """Return the rows that rdflib gives for a query over graphs and their merge."""
    dataset = Dataset(default_union=False)
    for name, quads in graphs:
        named = dataset.graph(URIRef(name.value))
        for triple in to_rdflib(quads, {}):
            named.add(triple)
            dataset.add(triple)
    result = dataset.query(text)
    return Counter(
        tuple(str(from_rdflib(row[name])) if name in row else "" for name in result.vars or ())
        for row in result.bindings
    )


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: str(check.name))
def test_check_gives_same_rows_in_both_engines(
    check: object, checked: Callable[[str], Checked]
) -> None:
    """Over the example market and its own bad example, row by row."""
    bad = checked("bad")
    query = next(query for query in CHECKS if query is check)
    files = [read_rdf(bad.places["market"]), read_rdf(bad.places[query.name])]
    files += [read_rdf(path) for path in bad.book.layout.root.glob("data/sources/chapter/*.ttl")]
    files += [
        read_rdf(path) for path in bad.book.layout.ontology_files() if "shapes" not in path.parts
    ]
    store = load_store(files)
    rules = read_rules(bad.book.layout.rules())
    stated = set(store)
    derive(store, rules)
    derived = [quad for quad in store if quad not in stated]

    rows = select(EmbeddedEngine(store), query.text)

    ours = Counter(tuple("" if term is None else str(term) for term in row) for row in rows)
    assert ours
    graphs = [*((file.graph, file.quads) for file in files), (rules.graph, derived)]
    assert by_rdflib(query.text, graphs) == ours


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: str(path.relative_to(ROOT / "queries")))
def test_check_and_rule_queries_have_no_findings(path: Path, core: Book) -> None:
    """Queries that cannot be asked by name break no rule; tests/queries has the others."""
    assert lint_queries([path], core).findings == ()


@pytest.fixture(scope="module")
def core() -> Book:
    """The book without imports."""
    return Book(core_book())
