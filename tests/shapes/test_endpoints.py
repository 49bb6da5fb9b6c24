"""Checks and shapes find at an endpoint what they find in the files."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from factbook.book import Book
from factbook.check.run import check_endpoint
from factbook.push.push_book import push
from factbook.push.target import find_target
from factbook.query.stored_queries import check_queries
from factbook.store.answers import select

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Servers
    from tests.shapes.conftest import Checked


@pytest.fixture(scope="module", params=["oxigraph", "virtuoso"])
def there(
    request: pytest.FixtureRequest, servers: Servers, checked: Callable[[str], Checked]
) -> Book:
    """Give the bad examples behind each kind of endpoint, brought there by a push."""
    book = checked("bad").book
    virtuoso = request.param == "virtuoso"
    server = servers.virtuoso() if virtuoso else servers.oxigraph()
    merge = f"?{urlencode({'default-graph-uri': 'urn:factbook:merge'})}" if virtuoso else ""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("FACTBOOK_USER", server.user or "nobody")
        environment.setenv("FACTBOOK_PASSWORD", server.password or "")
        push(book, find_target(server.query + merge), announce=lambda _: None)
    return Book(book.layout.root, endpoint=server.query + merge, cache=False)


def test_checks_give_same_rows_over_endpoint(
    there: Book, checked: Callable[[str], Checked]
) -> None:
    """Every check gives the same rows for the bad examples, term by term."""
    here = checked("bad").book

    for check in check_queries(here.layout.queries):
        expected = sorted(map(str, select(here.engine, check.text)))
        assert expected
        assert sorted(map(str, select(there.engine, check.text))) == expected, check.name


def test_rules_give_same_findings_over_endpoint(
    there: Book, checked: Callable[[str], Checked]
) -> None:
    """Every rule gives the same findings, except for lexical forms that a store does not keep."""
    expected = {(f.rule, f.label) for f in checked("bad").findings if f.focus}

    found = {(f.rule, f.label) for f in check_endpoint(there).findings}

    assert found
    assert found <= expected
    assert {rule for rule, _ in expected - found} <= {"literal-calendar", "literal-form"}
