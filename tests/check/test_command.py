"""`factbook check` on the command line: arguments, output and exit codes."""

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


def run(
    *words: str | Path, cwd: Path | None = None, stdin: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run factbook and return how it went."""
    environment = {**os.environ, "NO_COLOR": "1"}
    return subprocess.run(
        [*PROGRAM, *map(str, words)],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd or ROOT,
        env=environment,
    )


def check(book: Book, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Check a book."""
    return run("--book", book.layout.root, "--no-cache", "check", *words)


def test_check_passes_the_bundled_book() -> None:
    """The bundled book has no findings, and stderr says which book was checked."""
    done = run("check")

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith(f"Reading the book in {ROOT}\nNo findings (")


def test_check_inside_a_book_checks_that_book(river_book: Book) -> None:
    """In a folder of a book the book around it is the default, and stderr names it."""
    done = run("check", cwd=river_book.layout.root / "data")

    assert done.returncode == 1
    assert done.stderr.startswith(f"Reading the book in {river_book.layout.root}\n")
    assert "gauges.ttl" in done.stdout


def test_check_finds_broken_query_of_book(river_book: Book) -> None:
    """Without FILE the stored queries are checked too, and a rule for queries can be chosen."""
    query = river_book.layout.queries / "rivers" / "broken.rq"
    query.parent.mkdir()
    query.write_text("#+ summary: Rivers\nSELECT ?river WHERE { ?river a", encoding="utf-8")

    done = check(river_book, "--rule", "query-syntax")

    assert done.returncode == 1
    assert "broken.rq:" in done.stdout
    assert "query-syntax" in done.stdout


def test_check_notes_only_targets_that_nobody_defines(river_book: Book) -> None:
    """A shape of a defined or standard class may wait for data; a misspelt class is noted."""
    ontology = river_book.layout.ontology
    (ontology / "terms.ttl").write_text(
        "@prefix ex: <https://example.org/> .\n"
        "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
        "ex:Lake a owl:Class .\n",
        encoding="utf-8",
    )
    (ontology / "shapes" / "lake.ttl").write_text(
        "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n"
        "@prefix ex: <https://example.org/> .\n"
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
        "ex:LakeShape a sh:NodeShape ;\n"
        "    sh:targetClass ex:Lake , dcat:Dataset , ex:Lkae ;\n"
        "    sh:property [ sh:path ex:depth ; sh:minCount 1 ] .\n",
        encoding="utf-8",
    )

    notes = [line for line in check(river_book).stderr.splitlines() if "no instance" in line]

    assert len(notes) == 1
    assert "lake.ttl:5:" in notes[0]
    assert "ex:Lkae" in notes[0]


def test_check_suggests_names_of_all_rules(river_book: Book) -> None:
    """A misspelt rule for queries is answered with the nearest name."""
    done = check(river_book, "--rule", "query-ordr")

    assert done.returncode == 2
    assert "query-order" in done.stderr


def test_check_writes_findings_to_stdout_and_counts_to_stderr(river_book: Book) -> None:
    """Findings are one line each, and the exit code is 1."""
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
def test_check_exits_with_code(river_book: Book, words: list[str], code: int) -> None:
    """Findings, usage errors and unreadable input have different exit codes."""
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
    "query": (
        f'{SH}ex:S sh:targetClass ex:River ; sh:sparql [ sh:select "SELECT $this {{ ?" ] .',
        "has a query that cannot be used",
    ),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_check_reports_unusable_shapes(name: str, tmp_path: Path) -> None:
    """Missing, invalid or empty shapes are one error line and exit code 3."""
    content, said = UNUSABLE[name]
    shapes = tmp_path / "shapes.ttl"
    if content is not None:
        shapes.write_bytes(content if isinstance(content, bytes) else content.encode())

    done = run("check", HERE / "rivers.ttl", "--shapes", shapes)

    assert (done.returncode, done.stdout) == (3, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_check_notes_shapes_without_target(tmp_path: Path) -> None:
    """A note says that nothing was validated."""
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
def test_check_rejects_wrong_usage(words: list[str], said: str) -> None:
    """Wrong usage is one error line and exit code 2."""
    names = {"FILE": str(HERE / "rivers.ttl"), "SHAPES": str(HERE / "river-shapes.ttl")}

    done = run(*(names.get(word, word) for word in words))

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_check_reports_folder_outside_git(tmp_path: Path) -> None:
    """--changed names the folder that is not in a git repository."""
    rivers = tmp_path / "rivers.ttl"
    rivers.write_bytes((HERE / "rivers.ttl").read_bytes())

    done = run("check", rivers, "--shapes", HERE / "river-shapes.ttl", "--changed")

    assert done.returncode == 3
    assert done.stderr == f"error: --changed: {tmp_path} is not in a git repository\n"


def test_check_of_a_book_file_uses_the_whole_book(river_book: Book) -> None:
    """The whole book is checked, but only findings in the file are reported."""
    gauges = river_book.layout.root / "data" / "sources" / "survey" / "gauges.ttl"

    done = check(river_book, gauges, "-f", "json")

    findings = json.loads(done.stdout)["findings"]
    assert [finding["rule"] for finding in findings] == ["literal-calendar"]


def test_check_of_another_file_needs_shapes(river_book: Book) -> None:
    """A file that is not in the book is checked only against given shapes."""
    rivers = HERE / "rivers.ttl"

    without = check(river_book, rivers)
    with_shapes = check(river_book, rivers, "--shapes", HERE / "river-shapes.ttl")

    assert without.returncode == 2
    assert "--shapes" in without.stderr
    assert with_shapes.returncode == 1
    assert with_shapes.stdout.count("river-length") == 2


def test_check_uses_shapes_in_the_file(river_book: Book, tmp_path: Path) -> None:
    """A file that contains shapes is checked against them."""
    both = tmp_path / "both.ttl"
    text = (HERE / "rivers.ttl").read_text(encoding="utf-8")
    both.write_text(text + (HERE / "river-shapes.ttl").read_text(encoding="utf-8"), "utf-8")

    done = check(river_book, both)

    assert done.returncode == 1
    assert done.stdout.count("river-length") == 2


def test_check_of_added_data_uses_the_rules_of_the_book() -> None:
    """A file given with --data is checked as part of the book."""
    example = ROOT / "ontology" / "shapes" / "examples" / "observation-unit" / "bad.ttl"

    done = run("--data", example, "--no-cache", "check", "--rule", "observation-unit")

    assert done.returncode == 1
    assert "observation-unit/bad.ttl:" in done.stdout


def test_check_changed_reports_changed_files_only(river_book: Book) -> None:
    """With --changed the whole book is checked, but only findings in changed files are reported."""
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


def test_check_of_a_folder_finds_queries(river_book: Book, tmp_path: Path) -> None:
    """Queries in a folder are checked, and findings have a place."""
    query = tmp_path / "asked" / "rivers.rq"
    query.parent.mkdir()
    query.write_text("#+ summary: Rivers\nSELECT ?x WHERE { ?x a ?y }", encoding="utf-8")

    done = check(river_book, query.parent)

    assert done.returncode == 1
    assert "rivers.rq:2:1: error query-order: rivers: " in done.stdout


def test_check_rejects_folder_with_nothing_to_check(river_book: Book, tmp_path: Path) -> None:
    """A folder without RDF and queries is an error, not a check without findings."""
    done = check(river_book, tmp_path / "book" / "data" / "register" / "..", "--rule", "dry-river")
    empty = tmp_path / "empty"
    empty.mkdir()

    assert done.returncode == 0
    assert check(river_book, empty).returncode == 3


def test_check_chooses_format_by_output_suffix(river_book: Book, tmp_path: Path) -> None:
    """The report is written to the file, and stdout stays empty."""
    report = tmp_path / "report.sarif"

    done = check(river_book, "-o", report)

    assert done.stdout == ""
    assert json.loads(report.read_text(encoding="utf-8"))["version"] == "2.1.0"


def test_check_lists_and_explains_rules(river_book: Book) -> None:
    """--rules prints a line for each rule, and --explain a page with fix and examples."""
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


def test_check_explains_rules_of_given_shapes() -> None:
    """With --shapes, the rules that they define have pages as well."""
    shapes = HERE / "river-shapes.ttl"

    done = run("check", "--shapes", shapes, "--explain", "river-length")

    assert "A river has a length in whole kilometres." in done.stdout


def test_check_explains_all_rules() -> None:
    """--explain all prints the page of every rule."""
    done = run("check", "--explain", "all")

    listed = run("check", "--rules").stdout.splitlines()
    assert done.returncode == 0
    headings = [line for line in done.stdout.splitlines() if line.startswith("# ")]
    assert [line.removeprefix("# ") for line in headings] == [line.split()[0] for line in listed]


def test_check_engines_find_the_same(river_book: Book) -> None:
    """PySHACL finds what the compiler to SPARQL finds."""
    by_reference = check(river_book, "--engine", "pyshacl")

    assert by_reference.stdout == check(river_book, "--engine", "sparql").stdout


def test_check_watch_runs_again_after_a_change(river_book: Book) -> None:
    """An error that is introduced while watching is reported."""
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
