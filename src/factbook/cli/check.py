"""`factbook check`: check the graph, other RDF files, or stored queries."""

from __future__ import annotations

import sys
from itertools import islice
from typing import TYPE_CHECKING

import click

from factbook.check.findings import ERROR, SEVERITIES
from factbook.check.formats import FORMATS, GRAPHS, NAMES, SUFFIXES, summary_lines, to_text
from factbook.check.limits import Limits, read_baseline
from factbook.cli.output import (
    OutputOptions,
    document_format,
    may_style,
    open_output,
    with_output_options,
)
from factbook.cli.session import PATH, Session, announce, pass_session
from factbook.cli.supervise import limit_options
from factbook.errors import DONE, FOUND, UNREADABLE, FactbookError, UsageError
from factbook.shacl import ENGINES, NO_INFERENCE, REGIMES, SPARQL

if TYPE_CHECKING:
    from pathlib import Path

    from factbook.check.findings import Outcome
    from factbook.check.plan import Plan

_ALL = "all"
_MANY = 200
_FIRST = 10
_PIECES = 1_000
_MANY_RESULTS = 5_000
"""A report graph with more results is written unsorted."""


@click.command(
    epilog="""\b
Examples:
  factbook check
  factbook check data/sources/chapter --fail-on warning
  factbook check --changed main -f github
  factbook check --explain observation-unit
  factbook check mine.ttl --shapes shapes.ttl
  factbook check mine.ttl --shapes shapes.ttl -f turtle
  curl ADDRESS | factbook check - --shapes shapes.ttl
  factbook check queries/"""
)
@click.argument("files", nargs=-1, type=PATH, metavar="[FILE]...")
@click.option(
    "--shapes",
    multiple=True,
    type=PATH,
    metavar="FILE",
    help="Check the FILEs against these shapes, without the book; may be repeated.",
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default=SPARQL,
    show_default=True,
    help="The engine for shapes: sparql compiles them to queries.",
)
@click.option(
    "--inference",
    type=click.Choice(REGIMES),
    default=NO_INFERENCE,
    show_default=True,
    help="Inference on the data before the shapes are checked, by owlrl.",
)
@click.option(
    "--ont",
    "ontologies",
    multiple=True,
    type=PATH,
    metavar="FILE",
    help="Add this file to the data, such as an ontology; may be repeated.",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Fail as well if a shape or target applies to no node, or the data are empty.",
)
@click.option(
    "--allow-unevaluated",
    is_flag=True,
    help="Do not fail because a part of the shapes was not evaluated.",
)
@click.option(
    "--rule",
    "rules",
    multiple=True,
    metavar="RULE",
    help="Report only findings of this rule; may be repeated.",
)
@click.option(
    "--source",
    "sources",
    multiple=True,
    metavar="SOURCE",
    help="Report only findings in this source; may be repeated.",
)
@click.option(
    "--changed",
    is_flag=False,
    flag_value="HEAD",
    metavar="[REV]",
    help="Report only findings in files changed since a git revision. [default: HEAD]",
)
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    default=ERROR,
    show_default=True,
    help="Fail on findings of this severity or above.",
)
@click.option(
    "--top",
    type=click.IntRange(min=1),
    metavar="N",
    help="Show the first N findings of each rule and property. [default: 10 of more than 200]",
)
@click.option("--all", "show_all", is_flag=True, help="Show all findings, however many.")
@click.option(
    "--baseline",
    type=PATH,
    metavar="FILE",
    help="Accept the findings in this log of -f sarif; report and fail on new ones only.",
)
@click.option("--watch", is_flag=True, help="Check again whenever a file changes.")
@click.option("--rules", "list_rules", is_flag=True, help="List the rules.")
@click.option(
    "--explain",
    multiple=True,
    metavar="RULE",
    help="Explain a rule and how to fix it, or all rules (all).",
)
@limit_options
@with_output_options(*NAMES)
@pass_session
def command(  # noqa: PLR0913 - click hands over one argument for each option
    session: Session,
    *,
    files: tuple[Path, ...],
    shapes: tuple[Path, ...],
    engine: str,
    inference: str,
    ontologies: tuple[Path, ...],
    strict: bool,
    allow_unevaluated: bool,
    rules: tuple[str, ...],
    sources: tuple[str, ...],
    changed: str | None,
    fail_on: str,
    top: int | None,
    show_all: bool,
    baseline: Path | None,
    watch: bool,
    list_rules: bool,
    explain: tuple[str, ...],
    options: OutputOptions,
) -> int:
    """Check the graph, RDF files or stored queries.

    Without FILE, the whole book is checked, with its leads and its stored queries. With a FILE of
    the book, only findings in that file are reported. Any other FILE is checked against the shapes
    of --shapes, or against the shapes that it contains. Stored queries (.rq) are checked for common
    mistakes; those that are named or --changed are also run. A folder stands for the files in it,
    and - for the standard input, which is Turtle, JSON-LD or RDF/XML.

    Parts of the shapes that are not evaluated are named on stderr and make the check fail
    (exit code 1) unless --allow-unevaluated is given. Shapes that break the rules of SHACL are
    errors (exit code 3); all others are evaluated.

    The formats turtle, json-ld and nt write the SHACL validation report (W3C). It contains the
    results of shapes only; findings of queries and of the rules for literals and files are counted
    on stderr.
    """
    from factbook.check.plan import Plan

    if list_rules or explain:
        return _explain(session, explain, shapes)
    name = document_format(options, NAMES, SUFFIXES)
    plan = Plan(
        book=session.book,
        files=files,
        shapes=shapes,
        engine=engine,
        inference=inference,
        ontologies=ontologies,
        rules=rules,
        sources=sources,
        changed=changed,
        limits=_limits(name, top, baseline, show_all=show_all),
        announce=announce,
    )
    if not files and not shapes and session.endpoint is None:
        session.say_default_book()
    if watch:
        return _watch(plan, name, options)
    outcome = _run(plan)
    _write(outcome, name, options)
    return _exit_code(outcome, fail_on, strict=strict, allow_unevaluated=allow_unevaluated)


