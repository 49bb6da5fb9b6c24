"""`factbook check` on the command line: what it takes, what it prints, how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from factbook.book import Book

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PROGRAM = [sys.executable, "-m", "factbook"]


def run(*words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run factbook and return how it went."""
    environment = {**os.environ, "NO_COLOR": "1"}
    return subprocess.run(
        [*PROGRAM, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd or ROOT,
        env=environment,
    )


def check(book: Book, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Check a book."""
    return run("--book", book.layout.root, "--no-cache", "check", *words)


def test_the_bundled_graph_passes() -> None:
    """The graph that is shipped has no finding, and check says what it looked at."""
    done = run("check")

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("No findings (")


def test_findings_go_to_stdout_and_the_count_to_stderr(river_book: Book) -> None:
    """A compiler's lines, a count by rule, and exit code 1."""
    done = check(river_book)

    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert len(lines) == 7
    assert lines[-1].endswith(
        "gauges.ttl:5:22: error literal-calendar: Rhine: Write a day that exists. "
        '(found: ex:measured "2024-02-30"^^xsd:date)'
    )
    assert "3 errors, 1 warning, 3 for information" in done.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--rule", "dry-river"], 0),
        (["--rule", "dry-river", "--fail-on", "warning"], 1),
        (["--rule", "RiverShape/mouth"], 2),
        (["--fail-on", "info", "--source", "https://example.org/source/gauges"], 1),
        (["--rule", "nonsense"], 2),
        (["--engine", "nonsense"], 2),
        (["-f", "nonsense"], 2),
        (["nowhere.ttl"], 3),
        (["--changed", "nonsense"], 3),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, list) else None,
)
def test_exit_codes(river_book: Book, words: list[str], code: int) -> None:
    """Found, wrong usage and unreadable input are told apart; --fail-on says what counts."""
    done = check(river_book, *words)

    assert done.returncode == code, done.stderr
    if code > 1:
        assert done.stderr.startswith("error: ")
        assert len(done.stderr.splitlines()) == 1


SH = "@prefix sh: <http://www.w3.org/ns/shacl#> .\n@prefix ex: <https://example.org/> .\n"
UNUSABLE = {
    "missing": (None, "shapes.ttl: no such file or folder"),
    "syntax": (f"{SH}ex:S a sh:NodeShape", "shapes.ttl:3:20: "),
    "not text": (b"\xff\xfe", "shapes.ttl:1:1: "),
    "no shapes": (f"{SH}ex:a a ex:B .", "shapes.ttl: no shapes in it"),
    "recursion": (
        f"{SH}ex:S sh:targetClass ex:River ; sh:property ex:P . ex:P sh:path ex:p ; sh:node ex:S .",
        "refers to itself",
    ),
    "query": (
        f'{SH}ex:S sh:targetClass ex:River ; sh:sparql [ sh:select "SELECT $this {{ ?" ] .',
        "has a query that cannot be used",
    ),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_shapes_that_cannot_be_used_are_one_line(name: str, tmp_path: Path) -> None:
    """Missing, broken, empty or recursive shapes end the check with 3 and the reason."""
    content, said = UNUSABLE[name]
    shapes = tmp_path / "shapes.ttl"
    if content is not None:
        shapes.write_bytes(content if isinstance(content, bytes) else content.encode())

    done = run("check", HERE / "rivers.ttl", "--shapes", shapes)

    assert (done.returncode, done.stdout) == (3, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_shapes_without_a_target_are_told(tmp_path: Path) -> None:
    """Nothing was validated, which is not the same as nothing found."""
    shapes = tmp_path / "shapes.ttl"
    shapes.write_text(f"{SH}ex:S a sh:NodeShape ; sh:nodeKind sh:IRI .", encoding="utf-8")

    done = run("check", HERE / "rivers.ttl", "--shapes", shapes)

    assert done.returncode == 0
    assert "No shape has a target: nothing was validated" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check", "FILE", "--shapes", "SHAPES", "-f", "trig"], "Known: text, json, "),
        (["check", "--shapes", "SHAPES"], "name the RDF files"),
    ],
    ids=["no such format", "shapes alone"],
)
def test_what_makes_no_sense_is_refused(words: list[str], said: str) -> None:
    """Wrong usage is one line and 2."""
    names = {"FILE": str(HERE / "rivers.ttl"), "SHAPES": str(HERE / "river-shapes.ttl")}

    done = run(*(names.get(word, word) for word in words))

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_outside_git_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    """--changed says where it looked."""
    rivers = tmp_path / "rivers.ttl"
    rivers.write_bytes((HERE / "rivers.ttl").read_bytes())

    done = run("check", rivers, "--shapes", HERE / "river-shapes.ttl", "--changed")

    assert done.returncode == 3
    assert done.stderr == f"error: --changed: {tmp_path} is not in a git repository\n"


def test_a_file_of_the_book_is_checked_within_it(river_book: Book) -> None:
    """Only what is in the file is told; the rest of the graph is there to judge it by."""
    gauges = river_book.layout.root / "data" / "sources" / "survey" / "gauges.ttl"

    done = check(river_book, gauges, "-f", "json")

    findings = json.loads(done.stdout)["findings"]
    assert [finding["rule"] for finding in findings] == ["literal-calendar"]


def test_other_files_need_shapes(river_book: Book) -> None:
    """A stranger's file is checked against shapes that are named, and not without."""
    rivers = HERE / "rivers.ttl"

    without = check(river_book, rivers)
    with_shapes = check(river_book, rivers, "--shapes", HERE / "river-shapes.ttl")

    assert without.returncode == 2
    assert "--shapes" in without.stderr
    assert with_shapes.returncode == 1
    assert with_shapes.stdout.count("river-length") == 2


