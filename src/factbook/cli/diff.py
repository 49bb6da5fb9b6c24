"""`factbook diff OLD NEW`: compare two states of a book, or two files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from factbook.cli.execution import interruptible
from factbook.cli.output import (
    DOCUMENT_FORMATS,
    document_format,
    with_output_options,
    write_document,
)
from factbook.cli.session import Session, pass_session
from factbook.cli.supervise import limit_options
from factbook.errors import DONE, FOUND

if TYPE_CHECKING:
    from factbook.cli.output import OutputOptions
    from factbook.diff.changes import Differences


@click.command(
    epilog="""OLD and NEW are folders with a book, RDF files, git revisions (HEAD~1, main, a tag)
or files in a git revision (HEAD:data/x.ttl). A path takes precedence over a revision.

Signs: + added, - removed, ~ revised, ! breaking. These changes are breaking: a term is removed or
gets another type, domain, range or parent; a query is removed, fails, or has other parameters or
columns. A new label or definition is not breaking. A query that needs a thing is run for each thing
in a changed statement.

Exit codes: 0 no difference; 1 differences; 2 wrong usage; 3 a file or revision cannot be read.

\b
Examples:
  factbook diff HEAD~1 .
  factbook diff HEAD~1 . -f md -o changes.md
  factbook diff HEAD:data/register/people.ttl data/register/people.ttl"""
)
@click.argument("old")
@click.argument("new")
@click.option("--no-queries", is_flag=True, help="Do not run the stored queries.")
@click.option("--summary", "only_summary", is_flag=True, help="Print only the numbers of changes.")
@limit_options
@with_output_options(*DOCUMENT_FORMATS)
@pass_session
def command(  # noqa: PLR0913 - one for each argument and option
    session: Session,
    old: str,
    new: str,
    options: OutputOptions,
    *,
    no_queries: bool,
    only_summary: bool,
) -> int:
    """Show what changed from OLD to NEW: things, facts, terms and the answers of queries."""
    form = document_format(options)

    def compare_revisions() -> Differences:
        from factbook.diff.compare_states import compare
        from factbook.diff.revisions import open_revisions

        folder, leads = session.own_folder, session.leads
        with open_revisions(old, new, folder=folder, leads=leads) as (before, now):
            return compare(before, now, queries=not no_queries)

    differences = interruptible(compare_revisions)
    write_document(_render(differences, form, old, new, only_summary=only_summary), form, options)
    return FOUND if differences else DONE


def _render(differences: Differences, form: str, old: str, new: str, *, only_summary: bool) -> str:
    if form == "json":
        from dataclasses import asdict

        from factbook.render.markup import drop_empty, format_json

        parts = {
            name: drop_empty(part, keep_false=True) for name, part in asdict(differences).items()
        }
        return format_json({"old": old, "new": new, "different": bool(differences), **parts})
    from factbook.diff.text import as_markdown, as_text, summarize

    if only_summary and differences:
        return f"{summarize(differences)}\n"
    return as_markdown(differences) if form == "md" else as_text(differences)
