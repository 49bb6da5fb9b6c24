"""Every rule has a page, with a bad and a good example that are the very files that test it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

import factbook
from factbook.book import Book
from factbook.check.explain import BAD, GOOD, OWN_EXAMPLES, exhibits, page
from factbook.check.layout_rules import RULES as FILE_RULES
from factbook.check.lint_rules import RULES as LINT_RULES
from factbook.check.literals import RULES as LITERAL_RULES
from factbook.check.rules import all_rules
from factbook.check.run import check_book

if TYPE_CHECKING:
    from pathlib import Path

BOOK = factbook.open()
RULES = all_rules(BOOK)
FOLDERS = [BOOK.layout.examples]


@pytest.mark.parametrize("name", RULES)
def test_a_page_is_whole(name: str) -> None:
    """What holds, what it means, the cure, and each file of either example, word by word."""
    rule = RULES[name]

    text = page(rule, FOLDERS)

    assert text.startswith(f"# {name}\n")
    assert rule.summary
    assert rule.cure
    assert rule.kind == "shape" or rule.problem
    for which in (BAD, GOOD):
        files = exhibits(name, which, FOLDERS)
        assert files
        for shown, path in files.items():
            assert shown in text
            assert path.read_text(encoding="utf-8").strip() in text


def test_every_example_is_of_a_rule() -> None:
    """Each folder of examples bears the name of a rule, so that none is left to itself."""
    named = {path.name for folder in (*FOLDERS, OWN_EXAMPLES) for path in folder.iterdir()}

    assert named - {"market.ttl"} == set(RULES)


def test_every_kind_of_rule_has_tests_that_run_its_examples() -> None:
    """The rules of shapes and queries in tests/shapes; those of the tool here, kind by kind.

    A rule of another kind would have a page, and nothing that tries its examples.
    """
    own = {rule.name for rule in (*FILE_RULES, *LITERAL_RULES, *LINT_RULES)}
    folders = {path.name for path in BOOK.layout.examples.iterdir() if path.is_dir()}

    assert {name for name, rule in RULES.items() if rule.kind in {"shape", "query"}} == folders
    assert own == set(RULES) - folders == {path.name for path in OWN_EXAMPLES.iterdir()}


def book_of(example: Path, folder: Path) -> Book:
    """Make a book of an example."""
    shutil.copytree(example, folder, dirs_exist_ok=True)
    (folder / "ontology").mkdir()
    return Book(folder, cache=False)


@pytest.mark.parametrize("name", [rule.name for rule in FILE_RULES])
def test_a_rule_for_files_finds_its_bad_example(name: str, tmp_path: Path) -> None:
    """The rule finds its bad example, and no other rule does; the good one passes."""
    bad = check_book(book_of(OWN_EXAMPLES / name / BAD, tmp_path / BAD)).findings
    good = check_book(book_of(OWN_EXAMPLES / name / GOOD, tmp_path / GOOD)).findings

    assert [finding.rule for finding in bad] == [name]
    assert good == ()
