"""`factbook cite THING`: citations as text, BibTeX or CSL-JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from factbook.cli.completion import complete_things
from factbook.cli.execution import interruptible
from factbook.cli.output import OutputOptions, write_document
from factbook.cli.session import PATH, Session, pass_session
from factbook.cli.supervise import limit_options

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

_FORMATS = ("text", "bibtex", "csl-json")
_ENDINGS = {".bib": "bibtex", ".json": "csl-json"}


@click.command(
    epilog="""A source is cited as a document, a figure with the documents that state it, and
anything else as an entry of the book. Each citation names the version of the book, the IRI and the
day of the query.

\b
Examples:
  factbook cite NAME
  factbook cite source:x observation:y -o references.bib
  factbook cite NAME -f csl-json"""
)
@click.argument(
    "things", nargs=-1, required=True, shell_complete=complete_things(), metavar="THING…"
)
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    help="The format. [default: by the suffix of FILE (.bib, .json), else text]",
)
@click.option(
    "-o",
    "--output",
    type=PATH,
    metavar="FILE",
    help="Write to a file, atomically.",
)
@click.option(
    "--asked",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="The day of the query. [default: today]",
)
@limit_options
@pass_session
def command(
    session: Session,
    *,
    things: tuple[str, ...],
    form: str | None,
    output: Path | None,
    asked: datetime | None,
) -> None:
    """Cite each THING: anything in the graph by its name, CURIE or IRI."""
    book = session.public_book()
    chosen = form or (_ENDINGS.get(output.suffix.lower()) if output else None) or "text"
    day = asked.date() if asked else None
    text = interruptible(lambda: book.cite(*things, format=chosen, asked=day))
    # BibTeX and JSON are always in UTF-8
    write_document(text, "json" if chosen != "text" else "text", OutputOptions(chosen, output))
