"""The check of an endpoint finds what the check of the files finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from factbook.book import Book
from factbook.check.plan import Plan
from factbook.check.run import check_book, check_endpoint
from factbook.errors import UsageError
from factbook.rdf.parse import read_rdf
from factbook.store.embedded import dataset

if TYPE_CHECKING:
    from tests.conftest import Servers

    from factbook.check.findings import Outcome


def told(outcome: Outcome) -> set[tuple[str, str, str, str]]:
    """Return what findings say apart from their place."""
    return {(f.rule, f.label, f.property, f.value) for f in outcome.findings}


@pytest.fixture
def served(river_book: Book, servers: Servers) -> Book:
    """The book about rivers, its graph behind an endpoint."""
    server = servers.oxigraph(dataset(read_rdf(path) for path in river_book.paths(leads=True)))
    return Book(river_book.layout.root, endpoint=server.query)


def test_check_endpoint_finds_the_same_as_check_book(river_book: Book, served: Book) -> None:
    """Shapes and check queries find the same; only rules for literals need the files."""
    here = {row for row in told(check_book(river_book)) if row[0] != "literal-calendar"}

    there = check_endpoint(served)

    names = {row[:2] for row in here}
    assert {row[:2] for row in told(there)} == names
    assert all(finding.path is None for finding in there.findings)


def test_check_endpoint_uses_given_shapes(served: Book) -> None:
    """Given shapes replace those of the book, and its check queries are not run."""
    shapes = served.layout.root / "ontology" / "shapes" / "river.ttl"

    outcome = Plan(served, shapes=(shapes,), rules=("river-length",)).run()

    assert {finding.rule for finding in outcome.findings} == {"river-length"}
    assert "dry-river" not in outcome.rules


@pytest.mark.parametrize(
    "plan_of",
    [
        lambda book: Plan(book, files=(book.layout.root,)),
        lambda book: Plan(book, engine="pyshacl"),
        lambda book: Plan(book, rules=("dry-rivers",)),
    ],
    ids=["files", "pyshacl", "unknown rule"],
)
def test_plan_rejects_options_that_need_local_data(served: Book, plan_of: object) -> None:
    """Files and pySHACL need local data, which an endpoint does not give."""
    assert callable(plan_of)

    with pytest.raises(UsageError):
        plan_of(served).run()


def test_check_endpoint_skips_checks_that_need_named_graphs(
    river_book: Book, servers: Servers
) -> None:
    """If the endpoint has one graph only, checks of sources are skipped with a note."""
    path = river_book.layout.queries / "checks" / "lonely-source.rq"
    path.write_text(
        "#+ summary: a\n#+ problem: b\n#+ fix: c\n"
        "SELECT ?focus WHERE { GRAPH ?focus { ?s ?p ?o } } ORDER BY ?focus",
        encoding="utf-8",
    )
    quads = (quad for path in river_book.paths(leads=True) for quad in read_rdf(path).quads)
    book = Book(river_book.layout.root, endpoint=servers.oxigraph(quads).query)

    outcome = check_endpoint(book)

    assert "lonely-source" in outcome.notes[0]
    assert "lonely-source" not in {finding.rule for finding in outcome.findings}
