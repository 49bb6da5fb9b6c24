"""Every rule has a page with a bad and a good example, and finds its bad example."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

import factbook
from factbook.book import Book
from factbook.check.lint import LINT_RULES
from factbook.check.rules import (
    BAD,
    BUILT_IN_EXAMPLES,
    GOOD,
    all_rules,
    example_files,
    rule_page,
)
from factbook.check.run import check_book
from factbook.check.text_rules import FILE_RULES, LITERAL_RULES

if TYPE_CHECKING:
    from pathlib import Path

BOOK = factbook.open()
RULES = all_rules(BOOK)
FOLDERS = [BOOK.layout.examples]


@pytest.mark.parametrize("name", RULES)
def test_page_has_summary_fix_and_examples(name: str) -> None:
    """A page has the summary, the fix, and each file of both examples in full."""
    rule = RULES[name]

    text = rule_page(rule, FOLDERS)

    assert text.startswith(f"# {name}\n")
    assert rule.summary
    assert rule.fix
    assert rule.kind == "shape" or rule.problem
    for which in (BAD, GOOD):
        files = example_files(name, which, FOLDERS)
        assert files
        for shown, path in files.items():
            assert shown in text
            assert path.read_text(encoding="utf-8").strip() in text


def test_examples_belong_to_rules() -> None:
    """Each folder of examples has the name of a rule."""
    named = {path.name for folder in (*FOLDERS, BUILT_IN_EXAMPLES) for path in folder.iterdir()}

    assert named - {"market.ttl"} == set(RULES)


def test_rules_of_each_kind_have_tested_examples() -> None:
    """Rules of shapes and queries are tested in tests/shapes, built-in rules here.

    The examples of a rule of another kind would not be tested.
    """
    own = {rule.name for rule in (*FILE_RULES, *LITERAL_RULES, *LINT_RULES)}
    folders = {path.name for path in BOOK.layout.examples.iterdir() if path.is_dir()}

    assert {name for name, rule in RULES.items() if rule.kind in {"shape", "query"}} == folders
    assert own == set(RULES) - folders == {path.name for path in BUILT_IN_EXAMPLES.iterdir()}


def book_of(example: Path, folder: Path) -> Book:
    """Make a book of an example."""
    shutil.copytree(example, folder, dirs_exist_ok=True)
    (folder / "ontology").mkdir()
    return Book(folder, cache=False)


@pytest.mark.parametrize("name", [rule.name for rule in FILE_RULES])
def test_rule_for_files_finds_its_bad_example(name: str, tmp_path: Path) -> None:
    """The rule alone finds its bad example, and nothing is found in the good one."""
    bad = check_book(book_of(BUILT_IN_EXAMPLES / name / BAD, tmp_path / BAD)).findings
    good = check_book(book_of(BUILT_IN_EXAMPLES / name / GOOD, tmp_path / GOOD)).findings

    assert [finding.rule for finding in bad] == [name]
    assert good == ()
