"""`factbook push`: load the book into a SPARQL store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from factbook.cli.execution import interruptible
from factbook.cli.session import Session, announce, pass_session
from factbook.cli.supervise import limit_options
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

The login comes from FACTBOOK_USER and FACTBOOK_PASSWORD, or from the netrc file; it is sent only by
https or to this machine. Oxigraph and Virtuoso need no other address; other stores need
--graph-store or --update. While a push runs, graphs that need several requests are incomplete.
After an interruption, run it again: every graph is replaced."""
)
@click.option("--endpoint", metavar="URL", help="The query endpoint of the store.")
@click.option("--graph-store", metavar="URL", help="Address for the Graph Store Protocol.")
@click.option("--update", metavar="URL", help="Address for SPARQL Update.")
@click.option(
    "--batch",
    "batch_size",
    type=click.IntRange(min=1),
    metavar="N",
    help="Statements per request. [default: 100,000; for --update 1,000]",
)
@click.option(
    "--prune",
    is_flag=True,
    help="Drop graphs in the namespaces of the book's graphs that the book no longer has.",
)
@limit_options
@pass_session
def command(  # noqa: PLR0913 - one for each option
    session: Session,
    *,
    endpoint: str | None,
    graph_store: str | None,
    update: str | None,
    batch_size: int | None,
    prune: bool,
) -> int:
    """Load the book into a SPARQL store: its sources, derived triples, and the merge.

    The merge goes to the default graph, or to the graph in the address's default-graph-uri.
    Afterwards, queries, show and check can use the store with --endpoint.
    """
    address = endpoint or session.endpoint
    if address is None:
        raise UsageError("give the store to load the book into: --endpoint URL")
    if session.leads:
        raise UsageError(
            "push cannot be combined with --leads: an endpoint cannot mark rows that need a lead"
        )
    from factbook.push.push_book import push
    from factbook.push.target import find_target

    book = session.local_book()

    def work() -> Outcome:
        target = find_target(address, graph_store=graph_store, update=update)
        return push(book, target, batch_size=batch_size, prune=prune, announce=announce)

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
            f"{graph} holds {difference.found:,} of {difference.sent:,} statements that were sent: "
            "the store merges different spellings of a value, or another client writes to it",
            err=True,
        )
    if outcome.orphans:
        names = ", ".join(f"<{graph.value}>" for graph in outcome.orphans[:_MOST_NAMED])
        more = len(outcome.orphans) - _MOST_NAMED
        verdict = "dropped" if outcome.pruned else "not in the book; --prune drops them"
        click.echo(
            f"graphs in the namespaces of the book, {verdict}: {names}"
            + (f" and {more} more" if more > 0 else ""),
            err=True,
        )
