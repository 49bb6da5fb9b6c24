"""`factbook new source`: begin the file of a new source."""

from __future__ import annotations

import click

from factbook.cli.complete import things
from factbook.cli.output import shown_path
from factbook.cli.session import Session, pass_session
from factbook.errors import UsageError


@click.group(
    epilog="""\b
Example:
  factbook new source --title "Annual report" --publisher NAME --date 2025-03"""
)
def command() -> None:
    """Begin a new file with what every file of its sort has."""


@command.command(
    epilog="""The file is called after the title, stands in the folder of its publisher and is never
written over another one. Fill in the examples in it, or delete them; then run `factbook fmt` and
`factbook check`.

\b
Examples:
  factbook new source --title "Annual report" --publisher NAME --date 2025-03 --about NAME
  factbook new source --title "A page" --publisher NAME --undated --evidence citedOnly --lead"""
)
@click.option("--title", required=True, help="What the document is called.")
@click.option(
    "--publisher",
    required=True,
    shell_complete=things("schema:Organization"),
    help="Who published it: an organisation that the register knows.",
)
@click.option("--date", help="When: a day 2025-03-31, a month 2025-03, a quarter 2025-Q1, a year.")
@click.option("--undated", is_flag=True, help="It bears no date.")
@click.option("--inferred", is_flag=True, help="The date was worked out, not read.")
@click.option("--url", help="Its address on the web.")
@click.option("--evidence", default="", help="How it was seen. [default: read]")
@click.option("--lead", is_flag=True, help="Too weak to answer with: it goes to data/leads/.")
@click.option(
    "--about",
    multiple=True,
    shell_complete=things(),
    help="A thing that it speaks of, for the examples; may be given again.",
)
@click.option("--slug", help="Another name for the file. [default: made from the title]")
@pass_session
def source(  # noqa: PLR0913, PLR0917 - one for each option
    session: Session,
    title: str,
    publisher: str,
    date: str | None,
    url: str | None,
    evidence: str,
    about: tuple[str, ...],
    slug: str | None,
    *,
    undated: bool,
    inferred: bool,
    lead: bool,
) -> None:
    """Begin the file of a new source."""
    if (date is None) != undated:
        raise UsageError("a source has a --date, or it is --undated: give one of them")
    from factbook.new.source import Wish, new_source

    wish = Wish(
        title=title,
        publisher=publisher,
        date=date,
        url=url,
        evidence=evidence,
        about=about,
        slug=slug,
        is_inferred=inferred,
        is_lead=lead,
    )
    path = new_source(session.book, wish)
    click.echo(shown_path(path))
    click.echo("Fill in the examples or delete them; then: factbook fmt, factbook check", err=True)
