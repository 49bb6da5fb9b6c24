"""`factbook init`: create a book of your own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from factbook.cli.session import PATH
from factbook.render.humanize import format_path

if TYPE_CHECKING:
    from pathlib import Path


@click.command(
    epilog="""The book is a small invented example that passes its checks and answers its query.
Replace it with your own; README.md in the folder describes the files.

\b
Examples:
  factbook init my-book
  factbook init my-book --namespace https://example.org/trees/"""
)
@click.argument("folder", metavar="DIR", type=PATH)
@click.option(
    "--namespace",
    metavar="IRI",
    help="The namespace of the book's IRIs. [default: https://example.org/DIR/]",
)
def command(folder: Path, namespace: str | None) -> None:
    """Create a book of your own in DIR: a folder of files, with an example in it."""
    from factbook.new.book import create_book

    chosen = create_book(folder, namespace=namespace)
    click.echo(format_path(folder))
    click.echo(
        f"Its IRIs begin with {chosen}\nNext: cd {format_path(folder)}, factbook check, "
        "factbook query visitors; README.md says more",
        err=True,
    )
