"""`factbook queries`: list and search the stored queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from factbook.cli.output import with_output_options, write_listing
from factbook.cli.session import Session, pass_session
from factbook.errors import UsageError, did_you_mean
from factbook.query.stored_queries import all_queries
from factbook.render.result_formats import TABLE_FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterable

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
@with_output_options(*TABLE_FORMATS)
@pass_session
def command(session: Session, words: tuple[str, ...], wanted: OutputOptions) -> None:
    """List the stored queries, or those that have all WORDS in name, summary or tags."""
    known = all_queries(session.book.layout.queries)
    found = [query for query in known if _has_all(query, words)]
    if not found and words:
        names = [word for query in known for word in (query.name, *query.tags)]
        raise UsageError(
            f"No query about '{' '.join(words)}'.{did_you_mean(words[0], names)} "
            "See: factbook queries"
        )
    rows = [(query.group, query.name, query.summary, _parameters(query)) for query in found]
    write_listing(_HEADINGS, rows, wanted, title="Stored queries")


def _has_all(query: StoredQuery, words: Iterable[str]) -> bool:
    text = " ".join(
        (query.group, query.name, query.summary, query.question, query.description, *query.tags)
    ).casefold()
    return all(word.casefold() in text for word in words)


def _parameters(query: StoredQuery) -> str:
    return " ".join(
        f"--{parameter.name}" if parameter.required else f"[--{parameter.name}]"
        for parameter in query.parameters
    )
