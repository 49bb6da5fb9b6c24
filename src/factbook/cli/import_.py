"""`factbook import`: turn a table into a source file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from factbook.cli.execution import interruptible
from factbook.cli.session import PATH, Session, announce, pass_session
from factbook.cli.supervise import limit_options
from factbook.errors import UsageError
from factbook.render.humanize import format_path

if TYPE_CHECKING:
    from pathlib import Path

    from factbook.imports.import_table import Imported
    from factbook.imports.things import UnknownName


@click.command(
    epilog="""A mapping is queries/imports/NAME.rq: a CONSTRUCT in which each column is a variable
and each row a solution, with front matter that describes the table; see docs/imports.md. The same
table gives the same bytes; a newer version gives a new source, which replaces the old one.

Exit codes: 0 done; 2 wrong usage; 3 the table does not match the mapping, or has an unknown name:
nothing is written.

\b
Examples:
  factbook import NAME table.csv
  factbook import NAME table.csv --dry-run
  factbook import NAME newer.csv --published 2025-10-01
  factbook import mapping.rq table.csv -o table.nq"""
)
@click.argument("mapping", metavar="NAME|MAPPING.rq")
@click.argument("files", nargs=-1, required=True, type=PATH, metavar="FILE…")
@click.option(
    "--propose", is_flag=True, help="Add names that are not in the register to a file in it."
)
@click.option(
    "-o",
    "--output",
    type=PATH,
    metavar="DIR|FILE.nq",
    help="A folder for the source, or a file of N-Quads. [default: data/sources of the book]",
)
@click.option("--published", metavar="DAY", help="The day of this version of the table.")
@click.option("--read", metavar="DAY", help="The day on which it was read. [default: today]")
@click.option("--dry-run", is_flag=True, help="Write nothing; say what would be imported.")
@limit_options
@pass_session
def command(  # noqa: PLR0913, PLR0917 - one for each option
    session: Session,
    mapping: str,
    files: tuple[Path, ...],
    output: Path | None,
    published: str | None,
    read: str | None,
    *,
    propose: bool,
    dry_run: bool,
) -> None:
    """Turn the table in FILE (CSV, TSV, JSON, JSON Lines, Parquet) into a source file."""
    from factbook.imports.import_table import ImportRequest, import_table
    from factbook.imports.mapping import find_mapping, require_day
    from factbook.imports.things import UnknownNamesError

    for option, day in (("--published", published), ("--read", read)):
        if day is not None:
            require_day(option, day, UsageError)
    book = session.local_book()
    request = ImportRequest(
        mapping=find_mapping(book.layout.queries, mapping),
        files=files,
        output=output,
        published=published,
        read=read,
        proposes=propose,
        dry_run=dry_run,
    )
    try:
        imported = interruptible(lambda: import_table(book, request, announce=announce))
    except UnknownNamesError as error:
        announce("")
        for name in error.names:
            click.echo(_describe(name))
        raise
    for path in imported.paths:
        click.echo(format_path(path))
    for line in _report(imported):
        click.echo(line, err=True)


def _describe(name: UnknownName) -> str:
    rows = "1 row" if name.rows == 1 else f"{name.rows:,} rows"
    return f"{name.kind} '{name.name}' ({name.column}, {rows}){name.hint}"


def _report(imported: Imported) -> list[str]:
    report = imported.report
    lines = [f"{report.imported:,} of {report.rows:,} rows imported"]
    lines += [f"{count:,} left out: {why}" for count, why in report.left_out]
    if imported.withdrawn:
        lines.append(f"{imported.withdrawn:,} figures of the version before are withdrawn")
    if imported.proposed:
        lines.append(f"{len(imported.proposed):,} names proposed for the register:")
        lines += [f"  {_describe(name)}" for name in imported.proposed]
    return [*lines, imported.note] if imported.note else lines
