"""`factbook push`: fill a SPARQL store with the book, so that it answers for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from factbook.cli.background import interruptible
from factbook.cli.session import Session, announce, pass_session
from factbook.errors import DONE, FOUND, UsageError

if TYPE_CHECKING:
    from factbook.push.push_book import Outcome

_MOST_NAMED = 5


@click.command(
    epilog="""\b
Examples:
  factbook push --endpoint http://localhost:7878/query
  factbook push --endpoint 'http://localhost:8890/sparql?default-graph-uri=urn:factbook:merge'
  factbook --endpoint http://localhost:7878/query query NAME

A login comes from FACTBOOK_USER and FACTBOOK_PASSWORD, or from the netrc file; it goes out by https
or to this machine only. Where to write is known for Oxigraph and Virtuoso; other stores need
--graph-store or --update. Until it is done, a graph of more than one request is incomplete; after
an interruption, run it again: every graph is replaced whole."""
)
@click.option("--endpoint", metavar="URL", help="Where the store answers queries.")
@click.option("--graph-store", metavar="URL", help="Where it speaks the Graph Store Protocol.")
@click.option("--update", metavar="URL", help="Where it takes SPARQL updates.")
@click.option(
    "--batch",
    type=click.IntRange(min=1),
    metavar="N",
    help="Statements in one request. [default: 100,000; for --update 1,000]",
)
@click.option(
    "--prune",
    is_flag=True,
    help="Drop graphs in the namespaces of the book's graphs that it no longer has.",
)
@pass_session
def command(  # noqa: PLR0913 - one for each option
    session: Session,
    *,
    endpoint: str | None,
    graph_store: str | None,
    update: str | None,
    batch: int | None,
    prune: bool,
) -> int:
    """Fill a SPARQL store with the book: each source as a named graph, and the merge.

    The merge goes into the default graph, or into the graph that the address names with
    default-graph-uri. Then queries, show and check run there with --endpoint.
    """
    address = endpoint or session.endpoint
    if address is None:
        raise UsageError("say where to: factbook push --endpoint URL")
    if session.leads:
        raise UsageError("--leads: an endpoint could not mark what rests on a lead; push without")
    from factbook.push.push_book import push
    from factbook.push.target import target_of

    book = session.local_book()

    def work() -> Outcome:
        target = target_of(address, graph_store=graph_store, update=update)
        return push(book.paths(), target, piece=batch, prune=prune, announce=announce)

    try:
        outcome = interruptible(work)
    finally:
        announce("")
    _report(outcome, address)
    return FOUND if outcome.differences else DONE


def _report(outcome: Outcome, address: str) -> None:
    click.echo(
        f"{address} now holds {outcome.graphs:,} graphs, {outcome.triples:,} statements in all",
        err=True,
    )
    for difference in outcome.differences:
        graph = f"graph <{difference.graph.value}>" if difference.graph else "the merge"
        click.echo(
            f"{graph} holds {difference.there:,} statements of {difference.sent:,} that were sent: "
            "the store takes different spellings of a value for one, or somebody else writes to it",
            err=True,
        )
    if outcome.strangers:
        names = ", ".join(f"<{graph.value}>" for graph in outcome.strangers[:_MOST_NAMED])
        more = len(outcome.strangers) - _MOST_NAMED
        done = "dropped" if outcome.pruned else "not in the book, --prune drops them"
        click.echo(
            f"graphs named like the book's, {done}: {names}"
            + (f" and {more} more" if more > 0 else ""),
            err=True,
        )
