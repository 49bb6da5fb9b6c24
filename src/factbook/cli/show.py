"""`factbook show THING`: one page about one thing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from factbook.cli.background import interruptible
from factbook.cli.options import with_answer_options
from factbook.cli.output import may_style, opened, terminal_width
from factbook.cli.session import Session, pass_session
from factbook.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from factbook.cli.options import Wanted

_FORMATS = ("text", "md", "json")
_ENDINGS = {".txt": "text", ".md": "md", ".json": "json"}


@click.command(
    epilog="""Each number in brackets is a source in the list at the end: nothing stands on the page
without one. Figures and events come newest first. On a pipe the text has no line breaks of its own.

\b
Examples:
  factbook show NAME
  factbook show NAME -f md -o page.md
  factbook show NAME -f json"""
)
@click.argument("thing")
@with_answer_options(*_FORMATS)
@pass_session
def command(session: Session, thing: str, wanted: Wanted) -> None:
    """Show all that the graph has on THING: names, figures, events, relations, sources.

    THING is anything with a name, given by its name, its CURIE or its IRI: what the book is about,
    a measure, a concept, a source, a property.
    """
    form = _form(wanted)
    with opened(wanted.output) as out:
        out.write(
            interruptible(lambda: _written(session, thing, form, to_file=bool(wanted.output)))
        )


def _form(wanted: Wanted) -> str:
    if wanted.format is None:
        return _ENDINGS.get(wanted.output.suffix.lower(), "text") if wanted.output else "text"
    if wanted.format not in _FORMATS:
        raise UsageError(
            f"-f {wanted.format}: no such format.{did_you_mean(wanted.format, _FORMATS)} "
            f"Known: {', '.join(_FORMATS)}"
        )
    return wanted.format


def _written(session: Session, thing: str, form: str, *, to_file: bool) -> bytes:
    from factbook.show.gather import page_of

    book = session.book
    page = page_of(book, book.resolver.resolve(thing))
    if form == "json":
        from factbook.show.data import as_json

        return as_json(page).encode()
    if form == "md":
        from factbook.show.markdown import as_markdown

        return as_markdown(page).encode()
    from factbook.show.text import as_text

    if to_file:
        return as_text(page).encode()
    text = as_text(page, width=terminal_width(), style=may_style())
    return text.encode(sys.stdout.encoding or "utf-8", "replace")
