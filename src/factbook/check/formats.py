"""Write findings as text, Markdown, JSON, SARIF, JUnit and GitHub annotations."""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from factbook.check.findings import ERROR, INFO, WARNING
from factbook.check.limits import FINGERPRINT, fingerprint, identity_of, unique_fingerprints
from factbook.render.humanize import count_noun, format_path, make_printable
from factbook.render.markup import escape_markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from factbook.check.findings import Finding, Outcome, Rule

_COLOURS = {ERROR: "31", WARNING: "33", INFO: "36"}
_BOLD = "1"
_MAX_FAULTS = 50
_MAX_UNREACHED = 5
_LEVELS = {ERROR: "error", WARNING: "warning", INFO: "note"}
_COMMANDS = {ERROR: "error", WARNING: "warning", INFO: "notice"}
_encode = json.JSONEncoder(ensure_ascii=False).encode
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def file_text(path: Path | None) -> str:
    """Return the path of a file, relative if it is below the current folder."""
    return _relative(path, os.getcwd()) if path is not None else ""  # noqa: PTH109 - as a key


@lru_cache(maxsize=4096)
def _relative(path: Path, folder: str) -> str:
    del folder  # the answer depends on it
    return format_path(path)


def place_text(finding: Finding) -> str:
    """Return `file:line:column`, or as much of it as is known."""
    parts = [file_text(finding.path), finding.line, finding.column]
    return ":".join(str(part) for part in parts if part)


def message_text(finding: Finding) -> str:
    """Return the label, the message and the value that was found."""
    text = f"{finding.label}: {finding.message}" if finding.label else finding.message
    if not finding.value:
        return text
    found = f"{finding.property} {finding.value}" if finding.property else finding.value
    return f"{text} (found: {found})"


def to_text(outcome: Outcome, *, colour: bool = False) -> Iterator[str]:
    """Yield one line for each finding, and one for each kind with more findings."""
    for finding in outcome.findings:
        yield f"{_line(finding, colour=colour)}\n"
    for (rule, severity, path), number in sorted(outcome.hidden.items()):
        of = f"{rule} at {path}" if path else rule
        yield f"… and {number:,} more: {severity} {make_printable(of)} (--all shows them)\n"


def _line(finding: Finding, *, colour: bool) -> str:
    place = place_text(finding)
    severity, rule = finding.severity, finding.rule
    if colour:
        severity = f"\x1b[{_COLOURS[finding.severity]}m{severity}\x1b[0m"
        rule = f"\x1b[{_BOLD}m{rule}\x1b[0m"
    head = f"{place}: " if place else ""
    return f"{make_printable(head)}{severity} {rule}: {make_printable(message_text(finding))}"


def summary_lines(outcome: Outcome) -> list[str]:
    """Return the notes, the number of findings by severity and rule, and what was checked."""
    notes = [*outcome.notes, *_left_out_lines(outcome)]
    unreached = [f"note: {line}" for line in _first(outcome.completeness.unreached, _MAX_UNREACHED)]
    rules = outcome.by_rule()
    if not rules:
        return [*notes, _no_findings(outcome), *unreached]
    counts = [
        count_noun(number, severity) if severity != INFO else f"{number} for information"
        for severity, number in outcome.by_severity().items()
        if number
    ]
    width = max(len(name) for name, _ in rules)
    lines = [*notes, f"{', '.join(counts)} ({_checked(outcome)})"]
    for name, number in rules:
        lines.append(f"{number:6,}  {name:{width}}  {_rule_summary(outcome, name)}".rstrip())
    explained = next((name for name, _ in rules if _rule_summary(outcome, name)), None)
    if explained is not None:
        lines.append(f"To read about a rule and its fix: factbook check --explain {explained}")
    return [*lines, *unreached]


def _no_findings(outcome: Outcome) -> str:
    return f"No findings ({_checked(outcome)})."


def _checked(outcome: Outcome) -> str:
    """Return what was checked; the numbers of files and triples are not known for an endpoint."""
    parts = {"file": outcome.files, "triple": outcome.triples, "rule": len(outcome.rules)}
    return ", ".join(count_noun(n, noun) for noun, n in parts.items() if n or noun == "rule")


