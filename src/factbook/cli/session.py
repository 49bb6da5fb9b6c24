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
"""The type of a path; unreadable files are reported when opened, with exit code 3."""


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
    """Whether to print nothing on stderr, as during shell completion."""

    @classmethod
    def of_options(cls, options: Mapping[str, Any], *, quiet: bool = False) -> Self:
        """Return the session for the global options, some of which may be missing."""
        return cls(
            folder=options.get("book"),
            data=options.get("data") or (),
            base=options.get("base"),
            empty=bool(options.get("no_book")),
            endpoint=options.get("endpoint"),
            leads=bool(options.get("leads")),
            known_by=options.get("known_by"),
            cache=not options.get("no_cache"),
            quiet=quiet,
        )

    @cached_property
    def own_folder(self) -> Path | None:
        """The folder of --book, or else of the book around the working folder.

        None means the bundled book.
        """
        if self.folder is not None or self.empty:
            return self.folder
        try:
            folder = find_book(Path.cwd())
        except FileNotFoundError:  # the working folder was removed
            return None
        if folder is None or folder == bundled():
            return None
        if not self.quiet:
            click.echo(f"Reading the book in {folder}", err=True)
        return folder

    def say_default_book(self) -> None:
        """Name the book on stderr, unless an option names it."""
        if self.folder is None and not self.empty and self.own_folder is None:
            click.echo(f"Reading the book in {bundled()}", err=True)

    @cached_property
    def book(self) -> Book:
        """The book."""
        from factbook.book import Book

        return self._open(Book)

    def public_book(self) -> api.Book:
        """Return the book with the Python API."""
        from factbook import api

        return self._open(api.Book)

    def local_book(self) -> Book:
        """Return the book of the files, even with --endpoint."""
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
    """Return the session, even during shell completion, when no command runs."""
    if isinstance(context.obj, Session):
        return context.obj
    return Session.of_options(context.find_root().params, quiet=True)


def announce(line: str) -> None:
    """Show a progress line on a terminal; an empty text clears it."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{line}{' …' if line else ''}", nl=False, err=True)
