"""Write findings down: for a terminal, for editors and machines, for a reader of a page."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from factbook.check.findings import Outcome


def _loaded(module: str, name: str) -> Callable[[Outcome], str]:
    """Return a function of a module that is imported when it is called: most runs need one."""

    def write(outcome: Outcome) -> str:
        found: Callable[[Outcome], str] = getattr(import_module(f"{__name__}.{module}"), name)
        return found(outcome)

    return write


FORMATS = {
    "text": _loaded("text", "to_text"),
    "json": _loaded("machines", "to_json"),
    "sarif": _loaded("machines", "to_sarif"),
    "junit": _loaded("machines", "to_junit"),
    "github": _loaded("machines", "to_github"),
    "markdown": _loaded("pages", "to_markdown"),
    "html": _loaded("pages", "to_html"),
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