def _left_out_lines(outcome: Outcome) -> Iterator[str]:
    """Yield what was left out of the validation, the first of each kind."""
    left_out = outcome.completeness
    yield from (f"error: {line}" for line in _first(left_out.faults, _MAX_FAULTS))
    yield from (f"warning: {line}" for line in _first(left_out.unevaluated, _MAX_FAULTS))
    if left_out.faults:
        count = count_noun(len(left_out.faults), "error")
        yield f"The shapes have {count}; all else was evaluated."
    elif left_out.unevaluated:
        count = count_noun(len(left_out.unevaluated), "part")
        yield f"Not evaluated: {count} of the shapes (see above; --allow-unevaluated accepts that)."


def _first(lines: tuple[str, ...], most: int) -> Iterator[str]:
    yield from lines[:most]
    if len(lines) > most:
        yield f"{len(lines) - most} more like that"


def _rule_summary(outcome: Outcome, name: str) -> str:
    rule = outcome.rules.get(name)
    return rule.summary if rule is not None else ""


def to_markdown(outcome: Outcome) -> Iterator[str]:
    """Yield a heading with the number of findings, and a table of them."""
    counts = [count_noun(n, severity) for severity, n in outcome.by_severity().items() if n]
    yield f"## Check: {', '.join(counts) or 'no findings'}\n\n"
    if not outcome.findings:
        yield f"{_markdown_cell(_no_findings(outcome))}\n"
        return
    yield "| Where | Severity | Rule | What to do |\n| --- | --- | --- | --- |\n"
    for finding in outcome.findings:
        cells = (place_text(finding), finding.severity, finding.rule, message_text(finding))
        yield f"| {' | '.join(map(_markdown_cell, cells))} |\n"


def _markdown_cell(text: str) -> str:
    return escape_markdown(make_printable(text))


def to_json(outcome: Outcome) -> Iterator[str]:
    """Yield one JSON document."""
    document = {
        "summary": {
            **outcome.by_severity(),
            "files": outcome.files,
            "triples": outcome.triples,
            "rules": len(outcome.rules),
        },
        "notes": list(outcome.notes),
        "left_out": {
            "errors": list(outcome.completeness.faults),
            "unevaluated": list(outcome.completeness.unevaluated),
            "unreached": list(outcome.completeness.unreached),
        },
        "findings": [],
    }
    findings = (
        {
            "rule": finding.rule,
            "severity": finding.severity,
            "message": finding.message,
            "file": file_text(finding.path) or None,
            "line": finding.line,
            "column": finding.column,
            "focus": finding.focus,
            "label": finding.label,
            "property": finding.property or None,
            "value": finding.value or None,
        }
        for finding in outcome.findings
    )
    return _with_rows(document, "findings", findings)


def to_sarif(outcome: Outcome) -> Iterator[str]:
    """Yield a SARIF 2.1.0 log (Static Analysis Results Interchange Format)."""
    from factbook import __version__

    rules = _rules_with_findings(outcome)
    index = {name: position for position, name in enumerate(rules)}
    document = {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
        "sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "factbook",
                        "version": __version__,
                        "rules": [_sarif_rule(name, rule) for name, rule in rules.items()],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [],
            }
        ],
    }
    names = unique_fingerprints(outcome.findings)
    results = (
        _sarif_result(finding, index[finding.rule], name)
        for finding, name in zip(outcome.findings, names, strict=True)
    )
    return _with_rows(document, "results", results)


def _with_rows(
    document: dict[str, Any], name: str, rows: Iterable[dict[str, Any]]
) -> Iterator[str]:
    """Yield a document as JSON with rows in its empty list of a name, one row a line.

    Python's fast encoder knows no indentation, and there can be a hundred thousand rows.
    """
    text = json.dumps(document, ensure_ascii=False, indent=2)
    before, _, after = text.rpartition(f'"{name}": []')
    yield f'{before}"{name}": ['
    separator = "\n"
    for row in rows:
        yield f"{separator}{_encode(row)}"
        separator = ",\n"
    yield f"]{after}\n"


