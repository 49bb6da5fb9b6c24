"""The servers of the tests: one test cannot take another's server away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factbook.store.answers import select

if TYPE_CHECKING:
    from tests.queries.conftest import Shelf


COUNT = "SELECT (COUNT(*) AS ?triples) WHERE { ?s ?p ?o }"


def test_next_test_gets_another_virtuoso(shelf: Shelf) -> None:
    """After the server has ended, a new one holds the book that is asked."""
    book = shelf("market")
    before = select(book.engine("virtuoso"), COUNT)
    started = book.shared.started
    assert started is not None
    started.process.kill()
    started.process.wait()

    assert select(book.engine("virtuoso"), COUNT) == before
