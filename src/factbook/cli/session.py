"""The session of a command: the book that the global options name, opened when first used."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import click

from factbook.layout import bundled, find_book

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from factbook import api
    from factbook.book import Book

B = TypeVar("B", bound="Book")
PATH = click.Path(path_type=Path, readable=False)
"""The type of a path; whoever opens a file says that it cannot be read, with exit code 3."""


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
    quiet: bool = False
    """Whether it says nothing on stderr, as during shell completion."""

    @classmethod
    def of_options(cls, given: Mapping[str, Any], *, quiet: bool = False) -> Self:
        """Return the session that the global options ask for; some may be missing."""
        return cls(
            folder=given.get("book"),
            data=given.get("data") or (),
            base=given.get("base"),
            empty=bool(given.get("no_book")),
            endpoint=given.get("endpoint"),
            leads=bool(given.get("leads")),
            known_by=given.get("known_by"),
            cache=not given.get("no_cache"),
            quiet=quiet,
        )

    @cached_property
    def own_folder(self) -> Path | None:
        """The folder of the book: the one given, or else the book around the working folder.

        None stands for the bundled book.
        """
        if self.folder is not None or self.empty:
            return self.folder
        try:
            found = find_book(Path.cwd())
        except FileNotFoundError:  # the working folder was removed
            return None
        if found is None or found == bundled():
            return None
        if not self.quiet:
            click.echo(f"Reading the book in {found}", err=True)
        return found

    def say_default_book(self) -> None:
        """Say on stderr which book is read, if no option says it."""
        if self.folder is None and not self.empty and self.own_folder is None:
            click.echo(f"Reading the book in {bundled()}", err=True)

    @cached_property
    def book(self) -> Book:
        """The book."""
        from factbook.book import Book

        return self._open(Book)

    def public_book(self) -> api.Book:
        """Return the book as Python code has it."""
        from factbook import api

        return self._open(api.Book)

    def local_book(self) -> Book:
        """Return the book of the files, even if an endpoint is named."""
        return replace(self, folder=self.own_folder, endpoint=None, leads=False).book

    def _open(self, kind: Callable[..., B]) -> B:
        return kind(
            self.own_folder,
            data=self.data,
            base=self.base,
            empty=self.empty,
            endpoint=self.endpoint,
            leads=self.leads,
            known_by=self.known_by,
            cache=self.cache,
            announce=announce,
        )


pass_session = click.make_pass_decorator(Session)


def get_session(context: click.Context) -> Session:
    """Return the session, also during shell completion, when no command runs."""
    if isinstance(context.obj, Session):
        return context.obj
    return Session.of_options(context.find_root().params, quiet=True)


def announce(line: str) -> None:
    """Show a progress line on a terminal; an empty text clears it."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{line}{' …' if line else ''}", nl=False, err=True)
