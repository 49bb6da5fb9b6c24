"""`factbook link`: mappings to other data sets: find, decide, check, compile and count them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from factbook.cli.background import interruptible
from factbook.cli.link_review import review
from factbook.cli.link_suggest import at_option, pause_option, progress_on_terminal, suggest
from factbook.cli.options import with_answer_options
from factbook.cli.output import write_listing
from factbook.cli.session import Session, pass_session
from factbook.errors import DONE, FOUND, UsageError
from factbook.render.formats import TABLE_FORMATS

if TYPE_CHECKING:
    from factbook.book import Book
    from factbook.cli.options import Wanted
    from factbook.link.sets import Links
    from factbook.link.targets import Moved

_COUNTED = ("file", "target", "predicate", "ground", "mappings")


@click.group(
    epilog="""\b
Examples:
  factbook link stats
  factbook link suggest --target wikidata
  factbook link review
  factbook link check --target wikidata"""
)
def command() -> None:
    """Find, decide, check and compile mappings to other data sets (SSSOM, in data/links)."""


command.add_command(suggest)
command.add_command(review)


@command.command(
    epilog="""\b
Examples:
  factbook link check
  factbook link check --target wikidata
  factbook link check --target wikidata --fix"""
)
@click.option(
    "--target",
    "targets",
    metavar="NAME",
    multiple=True,
    help="Ask this registered endpoint for the state of its items; may be given again.",
)
@click.option("--pages", is_flag=True, help="Ask for every mapped web page.")
@click.option("--fix", is_flag=True, help="Follow what moved, park what is dead, and compile.")
@at_option
@pause_option
@pass_session
def check(  # noqa: PLR0913 - one for each option
    session: Session,
    *,
    targets: tuple[str, ...],
    pages: bool,
    fix: bool,
    at: str | None,
    pause: float,
) -> int:
    """Find faults in the files of mappings; on request, targets that are dead, moved or merged.

    Without options only the files are read; nothing is asked of anybody.
    """
    book = session.book
    faults = _faults(book)
    if faults:
        return FOUND
    moved = interruptible(lambda: _moved(book, targets=targets, pages=pages, at=at, pause=pause))
    from factbook.link.sets import ROLES, links_of
    from factbook.link.targets import mended

    links = links_of(book.layout)
    for each in moved:
        click.echo(_line(links, each))
    if moved and fix:
        mended(links, moved).save(*ROLES)
        _compile(book)
        click.echo(f"Mended {len(moved)}.", err=True)
    elif moved:
        click.echo("To follow what moved and park what is dead: --fix", err=True)
    return FOUND if moved else DONE


def _faults(book: Book) -> int:
    """Print what is wrong in the files, and what is not compiled; return how much that is."""
    from factbook.link.compile import compiled
    from factbook.link.sets import problems_of

    problems = problems_of(book.layout)
    for problem in problems:
        click.echo(str(problem))
    if problems:
        return len(problems)
    stale = compiled(book).stale()
    for path in stale:
        click.echo(f"{path}: does not say what the mappings say: run factbook link compile")
    return len(stale)


def _moved(
    book: Book, *, targets: tuple[str, ...], pages: bool, at: str | None, pause: float
) -> list[Moved]:
    from factbook.link.asking import target_of
    from factbook.link.sets import links_of
    from factbook.link.targets import check_targets

    links = links_of(book.layout)
    found = []
    for name in targets:
        target = target_of(book, name, at=at, pause=pause)
        found += check_targets(links, target, progress=progress_on_terminal(f"Asking {name}"))
    if pages:
        from factbook.link.pages import check_pages

        asked, unjudged = check_pages(
            links, wait=lambda: time.sleep(pause), progress=progress_on_terminal("Asking pages")
        )
        found += asked
        for word in unjudged:
            click.echo(f"not judged: {word}", err=True)
    return found


def _line(links: Links, moved: Moved) -> str:
    own = links[moved.role]
    place = f"{own.path}:{moved.link.line}:1"
    subject, obj = moved.link.pair
    if not moved.now:
        return f"{place}: {subject} {obj}: {moved.state}; park it in unsure.sssom.tsv"
    return f"{place}: {subject} {obj}: {moved.state}; write {own.shortened(moved.now) or moved.now}"


@command.command(
    "compile",
    epilog="""\b
Examples:
  factbook link compile
  factbook link compile --check""",
)
@click.option(
    "--owl",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Instead write owl:sameAs for things that a person made sure of (N-Triples).",
)
@click.option("--check", "only_check", is_flag=True, help="Change nothing; exit 1 if it is due.")
@pass_session
def compile_(session: Session, *, owl: Path | None, only_check: bool) -> int:
    """Compile the mappings: schema:sameAs for things, skos:*Match for terms; Not beats both."""
    book = session.book
    if owl is not None:
        if only_check:
            raise UsageError("--check belongs to the compiled files, not to --owl")
        from factbook.atomic_write import atomic_write
        from factbook.link.compile import as_ntriples, linkset
        from factbook.link.sets import links_of

        triples = linkset(links_of(book.layout))
        with atomic_write(owl) as file:
            file.write(as_ntriples(triples).encode())
        click.echo(f"Wrote {len(triples)} triples to {owl}.", err=True)
        return DONE
    return _compile(book, only_check=only_check)


def _compile(book: Book, *, only_check: bool = False) -> int:
    from factbook.link.compile import compiled

    found = compiled(book)
    stale = found.stale()
    if not only_check:
        found.save()
    for path in stale:
        click.echo(f"{path}: {'is due' if only_check else 'compiled'}", err=not only_check)
    return FOUND if stale and only_check else DONE


@command.command(epilog="\b\nExamples:\n  factbook link stats\n  factbook link stats -f csv")
@with_answer_options(*TABLE_FORMATS)
@pass_session
def stats(session: Session, wanted: Wanted) -> None:
    """Count the mappings by file, target, predicate and ground."""
    from factbook.link.sets import links_of
    from factbook.link.stats import counts, unlinked

    book = session.book
    links = links_of(book.layout)
    found = list(counts(links))
    rows = [(each.role, each.target, each.predicate, each.ground, each.mappings) for each in found]
    write_listing(_COUNTED, rows, wanted, title="Mappings")
    from factbook.cli.link_suggest import things_of

    things = things_of(book, ())
    alone = unlinked(links, things)
    click.echo(
        f"{sum(each.mappings for each in found)} mappings; {len(things) - len(alone)} of "
        f"{len(things)} things of the register have one that holds",
        err=True,
    )