def to_junit(outcome: Outcome) -> Iterator[str]:
    """Yield a JUnit report in which each rule is a test case."""
    from xml.sax.saxutils import escape

    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in outcome.findings:
        by_rule[finding.rule].append(finding)
    rules = _rules_with_findings(outcome)
    numbers = f'tests="{len(rules)}" failures="{len(by_rule)}"'
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites {numbers}>\n'
    yield f'<testsuite name="factbook check" {numbers}>\n'
    for name, rule in rules.items():
        kind = rule.kind if rule is not None else "rule"
        head = f"<testcase classname={_attribute(kind)} name={_attribute(name)}"
        found = by_rule.get(name)
        if not found:
            yield f"{head}/>\n"
            continue
        kind = _attribute(found[0].severity)
        message = _attribute(f"{len(found)} found: {found[0].message}")
        yield f"{head}>\n<failure type={kind} message={message}>"
        for finding in found:
            text = f"{place_text(finding)}: {message_text(finding)}"
            yield f"{escape(_NOT_XML.sub('�', text))}\n"
        yield "</failure>\n</testcase>\n"
    yield "</testsuite>\n</testsuites>\n"


def to_github(outcome: Outcome) -> Iterator[str]:
    """Yield GitHub workflow commands, which annotate the lines of a pull request."""
    for finding in outcome.findings:
        properties = {
            "file": file_text(finding.path),
            "line": finding.line,
            "col": finding.column,
            "title": finding.rule,
        }
        given = ",".join(f"{key}={_command(value)}" for key, value in properties.items() if value)
        message = _command(message_text(finding), value=False)
        yield f"::{_COMMANDS[finding.severity]} {given}::{message}\n"


def _rules_with_findings(outcome: Outcome) -> dict[str, Rule | None]:
    """Return all rules by name, with None for rules that only findings mention."""
    unknown = {finding.rule: None for finding in outcome.findings}
    return {**unknown, **outcome.rules}


def _sarif_rule(name: str, rule: Rule | None) -> dict[str, Any]:
    described: dict[str, Any] = {"id": name}
    if rule is not None:
        described["shortDescription"] = {"text": rule.summary or name}
        described["help"] = {"text": rule.fix or rule.summary or name}
        described["defaultConfiguration"] = {"level": _LEVELS[rule.severity]}
        described["properties"] = {"tags": [rule.kind]}
    return described


def _sarif_result(finding: Finding, index: int, name: str) -> dict[str, Any]:
    location: dict[str, Any] = {}
    if finding.path is not None:
        uri = quote(os.fsencode(file_text(finding.path)))
        physical: dict[str, Any] = {"artifactLocation": {"uri": uri}}
        if finding.line is not None:
            physical["region"] = {"startLine": finding.line, "startColumn": finding.column or 1}
        location["physicalLocation"] = physical
    if finding.focus:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.focus}]
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": message_text(finding)},
        "locations": [location],
        "partialFingerprints": {FINGERPRINT: name},
        "properties": {"kind": fingerprint(identity_of(finding))},
    }


def _attribute(text: str) -> str:
    from xml.sax.saxutils import quoteattr

    return quoteattr(_NOT_XML.sub("�", text))


def _command(given: object, *, value: bool = True) -> str:
    """Escape a text of a workflow command; a property value needs two more escapes."""
    text = str(given).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if value else text


FORMATS = {
    "text": to_text,
    "json": to_json,
    "sarif": to_sarif,
    "junit": to_junit,
    "github": to_github,
    "markdown": to_markdown,
}
GRAPHS = ("turtle", "json-ld", "nt")
"""The syntaxes of the SHACL validation report, which has the results of shapes only."""
NAMES = (*FORMATS, *GRAPHS)
SUFFIXES = {
    ".txt": "text",
    ".json": "json",
    ".sarif": "sarif",
    ".xml": "junit",
    ".md": "markdown",
    ".ttl": "turtle",
    ".jsonld": "json-ld",
    ".nt": "nt",
}