def _limits(name: str, top: int | None, baseline: Path | None, *, show_all: bool) -> Limits:
    """Return how many findings to report: all in machine formats, unless --top is given."""
    if top is not None and show_all:
        raise UsageError("--all cannot be combined with --top")
    accepted = read_baseline(baseline) if baseline is not None else {}
    if name in GRAPHS:  # the report graph has all results; findings are only counted
        return Limits(top=0, places=False, known=accepted)
    if top is None and name == "text" and not show_all:
        return Limits(top=_FIRST, above=_MANY, known=accepted)
    return Limits(top=top, known=accepted)


def _exit_code(outcome: Outcome, fail_on: str, *, strict: bool, allow_unevaluated: bool) -> int:
    left_out = outcome.completeness
    if left_out.faults and not allow_unevaluated:
        return UNREADABLE
    if left_out.unevaluated and not allow_unevaluated:
        return FOUND
    if strict and left_out.unreached:
        return FOUND
    return FOUND if outcome.count_at_least(fail_on) else DONE


def _run(plan: Plan) -> Outcome:
    from factbook.cli.execution import interruptible

    return interruptible(plan.run)


def _watch(plan: Plan, name: str, options: OutputOptions) -> int:
    """Check, and check again after each change until interrupted."""
    from factbook.check.plan import watch_files

    def once() -> None:
        try:
            _write(_run(plan), name, options)
        except FactbookError as error:  # such as a file that is only half written
            click.echo(f"error: {error}", err=True)
        click.echo("Watching for changes; press Ctrl-C to stop.", err=True)

    once()
    for changed in watch_files(plan.watched_files):
        names = sorted(path.name for path in changed)
        click.echo(f"\n{', '.join(names[:3])}{' …' if len(names) > 3 else ''}:", err=True)  # noqa: PLR2004 - three names fit a line
        once()
    return DONE


def _explain(session: Session, names: tuple[str, ...], shapes: tuple[Path, ...]) -> int:
    from factbook.check.inputs import read_shapes
    from factbook.check.rules import all_rules, require_known_rules, rule_list, rule_page

    rules = all_rules(session.book, read_shapes(shapes))
    if not names:
        click.echo(rule_list(rules.values()), nl=False)
        return DONE
    chosen = list(rules) if _ALL in names else list(names)
    require_known_rules(chosen, rules)
    folders = [session.book.layout.examples]
    click.echo("\n".join(rule_page(rules[name], folders) for name in chosen), nl=False)
    sys.stdout.flush()
    return DONE


def _write(outcome: Outcome, name: str, options: OutputOptions) -> None:
    """Write the findings to the output, and a summary to stderr.

    Raises:
        UsageError: The format is a report graph, but no shapes were validated.
        InputError: The file cannot be written.
    """
    if name in GRAPHS:
        _write_graph(outcome, name, options)
    else:
        colour = name == "text" and options.output is None and may_style()
        pieces = to_text(outcome, colour=True) if colour else FORMATS[name](outcome)
        with open_output(options.output) as out:
            while text := "".join(islice(pieces, _PIECES)):
                out.write(text.encode("utf-8", "replace"))
            out.flush()
    for line in summary_lines(outcome):
        click.echo(line, err=True)


def _write_graph(outcome: Outcome, name: str, options: OutputOptions) -> None:
    """Write the SHACL validation report, and count on stderr the findings that it leaves out."""
    from factbook.check.shapes import KIND as SHAPE
    from factbook.export.rdf_writer import write_pieces, write_rdf
    from factbook.render.humanize import count_noun
    from factbook.shacl import SH, iterate_graph

    validation = outcome.validation
    if validation is None:
        raise UsageError(f"-f {name} writes results of shapes, and stored queries have none")
    prefixes = {**outcome.prefixes, "sh": SH}
    context = {prefix: iri for prefix, iri in prefixes.items() if prefix}
    graph = iterate_graph(validation.report, shapes=validation.shapes, data=validation.data)
    with open_output(options.output) as out:
        if len(validation.report.results) > _MANY_RESULTS:
            write_pieces(graph, name, out, prefixes=prefixes)
        else:
            write_rdf(graph, name, out, prefixes=prefixes, context=context)
        out.flush()
    other_rules = {rule.name for rule in outcome.rules.values() if rule.kind != SHAPE}
    left_out = sum(number for rule, number in outcome.by_rule() if rule in other_rules)
    if left_out:
        count = count_noun(left_out, "finding")
        click.echo(f"Not in the report graph, because not found by a shape: {count}", err=True)
