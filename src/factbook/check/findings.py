"""What a check finds: rules, and findings that name the file, the place and the cure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from factbook.shacl import DescribeNode, Report

ERROR = "error"
WARNING = "warning"
INFO = "info"
SEVERITIES = (ERROR, WARNING, INFO)
"""The worst first."""


@dataclass(frozen=True)
class Rule:
    """Something that must hold: a shape, a query without rows, or a rule of the tool itself."""

    name: str
    severity: str
    summary: str
    """What holds when all is well, in a sentence."""
    cure: str
    """What to write instead, in a sentence."""
    kind: str
    """'shape', 'query', 'file', 'literal' or 'lint'."""
    problem: str = ""
    """What it means when it does not hold."""
    iri: str | None = None
    path: Path | None = None
    """The file that states the rule, where it is not the tool itself."""


@dataclass(frozen=True)
class Finding:
    """One fault, where it is, and what to do about it.

    Without a place the fault lies in something that no file spells out, such as a blank node of a
    JSON-LD document, or in an endpoint.
    """

    rule: str
    severity: str
    message: str
    path: Path | None = None
    line: int | None = None
    column: int | None = None
    focus: str = ""
    """The IRI of what is wrong, or what a blank node or literal looks like."""
    label: str = ""
    """What people call it."""
    property: str = ""
    value: str = ""


@dataclass(frozen=True)
class Validation:
    """What SHACL itself has to say, for the report that the W3C defines."""

    report: Report
    """The results among the findings; those of queries and of rules of ours are none."""
    shapes: DescribeNode
    """Gives the triples about a blank node of the shapes."""
    data: DescribeNode
    """The same for the data."""


@dataclass(frozen=True)
class Outcome:
    """What one run of the checks found, under which rules, in how much."""

    findings: tuple[Finding, ...]
    rules: Mapping[str, Rule]
    files: int = 0
    triples: int = 0
    notes: tuple[str, ...] = ()
    """What a reader should know of how it went, a line each."""
    validation: Validation | None = None
    """Where shapes were validated: how, in terms of the W3C."""
    prefixes: Mapping[str, str] = field(default_factory=dict)
    """To shorten IRIs with."""

    def worst(self, severity: str) -> int:
        """Return how many findings are of a severity or worse."""
        limit = SEVERITIES.index(severity)
        return sum(SEVERITIES.index(finding.severity) <= limit for finding in self.findings)

    def by_severity(self) -> dict[str, int]:
        """Return how many findings there are of each severity."""
        counts = Counter(finding.severity for finding in self.findings)
        return {severity: counts[severity] for severity in SEVERITIES}

    def by_rule(self) -> list[tuple[str, int]]:
        """Return how many findings each rule that was broken has, the most broken first."""
        counts = Counter(finding.rule for finding in self.findings)
        return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings by file and place, each place of a rule only once."""
    ordered = sorted(
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
        ),
    )
    unique: dict[object, Finding] = {}
    for finding in ordered:
        place: object = (finding.rule, finding.path, finding.line, finding.column)
        if finding.line is None:
            place = finding
        unique.setdefault(place, finding)
    return tuple(unique.values())


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: '1 error', '2 errors'."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
