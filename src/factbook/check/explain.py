"""The page of a rule: what it means, a graph that breaks it, one that does not, and the cure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from factbook.check.formats.places import shown_file

if TYPE_CHECKING:
    from collections.abc import Iterable

    from factbook.check.findings import Rule

OWN_EXAMPLES = Path(__file__).parent / "examples"
"""The examples of the rules that are the tool's own, not a book's."""
BAD = "bad"
GOOD = "good"
_LANGUAGES = {".ttl": "turtle", ".rq": "sparql"}


def example(rule: str, which: str, folders: Iterable[Path]) -> Path | None:
    """Return the file of a rule's bad or good example, or None where there is none."""
    for folder in (*folders, OWN_EXAMPLES):
        for path in sorted((folder / rule).glob(f"{which}.*")):
            if path.suffix in _LANGUAGES:
                return path
    return None


def exhibits(rule: str, which: str, folders: Iterable[Path]) -> dict[str, Path]:
    """Return the files of a rule's bad or good example by their names, where these matter.

    A rule for graphs or queries has one file, called ''. One for the files of a book has a folder,
    laid out as a book is.
    """
    single = example(rule, which, folders)
    if single is not None:
        return {"": single}
    root = OWN_EXAMPLES / rule / which
    return {path.relative_to(root).as_posix(): path for path in sorted(root.rglob("*.ttl"))}


def page(rule: Rule, folders: Iterable[Path]) -> str:
    """Return the page of a rule, in Markdown.

    Args:
        rule: The rule.
        folders: Where examples stand, by the name of the rule.
    """
    places = list(folders)
    parts = [
        f"# {rule.name}\n",
        f"{rule.summary.rstrip('.')}. ({rule.severity}, {rule.kind})\n",
    ]
    if rule.problem:
        parts.append(f"{rule.problem}\n")
    parts += ["## How to mend it\n", f"{rule.cure}\n"]
    for which, heading in ((BAD, "This is found"), (GOOD, "This passes")):
        files = exhibits(rule.name, which, places)
        if files:
            parts.append(f"## {heading}\n")
        for name, path in files.items():
            text = path.read_text(encoding="utf-8").strip()
            caption = f"{name}:\n\n" if name else ""
            parts.append(f"{caption}```{_LANGUAGES[path.suffix]}\n{text}\n```\n")
    if rule.path is not None:
        parts.append(f"Stated in {shown_file(rule.path)}.\n")
    return "\n".join(parts)


def overview(rules: Iterable[Rule]) -> str:
    """Return a line for each rule: its name, how grave it is, and what must hold."""
    listed = list(rules)
    width = max((len(rule.name) for rule in listed), default=0)
    return "".join(f"{rule.name:{width}}  {rule.severity:7}  {rule.summary}\n" for rule in listed)
