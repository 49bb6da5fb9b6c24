"""`factbook link suggest`: candidates from an endpoint, into the predicted mappings."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from factbook.cli.background import interruptible
from factbook.cli.options import complete_thing
from factbook.cli.session import Session, pass_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from factbook.book import Book

_REGISTER = "register"
at_option = click.option(
    "--at", metavar="URL", help="Ask this address instead of the registered one, such as a mirror."
)
pause_option = click.option(
    "--pause",
    type=click.FloatRange(min=0),
    default=1.0,
    show_default=True,
    metavar="SECONDS",
    help="Wait so long between two requests.",
)


@click.command(
    epilog="""\b
Examples:
  factbook link suggest --target wikidata
  factbook link suggest --target dbpedia --thing NAME
  factbook link suggest --target https://example.org/sparql"""
)
@click.option(
    "--target", required=True, metavar="NAME", help="A registered endpoint, or an address."
)
@click.option(
    "--thing",
    "things",
    metavar="THING",
    multiple=True,
    help="Only for this thing; may be given again. [default: all of the register]",
    shell_complete=complete_thing,
)
@click.option("--restart", is_flag=True, help="Begin again instead of going on where a run ended.")
@at_option
@pause_option
@pass_session
def suggest(  # noqa: PLR0913 - one for each option
    session: Session,
    *,
    target: str,
    things: tuple[str, ...],
    restart: bool,
    at: str | None,
    pause: float,
) -> None:
    """Look for our things in another data set: by key first, by name where no key helps.

    What is found goes to data/links/predicted.sssom.tsv and nowhere else; `factbook link review`
    decides. A run that was interrupted goes on where it was.
    """
    from factbook.link.asking import target_of
    from factbook.link.journal import journal_for
    from factbook.link.sets import PREDICTED, file_of
    from factbook.link.suggest import suggest as run
    from factbook.store.snapshot import default_folder

    book = session.book
    asked = target_of(book, target, at=at, pause=pause)
    wanted = things_of(book, things)
    place = file_of(book.layout, PREDICTED)
    journal = journal_for(default_folder(), target, str(at), str(place.resolve()), *wanted)
    if restart:
        journal.done.clear()
    report = interruptible(
        lambda: run(book, asked, wanted, journal, progress=progress_on_terminal(f"Asking {target}"))
    )
    found = ", ".join(f"{number} by {ground}" for ground, number in report.by_ground.items())
    resumed = f" ({report.resumed} of them before)" if report.resumed else ""
    click.echo(
        f"{report.things} things looked for{resumed}: {found}; {report.known} known already. "
        "See: factbook link review",
        err=True,
    )


def things_of(book: Book, names: tuple[str, ...]) -> list[str]:
    """Return the IRIs of some things, or of all that the register declares."""
    if names:
        return [book.names.lookup_one(name, option="--thing").value for name in names]
    from pyoxigraph import NamedNode

    from factbook.rdf.parse import read_rdf

    folder = book.layout.root / "data" / _REGISTER
    found = {
        quad.subject.value
        for path in book.layout.data_files(leads=False)
        if path.is_relative_to(folder)
        for quad in read_rdf(path).quads
        if isinstance(quad.subject, NamedNode)
    }
    return sorted(found)


def progress_on_terminal(what: str) -> Callable[[int, int], None]:
    """Return what shows how far something has come, where somebody watches."""

    def show(done: int, everything: int) -> None:
        if sys.stderr.isatty():
            line = "" if done >= everything else f"{what}: {done} of {everything} …"
            click.echo(f"\r\x1b[K{line}", nl=False, err=True)

    return show
