"""`factbook export`: the graph, or a part of it, as RDF, tables or a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from factbook.cli.background import interruptible
from factbook.cli.options import complete_thing, with_answer_options
from factbook.cli.output import open_output
from factbook.cli.session import Session, pass_session
from factbook.errors import UsageError
from factbook.export.export_book import (
    FOLDERS,
    FORMATS,
    Part,
    format_for,
    format_of,
    named_format,
    write_canonical_export,
    write_export,
    write_folder,
)
from factbook.rdf.formats import BY_NAME, syntax_named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from factbook.book import Book
    from factbook.cli.options import Wanted


@click.command(
    epilog="""\b
Profiles:
  full        everything, each source a named graph where the format has them
  schema.org  what schema.org has words for; its JSON-LD is nested and fit for a page
  simple      no observations, but the latest figure of each measure as a plain property
A book may define others: a stored query whose front matter names a profile.

\b
Examples:
  factbook export -o book.jsonld
  factbook export -f nquads -o book.nq.gz
  factbook export --thing NAME -f longturtle
  factbook export --profile schema.org -o pages.jsonld
  factbook export --profile simple --param asof=2025-01-01 -o then.ttl
  factbook export --profile simple -o network.graphml
  factbook export --rdf12 -o book.nt
  factbook export --canonical -o book.nq
  factbook export -f csvw -o tables
  factbook export --catalog -o catalog.ttl
  factbook export --query schema-org -o flat.ttl"""
)
@click.option(
    "--profile",
    metavar="NAME",
    default="full",
    show_default=True,
    help="In which terms: full, schema.org, simple, or another of the book.",
)
@click.option(
    "--thing",
    "things",
    metavar="THING",
    multiple=True,
    help="Only what concerns this thing; may be given again.",
    shell_complete=complete_thing,
)
@click.option(
    "--source",
    "sources",
    metavar="SOURCE",
    multiple=True,
    help="Only what it says; may be given again.",
    shell_complete=complete_thing,
)
@click.option("--query", metavar="NAME", help="Only what this stored query constructs.")
@click.option(
    "--param",
    "parameters",
    metavar="NAME=VALUE",
    multiple=True,
    help="A value for the stored query or the profile; may be given again.",
)
@click.option(
    "--rdf12",
    is_flag=True,
    help="Let each observation reify its thing, measure and value (RDF 1.2); Turtle and the like.",
)
@click.option(
    "--canonical",
    is_flag=True,
    help="Canonical N-Quads (RDFC-1.0); their SHA-256 and its cost go to stderr.",
)
@click.option(
    "--catalog",
    is_flag=True,
    help="Describe the book instead (DCAT 3, VoID): what there is, its exports, its queries.",
)
@with_answer_options(*FORMATS)
@pass_session
def command(  # noqa: PLR0913 - one for each option
    session: Session,
    *,
    profile: str,
    things: tuple[str, ...],
    sources: tuple[str, ...],
    query: str | None,
    parameters: tuple[str, ...],
    rdf12: bool,
    canonical: bool,
    catalog: bool,
    wanted: Wanted,
) -> None:
    """Write the graph, or a part of it: sorted, every literal as its file spells it.

    TriG, N-Quads and JSON-LD keep each source as a named graph; the other formats get the merge.
    The default is Turtle. Stored queries and profiles are answered by the query engine, which
    spells numbers in its own way: 1.50 as 1.5.

    csvw and parquet write a folder, -o DIR: a table for each class. csvw is CSV with metadata that
    say what each column means (CSV on the Web). Parquet needs pyarrow.
    """
    part = Part(
        profile=profile,
        things=things,
        sources=sources,
        query=query,
        values=_values(parameters),
        rdf12=rdf12,
    )
    book = session.book
    if catalog:
        if part != Part() or canonical:
            raise UsageError("--catalog describes the whole book: only -f and -o go with it")
        _write_catalog(book, wanted)
    elif canonical:
        _write_canonical(book, part, wanted)
    elif wanted.format in FOLDERS:
        _write_folder(book, part, wanted)
    else:
        name = _format(book, part, wanted)
        with open_output(wanted.output) as out:
            interruptible(lambda: write_export(book, part, name, out))


def _format(book: Book, part: Part, wanted: Wanted) -> str:
    """Return the format that is asked for, promised by the file's name, or usual."""
    if wanted.format is not None:
        return named_format(wanted.format)
    path = _file(wanted)
    return format_of(book, part) if path is None else format_for(path)


def _write_canonical(book: Book, part: Part, wanted: Wanted) -> None:
    if wanted.format is not None and syntax_named(wanted.format).name != "nquads":
        raise UsageError(f"--canonical is N-Quads: no -f {wanted.format} with it")
    with open_output(wanted.output) as out:
        made = interruptible(lambda: write_canonical_export(book, part, out))
    click.echo(
        f"RDFC-1.0, SHA-256 {made.sha256}: {made.quads} quads, {made.blank_nodes} blank nodes, "
        f"{made.seconds:.1f} s",
        err=True,
    )


def _write_catalog(book: Book, wanted: Wanted) -> None:
    name = _format(book, Part(), wanted)
    if name not in BY_NAME:
        raise UsageError(f"--catalog is RDF: one of {', '.join(BY_NAME)}, not {name}")
    from factbook.export.catalog.describe import write_catalog

    with open_output(wanted.output) as out:
        interruptible(lambda: write_catalog(book, name, out))


def _write_folder(book: Book, part: Part, wanted: Wanted) -> None:
    if (folder := _file(wanted)) is None:
        raise UsageError(f"-f {wanted.format} writes a folder of tables: name it with -o DIR")
    name = str(wanted.format)
    interruptible(lambda: write_folder(book, part, name, folder))


def _file(wanted: Wanted) -> Path | None:
    return None if wanted.output is None or str(wanted.output) == "-" else wanted.output


def _values(parameters: Sequence[str]) -> dict[str, str]:
    values = {}
    for parameter in parameters:
        name, equals, value = parameter.partition("=")
        if not equals:
            raise UsageError(f"--param: write it NAME=VALUE, not '{parameter}'")
        values[name.removeprefix("--")] = value
    return values
