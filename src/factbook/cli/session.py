"""The session of a command: the book that the global options name, opened when first used."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path

    from factbook import api
    from factbook.book import Book


@dataclass
class Session:
    """One run of the command line."""

    folder: Path | None = None
    data: tuple[Path, ...] = ()
    base: str | None = None
    empty: bool = False
    endpoint: str | None = None
    leads: bool = False
    known_by: str | None = None
    cache: bool = True

    @cached_property
    def book(self) -> Book:
        """The book."""
        from factbook.book import Book

        return Book(
            self.folder,
            data=self.data,
            base=self.base,
            empty=self.empty,
            endpoint=self.endpoint,
            leads=self.leads,
            known_by=self.known_by,
            cache=self.cache,
            announce=announce,
        )

    def public_book(self) -> api.Book:
        """Return the book as Python code has it."""
        from factbook import api

        return api.Book(
            self.folder,
            data=self.data,
            base=self.base,
            empty=self.empty,
            endpoint=self.endpoint,
            leads=self.leads,
            known_by=self.known_by,
            cache=self.cache,
            announce=announce,
        )

    def local_book(self) -> Book:
        """Return the book of the files, even if an endpoint is named."""
        from factbook.book import Book

        return Book(
            self.folder,
            data=self.data,
            base=self.base,
            empty=self.empty,
            known_by=self.known_by,
            cache=self.cache,
            announce=announce,
        )


pass_session = click.make_pass_decorator(Session)


def get_session(context: click.Context) -> Session:
    """Return the session, also during shell completion, when no command runs."""
    if isinstance(context.obj, Session):
        return context.obj
    given = context.find_root().params
    return Session(
        folder=given.get("book"),
        data=given.get("data") or (),
        base=given.get("base"),
        empty=bool(given.get("no_book")),
        endpoint=given.get("endpoint"),
        leads=bool(given.get("leads")),
        known_by=given.get("known_by"),
        cache=not given.get("no_cache"),
    )


def announce(line: str) -> None:
    """Show a progress line on a terminal; an empty text clears it."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{line}{' …' if line else ''}", nl=False, err=True)
