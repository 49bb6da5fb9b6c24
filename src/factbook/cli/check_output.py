"""Write the outcome of a check in a chosen format."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from factbook.check.formats import FORMATS, GRAPHS, NAMES, SUFFIXES, summary_lines, to_text
from factbook.cli.output import may_style, open_output
from factbook.errors import UsageError, did_you_mean
from factbook.rdf.formats import ALIASES

if TYPE_CHECKING:
    from factbook.check.findings import Outcome
    from factbook.cli.options import Wanted


def format_of(wanted: Wanted) -> str:
    """Return the name of the chosen format, or that of the output file's suffix, or text.

    Raises:
        UsageError: There is no such format.
    """
    if wanted.format is not None:
        name = ALIASES.get(wanted.format, wanted.format)
        if name not in NAMES:
            raise UsageError(
                f"-f {wanted.format}: no such format.{did_you_mean(wanted.format, NAMES)} "
                f"Known: {', '.join(NAMES)}"
            )
        return name
    if wanted.output is not None:
        return SUFFIXES.get(wanted.output.suffix.lower(), "text")
    return "text"


def write(outcome: Outcome, name: str, wanted: Wanted) -> None:
    """Write the findings to the output, and a summary to stderr.

    Raises:
        UsageError: The report graph is asked for, but no shapes were validated.
        InputError: The file cannot be written.
    """
    if name in GRAPHS:
        _write_graph(outcome, name, wanted)
    else:
        colour = name == "text" and wanted.output is None and may_style()
        text = to_text(outcome, colour=True) if colour else FORMATS[name](outcome)
        with open_output(wanted.output) as out:
            out.write(text.encode("utf-8", "replace"))
            out.flush()
    for line in summary_lines(outcome):
        click.echo(line, err=True)


def _write_graph(outcome: Outcome, name: str, wanted: Wanted) -> None:
    """Write the SHACL validation report, and say on stderr what it leaves out."""
    from factbook.check.shapes import KIND as SHAPE
    from factbook.export.rdf_writer import write_rdf
    from factbook.render.humanize import count_noun
    from factbook.shacl import SH, to_graph

    found = outcome.validation
    if found is None:
        raise UsageError(f"-f {name} writes results of shapes, and stored queries have none")
    prefixes = {**outcome.prefixes, "sh": SH}
    context = {prefix: iri for prefix, iri in prefixes.items() if prefix}
    graph = to_graph(found.report, shapes=found.shapes, data=found.data)
    with open_output(wanted.output) as out:
        write_rdf(graph, name, out, prefixes=prefixes, context=context)
        out.flush()
    others = {rule.name for rule in outcome.rules.values() if rule.kind != SHAPE}
    left_out = sum(finding.rule in others for finding in outcome.findings)
    if left_out:
        count = count_noun(left_out, "finding")
        click.echo(f"Not in the report graph, because not found by a shape: {count}", err=True)
