"""The questions of analysts have the commands and the answers that `questions.toml` gives them."""

from __future__ import annotations

import shlex
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]
QUESTIONS = tomllib.loads(Path(__file__).with_name("questions.toml").read_text(encoding="utf-8"))[
    "question"
]
SHORT = ("https://w3id.org/ai-infra/", "http://qudt.org/vocab/unit/")


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: str(question["asked"]))
def test_question_is_answered(
    question: dict[str, Any], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At most two commands answer a question, with source and date where it is about a figure."""
    monkeypatch.chdir(tmp_path)
    assert len(question["commands"]) <= 2

    printed = ""
    for command in question["commands"]:
        words = shlex.split(command)
        result = run("--known-by", "2026-11-26", *words, book=ROOT)
        assert result.exit_code == 0, result.output
        printed += result.output
        if "-o" in words:
            assert Path(words[-1]).stat().st_size > 1000
    for namespace in SHORT:
        printed = printed.replace(namespace, "")
    assert [line for line in question["answers"] if line not in printed] == []
