"""The bundled book, an application over it, and a client without a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("flask")

from factbook.api import Book
from factbook.web.app import create_app

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient


@pytest.fixture(scope="session")
def book() -> Book:
    """Return the bundled book."""
    return Book()


@pytest.fixture(scope="session")
def app(book: Book) -> Flask:
    """Return the application over the bundled book."""
    return create_app(book)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a client that asks the application directly."""
    return app.test_client()
