"""`factbook mcp`: serve the book to an AI assistant over stdio."""

from __future__ import annotations

import click

from factbook.cli.session import Session, pass_session
from factbook.cli.supervise import query_limit_options
from factbook.errors import UsageError


@click.command(
    epilog="""The assistant gets tools to search, to run the stored queries with typed parameters,
to show and compare things, and to verify the numbers of a text. Each cell of an answer names its
observations, dates and sources.

\b
Examples:
  factbook mcp
  factbook --book my-book mcp --allow-sparql"""
)
@click.option("--allow-sparql", is_flag=True, help="Let the assistant run its own SPARQL.")
@query_limit_options(seconds=30.0)
@pass_session
def command(session: Session, *, allow_sparql: bool, timeout: float, megabytes: int) -> None:
    """Serve the book to an AI assistant (Model Context Protocol) over stdin and stdout."""
    try:
        from factbook.mcp.server import create_server
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"mcp", "pydantic"}:
            raise
        raise UsageError("factbook mcp needs more packages: pip install 'factbook[mcp]'") from None
    from factbook.mcp.limited_books import LimitedBooks
    from factbook.store.query_limits import Limits

    limits = Limits(seconds=timeout, memory=megabytes << 20)
    books = LimitedBooks(session.public_book(), limits)
    try:
        create_server(books, allow_sparql=allow_sparql).run("stdio")
    finally:
        books.close()
