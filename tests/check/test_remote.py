"""An endpoint is checked by queries that go there, and gives the findings that the files give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from factbook.book import Book
from factbook.check.remote import check_endpoint
from factbook.check.request import Request
from factbook.check.run import check_book
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


def test_an_endpoint_gives_the_findings_of_the_files(river_book: Book, served: Book) -> None:
    """Shapes and checks find the same there; only the lexical forms need the files."""
    here = {row for row in told(check_book(river_book)) if row[0] != "literal-calendar"}

    there = check_endpoint(served)

    names = {row[:2] for row in here}
    assert {row[:2] for row in told(there)} == names
    assert all(finding.path is None for finding in there.findings)


def test_an_endpoint_is_checked_by_other_shapes(served: Book) -> None:
    """Shapes that are named take the place of the book's, and its checks are left out."""
    shapes = served.layout.root / "ontology" / "shapes" / "river.ttl"

    outcome = Request(served, shapes=(shapes,), rules=("river-length",)).run()

    assert {finding.rule for finding in outcome.findings} == {"river-length"}
    assert "dry-river" not in outcome.rules


@pytest.mark.parametrize(
    "request_of",
    [
        lambda book: Request(book, files=(book.layout.root,)),
        lambda book: Request(book, engine="pyshacl"),
        lambda book: Request(book, rules=("dry-rivers",)),
    ],
    ids=["files", "pyshacl", "unknown rule"],
)
def test_what_an_endpoint_cannot_do_is_refused(served: Book, request_of: object) -> None:
    """Files and pySHACL need the data here."""
    assert callable(request_of)

    with pytest.raises(UsageError):
        request_of(served).run()


def test_checks_over_sources_need_named_graphs(river_book: Book, servers: Servers) -> None:
    """Where everything lies in one graph, a check of sources is left out, and that is said."""
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
