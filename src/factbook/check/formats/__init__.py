"""Write findings down: for a terminal, for editors and machines, for a reader of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factbook.check.formats.machines import to_github, to_json, to_junit, to_sarif
from factbook.check.formats.pages import to_html, to_markdown
from factbook.check.formats.text import to_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from factbook.check.findings import Outcome

FORMATS: dict[str, Callable[[Outcome], str]] = {
    "text": to_text,
    "json": to_json,
    "sarif": to_sarif,
    "junit": to_junit,
    "github": to_github,
    "markdown": to_markdown,
    "html": to_html,
}
GRAPHS = ("turtle", "json-ld", "nt")
"""The syntaxes for the report of the W3C, which holds the results of shapes and nothing else."""
NAMES = (*FORMATS, *GRAPHS)
ENDINGS = {
    ".txt": "text",
    ".json": "json",
    ".sarif": "sarif",
    ".xml": "junit",
    ".md": "markdown",
    ".html": "html",
    ".htm": "html",
    ".ttl": "turtle",
    ".jsonld": "json-ld",
    ".nt": "nt",
}
