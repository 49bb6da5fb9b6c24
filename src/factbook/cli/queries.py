"""`factbook queries`: list and search the stored queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from factbook.cli.output import with_output_options, write_listing
from factbook.cli.session import Session, pass_session
from factbook.cli.supervise import limit_options
from factbook.errors import UsageError
from factbook.query.stored_queries import all_queries
from factbook.render.result_formats import TABLE_FORMATS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from factbook.cli.output import OutputOptions
    from factbook.query.stored_queries import StoredQuery

_HEADINGS = ("group", "query", "summary", "parameters")


@click.command(
    epilog="""\b
Examples:
  factbook queries
  factbook queries company money
  factbook queries -f json"""
)
@click.argument("words", nargs=-1)
@limit_options
@with_output_options(*TABLE_FORMATS)
@pass_session
def command(session: Session, words: tuple[str, ...], options: OutputOptions) -> None:
    """List the stored queries, or those that match WORDS, the best first.

    WORDS match the name, group, question, tags, parameters or columns of a query, the names of its
    measures, or a thing that it takes as a parameter, which is then filled in. `factbook search`
    also finds things and other commands.
    """
    matches: Sequence[tuple[StoredQuery, Mapping[str, str]]]
    matches = [(query, {}) for query in all_queries(session.book.layout.queries)]
    if words:
        from factbook.search.search_book import search_queries

        text = " ".join(words)
        matches = [(query.query, query.options) for query in search_queries(session.book, text)]
        if not matches:
            raise UsageError(f"No query about '{text}'. See: factbook queries")
    rows = [
        (query.group, query.name, query.summary, _parameters(query, values))
        for query, values in matches
    ]
    write_listing(_HEADINGS, rows, options, title="Stored queries")


def _parameters(query: StoredQuery, values: Mapping[str, str]) -> str:
    return " ".join(
        values.get(parameter.name)
        or (f"--{parameter.name}" if parameter.required else f"[--{parameter.name}]")
        for parameter in query.parameters
    )
