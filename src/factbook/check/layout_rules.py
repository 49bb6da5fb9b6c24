"""Rules on the files themselves: a source is one file, named by its slug, with its IRI as base."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factbook.check.findings import ERROR, Finding, Rule
from factbook.rdf.terms import local_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from factbook.layout import Layout
    from factbook.rdf.parse import RdfFile

KIND = "file"
BASE = Rule(
    name="file-base",
    severity=ERROR,
    summary="The file of a source begins with the IRI of the source as its base.",
    cure="Begin the file with @base <…/source/slug> and describe the source as <>.",
    problem="The base names the graph of the file: without it, nobody knows who says what is in "
    "it.",
    kind=KIND,
)
NAME = Rule(
    name="file-name",
    severity=ERROR,
    summary="The file of a source is called as the slug of the source.",
    cure="Rename the file or the source, so that the name is the last part of the IRI.",
    problem="A reader who has the source cannot find its file, nor the other way round.",
    kind=KIND,
)
TWICE = Rule(
    name="file-twice",
    severity=ERROR,
    summary="A source has one file.",
    cure="Merge the two files, or give one of the sources another slug.",
    problem="A reviewer who reads one of the files does not see all that the source is said to "
    "say, and removing it does not retract the source.",
    kind=KIND,
)
RULES = (BASE, NAME, TWICE)


def file_findings(files: Iterable[RdfFile], layout: Layout) -> Iterator[Finding]:
    """Yield the files of sources and leads that are not named as they should be."""
    first: dict[str, Path] = {}
    for file in files:
        if not _is_source_file(file.path, layout):
            continue
        if not file.has_base:
            yield _finding(BASE, file, "")
            continue
        base = file.graph.value
        slug = local_name(base)
        if file.path.name.partition(".")[0] != slug:
            yield _finding(NAME, file, f"Call the file {slug}.ttl, or end the base with its name.")
        if base in first:
            yield _finding(
                TWICE,
                file,
                f"{first[base]} has the same base; {TWICE.cure[:1].lower()}{TWICE.cure[1:]}",
            )
        first.setdefault(base, file.path)


def _is_source_file(path: Path, layout: Layout) -> bool:
    data = layout.root / "data"
    return path.is_relative_to(data / "sources") or path.is_relative_to(data / "leads")


def _finding(rule: Rule, file: RdfFile, message: str) -> Finding:
    return Finding(
        rule=rule.name,
        severity=rule.severity,
        message=message or rule.cure,
        path=file.path,
        line=1,
        column=1,
        focus=file.graph.value,
        label=file.path.name,
    )
