"""What commands share: the session that the global options describe, and options of several."""

from __future__ import annotations

import sys
from functools import cached_property, update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from factbook.book import Book


class Session:
    """One run of the command line."""

    def __init__(
        self,
        *,
        folder: Path | None = None,
        data: tuple[Path, ...] = (),
        endpoint: str | None = None,
        leads: bool = False,
        cache: bool = True,
    ) -> None:
        self.folder = folder
        self.data = data
        self.endpoint = endpoint
        self.leads = leads
        self.cache = cache

    @cached_property
    def book(self) -> Book:
        """The book."""
        from factbook.book import Book

        return Book(
            self.folder,
            data=self.data,
            endpoint=self.endpoint,
            leads=self.leads,
            cache=self.cache,
            announce=announce,
        )

    def local_book(self) -> Book:
        """Return the book of the files, even if an endpoint is named."""
        from factbook.book import Book

        return Book(self.folder, data=self.data, cache=self.cache, announce=announce)


pass_session = click.make_pass_decorator(Session)


def session_of(context: click.Context) -> Session:
    """Return the session, also during shell completion, when no command runs."""
    if isinstance(context.obj, Session):
        return context.obj
    given = context.find_root().params
    return Session(
        folder=given.get("book"),
        data=given.get("data") or (),
        endpoint=given.get("endpoint"),
        leads=bool(given.get("leads")),
        cache=not given.get("no_cache"),
    )


def announce(line: str) -> None:
    """Show what takes time on a terminal, on a line that an empty text clears."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{line}{' …' if line else ''}", nl=False, err=True)


T = TypeVar("T")

_SERVICE_NAMES = ("--allow-service", "services")
_SERVICE: dict[str, Any] = {
    "metavar": "NAME",
    "multiple": True,
    "help": "Let the query ask this registered endpoint (SERVICE); may be given again.",
}


class Wanted(NamedTuple):
    """The format and the file that -f and -o ask for."""

    format: str | None
    output: Path | None


def format_option(*names: str) -> click.Option:
    """Return the option -f, which completes these names."""
    default = " [default: table on a terminal, else tsv]" if "table" in names else ""
    return click.Option(
        ["-f", "--format"],
        metavar="FORMAT",
        help=f"One of {', '.join(names)}.{default}",
        shell_complete=lambda _ctx, _param, prefix: [n for n in names if n.startswith(prefix)],
    )


def output_option() -> click.Option:
    """Return the option -o."""
    return click.Option(
        ["-o", "--output"],
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Write to a file, whole or not at all; its ending chooses the format.",
    )


def service_option() -> click.Option:
    """Return the option --allow-service, which becomes the argument `services`."""
    return click.Option(_SERVICE_NAMES, **_SERVICE)


def with_service_option(function: Callable[..., T]) -> Callable[..., T]:
    """Give a command the option --allow-service."""
    return click.option(*_SERVICE_NAMES, **_SERVICE)(function)


def with_answer_options(*names: str) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Return the decorator that gives a command -f and -o, as its argument `wanted`."""

    def decorate(function: Callable[..., T]) -> Callable[..., T]:
        def command(*args: Any, **values: Any) -> T:  # noqa: ANN401 - whatever click has parsed
            return function(*args, wanted=pop_wanted(values), **values)

        wrapped = update_wrapper(command, function)
        wrapped.__dict__.setdefault("__click_params__", []).extend(
            (output_option(), format_option(*names))
        )
        return wrapped

    return decorate


def pop_wanted(values: dict[str, Any]) -> Wanted:
    """Remove the values of -f and -o from what click has parsed and return them."""
    return Wanted(values.pop("format"), values.pop("output"))
