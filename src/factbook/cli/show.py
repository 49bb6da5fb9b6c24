"""`factbook show THING`: one page about one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from factbook.cli.completion import complete_things
from factbook.cli.execution import interruptible
from factbook.cli.output import (
    DOCUMENT_FORMATS,
    document_format,
    may_style,
    terminal_width,
    with_output_options,
    write_document,
)
from factbook.cli.session import Session, pass_session
from factbook.cli.supervise import limit_options

if TYPE_CHECKING:
    from factbook.cli.output import OutputOptions
    from factbook.show.page import Page


@click.command(
    epilog="""The number in brackets after a fact is its source in the list at the end. Figures and
events are sorted from the newest to the oldest. On a pipe, lines are not wrapped.

\b
Examples:
  factbook show NAME
  factbook show NAME -o page.md
  factbook show NAME --asof 2025-06-30
  factbook show NAME --measure MEASURE
  factbook show NAME -f json"""
)
@click.argument("thing", shell_complete=complete_things())
@click.option(
    "--asof", metavar="DAY", help="Leave out figures and events after this day. [default: none]"
)
@click.option("--measure", metavar="NAME", help="Show only the figures of this measure.")
@limit_options
@with_output_options(*DOCUMENT_FORMATS)
@pass_session
def command(
    session: Session,
    thing: str,
    options: OutputOptions,
    asof: str | None,
    measure: str | None,
) -> None:
    """Show everything that the graph has on THING: names, figures, events, relations, sources.

    THING is the name, the CURIE or the IRI of anything in the graph, including measures, concepts,
    sources and properties.
    """
    form = document_format(options)
    to_file = options.output is not None
    page = interruptible(lambda: _gather(session, thing, asof, measure))
    write_document(_render(page, form, to_file=to_file), form, options)


def _gather(session: Session, thing: str, asof: str | None, measure: str | None) -> Page:
    from factbook.query.names import Names
    from factbook.show.gather import gather_page
    from factbook.show.page import keep_measure

    book = session.book
    names = Names.of(book)
    page = gather_page(book, names.lookup_one(thing), asof=asof)
    if measure is None:
        return page
    return keep_measure(page, measure, names)


def _render(page: Page, form: str, *, to_file: bool) -> str:
    if form == "json":
        from dataclasses import asdict

        from factbook.render.markup import drop_empty, format_json

        return format_json(drop_empty(asdict(page)))
    if form == "md":
        from factbook.show.markdown import as_markdown

        return as_markdown(page)
    from factbook.show.text import as_text

    if to_file:
        return as_text(page)
    return as_text(page, width=terminal_width(), style=may_style())
