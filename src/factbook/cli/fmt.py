"""`factbook fmt`: bring Turtle files into the house form, or say which are not in it."""

from __future__ import annotations

from pathlib import Path

import click

from factbook.cli.output import shown_path
from factbook.cli.session import Session, pass_session
from factbook.errors import DONE, FOUND
from factbook.layout import layout_of
from factbook.prefixes import prefixes_in, read_context


@click.command(
    epilog="""The house form: four spaces, sorted prefixes and only those in use, one predicate a
line, subjects in the order of their IRIs within a section; a comment with a blank line under it
begins a section. A prefix of the book that a file uses undeclared is declared. A file is written
only when its triples, its literals as they are spelled, its base and its comments are proven to be
the same; then it is replaced whole.

\b
Exit codes: 0 all well; 1 with --check or --diff: a file is not in the house form;
3 a file is broken.

\b
Examples:
  factbook fmt
  factbook fmt --check
  factbook fmt --diff data/sources/mine.ttl"""
)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]…")
@click.option("--check", is_flag=True, help="Write nothing; name the files that would change.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@pass_session
def command(session: Session, files: tuple[Path, ...], *, check: bool, diff: bool) -> int:
    """Format Turtle FILEs, those below a folder, or by default all of the book.

    Comments stay.
    """
    from factbook.fmt.files import turtle_files, unformatted, write

    layout = layout_of(session.folder)
    paths = turtle_files(layout, files)
    found = unformatted(paths, prefixes=prefixes_in(read_context(layout.context)))
    for formatted in found:
        if diff:
            click.echo("".join(formatted.diff()), nl=False)
        elif check:
            click.echo(shown_path(formatted.path))
        else:
            write(formatted)
            click.echo(shown_path(formatted.path))
    only_looked = check or diff
    done = "not in the house form" if only_looked else "changed"
    click.echo(f"{len(found)} of {len(paths)} files {done}", err=True)
    return FOUND if found and only_looked else DONE
