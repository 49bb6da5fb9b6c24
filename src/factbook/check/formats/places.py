"""How a finding names its place: relative to where the reader stands, if it is below that."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from factbook.check.findings import Finding


def shown_file(path: Path | None) -> str:
    """Return a file as a reader in the current folder would type it."""
    if path is None:
        return ""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def shown_place(finding: Finding) -> str:
    """Return `file:line:column`, or as much of it as is known."""
    parts = [shown_file(finding.path), finding.line, finding.column]
    return ":".join(str(part) for part in parts if part)


def shown_fault(finding: Finding) -> str:
    """Return whose fault it is, what to write instead, and what was found."""
    text = f"{finding.label}: {finding.message}" if finding.label else finding.message
    if not finding.value:
        return text
    found = f"{finding.property} {finding.value}" if finding.property else finding.value
    return f"{text} (found: {found})"
