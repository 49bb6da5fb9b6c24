"""The bundled book, an application over it, and a client without a server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.core_book import core_book

pytest.importorskip("flask")

from flask.testing import FlaskClient

from factbook.api import Book
from factbook.web.app import create_app
from factbook.web.site import KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from werkzeug.test import TestResponse


@pytest.fixture(scope="session")
def book() -> Book:
    """Return the bundled book."""
    return Book(core_book())


@pytest.fixture(scope="session")
def app(book: Book) -> Iterator[Flask]:
    """Give the application over the bundled book."""
    made = create_app(book)
    made.test_client_class = Client
    yield made
    made.extensions[KEY].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a client that asks the application directly."""
    return app.test_client()


class Client(FlaskClient):
    """A client that reads every answer to its end, so that no file stays open."""

    def open(self, *args: Any, **values: Any) -> TestResponse:  # noqa: ANN401 - as Flask has it
        """Send a request."""
        return super().open(*args, **{"buffered": True, **values})
