"""Built-in rules on how the files of a book are written: literals, and the files of sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.check.findings import ERROR, Finding, RawFinding, Rule
from factbook.rdf.lexical import ANY_URI, bounds, in_calendar, is_ill_typed
from factbook.rdf.terms import XSD, local_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pyoxigraph import Quad

    from factbook.layout import Layout
    from factbook.rdf.parse import RdfFile

LITERAL = "literal"
FILE = "file"

FORM = Rule(
    name="literal-form",
    severity=ERROR,
    summary="A literal has the form that its datatype requires.",
    fix="Write the value in the form of its datatype, or change the datatype to fit the value.",
    problem="The literal has no value: queries silently leave it out of comparisons, sums and "
    "sorting. sh:datatype finds such literals only where a shape applies.",
    kind=LITERAL,
)
CALENDAR = Rule(
    name="literal-calendar",
    severity=ERROR,
    summary="A date exists in the calendar.",
    fix="Write a day that exists.",
    problem="Engines treat such a date differently: as no value, as another day, or as an error.",
    kind=LITERAL,
)
ADDRESS = Rule(
    name="literal-address",
    severity=ERROR,
    summary="An address that is written as a literal is a valid IRI.",
    fix="Percent-encode what an IRI may not contain (a space is %20), or write it as an IRI.",
    problem="XML Schema allows any text as an xsd:anyURI, but no program can open this one.",
    kind=LITERAL,
)
LITERAL_RULES = (ADDRESS, CALENDAR, FORM)

FILE_BASE = Rule(
    name="file-base",
    severity=ERROR,
    summary="The file of a source begins with the IRI of the source as its base.",
    fix="Begin the file with @base <…/source/slug> and describe the source as <>.",
    problem="The base names the graph of the file. Without it, the statements have no source.",
    kind=FILE,
)
FILE_NAME = Rule(
    name="file-name",
    severity=ERROR,
    summary="The file of a source is named after the slug of the source.",
    fix="Rename the file or the source so that the file name is the last part of the IRI.",
    problem="Readers cannot get from a source to its file, or from a file to its source.",
    kind=FILE,
)
FILE_TWICE = Rule(
    name="file-twice",
    severity=ERROR,
    summary="A source has one file.",
    fix="Merge the two files, or give one of the sources another slug.",
    problem="A reviewer who reads one file misses statements of the source, and deleting that file "
    "does not retract the source.",
    kind=FILE,
)
FILE_RULES = (FILE_BASE, FILE_NAME, FILE_TWICE)

LITERAL_EXAMPLES = {
    "boolean": "true",
    "decimal": "12.5",
    "float": "1.5E3",
    "double": "1.5E3",
    "date": "2024-05-31",
    "dateTime": "2024-05-31T12:00:00",
    "dateTimeStamp": "2024-05-31T12:00:00Z",
    "time": "12:00:00",
    "gYear": "2024",
    "gYearMonth": "2024-05",
    "gMonth": "--05",
    "gDay": "---31",
    "gMonthDay": "--05-31",
    "duration": "P1Y6M",
    "yearMonthDuration": "P1Y6M",
    "dayTimeDuration": "P1DT12H",
    "hexBinary": "0FB7",
    "base64Binary": "D7c=",
    "normalizedString": "one line",
    "token": "single spaces",
    "language": "en",
    "Name": "name",
    "NCName": "name",
    "NMTOKEN": "name",
    "integer": "12",
    "nonPositiveInteger": "-12",
    "negativeInteger": "-12",
}
"""A valid form of each datatype; other integer types use the form of xsd:integer."""


def check_literals(quads: Iterable[Quad]) -> Iterator[RawFinding]:
    """Yield a finding for each literal that is not valid for its datatype."""
    for quad in quads:
        literal = quad.object
        if isinstance(literal, Literal) and is_ill_typed(literal.value, literal.datatype.value):
            rule = _broken_rule(literal)
            path = quad.predicate if isinstance(quad.predicate, NamedNode) else None
            message = _form_message(literal.datatype.value) if rule is FORM else ""
            yield RawFinding(rule, quad.subject, path, literal, message)


def _broken_rule(literal: Literal) -> Rule:
    if literal.datatype.value == ANY_URI:
        return ADDRESS
    return FORM if in_calendar(literal.value) else CALENDAR


def _form_message(datatype: str) -> str:
    name = datatype.removeprefix(XSD)
    lowest, highest = bounds(datatype)
    limits = ""
    if lowest is not None or highest is not None:
        low = "" if lowest is None else f" from {lowest}"
        high = "" if highest is None else f" to {highest}"
        limits = f", a whole number{low}{high}"
    example = LITERAL_EXAMPLES.get(name, LITERAL_EXAMPLES["integer"])
    return f'Write an xsd:{name} like "{example}"{limits}, or give the value its own datatype.'


def check_source_files(files: Iterable[RdfFile], layout: Layout) -> Iterator[Finding]:
    """Yield a finding for each file of a source or lead with a wrong name or base."""
    data = layout.root / "data"
    first: dict[str, Path] = {}
    for file in files:
        if not any(file.path.is_relative_to(data / name) for name in ("sources", "leads")):
            continue
        if not file.has_base:
            yield _file_finding(FILE_BASE, file, FILE_BASE.fix)
            continue
        base = file.graph.value
        slug = local_name(base)
        if file.path.name.partition(".")[0] != slug:
            message = f"Call the file {slug}.ttl, or end the base with its name."
            yield _file_finding(FILE_NAME, file, message)
        if base in first:
            fix = f"{FILE_TWICE.fix[:1].lower()}{FILE_TWICE.fix[1:]}"
            yield _file_finding(FILE_TWICE, file, f"{first[base]} has the same base; {fix}")
        first.setdefault(base, file.path)


def _file_finding(rule: Rule, file: RdfFile, message: str) -> Finding:
    return Finding(
        rule=rule.name,
        severity=rule.severity,
        message=message,
        path=file.path,
        line=1,
        column=1,
        focus=file.graph.value,
        label=file.path.name,
    )
