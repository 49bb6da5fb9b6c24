"""Options that several commands share."""

from __future__ import annotations

from functools import update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.shell_completion import CompletionItem

T = TypeVar("T")


SERVICE_NAMES = ("--allow-service", "services")
SERVICE: dict[str, Any] = {
    "metavar": "NAME",
    "multiple": True,
    "help": "Let the query ask this registered endpoint (SERVICE); may be given again.",
}


class Wanted(NamedTuple):
    """The form in which an answer is wanted, and where."""

    format: str | None
    output: Path | None


def format_option(*names: str) -> click.Option:
    """Return the option -f, whose completions are these names."""
    return click.Option(
        ["-f", "--format"],
        metavar="FORMAT",
        help=f"One of {', '.join(names)}. [default: table on a terminal, else tsv]"
        if "table" in names
        else f"One of {', '.join(names)}.",
        shell_complete=lambda _ctx, _param, begun: [n for n in names if n.startswith(begun)],
    )


def output_option() -> click.Option:
    """Return the option -o."""
    return click.Option(
        ["-o", "--output"],
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Write to a file, whole or not at all; its ending chooses the format.",
    )


def service_option(function: Callable[..., T]) -> Callable[..., T]:
    """Give a command the option --allow-service, as its argument `services`."""
    return click.option(*SERVICE_NAMES, **SERVICE)(function)


def with_answer_options(*names: str) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Return the decorator that gives a command -f and -o, as its argument `wanted`."""

    def decorate(function: Callable[..., T]) -> Callable[..., T]:
        def command(*args: Any, **given: Any) -> T:  # noqa: ANN401 - whatever click has parsed
            return function(*args, wanted=taken(given), **given)

        wrapped = update_wrapper(command, function)
        wrapped.__dict__.setdefault("__click_params__", []).extend(
            (output_option(), format_option(*names))
        )
        return wrapped

    return decorate


def taken(given: dict[str, Any]) -> Wanted:
    """Take the values of -f and -o out of what click has parsed."""
    return Wanted(given.pop("format"), given.pop("output"))


def complete_thing(
    context: click.Context, option: click.Parameter, begun: str
) -> list[CompletionItem[str]]:
    """Return what a shell may offer for a thing."""
    from factbook.cli.complete import things

    return things()(context, option, begun)
