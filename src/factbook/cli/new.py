"""`factbook new source`: create the file of a new source."""

from __future__ import annotations

import click

from factbook.cli.completion import complete_things
from factbook.cli.session import Session, pass_session
from factbook.cli.supervise import limit_options
from factbook.errors import UsageError
from factbook.render.humanize import format_path


@click.group(
    epilog="""\b
Example:
  factbook new source --title "Annual report" --publisher NAME --date 2025-03"""
)
def command() -> None:
    """Create a new file from a template."""


@command.command(
    epilog="""The file is named after the title and stored in the folder of its publisher. Existing
files are never overwritten. Fill in or delete the examples in the file, then run `factbook fmt`
and `factbook check`.

\b
Examples:
  factbook new source --title "Annual report" --publisher NAME --date 2025-03 --about NAME
  factbook new source --title "A page" --publisher NAME --undated --evidence cited-only --lead"""
)
@click.option("--title", required=True, help="The title of the document.")
@click.option(
    "--publisher",
    required=True,
    shell_complete=complete_things("schema:Organization"),
    help="The publisher: an organization in the register.",
)
@click.option("--date", help="Publication date: 2025-03-31, 2025-03, 2025-Q1 or 2025.")
@click.option("--undated", is_flag=True, help="The document has no date.")
@click.option("--inferred", is_flag=True, help="The date was inferred, not stated.")
@click.option("--url", help="The web address of the document.")
@click.option("--evidence", default="", help="How the document was seen. [default: read]")
@click.option("--kind", default="", help="The kind of document, such as press.")
@click.option("--date-read", help="The day on which you read it. [default: today]")
@click.option("--lead", is_flag=True, help="Too weak to be used in answers; stored in data/leads/.")
@click.option(
    "--about",
    multiple=True,
    shell_complete=complete_things(),
    help="A subject of the document, for the examples; may be repeated.",
)
@click.option("--slug", help="The name of the file. [default: made from the title]")
@limit_options
@pass_session
def source(  # noqa: PLR0913, PLR0917 - one for each option
    session: Session,
    title: str,
    publisher: str,
    date: str | None,
    url: str | None,
    evidence: str,
    kind: str,
    date_read: str | None,
    about: tuple[str, ...],
    slug: str | None,
    *,
    undated: bool,
    inferred: bool,
    lead: bool,
) -> None:
    """Create the file of a new source."""
    if (date is None) != undated:
        raise UsageError("give either --date or --undated")
    from factbook.new.source import SourceRequest, create_source

    request = SourceRequest(
        title=title,
        publisher=publisher,
        date=date,
        url=url,
        evidence=evidence,
        kind=kind,
        date_read=date_read,
        about=about,
        slug=slug,
        is_inferred=inferred,
        is_lead=lead,
    )
    path = create_source(session.book, request)
    click.echo(format_path(path))
    click.echo("Fill in or delete the examples, then run: factbook fmt, factbook check", err=True)
