"""Findings for machines: JSON, SARIF, JUnit and the annotations of a GitHub workflow."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from factbook.check.findings import ERROR, INFO, WARNING
from factbook.check.formats.places import shown_fault, shown_file, shown_place

if TYPE_CHECKING:
    from factbook.check.findings import Finding, Outcome, Rule

_LEVELS = {ERROR: "error", WARNING: "warning", INFO: "note"}
_COMMANDS = {ERROR: "error", WARNING: "warning", INFO: "notice"}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_json(outcome: Outcome) -> str:
    """Return one JSON document."""
    document = {
        "summary": {
            **outcome.by_severity(),
            "files": outcome.files,
            "triples": outcome.triples,
            "rules": len(outcome.rules),
        },
        "notes": list(outcome.notes),
        "findings": [
            {
                "rule": finding.rule,
                "severity": finding.severity,
                "message": finding.message,
                "file": shown_file(finding.path) or None,
                "line": finding.line,
                "column": finding.column,
                "focus": finding.focus,
                "label": finding.label,
                "property": finding.property or None,
                "value": finding.value or None,
            }
            for finding in outcome.findings
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def to_sarif(outcome: Outcome) -> str:
    """Return a log in the Static Analysis Results Interchange Format 2.1.0."""
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
                "results": [
                    _sarif_result(finding, index[finding.rule]) for finding in outcome.findings
                ],
            }
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def to_junit(outcome: Outcome) -> str:
    """Return a test report in which each rule is a test."""
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in outcome.findings:
        by_rule[finding.rule].append(finding)
    rules = _rules_with_findings(outcome)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites tests="{len(rules)}" failures="{len(by_rule)}">',
        f'<testsuite name="factbook check" tests="{len(rules)}" failures="{len(by_rule)}">',
    ]
    for name, rule in rules.items():
        kind = rule.kind if rule is not None else "rule"
        head = f"<testcase classname={_attribute(kind)} name={_attribute(name)}"
        found = by_rule.get(name)
        if not found:
            lines.append(f"{head}/>")
            continue
        text = "\n".join(f"{shown_place(finding)}: {shown_fault(finding)}" for finding in found)
        kind = _attribute(found[0].severity)
        message = _attribute(f"{len(found)} found: {found[0].message}")
        body = escape(_NOT_XML.sub("�", text))
        failure = f"<failure type={kind} message={message}>{body}</failure>"
        lines += [f"{head}>", failure, "</testcase>"]
    return "\n".join([*lines, "</testsuite>", "</testsuites>"]) + "\n"


def to_github(outcome: Outcome) -> str:
    """Return workflow commands, which GitHub shows beside the lines of a change."""
    lines = []
    for finding in outcome.findings:
        properties = {
            "file": shown_file(finding.path),
            "line": finding.line,
            "col": finding.column,
            "title": finding.rule,
        }
        given = ",".join(f"{key}={_command(value)}" for key, value in properties.items() if value)
        message = _command(shown_fault(finding), value=False)
        lines.append(f"::{_COMMANDS[finding.severity]} {given}::{message}\n")
    return "".join(lines)


def _rules_with_findings(outcome: Outcome) -> dict[str, Rule | None]:
    """Return all rules, those among them that only findings know."""
    unknown = {finding.rule: None for finding in outcome.findings}
    return {**unknown, **outcome.rules}


def _sarif_rule(name: str, rule: Rule | None) -> dict[str, Any]:
    described: dict[str, Any] = {"id": name}
    if rule is not None:
        described["shortDescription"] = {"text": rule.summary or name}
        described["help"] = {"text": rule.cure or rule.summary or name}
        described["defaultConfiguration"] = {"level": _LEVELS[rule.severity]}
        described["properties"] = {"tags": [rule.kind]}
    return described


def _sarif_result(finding: Finding, index: int) -> dict[str, Any]:
    identity = f"{finding.rule} {finding.focus} {finding.property} {finding.value}"
    location: dict[str, Any] = {}
    if finding.path is not None:
        uri = quote(os.fsencode(shown_file(finding.path)))
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
        "message": {"text": shown_fault(finding)},
        "locations": [location],
        "partialFingerprints": {
            "fault/v1": hashlib.blake2b(identity.encode(), digest_size=16).hexdigest()
        },
    }


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("�", text))


def _command(given: object, *, value: bool = True) -> str:
    """Escape a text of a workflow command; in a property, two more characters mean something."""
    text = str(given).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if value else text
