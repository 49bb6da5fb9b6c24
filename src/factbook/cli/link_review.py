"""`factbook link review`: list candidates, and accept, reject or park them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from factbook.cli.session import Session, pass_session
from factbook.errors import UsageError

if TYPE_CHECKING:
    from factbook.book import Book
    from factbook.link.sets import Links
    from factbook.link.sssom import Link

_KEYS = {"a": "accept", "r": "reject", "p": "park"}
_COLUMNS = (
    "subject_id",
    "subject_label",
    "object_id",
    "object_label",
    "confidence",
    "mapping_justification",
    "match_string",
    "comment",
)


@click.command(
    epilog="""\b
Examples:
  factbook link review
  factbook link review company:x wikidata:Q1 --accept --by "Ada Reviewer"
  factbook link review --unsure"""
)
@click.argument("pair", nargs=-1, metavar="[SUBJECT OBJECT]")
@click.option("--accept", "verdict", flag_value="accept", help="The mapping holds.")
@click.option("--reject", "verdict", flag_value="reject", help="The mapping does not hold.")
@click.option("--park", "verdict", flag_value="park", help="Nobody can tell yet.")
@click.option("--by", envvar="FACTBOOK_REVIEWER", metavar="NAME", help="Who decides.")
@click.option("--note", default="", metavar="TEXT", help="Why, in a few words.")
@click.option("--unsure", is_flag=True, help="Review what was parked instead.")
@click.option("--list", "only_list", is_flag=True, help="Only list the candidates.")
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
    """Decide on candidates: one that is named, or on a terminal all of them, one after the other.

    Without a terminal, or with --list, the candidates are printed, the surest first.
    """
    from factbook.link.sets import PREDICTED, UNSURE, links_of

    role = UNSURE if unsure else PREDICTED
    book = session.book
    links = links_of(book.layout)
    if pair:
        if len(pair) != len(("subject", "object")) or verdict is None:
            raise UsageError("name a subject and an object, and --accept, --reject or --park")
        _decide(book, links, pair, verdict, by or "", note, role)
        return
    if verdict is not None:
        raise UsageError(f"--{verdict}: name the subject and the object of the candidate")
    waiting = sorted(links[role].links, key=lambda link: (-link.confidence, link.pair))
    if only_list or not (sys.stdin.isatty() and sys.stdout.isatty()):
        click.echo("\t".join(_COLUMNS))
        for link in waiting:
            click.echo("\t".join(link[column] for column in _COLUMNS))
        return
    _ask(book, waiting, by, role)


def _ask(book: Book, waiting: list[Link], by: str | None, role: str) -> None:
    """Put one candidate after the other before somebody at a terminal."""
    from factbook.link.sets import links_of

    if not waiting:
        click.echo("Nothing waits for review.", err=True)
        return
    name = by or click.prompt("Who decides", err=True)
    for number, link in enumerate(waiting, start=1):
        click.echo(f"\n{number} of {len(waiting)}  (confidence {link.confidence:g})")
        click.echo(f"  {link['subject_id']}  {link['subject_label']}")
        click.echo(f"  {link['object_id']}  {link['object_label']}")
        ground = " ".join(filter(None, (link["subject_match_field"], link["match_string"])))
        click.echo(f"  {link['mapping_justification']}  {ground}  {link['comment']}".rstrip())
        choice = click.prompt(
            "[a]ccept [r]eject [p]ark [s]kip [q]uit",
            type=click.Choice([*_KEYS, "s", "q"]),
            show_choices=False,
            err=True,
        )
        if choice == "q":
            return
        if choice in _KEYS:
            _decide(book, links_of(book.layout), link.pair, _KEYS[choice], name, "", role)


def _decide(  # noqa: PLR0913, PLR0917 - the inner half of `review`
    book: Book,
    links: Links,
    pair: tuple[str, ...],
    verdict: str,
    by: str,
    note: str,
    role: str,
) -> None:
    from factbook.link.compile import compiled
    from factbook.link.review import ROLE_OF, Decision, candidate, decided

    subject, obj = pair
    link = candidate(links, subject, obj, role=role)
    target = ROLE_OF[verdict]
    # What gains the row is written first: an interruption leaves it twice, never lost
    decided(links, link, Decision(verdict, by, note), role=role).save(
        *dict.fromkeys((target, role))
    )
    compiled(book).save()
    click.echo(
        f"{link.pair[0]} {link.pair[1]}: {verdict}ed"
        if verdict != "park"
        else f"{link.pair[0]} {link.pair[1]}: parked",
        err=True,
    )
