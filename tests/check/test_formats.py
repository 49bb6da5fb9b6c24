"""Each format writes the same findings, and escapes what they contain."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from factbook.check.findings import ERROR, INFO, WARNING, Finding, Outcome, Rule, sort_findings
from factbook.check.formats import FORMATS, NAMES, SUFFIXES, summary_lines, to_text

HERE = Path(__file__).parent
NASTY = "a|b <script>alert(1)</script> ]]> & \x1b[31m \x00 %0A\n::error::x é 🦆"
RULES = {
    "first-rule": Rule("first-rule", ERROR, "It must hold.", "Write it.", "shape"),
    "second-rule": Rule("second-rule", WARNING, "It should hold.", "Write that.", "query"),
    "quiet-rule": Rule("quiet-rule", ERROR, "Nobody breaks it.", "Nothing.", "shape"),
}
FINDINGS = (
    Finding(
        "first-rule", ERROR, "Write it.", Path("data/a b.ttl"), 4, 5,
        "https://example.org/x", "The X", "ex:p", '"1"',
    ),
    Finding("first-rule", ERROR, NASTY, Path("data/a b.ttl"), 9, 1, "urn:y", NASTY, "", NASTY),
    Finding("second-rule", WARNING, "Write that.", Path("data/b.ttl"), label="Y"),
    Finding("third-rule", INFO, "By the way.", label="a blank node"),
)  # fmt: skip
OUTCOME = Outcome(FINDINGS, RULES, files=3, triples=1200, notes=("One shape went elsewhere.",))
CLEAN = Outcome((), RULES, files=1)


def written(name: str, outcome: Outcome) -> str:
    """Return findings in a format."""
    return "".join(FORMATS[name](outcome))


def test_text_has_one_line_for_each_finding() -> None:
    """A line has place, severity, rule, label, message and value, and no control characters."""
    lines = written("text", OUTCOME).splitlines()

    assert lines[0] == ('data/a b.ttl:4:5: error first-rule: The X: Write it. (found: ex:p "1")')
    assert lines[2] == "data/b.ttl: warning second-rule: Y: Write that."
    assert lines[3] == "info third-rule: a blank node: By the way."
    assert len(lines) == len(FINDINGS)
    assert "\x1b" not in written("text", OUTCOME)
    assert "\x1b[31merror" in "".join(to_text(OUTCOME, colour=True))


def test_summary_counts_by_severity_and_rule() -> None:
    """The summary has counts by severity and rule, and the command to read about a rule."""
    lines = summary_lines(OUTCOME)

    assert lines[0] == "One shape went elsewhere."
    assert lines[1] == ("2 errors, 1 warning, 1 for information (3 files, 1,200 triples, 3 rules)")
    assert lines[2].split(maxsplit=2) == ["2", "first-rule", "It must hold."]
    assert lines[-1].endswith("factbook check --explain first-rule")
    assert summary_lines(CLEAN) == ["No findings (1 file, 3 rules)."]


def test_json_has_all_fields() -> None:
    """Each part of a finding has a field."""
    document = json.loads(written("json", OUTCOME))

    assert document["summary"]["error"] == 2
    assert document["notes"] == ["One shape went elsewhere."]
    assert document["findings"][0] == {
        "rule": "first-rule",
        "severity": "error",
        "message": "Write it.",
        "file": "data/a b.ttl",
        "line": 4,
        "column": 5,
        "focus": "https://example.org/x",
        "label": "The X",
        "property": "ex:p",
        "value": '"1"',
    }
    assert document["findings"][1]["message"] == NASTY
    assert document["findings"][3]["file"] is None


def test_sarif_results_refer_to_rules() -> None:
    """Each result has its rule, a region, and a fingerprint that does not depend on the line."""
    (run,) = json.loads(written("sarif", OUTCOME))["runs"]
    moved = Outcome((Finding(**{**vars(FINDINGS[0]), "line": 40}),), RULES)
    (moved_run,) = json.loads(written("sarif", moved))["runs"]

    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    first = run["results"][0]
    assert [rules[result["ruleIndex"]] for result in run["results"]] == [
        finding.rule for finding in FINDINGS
    ]
    assert [result["level"] for result in run["results"]] == ["error", "error", "warning", "note"]
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "data/a%20b.ttl"
    assert place["region"] == {"startLine": 4, "startColumn": 5}
    assert first["partialFingerprints"] == moved_run["results"][0]["partialFingerprints"]
    assert first["partialFingerprints"] != run["results"][1]["partialFingerprints"]


def test_junit_has_a_test_case_for_each_rule() -> None:
    """A rule without findings is a test case that passes."""
    root = ET.fromstring(written("junit", OUTCOME))  # noqa: S314 - written by ourselves

    cases = {case.get("name"): case.find("failure") for case in root.iter("testcase")}
    assert set(cases) == {*RULES, "third-rule"}
    assert cases["quiet-rule"] is None
    failure = cases["first-rule"]
    assert failure is not None
    assert "data/a b.ttl:4:5: The X: Write it." in (failure.text or "")
    assert root.get("failures") == "3"


def test_github_has_one_build_command_each_finding() -> None:
    """The text of a finding cannot begin another command or property."""
    lines = written("github", OUTCOME).splitlines()

    assert lines[0] == (
        "::error file=data/a b.ttl,line=4,col=5,title=first-rule::"
        'The X: Write it. (found: ex:p "1")'
    )
    assert len(lines) == len(FINDINGS)
    assert [line.split()[0] for line in lines] == ["::error", "::error", "::warning", "::notice"]


def test_markdown_has_one_row_for_each_finding() -> None:
    """A bar, a tag or a line break in a finding does not break the table."""
    text = written("markdown", OUTCOME)

    rows = [line for line in text.splitlines() if line.startswith("| data") or "third" in line]
    assert text.startswith("## Check: 2 errors, 1 warning, 1 info")
    assert len(rows) == len(FINDINGS)
    assert "<script" not in text.replace("\\<", "")


@pytest.mark.parametrize("name", FORMATS)
def test_format_writes_outcome_without_findings(name: str) -> None:
    """Without findings, formats of lines are empty and documents are well-formed."""
    text = written(name, CLEAN)

    if name in {"text", "github"}:
        assert not text
    elif name == "junit":
        assert ET.fromstring(text).get("failures") == "0"  # noqa: S314 - written by ourselves
    elif name in {"json", "sarif"}:
        document = json.loads(text)
        runs = document.get("runs", [{"results": document.get("findings")}])
        assert [run["results"] for run in runs] == [[]]
    else:
        assert "No findings" in text


def test_suffixes_choose_known_formats() -> None:
    """The suffix of an output file chooses a format that exists."""
    assert set(SUFFIXES.values()) <= set(NAMES)


def test_text_names_files_relative_to_the_current_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A printed path can be opened from the current folder."""
    monkeypatch.chdir(HERE)
    finding = Finding("first-rule", ERROR, "Write it.", HERE / "rivers.ttl", 1, 1)

    assert written("text", Outcome((finding,), RULES)).startswith("rivers.ttl:1:1: ")


def test_sort_findings_removes_duplicates() -> None:
    """Findings are sorted by place, once for each rule and place, those without a place last."""
    shuffled = [FINDINGS[3], FINDINGS[1], FINDINGS[0], FINDINGS[0], FINDINGS[2]]

    assert sort_findings(shuffled) == FINDINGS


def test_summary_leaves_out_unknown_counts() -> None:
    """The numbers of files and triples are left out for an endpoint."""
    assert summary_lines(Outcome((), RULES)) == ["No findings (3 rules)."]