def test_a_file_may_bring_its_own_shapes(river_book: Book, tmp_path: Path) -> None:
    """Shapes beside the data are used."""
    both = tmp_path / "both.ttl"
    text = (HERE / "rivers.ttl").read_text(encoding="utf-8")
    both.write_text(text + (HERE / "river-shapes.ttl").read_text(encoding="utf-8"), "utf-8")

    done = check(river_book, both)

    assert done.returncode == 1
    assert done.stdout.count("river-length") == 2


def test_own_data_joins_the_book() -> None:
    """With --data a reader's file is checked as a part of the book, by its rules."""
    example = ROOT / "ontology" / "shapes" / "examples" / "observation-unit" / "bad.ttl"

    done = run("--data", example, "--no-cache", "check", "--rule", "observation-unit")

    assert done.returncode == 1
    assert "observation-unit/bad.ttl:" in done.stdout


def test_only_what_changed_is_told(river_book: Book) -> None:
    """With --changed the whole graph is checked, and only changed files are spoken of."""
    root = river_book.layout.root
    author = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for words in (["init", "-q"], ["add", "."], [*author, "commit", "-q", "-m", "Rivers"]):
        subprocess.run(["git", "-C", str(root), *words], check=True)
    unchanged = check(river_book, "--changed")
    gauges = root / "data" / "sources" / "survey" / "gauges.ttl"
    gauges.write_text(gauges.read_text(encoding="utf-8") + "\n", encoding="utf-8")

    changed = check(river_book, "--changed", "HEAD")

    assert (unchanged.returncode, unchanged.stdout) == (0, "")
    assert [line.split()[2] for line in changed.stdout.splitlines()] == ["literal-calendar:"]


def test_queries_are_linted(river_book: Book, tmp_path: Path) -> None:
    """A folder of queries is gone through, each finding with its place."""
    query = tmp_path / "asked" / "rivers.rq"
    query.parent.mkdir()
    query.write_text("#+ summary: Rivers\nSELECT ?x WHERE { ?x a ?y }", encoding="utf-8")

    done = check(river_book, query.parent)

    assert done.returncode == 1
    assert "rivers.rq:2:1: error query-order: rivers: " in done.stdout


def test_a_folder_with_nothing_to_check_is_an_error(river_book: Book, tmp_path: Path) -> None:
    """Nothing looked at is not the same as nothing found."""
    done = check(river_book, tmp_path / "book" / "data" / "register" / "..", "--rule", "dry-river")
    empty = tmp_path / "empty"
    empty.mkdir()

    assert done.returncode == 0
    assert check(river_book, empty).returncode == 3


def test_output_goes_to_a_file_whose_ending_chooses_the_format(
    river_book: Book, tmp_path: Path
) -> None:
    """A report for a machine is written whole, and stdout stays empty."""
    report = tmp_path / "report.sarif"

    done = check(river_book, "-o", report)

    assert done.stdout == ""
    assert json.loads(report.read_text(encoding="utf-8"))["version"] == "2.1.0"


def test_rules_are_listed_and_explained(river_book: Book) -> None:
    """Every rule has a line, and a page with its cure and examples."""
    listed = check(river_book, "--rules")
    page = check(river_book, "--explain", "literal-form", "--explain", "dry-river")
    unknown = check(river_book, "--explain", "dry-rivers")

    assert listed.returncode == page.returncode == 0
    assert "dry-river " in listed.stdout
    assert "query-order " in listed.stdout
    assert '"spring 2017"^^xsd:gYear' in page.stdout
    assert "Measure again." in page.stdout
    assert unknown.returncode == 2
    assert "dry-river" in unknown.stderr


def test_rules_of_other_shapes_are_explained() -> None:
    """With --shapes, the rules that they state have pages as well."""
    shapes = HERE / "river-shapes.ttl"

    done = run("check", "--shapes", shapes, "--explain", "river-length")

    assert "A river has a length in whole kilometres." in done.stdout


def test_every_rule_has_a_page() -> None:
    """One command writes them all."""
    done = run("check", "--explain", "all")

    listed = run("check", "--rules").stdout.splitlines()
    assert done.returncode == 0
    headings = [line for line in done.stdout.splitlines() if line.startswith("# ")]
    assert [line.removeprefix("# ") for line in headings] == [line.split()[0] for line in listed]


def test_both_engines_can_be_chosen(river_book: Book) -> None:
    """The reference finds what the compiler finds."""
    by_reference = check(river_book, "--engine", "pyshacl")

    assert by_reference.stdout == check(river_book, "--engine", "sparql").stdout


def test_watch_checks_again_after_a_change(river_book: Book) -> None:
    """A fault that an author writes is told without another command, and Ctrl-C ends it."""
    gauges = river_book.layout.root / "data" / "sources" / "survey" / "gauges.ttl"
    words = ["--book", str(river_book.layout.root), "--no-cache", "check", "--watch"]
    words += ["--rule", "literal-form"]
    watching = subprocess.Popen(
        [*PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert watching.stderr is not None
    assert watching.stdout is not None

    while "Watching" not in watching.stderr.readline():
        pass
    time.sleep(0.3)
    text = gauges.read_text(encoding="utf-8").replace("2024-02-30", "last year")
    gauges.write_text(text, encoding="utf-8")
    line = watching.stdout.readline()
    watching.terminate()
    watching.communicate()

    assert "literal-form" in line
