"""Rules, findings, and the outcome of a check."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal

from factbook.check.remarks import Completeness
from factbook.rdf.terms import curie, to_sparql
from factbook.shacl import INVERSE, Path, PathExpression

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterable, Mapping

    from pyoxigraph import NamedNode

    from factbook.rdf.terms import Term
    from factbook.shacl import DescribeNode, Report, Result

ERROR = "error"
WARNING = "warning"
INFO = "info"
SEVERITIES = (ERROR, WARNING, INFO)
"""The most severe first."""
_IRI = re.compile(r"<([^<>]*)>")
_NO_TAGS: Mapping[str, str] = {}


@dataclass(frozen=True)
class Rule:
    """A condition that must hold: a shape, a check query, or a rule built into factbook."""

    name: str
    severity: str
    summary: str
    """The condition that valid data meets, in one sentence."""
    fix: str
    """What to write instead, in one sentence."""
    kind: str
    """'shape', 'query', 'file', 'literal' or 'lint'."""
    problem: str = ""
    """The consequences of breaking the rule."""
    iri: str | None = None
    path: pathlib.Path | None = None
    """The file that defines the rule; None for built-in rules."""


@dataclass(frozen=True)
class RawFinding:
    """A broken rule in terms of the graph, before its place in a file is known."""

    rule: Rule
    focus: Term
    path: Path | None = None
    value: Term | None = None
    message: str = ""
    """What to write instead, if more specific than the rule's fix."""
    graph: NamedNode | None = None
    """The named graph of the source that is wrong, if known."""
    result: Result | None = None
    """The validation result, if a shape was violated."""

    @property
    def first_step(self) -> tuple[NamedNode | None, bool]:
        """The first property on the path, and whether the path follows it backwards."""
        step, backward = self.path, False
        while isinstance(step, PathExpression):
            backward ^= step.operator == INVERSE
            step = step.parts[0]
        return step, backward


@dataclass(frozen=True)
class Finding:
    """A broken rule, where it is broken, and how to fix it.

    A finding has no place if no file spells it out, as with a blank node in JSON-LD or data at an
    endpoint.
    """

    rule: str
    severity: str
    message: str
    path: pathlib.Path | None = None
    line: int | None = None
    column: int | None = None
    focus: str = ""
    """The IRI of the focus node, or a text for a blank node or a literal."""
    label: str = ""
    """The name of the focus node for people."""
    property: str = ""
    value: str = ""


@dataclass(frozen=True)
class Validation:
    """The SHACL validation report, and the triples needed to describe its blank nodes."""

    report: Report
    """Contains results of shapes only, not of queries or built-in rules."""
    shapes: DescribeNode
    """Returns the triples about a blank node of the shapes."""
    data: DescribeNode
    """Returns the triples about a blank node of the data."""


@dataclass(frozen=True)
class Outcome:
    """The findings of one check, and what was checked."""

    findings: tuple[Finding, ...]
    rules: Mapping[str, Rule]
    files: int = 0
    triples: int = 0
    notes: tuple[str, ...] = ()
    """Remarks on how the check was done, one line each."""
    validation: Validation | None = None
    """None if no shapes were validated."""
    completeness: Completeness = field(default_factory=Completeness)
    """What was left out of the validation."""
    prefixes: Mapping[str, str] = field(default_factory=dict)
    hidden: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    """The number of findings left out, by rule, severity and property."""

    def count_at_least(self, severity: str) -> int:
        """Return the number of findings of a severity or above."""
        limit = SEVERITIES.index(severity)
        counts = self.by_severity()
        return sum(counts[each] for each in SEVERITIES[: limit + 1])

    def by_severity(self) -> dict[str, int]:
        """Return the number of findings of each severity."""
        counts = Counter(finding.severity for finding in self.findings)
        for (_, severity, _), number in self.hidden.items():
            counts[severity] += number
        return {severity: counts[severity] for severity in SEVERITIES}

    def by_rule(self) -> list[tuple[str, int]]:
        """Return the number of findings of each broken rule, the largest first."""
        counts = Counter(finding.rule for finding in self.findings)
        for (rule, _, _), number in self.hidden.items():
            counts[rule] += number
        return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))


def order_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings by file and place."""
    return tuple(
        sorted(
            findings,
            key=lambda finding: (
                finding.path is None,
                str(finding.path),
                finding.line or 0,
                finding.column or 0,
                SEVERITIES.index(finding.severity),
                finding.rule,
                finding.focus,
                finding.value,
                finding.message,
            ),
        )
    )


def sort_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings by file and place, with at most one finding of a rule at each place."""
    unique: dict[object, Finding] = {}
    for finding in order_findings(findings):
        place: object = (finding.rule, finding.path, finding.line, finding.column)
        if finding.line is None:
            place = finding
        unique.setdefault(place, finding)
    return tuple(unique.values())


def merge_outcomes(outcomes: list[Outcome]) -> Outcome:
    """Return one outcome with the findings, rules and counts of several."""
    if len(outcomes) == 1:
        return outcomes[0]
    return Outcome(
        findings=order_findings(finding for each in outcomes for finding in each.findings),
        rules={name: rule for each in outcomes for name, rule in each.rules.items()},
        files=sum(each.files for each in outcomes),
        triples=sum(each.triples for each in outcomes),
        notes=tuple(note for each in outcomes for note in each.notes),
        validation=next((each.validation for each in outcomes if each.validation), None),
        hidden={kind: number for each in outcomes for kind, number in each.hidden.items()},
        completeness=sum((each.completeness for each in outcomes), Completeness()),
        prefixes={name: iri for each in outcomes for name, iri in each.prefixes.items()},
    )


def term_text(
    part: Term | Path | None, prefixes: Mapping[str, str], tags: Mapping[str, str] = _NO_TAGS
) -> str:
    """Return a term or a path as Turtle and SPARQL write it, with prefixes.

    Args:
        part: The term or path.
        prefixes: To shorten IRIs with.
        tags: By their form in lower case, language tags that get another spelling.
    """
    if part is None:
        return ""
    if isinstance(part, BlankNode):
        return "a blank node"
    text = to_sparql(part) if isinstance(part, Literal) else str(part)
    if isinstance(part, Literal) and part.language:
        spelled = tags.get(part.language, part.language)
        return re.sub(rf"@{part.language}(?=(--[a-z]+)?\Z)", f"@{spelled}", text)
    if isinstance(part, Literal):
        datatype = f"<{part.datatype.value}>"
        if not text.endswith(f"^^{datatype}"):
            return text
        return text.removesuffix(datatype) + _shorten(datatype, prefixes)
    return _IRI.sub(lambda match: _shorten(match.group(), prefixes), text)


def _shorten(iri: str, prefixes: Mapping[str, str]) -> str:
    return curie(iri[1:-1], prefixes) or iri
