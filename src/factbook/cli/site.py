"""`factbook site`: write the pages of the book as files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from factbook.cli.session import PATH, Session, announce, pass_session
from factbook.cli.supervise import limit_options
from factbook.errors import DONE, FOUND, UsageError

if TYPE_CHECKING:
    from pathlib import Path

_MOST_FAULTS = 20


@click.command(
    epilog="""\b
Examples:
  factbook site public
  factbook --book my-book site public --address https://example.org/facts/"""
)
@click.argument("folder", metavar="DIR", type=PATH)
@click.option(
    "--address",
    metavar="URL",
    help="The public address of the site, for its catalogue of downloads.",
)
@click.option(
    "--processes",
    type=click.IntRange(min=1),
    metavar="N",
    help="Number of processes that write pages. [default: one per processor]",
)
@limit_options
@pass_session
def command(session: Session, *, folder: Path, address: str | None, processes: int | None) -> int:
    """Write the pages of `factbook serve` to DIR, as files for any host.

    All links are relative, so that the pages work below any address and from a disk. DIR is
    replaced as a whole when all pages are written; it must be empty or missing, or hold an earlier
    site. In place of forms and the endpoint, pages name the command to use. An observation of an
    imported source has no page of its own: links lead to the page of its source.
    """
    try:
        import flask  # noqa: F401 - only whether it is there
        import flask_frozen  # noqa: F401
    except ImportError:
        raise UsageError("factbook site needs more packages: pip install 'factbook[web]'") from None
    from factbook.web.freeze import write_pages
    from factbook.web.site import Settings
    from factbook.web.site_folder import replace_site

    book = session.public_book()
    if book.endpoint is not None:
        raise UsageError("site needs the files of a book and cannot be combined with --endpoint")
    settings = Settings(
        address=f"{address.rstrip('/')}/" if address else None,
        has_visitors=False,
    )
    count = processes or os.cpu_count() or 1
    with replace_site(folder) as content:
        written = write_pages(book, settings, content, processes=count, progress=announce)
    click.echo(
        f"Wrote {written.pages:,} pages and {written.files - written.pages:,} files to {folder}"
    )
    for fault in written.faults[:_MOST_FAULTS]:
        click.echo(fault, err=True)
    if len(written.faults) > _MOST_FAULTS:
        click.echo(f"… and {len(written.faults) - _MOST_FAULTS} more", err=True)
    return FOUND if written.faults else DONE
