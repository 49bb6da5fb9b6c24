"""A small book of firms with confusable names, and a reconciliation service over it."""

from __future__ import annotations

from pathlib import Path

import pytest

from factbook.book import Book
from factbook.link.reconcile import Service

BOOK = Path(__file__).parent / "book"
ADDRESS = "https://service.example/reconcile"


@pytest.fixture(scope="session")
def service() -> Service:
    """Return the service."""
    return Service(Book(BOOK, cache=False), address=f"{ADDRESS}/", name="Firms")
