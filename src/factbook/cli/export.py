"""`factbook export`: write the graph, or a part of it, as RDF, tables or a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from factbook.cli.completion import complete_things
from factbook.cli.execution import interruptible
from factbook.cli.output import open_output, with_output_options
from factbook.cli.session import Session, pass_session
from factbook.cli.supervise import limit_options
from factbook.errors import UsageError
from factbook.export.export_book import (
    FOLDERS,
    FORMATS,
    default_format,
    format_for,
    named_format,
    write_canonical_export,
    write_export,
    write_folder,
)
from factbook.export.selection import Part
from factbook.rdf.formats import BY_NAME, syntax_named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from factbook.book import Book
    from factbook.cli.output import OutputOptions


@click.command(
    epilog="""\b
Profiles:
  full        everything, each source a named graph if the format has them
  schema.org  statements in terms of schema.org; JSON-LD is nested, for web pages
  simple      the latest figure of each measure as a plain property
A book can define others: a stored query whose front matter names a profile.

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
  factbook export -f parquet --query NAME --param NAME=VALUE -o tables
  factbook export --catalog -o catalog.ttl
  factbook export --query schema-org -o flat.ttl"""
)
@click.option(
    "--profile",
    metavar="NAME",
    default="full",
    show_default=True,
    help="Vocabulary profile: full, schema.org, simple, or another of the book.",
)
@click.option(
    "--thing",
    "things",
    metavar="THING",
    multiple=True,
    help="Only statements about this thing; may be repeated.",
    shell_complete=complete_things(),
)
@click.option(
    "--source",
    "sources",
    metavar="SOURCE",
    multiple=True,
    help="Only statements by this source; may be repeated.",
    shell_complete=complete_things(),
)
@click.option("--query", metavar="NAME", help="Only the triples or the table of this stored query.")
@click.option(
    "--param",
    "parameters",
    metavar="NAME=VALUE",
    multiple=True,
    help="A parameter of the stored query or the profile; may be repeated.",
)
@click.option(
    "--rdf12",
    is_flag=True,
    help="Reify the thing, measure and value of each observation (RDF 1.2); Turtle and N-Triples.",
)
@click.option(
    "--derived",
    is_flag=True,
    help="Include all derived triples, such as the days on which a figure is the latest.",
)
@click.option(
    "--canonical",
    is_flag=True,
    help="Write canonical N-Quads (RDFC-1.0) and their SHA-256 to stderr.",
)
@click.option(
    "--catalog",
    is_flag=True,
    help="Write a description of the book (DCAT 3, VoID) instead of its content.",
)
@limit_options
@with_output_options(*FORMATS)
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
    derived: bool,
    canonical: bool,
    catalog: bool,
    options: OutputOptions,
) -> None:
    """Write the graph, or a part of it: sorted, every literal as its file spells it.

    TriG, N-Quads and JSON-LD have each source as a named graph; the other formats have the merge.
    The default is Turtle. Stored queries and profiles have the literals of the query engine, which
    normalizes numbers: 1.50 to 1.5.

    csvw and parquet write a folder, -o DIR, with a table for each stored query with the tag
    'table', or for the one of --query. csvw is CSV with metadata that describes the columns (CSV on
    the Web). Parquet needs the extra factbook[tables], graphml the extra factbook[graphml].
    """
    part = Part(
        profile=profile,
        things=things,
        sources=sources,
        query=query,
        values=_values(parameters),
        rdf12=rdf12,
        derived=derived,
    )
    book = session.book
    if catalog:
        if part != Part() or canonical:
            raise UsageError("--catalog can be combined only with -f and -o")
        if session.empty:
            raise UsageError("--catalog describes a book, and --no-book leaves it out")
        _write_catalog(book, options)
    elif canonical:
        _write_canonical(book, part, options)
    elif options.format in FOLDERS:
        _write_folder(book, part, options)
    else:
        name = _format(book, part, options)
        with open_output(options.output) as out:
            interruptible(lambda: write_export(book, part, name, out))


def _format(book: Book, part: Part, options: OutputOptions) -> str:
    """Return the chosen format, that of the file's suffix, or the default."""
    if options.format is not None:
        return named_format(options.format)
    path = _file(options)
    return default_format(book, part) if path is None else format_for(path)


def _write_canonical(book: Book, part: Part, options: OutputOptions) -> None:
    if options.format is not None and syntax_named(options.format).name != "nquads":
        raise UsageError(
            f"--canonical cannot be combined with -f {options.format}: it writes N-Quads"
        )
    with open_output(options.output) as out:
        result = interruptible(lambda: write_canonical_export(book, part, out))
    click.echo(
        f"RDFC-1.0, SHA-256 {result.sha256}: {result.quads} quads, "
        f"{result.blank_nodes} blank nodes, {result.seconds:.1f} s",
        err=True,
    )


def _write_catalog(book: Book, options: OutputOptions) -> None:
    name = _format(book, Part(), options)
    if name not in BY_NAME:
        raise UsageError(
            f"--catalog cannot be written as {name}; choose one of {', '.join(BY_NAME)}"
        )
    from factbook.export.catalog import write_catalog

    with open_output(options.output) as out:
        interruptible(lambda: write_catalog(book, name, out))


def _write_folder(book: Book, part: Part, options: OutputOptions) -> None:
    if (folder := _file(options)) is None:
        raise UsageError(f"-f {options.format} writes a folder of tables: add -o DIR")
    name = str(options.format)
    interruptible(lambda: write_folder(book, part, name, folder, csv_safe=options.csv_safe))


def _file(options: OutputOptions) -> Path | None:
    return None if options.output is None or str(options.output) == "-" else options.output


def _values(parameters: Sequence[str]) -> dict[str, str]:
    values = {}
    for parameter in parameters:
        name, equals, value = parameter.partition("=")
        if not equals:
            raise UsageError(f"--param takes NAME=VALUE, not '{parameter}'")
        values[name.removeprefix("--")] = value
    return values
