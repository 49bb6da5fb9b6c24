"""Check reports any single required triple that is deleted from the chapter, with file and line.

Deleting each one alone would need a hundred checks of the whole book. The things are independent of
each other, so one check covers many: in each round, every thing lacks its next required triple.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.core_book import core_book

from factbook.book import Book
from factbook.check.run import check_book
from factbook.rdf.parse import read_rdf

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
CHAPTER = Path("data") / "sources" / "chapter" / "ai-infrastructure-chapter.ttl"
BLOCKS = (ROOT / CHAPTER).read_text(encoding="utf-8").split("\n\n")
# Required statements by class; the first line of a block has its class or its first statement.
REQUIRED = {
    "infra:Source": (
        "a ",
        "schema:name",
        "schema:datePublished",
        "infra:datePrecision",
        "infra:dateInferred",
        "infra:knownSince",
        "infra:evidence",
    ),
    "schema:Observation": (
        "a ",
        "schema:observationAbout",
        "schema:measuredProperty",
        "schema:value",
        "schema:observationDate",
        "infra:datePrecision",
        "infra:precision",
        "infra:standing",
    ),
    "company:": ("infra:segment",),
}
INFERRED = "infra:dateInferred true"
ROUNDS = max(map(len, REQUIRED.values()))


def statements(block: str) -> list[str]:
    """Return the predicates of a block, each with its objects."""
    subject, _, rest = block.partition(" ")
    del subject
    return [part.strip() for part in re.split(r" ;\n|\s\.$", rest.strip()) if part.strip()]


def required_in(block: str) -> list[int]:
    """Return which statements of a block are required."""
    kind = next((kind for kind in REQUIRED if kind in block.partition("\n")[0]), None)
    if kind is None or block.startswith(("@", "#")):
        return []
    return [
        index
        for index, statement in enumerate(statements(block))
        if statement.startswith(REQUIRED[kind])
    ]


def without(block: str, index: int) -> str:
    """Return a block without one statement."""
    subject = block.partition(" ")[0]
    kept = [one for place, one in enumerate(statements(block)) if place != index]
    return f"{subject} " + " ;\n    ".join(kept) + " ."


def with_deletions(number: int) -> tuple[str, dict[str, str]]:
    """Return the chapter with one required statement of each thing missing, and which."""
    blocks, missing = [], {}
    for block in BLOCKS:
        required = required_in(block)
        if number < len(required):
            missing[block.partition(" ")[0]] = statements(block)[required[number]]
            blocks.append(without(block, required[number]))
        else:
            blocks.append(block)
    return "\n\n".join(blocks), missing


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the book without imports whose chapter may be spoilt."""
    copy = tmp_path_factory.mktemp("deletion")
    shutil.copytree(core_book(), copy, dirs_exist_ok=True)
    yield copy
    shutil.rmtree(copy)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_missing_statement_is_reported_with_file_and_line(folder: Path, number: int) -> None:
    """Each thing that lacks a statement has a finding in the chapter's file, with a line."""
    text, missing = with_deletions(number)
    (folder / CHAPTER).write_text(text, encoding="utf-8")
    prefixes = read_rdf(folder / CHAPTER).prefixes
    base = read_rdf(folder / CHAPTER).graph.value

    findings = check_book(Book(folder, cache=False)).findings

    named = {f.focus for f in findings if f.path == folder / CHAPTER and f.line is not None}
    silent = {
        subject: statement
        for subject, statement in missing.items()
        if full(subject, prefixes, base) not in named and statement != INFERRED
    }
    assert missing
    assert silent == {}


def test_missing_inferred_mark_is_reported_at_the_figures(folder: Path) -> None:
    """Unless its date is marked as inferred, a source must date its figures."""
    text = (ROOT / CHAPTER).read_text(encoding="utf-8")
    (folder / CHAPTER).write_text(text.replace(f"    {INFERRED} ;\n", ""), encoding="utf-8")

    findings = check_book(Book(folder, cache=False)).findings

    assert {f.rule for f in findings} == {"undated-figure"}
    assert {f.path for f in findings} == {folder / CHAPTER}


def full(subject: str, prefixes: dict[str, str], base: str) -> str:
    """Return the IRI of a subject."""
    if subject == "<>":
        return base
    prefix, _, local = subject.partition(":")
    return prefixes[prefix] + local


def test_rounds_delete_every_required_statement() -> None:
    """The rounds delete each required statement once."""
    deleted = [text for number in range(ROUNDS) for text in with_deletions(number)[1].values()]
    taken = [statement.split()[0] for statement in deleted]

    assert len(taken) == sum(len(required_in(block)) for block in BLOCKS)
    assert set(taken) == {word.strip() for words in REQUIRED.values() for word in words}
