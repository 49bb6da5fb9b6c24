"""`factbook link suggest` and `factbook link review`: find candidates and decide on them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from factbook.atomic_write import lock_folder
from factbook.cli.completion import complete_things
from factbook.cli.execution import interruptible
from factbook.cli.session import Session, pass_session
from factbook.cli.supervise import limit_options
from factbook.errors import UsageError
from factbook.link.client import open_target
from factbook.link.compiler import compile_mappings
from factbook.link.review import ROLE_OF, Decision, apply_decision, find_candidate
from factbook.link.suggest import load_checkpoint, register_things, suggest_mappings
from factbook.query.names import Names
from factbook.rdf.mapping_files import PREDICTED, UNSURE, mapping_path, read_mapping_files
from factbook.store.cache_folder import cache_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from factbook.book import Book
    from factbook.rdf.sssom import MappingRow

_VERDICT_KEYS = {"a": "accept", "r": "reject", "p": "park"}
_PAST_TENSE = {"accept": "accepted", "reject": "rejected", "park": "parked"}
_CANDIDATE_COLUMNS = (
    "subject_id",
    "subject_label",
    "object_id",
    "object_label",
    "confidence",
    "mapping_justification",
    "match_string",
    "comment",
)
at_option = click.option(
    "--at", metavar="URL", help="Send requests to this address (a mirror), not the registered one."
)
pause_option = click.option(
    "--pause",
    type=click.FloatRange(min=0),
    default=1.0,
    show_default=True,
    metavar="SECONDS",
    help="Seconds to wait between two requests.",
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
    help="Look only for this thing; may be repeated. [default: everything in the register]",
    shell_complete=complete_things(),
)
@click.option("--restart", is_flag=True, help="Start over instead of resuming an interrupted run.")
@at_option
@pause_option
@limit_options
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
    """Look for things of this book in another data set.

    Things are looked up by identifier first, then by name. Candidates are written to
    data/links/predicted.sssom.tsv only; decide on them with `factbook link review`. An interrupted
    run resumes where it stopped.
    """
    book = session.book
    client = open_target(book, target, at=at, pause=pause)
    iris = [Names.of(book).lookup_one(name, option="--thing").value for name in things]
    iris = iris or register_things(book)
    path = mapping_path(book.layout, PREDICTED).resolve()
    folder = cache_folder() or path.parent
    checkpoint = load_checkpoint(folder, target, str(at), str(path), *iris)
    if restart:
        checkpoint.done.clear()
    progress = progress_on_terminal(f"Asking {target}")
    report = interruptible(
        lambda: suggest_mappings(book, client, iris, checkpoint, progress=progress)
    )
    counts = ", ".join(f"{number} by {basis}" for basis, number in report.by_basis.items())
    resumed = f" ({report.resumed} in an earlier run)" if report.resumed else ""
    click.echo(
        f"{report.things} things looked up{resumed}: {counts}; {report.known} already known. "
        "See: factbook link review",
        err=True,
    )


@click.command(
    epilog="""\b
Examples:
  factbook link review
  factbook link review company:x wikidata:Q1 --accept --by "Ada Reviewer"
  factbook link review --unsure"""
)
@click.argument("pair", nargs=-1, metavar="[SUBJECT OBJECT]")
@click.option("--accept", "verdict", flag_value="accept", help="The mapping is right.")
@click.option("--reject", "verdict", flag_value="reject", help="The mapping is wrong.")
@click.option("--park", "verdict", flag_value="park", help="The mapping cannot be decided yet.")
@click.option("--by", envvar="FACTBOOK_REVIEWER", metavar="NAME", help="The reviewer's name.")
@click.option("--note", default="", metavar="TEXT", help="The reason, in a few words.")
@click.option("--unsure", is_flag=True, help="Review parked mappings instead of predicted ones.")
@click.option("--list", "only_list", is_flag=True, help="Only list the candidates.")
@limit_options
@pass_session
def review(  # noqa: PLR0913 - one for each option
    session: Session,
    *,
    pair: tuple[str, ...],
    verdict: str | None,
    by: str | None,
    note: str,
    unsure: bool,
    only_list: bool,
) -> None:
    """Accept, reject or park candidates.

    With a pair, decide on one candidate; on a terminal without a pair, review them one by one.
    Without a terminal, or with --list, the candidates are printed, the most confident first.
    """
    role = UNSURE if unsure else PREDICTED
    book = session.book
    files = read_mapping_files(book.layout)
    if pair:
        if len(pair) != len(("subject", "object")) or verdict is None:
            raise UsageError("give a subject, an object and one of --accept, --reject or --park")
        _decide(book, pair, verdict, by or "", note, role)
        return
    if verdict is not None:
        raise UsageError(f"--{verdict}: give the subject and the object of the candidate")
    waiting = sorted(files[role].rows, key=lambda row: (-row.confidence, row.pair))
    if only_list or not (sys.stdin.isatty() and sys.stdout.isatty()):
        click.echo("\t".join(_CANDIDATE_COLUMNS))
        for row in waiting:
            click.echo("\t".join(row[column] for column in _CANDIDATE_COLUMNS))
        return
    _review_interactively(book, waiting, by, role)


def _review_interactively(book: Book, waiting: list[MappingRow], by: str | None, role: str) -> None:

    if not waiting:
        click.echo("No candidates to review.", err=True)
        return
    reviewer = by or click.prompt("Your name", err=True)
    for number, row in enumerate(waiting, start=1):
        click.echo(f"\n{number} of {len(waiting)}  (confidence {row.confidence:g})")
        click.echo(f"  {row['subject_id']}  {row['subject_label']}")
        click.echo(f"  {row['object_id']}  {row['object_label']}")
        shared = " ".join(filter(None, (row["subject_match_field"], row["match_string"])))
        click.echo(f"  {row['mapping_justification']}  {shared}  {row['comment']}".rstrip())
        choice = click.prompt(
            "[a]ccept [r]eject [p]ark [s]kip [q]uit",
            type=click.Choice([*_VERDICT_KEYS, "s", "q"]),
            show_choices=False,
            err=True,
        )
        if choice == "q":
            return
        if choice in _VERDICT_KEYS:
            _decide(book, row.pair, _VERDICT_KEYS[choice], reviewer, "", role)


def _decide(  # noqa: PLR0913, PLR0917 - the options of `review`
    book: Book,
    pair: tuple[str, ...],
    verdict: str,
    reviewer: str,
    note: str,
    role: str,
) -> None:

    subject, obj = pair
    with lock_folder(mapping_path(book.layout, role).parent):
        files = read_mapping_files(book.layout)
        row = find_candidate(files, subject, obj, role=role)
        decided = apply_decision(files, row, Decision(verdict, reviewer, note), role=role)
        # The file that gains the row is written first: an interruption duplicates it, at worst
        decided.save(*dict.fromkeys((ROLE_OF[verdict], role)))
        compile_mappings(book).save()
    click.echo(f"{' '.join(row.pair)}: {_PAST_TENSE[verdict]}", err=True)


def progress_on_terminal(label: str) -> Callable[[int, int], None]:
    """Return a callback that shows progress on stderr if it is a terminal."""

    def show(done: int, total: int) -> None:
        if sys.stderr.isatty():
            line = "" if done >= total else f"{label}: {done} of {total} …"
            click.echo(f"\r\x1b[K{line}", nl=False, err=True)

    return show
