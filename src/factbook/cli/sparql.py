"""`factbook sparql`: run a SPARQL query of your own."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from factbook.cli.execution import interruptible
from factbook.cli.output import labels_option, service_option, with_output_options
from factbook.cli.session import PATH, Session, pass_session
from factbook.cli.supervise import limit_options
from factbook.cli.write_answer import View, write_answer
from factbook.errors import InputError, UsageError
from factbook.query.run_query import name_file_in_errors, run_text
from factbook.query.unknown_terms import find_unknown_terms
from factbook.rdf.formats import NAMES
from factbook.rdf.terms import require_unicode
from factbook.rdf.unpack import STDIN
from factbook.render.result_formats import TABLE_FORMATS
from factbook.sparql.tokens import query_form

if TYPE_CHECKING:
    from pathlib import Path

    from factbook.cli.output import OutputOptions
    from factbook.store.answers import Answer

_SUFFIXES = (".rq", ".sparql")


@click.command(
    epilog="""\b
Examples:
  factbook sparql 'SELECT ?s ?p ?o WHERE { ?s ?p ?o } LIMIT 10'
  factbook sparql --file question.rq -f json
  factbook sparql - < question.rq"""
)
@click.argument("text", required=False)
@click.option(
    "--file",
    "path",
    type=PATH,
    metavar="FILE",
    help="Read the query from a file.",
)
@limit_options
@labels_option
@service_option
@with_output_options(*TABLE_FORMATS, *NAMES)
@pass_session
def command(  # noqa: PLR0913 - one for each option
    session: Session,
    text: str | None,
    path: Path | None,
    options: OutputOptions,
    *,
    labels: bool,
    services: tuple[str, ...],
) -> None:
    """Run a SPARQL 1.1 query: TEXT, a file, or '-' for stdin.

    The prefixes of the book need not be declared. The default graph merges all files; each source
    is a named graph.
    """
    if text == "-" and STDIN in session.data:
        raise UsageError("the query and --data cannot both come from stdin")
    query = _read_query(text, path)
    with name_file_in_errors(path):
        form = query_form(query)
        if form is None:
            hint = f"; for a file: --file {text}" if (text or "").endswith(_SUFFIXES) else ""
            raise UsageError(f"the query has no SELECT, ASK, CONSTRUCT or DESCRIBE in it{hint}")
    book = session.book

    def ask() -> Answer:
        with name_file_in_errors(path):
            return run_text(book, query, services=services)

    write_answer(book, ask, form=form, options=options, view=View(labels=labels))
    if not services:
        for warning in interruptible(lambda: find_unknown_terms(book, query)):
            click.echo(f"Warning: {warning}", err=True)


def _read_query(text: str | None, path: Path | None) -> str:
    """Return the query from the argument, the file or stdin.

    Raises:
        UsageError: None of them or more than one was given.
        InputError: The file cannot be read.
    """
    if (text is None) == (path is None):
        raise UsageError("give the query as TEXT, as '-' for stdin, or with --file FILE")
    if text is not None and text != "-":
        require_unicode(text, "the query")
        return text
    try:
        content = sys.stdin.buffer.read() if path is None else path.read_bytes()
        return content.decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path or 'stdin'}: is not UTF-8 text") from None
