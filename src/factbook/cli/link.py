"""`factbook link`: suggest, review, check, compile and count mappings to other data sets."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from factbook.atomic_write import atomic_write, lock_folder
from factbook.cli.execution import interruptible
from factbook.cli.link_candidates import (
    at_option,
    pause_option,
    progress_on_terminal,
    review,
    suggest,
)
from factbook.cli.output import with_output_options, write_listing
from factbook.cli.session import PATH, Session, pass_session
from factbook.cli.supervise import limit_options
from factbook.errors import DONE, FOUND, UsageError
from factbook.link.client import open_target
from factbook.link.compiler import compile_mappings, owl_same_as, to_ntriples
from factbook.link.suggest import register_things
from factbook.link.target_state import check_items, check_pages, repair
from factbook.rdf.mapping_files import (
    POSITIVE,
    ROLES,
    find_problems,
    mapping_path,
    read_mapping_files,
)
from factbook.render.result_formats import TABLE_FORMATS

if TYPE_CHECKING:
    from pathlib import Path

    from factbook.book import Book
    from factbook.cli.output import OutputOptions
    from factbook.link.target_state import StaleMapping
    from factbook.rdf.mapping_files import MappingFiles

_COUNT_COLUMNS = ("file", "target", "predicate", "ground", "mappings")


@click.group(
    epilog="""\b
Examples:
  factbook link stats
  factbook link suggest --target wikidata
  factbook link review
  factbook link check --target wikidata"""
)
def command() -> None:
    """Suggest, review, check and compile mappings to other data sets (SSSOM, in data/links)."""


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
    help="Query the state of items on this registered endpoint; may be repeated.",
)
@click.option("--pages", is_flag=True, help="Request every mapped web page.")
@click.option(
    "--fix",
    is_flag=True,
    help="Follow moved targets, move mappings of dead ones to unsure.sssom.tsv, and compile.",
)
@at_option
@pause_option
@limit_options
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
    """Find faults in the mapping files and, on request, stale targets.

    Without options, only local files are read. A target is stale if it is dead, moved or merged.
    """
    book = session.book
    if _report_faults(book):
        return FOUND
    stale = interruptible(
        lambda: _check_targets(book, targets=targets, pages=pages, at=at, pause=pause)
    )

    with lock_folder(mapping_path(book.layout, POSITIVE).parent):
        files = read_mapping_files(book.layout)
        for mapping in stale:
            click.echo(_stale_line(files, mapping))
        if stale and fix:
            repair(files, stale).save(*ROLES)
            _compile(book)
    if stale and fix:
        click.echo(f"Fixed {len(stale)}.", err=True)
    elif stale:
        click.echo("Use --fix to follow moved targets and park dead ones.", err=True)
    return FOUND if stale else DONE


def _report_faults(book: Book) -> int:
    """Print the faults of the mapping files and the files that are not compiled; count them."""
    problems = find_problems(book.layout)
    for problem in problems:
        click.echo(str(problem))
    if problems:
        return len(problems)
    stale = compile_mappings(book).stale()
    for path in stale:
        click.echo(f"{path}: differs from the mappings; run factbook link compile")
    return len(stale)


def _check_targets(
    book: Book, *, targets: tuple[str, ...], pages: bool, at: str | None, pause: float
) -> list[StaleMapping]:

    files = read_mapping_files(book.layout)
    all_stale = []
    for name in targets:
        target = open_target(book, name, at=at, pause=pause)
        all_stale += check_items(files, target, progress=progress_on_terminal(f"Asking {name}"))
    if pages:
        stale, undetermined = check_pages(
            files,
            wait=lambda: time.sleep(pause),
            progress=progress_on_terminal("Requesting pages"),
        )
        all_stale += stale
        for message in undetermined:
            click.echo(f"not checked: {message}", err=True)
    return all_stale


def _stale_line(files: MappingFiles, stale: StaleMapping) -> str:
    mappings = files[stale.role]
    start = f"{mappings.path}:{stale.row.line}:1: {' '.join(stale.row.pair)}: {stale.state}"
    if not stale.new_iri:
        return f"{start}; move it to unsure.sssom.tsv"
    return f"{start}; write {mappings.compress(stale.new_iri) or stale.new_iri}"


@command.command(
    "compile",
    epilog="""\b
Examples:
  factbook link compile
  factbook link compile --check""",
)
@click.option(
    "--owl",
    type=PATH,
    metavar="FILE",
    help="Write only owl:sameAs for mappings that a person confirmed, as N-Triples.",
)
@click.option(
    "--check", "only_check", is_flag=True, help="Write nothing; exit 1 if a file is out of date."
)
@limit_options
@pass_session
def compile_(session: Session, *, owl: Path | None, only_check: bool) -> int:
    """Compile the mappings to triples in the book's files.

    A thing gets schema:sameAs; a concept or term gets the predicate of its mapping. A negative
    mapping (Not) excludes the positive mapping of the same pair.
    """
    book = session.book
    if owl is None:
        return _compile(book, only_check=only_check)
    if only_check:
        raise UsageError("--check cannot be combined with --owl")

    triples = owl_same_as(read_mapping_files(book.layout))
    with atomic_write(owl) as file:
        file.write(to_ntriples(triples).encode())
    click.echo(f"Wrote {len(triples)} triples to {owl}.", err=True)
    return DONE


def _compile(book: Book, *, only_check: bool = False) -> int:

    compiled = compile_mappings(book)
    stale = compiled.stale()
    if not only_check:
        compiled.save()
    for path in stale:
        click.echo(f"{path}: {'out of date' if only_check else 'compiled'}", err=not only_check)
    return FOUND if stale and only_check else DONE


@command.command(epilog="\b\nExamples:\n  factbook link stats\n  factbook link stats -f csv")
@limit_options
@with_output_options(*TABLE_FORMATS)
@pass_session
def stats(session: Session, options: OutputOptions) -> None:
    """Count the mappings by file, target, predicate and justification."""
    files = read_mapping_files(session.book.layout)
    counts = list(files.counts())
    rows = [(c.role, c.target, c.predicate, c.justification, c.mappings) for c in counts]
    write_listing(_COUNT_COLUMNS, rows, options, title="Mappings")
    things = register_things(session.book)
    mapped = len(things) - len(files.unmapped(things))
    click.echo(
        f"{sum(counted.mappings for counted in counts)} mappings; {mapped} of {len(things)} things "
        "in the register have at least one",
        err=True,
    )
