"""Findings for readers: a Markdown section and an HTML page."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from factbook.check.findings import counted
from factbook.check.formats.places import shown_fault, shown_place
from factbook.check.formats.text import summary
from factbook.render.humanize import printable
from factbook.render.markup import escape_markdown

if TYPE_CHECKING:
    from factbook.check.findings import Outcome

_STYLE = (
    ":root{color-scheme:light dark}body{font:1rem system-ui;margin:2rem;max-width:75rem}"
    "table{border-collapse:collapse}th,td{padding:.3rem .7rem;text-align:left;"
    "vertical-align:top;border-bottom:1px solid #8886}code{white-space:nowrap}"
    "td{overflow-wrap:anywhere;min-width:1.5rem}"
    ".error{color:#c33}.warning{color:#a70}.info{color:#08a}"
)


def to_markdown(outcome: Outcome) -> str:
    """Return a table of the findings under a heading that counts them."""
    lines = [f"## Check: {_headline(outcome)}", ""]
    if not outcome.findings:
        return "\n".join([lines[0], "", f"{_escaped(summary(outcome)[-1])}"]) + "\n"
    lines += ["| Where | Severity | Rule | What to do |", "| --- | --- | --- | --- |"]
    for finding in outcome.findings:
        cells = (shown_place(finding), finding.severity, finding.rule, shown_fault(finding))
        lines.append("| " + " | ".join(map(_escaped, cells)) + " |")
    return "\n".join(lines) + "\n"


def to_html(outcome: Outcome) -> str:
    """Return a page of its own with the counts by rule and a table of the findings."""
    rules = "".join(
        f"<tr><td>{number:,}<td><code>{html.escape(name)}</code>"
        f"<td>{html.escape(rule.summary if (rule := outcome.rules.get(name)) else '')}\n"
        for name, number in outcome.by_rule()
    )
    rows = "".join(
        f"<tr><td>{html.escape(printable(shown_place(finding)))}"
        f"<td class={finding.severity}>{finding.severity}"
        f"<td><code>{html.escape(finding.rule)}</code>"
        f"<td>{html.escape(printable(shown_fault(finding)))}\n"
        for finding in outcome.findings
    )
    headline = html.escape(_headline(outcome))
    tables = (
        f"<h2>By rule</h2>\n<table>\n{rules}</table>\n<h2>By file</h2>\n<table>\n"
        f"<tr><th>Where<th>Severity<th>Rule<th>What to do\n{rows}</table>\n"
    )
    return (
        "<!doctype html>\n<html lang=en>\n<meta charset=utf-8>\n"
        f"<title>Check: {headline}</title>\n<style>{_STYLE}</style>\n"
        f"<h1>Check: {headline}</h1>\n"
        + (tables if outcome.findings else f"<p>{html.escape(summary(outcome)[-1])}</p>\n")
    )


def _headline(outcome: Outcome) -> str:
    found = [counted(n, severity) for severity, n in outcome.by_severity().items() if n]
    return ", ".join(found) or "no findings"


def _escaped(text: str) -> str:
    return escape_markdown(printable(text))
