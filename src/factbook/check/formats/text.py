"""Findings as a compiler prints them, one a line, and the count of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factbook.check.findings import ERROR, INFO, WARNING, counted
from factbook.check.formats.places import shown_fault, shown_place
from factbook.render.humanize import printable

if TYPE_CHECKING:
    from factbook.check.findings import Finding, Outcome

_COLOURS = {ERROR: "31", WARNING: "33", INFO: "36"}
_BOLD = "1"


def to_text(outcome: Outcome, *, colour: bool = False) -> str:
    """Return one line for each finding."""
    return "".join(f"{_line(finding, colour=colour)}\n" for finding in outcome.findings)


def summary(outcome: Outcome) -> list[str]:
    """Return the lines that count the findings and say what was looked at."""
    parts = {"file": outcome.files, "triple": outcome.triples, "rule": len(outcome.rules)}
    # An endpoint has no files, and does not say how much it holds
    looked_at = ", ".join(counted(n, noun) for noun, n in parts.items() if n or noun == "rule")
    if not outcome.findings:
        return [*outcome.notes, f"No findings ({looked_at})."]
    counts = [
        counted(number, severity) if severity != INFO else f"{number} for information"
        for severity, number in outcome.by_severity().items()
        if number
    ]
    rules = outcome.by_rule()
    width = max(len(name) for name, _ in rules)
    explained = next((name for name, _ in rules if _what(outcome, name)), None)
    hint = f"What a rule means and how to mend it: factbook check --explain {explained}"
    return [
        *outcome.notes,
        f"{', '.join(counts)} ({looked_at})",
        *(
            f"{number:6,}  {name:{width}}  {_what(outcome, name)}".rstrip()
            for name, number in rules
        ),
        *([hint] if explained is not None else []),
    ]


def _what(outcome: Outcome, name: str) -> str:
    rule = outcome.rules.get(name)
    return rule.summary if rule is not None else ""


def _line(finding: Finding, *, colour: bool) -> str:
    place = shown_place(finding)
    severity, rule = finding.severity, finding.rule
    if colour:
        severity = _styled(severity, _COLOURS[finding.severity])
        rule = _styled(rule, _BOLD)
    head = f"{place}: " if place else ""
    return f"{printable(head)}{severity} {rule}: {printable(shown_fault(finding))}"


def _styled(text: str, code: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m"
