"""`factbook export`: the graph, or a part of it, in any RDF syntax."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from factbook.cli.background import interruptible
from factbook.cli.options import complete_thing, with_answer_options
from factbook.cli.output import opened
from factbook.cli.session import Session, pass_session
from factbook.errors import UsageError
from factbook.rdf.formats import BY_NAME, syntax_for_writing, syntax_named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from factbook.cli.options import Wanted


@click.command(
    epilog="""\b
Examples:
  factbook export -o book.jsonld
  factbook export -f nquads -o book.nq.gz
  factbook export --thing NAME -f longturtle
  factbook export --query schema-org -o pages.jsonld"""
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
    help="A value for the stored query; may be given again.",
)
@with_answer_options(*BY_NAME)
@pass_session
def command(  # noqa: PLR0913 - one for each option
    session: Session,
    *,
    things: tuple[str, ...],
    sources: tuple[str, ...],
    query: str | None,
    parameters: tuple[str, ...],
    wanted: Wanted,
) -> None:
    """Write the graph, or a part of it, as RDF: sorted, every literal as its file spells it.

    TriG, N-Quads and JSON-LD keep each source as a named graph; the other formats get the merge.
    The default is Turtle.
    """
    if wanted.format is not None:
        name = syntax_named(wanted.format).name
    elif wanted.output is not None and str(wanted.output) != "-":
        name = syntax_for_writing(wanted.output).name
    else:
        name = "turtle"
    values = _values(parameters)
    book = session.book
    with opened(wanted.output) as out:
        interruptible(
            lambda: book.write(
                out, name, things=things, sources=sources, query=query, values=values
            )
        )


def _values(parameters: Sequence[str]) -> dict[str, str]:
    values = {}
    for parameter in parameters:
        name, equals, value = parameter.partition("=")
        if not equals:
            raise UsageError(f"--param: write it NAME=VALUE, not '{parameter}'")
        values[name.removeprefix("--")] = value
    return values
