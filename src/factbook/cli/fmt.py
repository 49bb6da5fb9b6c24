"""`factbook fmt`: format Turtle files, or list those that are not formatted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from factbook.cli.session import PATH, Session, pass_session
from factbook.cli.supervise import limit_options
from factbook.errors import DONE, FOUND
from factbook.layout import layout_of
from factbook.prefixes import prefixes_in, read_context
from factbook.render.humanize import format_path

if TYPE_CHECKING:
    from pathlib import Path


@click.command(
    epilog="""The format: four spaces, prefixes sorted and unused ones removed, one predicate per
line, subjects sorted by IRI within a section. A comment with a blank line after it begins a
section. Missing declarations of the book's prefixes are added. A file is replaced only if its
triples, the spelling of its literals, its base and its comments are verified to be unchanged.

Exit codes: 0 done; 1 with --check or --diff: a file is not formatted; 3 a file is not valid.

\b
Examples:
  factbook fmt
  factbook fmt --check
  factbook fmt --diff data/sources/mine.ttl"""
)
@click.argument("files", nargs=-1, type=PATH, metavar="[FILE]…")
@click.option("--check", is_flag=True, help="Write nothing; list the files that are not formatted.")
@click.option("--diff", is_flag=True, help="Write nothing; show the changes.")
@limit_options
@pass_session
def command(session: Session, files: tuple[Path, ...], *, check: bool, diff: bool) -> int:
    """Format Turtle FILEs, those in a folder, or by default those of the book.

    Comments are kept.
    """
    from factbook.fmt.format_files import find_turtle_files, format_files

    layout = layout_of(session.own_folder)
    paths = find_turtle_files(layout, files)
    unformatted = format_files(paths, prefixes=prefixes_in(read_context(layout.context)))
    for formatted in unformatted:
        if diff:
            click.echo("".join(formatted.diff()), nl=False)
        elif check:
            click.echo(format_path(formatted.path))
        else:
            formatted.write()
            click.echo(format_path(formatted.path))
    writes_nothing = check or diff
    done = "not formatted" if writes_nothing else "changed"
    click.echo(f"{len(unformatted)} of {len(paths)} files {done}", err=True)
    return FOUND if unformatted and writes_nothing else DONE
