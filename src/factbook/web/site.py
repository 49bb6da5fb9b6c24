"""What all parts of the explorer share: the book and where its things are found."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, cast

from flask import current_app

from factbook.web.addresses import Addresses, find_base

if TYPE_CHECKING:
    from factbook.api import Book

KEY = "factbook"


@dataclass(frozen=True)
class Limits:
    """What one query of a visitor may use."""

    seconds: float = 10.0
    memory: int = 512 << 20
    """Bytes of memory that a query may add to its process."""
    rows: int = 100_000
    size: int = 64 << 20
    """Bytes of an answer."""


@dataclass(frozen=True)
class Settings:
    """How the explorer is served."""

    trusted_hosts: tuple[str, ...] = ()
    """Names of this server besides localhost; requests for others are refused."""
    limits: Limits = field(default_factory=Limits)
    workers: int = 2
    """How many queries of visitors run at the same time."""


class Site:
    """A book as it is served."""

    def __init__(self, book: Book, settings: Settings) -> None:
        self.book = book
        self.settings = settings

    @cached_property
    def addresses(self) -> Addresses:
        """Where the things of the book are found on this site."""
        return Addresses(find_base(self.book))


def current_site() -> Site:
    """Return the site of the running request."""
    return cast("Site", current_app.extensions[KEY])
