"""Many findings: the first of each kind are shown, and those of a baseline are accepted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from factbook.cli.root import root

if TYPE_CHECKING:
    from pathlib import Path

SHAPES = """@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix ex: <https://example.org/> .
ex:Lake a sh:NodeShape ; sh:targetClass ex:Lake ; sh:property ex:depth , ex:name .
ex:depth a sh:PropertyShape ; sh:path ex:depth ; sh:minCount 1 .
ex:name a sh:PropertyShape ; sh:path ex:name ; sh:minCount 1 ; sh:severity sh:Warning .
"""


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    """Write shapes that want a depth and a name of each lake."""
    path = tmp_path / "shapes.ttl"
    path.write_text(SHAPES, encoding="utf-8")
    return path


def lakes(path: Path, number: int) -> Path:
    """Write lakes without a depth and a name, each on a line of its own."""
    head = "@prefix ex: <https://example.org/> .\n"
    lines = "".join(f"ex:lake{each} a ex:Lake .\n" for each in range(number))
    path.write_text(head + lines, encoding="utf-8")
    return path


def check(data: Path, shapes: Path, *words: str) -> Result:
    """Run the check."""
    return CliRunner().invoke(root, ["check", str(data), "--shapes", str(shapes), *words])


def test_many_findings_are_counted_by_rule_and_property(tmp_path: Path, shapes: Path) -> None:
    """Of more than 200 findings, the first ten of each kind are shown; all are counted."""
    done = check(lakes(tmp_path / "d.ttl", 150), shapes)

    lines = done.stdout.splitlines()
    assert done.exit_code == 1
    assert sum(": error depth:" in line for line in lines) == 10
    assert sum(": warning name:" in line for line in lines) == 10
    assert lines[-2:] == [
        "… and 140 more: error depth at ex:depth (--all shows them)",
        "… and 140 more: warning name at ex:name (--all shows them)",
    ]
    assert "150 errors, 150 warnings" in done.stderr


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["--all"], 300),
        (["--top", "2"], 6),
        (["-f", "github"], 300),
        (["-f", "github", "--top", "3"], 6),
    ],
)
def test_number_of_findings_can_be_chosen(
    tmp_path: Path, shapes: Path, words: list[str], shown: int
) -> None:
    """Formats for machines have all findings unless --top is given."""
    done = check(lakes(tmp_path / "d.ttl", 150), shapes, *words)

    assert len(done.stdout.splitlines()) == shown
    assert done.exit_code == 1


def test_report_graph_has_all_results(tmp_path: Path, shapes: Path) -> None:
    """The report graph is the specification's, whatever is shown as text."""
    done = check(lakes(tmp_path / "d.ttl", 150), shapes, "-f", "nt")

    assert done.stdout.count("#ValidationResult>") == 300


def test_baseline_accepts_what_was_there(tmp_path: Path, shapes: Path) -> None:
    """Findings of the log are accepted wherever their lines move; new ones fail."""
    log = tmp_path / "base.sarif"
    check(lakes(tmp_path / "d.ttl", 2), shapes, "-o", str(log))
    (tmp_path / "d.ttl").write_text("# moved\n" + (tmp_path / "d.ttl").read_text("utf-8"), "utf-8")

    same = check(tmp_path / "d.ttl", shapes, "--baseline", str(log))
    more = check(lakes(tmp_path / "d.ttl", 3), shapes, "--baseline", str(log))

    assert (same.exit_code, same.stdout) == (0, "")
    assert "Accepted by the baseline: 4 findings" in same.stderr
    assert more.exit_code == 1
    assert [line.partition(" ex:lake2: ")[1] for line in more.stdout.splitlines()] == [
        " ex:lake2: "
    ] * 2


@pytest.mark.parametrize(
    "text", ["{}", '{"runs": [{"results": [{"properties": {"kind": []}}]}]}', "[" * 100_000]
)
def test_baseline_must_be_a_log(tmp_path: Path, shapes: Path, text: str) -> None:
    """Another file is refused with the command that writes one."""
    (tmp_path / "base.json").write_text(text, encoding="utf-8")

    done = check(lakes(tmp_path / "d.ttl", 1), shapes, "--baseline", str(tmp_path / "base.json"))

    assert done.exit_code == 3
    assert "factbook check -f sarif -o" in done.stderr


def test_fingerprints_are_unique_and_stable(tmp_path: Path, shapes: Path) -> None:
    """Code scanning needs one fingerprint for each finding, the same when lines move."""
    blank = "@prefix ex: <https://example.org/> .\n[] a ex:Lake .\n[] a ex:Lake .\n"
    path = tmp_path / "d.ttl"
    found = []
    for text in (blank, "# moved\n" + blank):
        path.write_text(text, encoding="utf-8")
        results = json.loads(check(path, shapes, "-f", "sarif").stdout)["runs"][0]["results"]
        found.append({result["partialFingerprints"]["fault/v1"] for result in results})

    assert len(found[0]) == 4
    assert found[0] == found[1]


def test_language_tags_are_spelled_as_in_the_file(tmp_path: Path, shapes: Path) -> None:
    """The parser gives tags in lower case; findings, and the log that accepts them, do not."""
    data, log = tmp_path / "d.ttl", tmp_path / "log.sarif"
    named = "ex:name \"depth\"@en-US, '''colour'''@en-GB, 'see'@DE"
    data.write_text(f"@prefix ex: <https://example.org/> .\nex:a a ex:Lake ; {named} .")
    shapes.write_text(f"{SHAPES}ex:name sh:nodeKind sh:IRI . ex:depth sh:deactivated true .")

    found = check(data, shapes)
    check(data, shapes, "-f", "sarif", "-o", str(log))

    assert '(found: ex:name "depth"@en-US)' in found.stdout
    assert '(found: ex:name "colour"@en-GB)' in found.stdout
    assert '(found: ex:name "see"@DE)' in found.stdout
    assert "No findings" in check(data, shapes, "--baseline", str(log)).stderr
