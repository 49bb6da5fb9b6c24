"""`factbook search`: find things, terms, measures and queries, with commands for each."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from factbook.cli.execution import interruptible
from factbook.cli.output import (
    choose_answer_format,
    may_style,
    open_output,
    terminal_width,
    with_output_options,
    write_listing,
)
from factbook.cli.session import Session, pass_session
from factbook.cli.supervise import limit_options
from factbook.errors import UsageError
from factbook.render.result_formats import TABLE_FORMATS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from factbook.cli.output import OutputOptions
    from factbook.search.search_book import Hit

_HEADINGS = ("name", "kind", "iri", "description", "also", "commands")
_INDENT = 2
_MOST_ALIASES = 4
_MOST_LINES = 3
_WIDTH = 80
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


@click.command(
    epilog="""\b
Examples:
  factbook search WORD
  factbook search "MEASURE of THING" -f json"""
)
@click.argument("words", nargs=-1, required=True)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="The maximum number of hits.",
)
@limit_options
@with_output_options(*TABLE_FORMATS)
@pass_session
def command(
    session: Session, words: tuple[str, ...], options: OutputOptions, *, limit: int
) -> None:
    """Find things, concepts with their definitions, measures and stored queries by WORDS.

    WORDS may be names, aliases, tickers, terms or a question; misspellings are tolerated. Each hit
    has commands that say more about it.
    """
    from factbook.search.search_book import search

    text = " ".join(words)
    hits = interruptible(lambda: search(session.book, text, limit=limit))
    if not hits:
        raise UsageError(f"Nothing in the book matches '{text}'. See: factbook queries")
    if choose_answer_format(options) == "table":
        page = _lay_out(hits, width=terminal_width() or _WIDTH, bold=may_style())
        with open_output(options.output) as out:
            out.write(page.encode(sys.stdout.encoding or "utf-8", "replace"))
        return
    rows = [
        (
            hit.name,
            hit.kind,
            hit.iri or "",
            hit.description,
            "; ".join(hit.also),
            "; ".join(hit.commands),
        )
        for hit in hits
    ]
    write_listing(_HEADINGS, rows, options, title=f"Search: {text}")


def _lay_out(hits: Sequence[Hit], *, width: int, bold: bool) -> str:
    """Return each hit as a block: its name and kind, description and commands."""
    from factbook.render.humanize import make_printable
    from factbook.render.terminal import wrap

    margin = " " * _INDENT
    lines: list[str] = []
    for hit in hits:
        name, kind = make_printable(hit.name), make_printable(hit.kind)
        heading = f"{_BOLD}{name}{_PLAIN}" if bold else name
        lines += ["", f"{heading} ({kind})"]
        if hit.also:
            also = make_printable(", ".join(hit.also[:_MOST_ALIASES]))
            lines += [f"{margin}{line}" for line in wrap(f"also {also}", width - _INDENT)]
        description = wrap(make_printable(hit.description), width - _INDENT)
        if len(description) > _MOST_LINES:
            description = [
                *description[: _MOST_LINES - 1],
                f"{description[_MOST_LINES - 1][: width - 4]} …",
            ]
        lines += [f"{margin}{line}" for line in description if line]
        lines += [f"{margin}> {call}" for call in hit.commands]
    return "".join(f"{line}\n" for line in lines[1:])
