"""The hooks for pre-commit do what a commit needs."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook
    for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
}


def run(hook: str, folder: Path, *files: str) -> subprocess.CompletedProcess[str]:
    """Run a hook as pre-commit does: in the folder of the repository, with the files at the end."""
    program, *words = shlex.split(HOOKS[hook]["entry"])
    given = files if HOOKS[hook].get("pass_filenames", True) else ()
    path = str(Path(sys.executable).with_name(program))
    return subprocess.run(
        [path, *words, *given], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a repository that holds the book and nothing that is not committed."""
    for part in ("ontology", "data", "queries"):
        shutil.copytree(ROOT / part, tmp_path / part)
    commit(tmp_path)
    return tmp_path


def commit(folder: Path) -> None:
    """Make a repository of a folder and commit all of it."""
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "Begin"]):
        subprocess.run([*git, *command], cwd=folder, check=True)


def test_check_stops_a_commit_that_breaks_a_rule(checkout: Path) -> None:
    """An untouched book passes; a figure without its measure does not, and the line is named."""
    assert run("factbook-check", checkout).returncode == 0
    chapter = checkout / "data" / "sources" / "chapter" / "ai-infrastructure-chapter.ttl"
    lines = chapter.read_text(encoding="utf-8").splitlines(keepends=True)
    gone = next(
        number for number, line in enumerate(lines) if "    schema:measuredProperty " in line
    )
    chapter.write_text("".join(lines[:gone] + lines[gone + 1 :]), encoding="utf-8")

    done = run("factbook-check", checkout)

    assert done.returncode == 1
    assert "ai-infrastructure-chapter.ttl:" in done.stdout
    assert "observation-measure" in done.stdout


def test_check_stops_a_commit_that_breaks_a_query(checkout: Path) -> None:
    """A query that no engine can run is a finding of the hook."""
    query = checkout / "queries" / "companies" / "companies.rq"
    query.write_text(query.read_text(encoding="utf-8").replace("}", "", 1), encoding="utf-8")

    done = run("factbook-check", checkout)

    assert done.returncode == 1
    assert "companies.rq:" in done.stdout


def test_hooks_take_a_book_of_data_only(tmp_path: Path) -> None:
    """A repository that has sources and nothing else passes, and a wrong literal does not."""
    page = tmp_path / "data" / "sources" / "gazette" / "page.ttl"
    page.parent.mkdir(parents=True)
    text = """@base <https://example.org/source/page> .
@prefix schema: <https://schema.org/> .

<> schema:name "A page"@en .

<https://example.org/thing/a> schema:name   "A"@en .
"""
    page.write_text(text, encoding="utf-8")
    commit(tmp_path)

    assert run("factbook-check", tmp_path).returncode == 0
    assert run("factbook-fmt", tmp_path, "data/sources/gazette/page.ttl").returncode == 0
    assert page.read_text(encoding="utf-8") == text.replace("name   ", "name ")
    typed = '"2025-02-30"^^<http://www.w3.org/2001/XMLSchema#date>'
    page.write_text(text.replace('"A"@en', typed), encoding="utf-8")
    done = run("factbook-check", tmp_path)
    assert (done.returncode, "page.ttl:6:" in done.stdout) == (1, True)


def test_fmt_lays_out_the_files_of_a_commit(checkout: Path) -> None:
    """A file that is not laid out is mended, and the commit waits for it to be looked at."""
    register = checkout / "data" / "register" / "places.ttl"
    tidy = register.read_text(encoding="utf-8")
    register.write_text(tidy.replace(" ;\n", "   ;\n", 1), encoding="utf-8")

    done = run("factbook-fmt", checkout, "data/register/places.ttl")

    assert done.returncode == 0
    assert register.read_text(encoding="utf-8") == tidy
