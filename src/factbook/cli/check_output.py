"""Put down what a check found: as text, for machines, or as the report graph of the W3C."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from factbook.check.formats import ENDINGS, FORMATS, GRAPHS, NAMES
from factbook.check.formats.text import summary, to_text
from factbook.cli.output import may_style, open_output
from factbook.errors import UsageError, did_you_mean
from factbook.rdf.formats import ALIASES

if TYPE_CHECKING:
    from factbook.check.findings import Outcome
    from factbook.cli.options import Wanted


def format_of(wanted: Wanted) -> str:
    """Return the name of the format that is wanted.

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
        return ENDINGS.get(wanted.output.suffix.lower(), "text")
    return "text"


def write(outcome: Outcome, name: str, wanted: Wanted) -> None:
    """Write what was found where it is wanted, and the count of it to stderr.

    Raises:
        UsageError: The report graph is asked for, and no shapes were validated.
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
    for line in summary(outcome):
        click.echo(line, err=True)


def _write_graph(outcome: Outcome, name: str, wanted: Wanted) -> None:
    """Write the report that the W3C defines, and say what it leaves out."""
    from factbook.check.findings import counted
    from factbook.check.shapes import KIND as SHAPE
    from factbook.export.rdf_writer import write_rdf
    from factbook.shacl import SH, to_graph

    found = outcome.validation
    if found is None:
        raise UsageError(f"-f {name} is the report of SHACL, and stored queries have no shapes")
    prefixes = {**outcome.prefixes, "sh": SH}
    context = {prefix: iri for prefix, iri in prefixes.items() if prefix}
    graph = to_graph(found.report, shapes=found.shapes, data=found.data)
    with open_output(wanted.output) as out:
        write_rdf(graph, name, out, prefixes=prefixes, context=context)
        out.flush()
    others = {rule.name for rule in outcome.rules.values() if rule.kind != SHAPE}
    left_out = sum(finding.rule in others for finding in outcome.findings)
    if left_out:
        said = counted(left_out, "finding")
        click.echo(f"Not in the report graph, as it is no result of a shape: {said}", err=True)
