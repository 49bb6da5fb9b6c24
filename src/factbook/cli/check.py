"""`factbook check`: what is wrong in the graph, in other RDF files, or in stored queries."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from factbook.check.engines import AUTO, ENGINES
from factbook.check.findings import ERROR, SEVERITIES
from factbook.check.formats import NAMES
from factbook.cli.check_output import format_of, write
from factbook.cli.options import Wanted, with_answer_options
from factbook.cli.session import Session, announce, pass_session
from factbook.errors import DONE, FOUND, FactbookError, UsageError, did_you_mean

if TYPE_CHECKING:
    from factbook.check.findings import Outcome
    from factbook.check.request import Request

_ALL = "all"


@click.command(
    epilog="""\b
Examples:
  factbook check
  factbook check data/sources/chapter --fail-on warning
  factbook check --changed main -f github
  factbook check --explain observation-unit
  factbook check mine.ttl --shapes shapes.ttl
  factbook check mine.ttl --shapes shapes.ttl -f turtle
  factbook check queries/"""
)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
@click.option(
    "--shapes",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Check the FILEs against these shapes, without the book; may be given again.",
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default=AUTO,
    show_default=True,
    help="What validates shapes: our compiler to SPARQL, or pySHACL.",
)
@click.option("--rule", "rules", multiple=True, metavar="RULE", help="Only findings of this rule.")
@click.option(
    "--source", "sources", multiple=True, metavar="SOURCE", help="Only findings in this source."
)
@click.option(
    "--changed",
    is_flag=False,
    flag_value="HEAD",
    metavar="[REV]",
    help="Only findings in files that changed since a git revision. [default: HEAD]",
)
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    default=ERROR,
    show_default=True,
    help="Exit with 1 when there is a finding as grave as this.",
)
@click.option("--watch", is_flag=True, help="Check again whenever a file changes.")
@click.option("--rules", "list_rules", is_flag=True, help="List the rules.")
@click.option(
    "--explain", multiple=True, metavar="RULE", help="Print the page of a rule, or of all."
)
@with_answer_options(*NAMES)
@pass_session
def command(  # noqa: PLR0913 - click hands over one argument for each option
    session: Session,
    *,
    files: tuple[Path, ...],
    shapes: tuple[Path, ...],
    engine: str,
    rules: tuple[str, ...],
    sources: tuple[str, ...],
    changed: str | None,
    fail_on: str,
    watch: bool,
    list_rules: bool,
    explain: tuple[str, ...],
    wanted: Wanted,
) -> int:
    """Check the graph, RDF files or stored queries.

    Without FILE: the whole book, its leads included. A FILE of the book: the book, but only what is
    found in that file. Any other FILE: against the shapes of --shapes, or its own. A stored query
    (.rq): what a query should not do. A folder stands for the files in it.

    turtle, json-ld and nt are the validation report of SHACL (W3C). It holds what shapes find; what
    queries and the rules for literals and files find is no result of SHACL, and is only counted.
    """
    from factbook.check.request import Request

    if list_rules or explain:
        return _explain(session, explain, shapes)
    request = Request(
        book=session.book,
        files=files,
        shapes=shapes,
        engine=engine,
        rules=rules,
        sources=sources,
        changed=changed,
        announce=announce,
    )
    name = format_of(wanted)
    if watch:
        return _watch(request, name, wanted)
    outcome = _run(request)
    write(outcome, name, wanted)
    return FOUND if outcome.worst(fail_on) else DONE


def _run(request: Request) -> Outcome:
    from factbook.cli.background import interruptible

    return interruptible(request.run)


def _watch(request: Request, name: str, wanted: Wanted) -> int:
    """Check, and check again after each change, until somebody ends it."""
    from factbook.check.watch import changes

    def once() -> None:
        try:
            write(_run(request), name, wanted)
        except FactbookError as fault:  # a file that is just being written is no reason to end
            click.echo(f"error: {fault}", err=True)
        click.echo("Watching for changes; Ctrl-C ends it.", err=True)

    once()
    for changed in changes(request.watched):
        names = sorted(path.name for path in changed)
        click.echo(f"\n{', '.join(names[:3])}{' …' if len(names) > 3 else ''}:", err=True)  # noqa: PLR2004 - three names fit a line
        once()
    return DONE


def _explain(session: Session, names: tuple[str, ...], shapes: tuple[Path, ...]) -> int:
    from factbook.check.explain import overview, page
    from factbook.check.request import read_shapes
    from factbook.check.rules import all_rules

    rules = all_rules(session.book, read_shapes(shapes))
    if not names:
        click.echo(overview(rules.values()), nl=False)
        return DONE
    chosen = list(rules) if _ALL in names else list(names)
    for name in chosen:
        if name not in rules:
            raise UsageError(
                f"No rule '{name}'.{did_you_mean(name, rules)} See: factbook check --rules"
            )
    folders = [session.book.layout.examples]
    click.echo("\n".join(page(rules[name], folders) for name in chosen), nl=False)
    sys.stdout.flush()
    return DONE
