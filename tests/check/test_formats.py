"""Each format says the same findings, and survives whatever stands in them."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest

from factbook.check.findings import ERROR, INFO, WARNING, Finding, Outcome, Rule, in_order
from factbook.check.formats import ENDINGS, FORMATS, NAMES
from factbook.check.formats.text import summary, to_text

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


def test_text_is_one_line_a_finding() -> None:
    """Place, severity, rule, whose fault, cure and what was found; nothing steers the terminal."""
    lines = to_text(OUTCOME).splitlines()

    assert lines[0] == ('data/a b.ttl:4:5: error first-rule: The X: Write it. (found: ex:p "1")')
    assert lines[2] == "data/b.ttl: warning second-rule: Y: Write that."
    assert lines[3] == "info third-rule: a blank node: By the way."
    assert len(lines) == len(FINDINGS)
    assert "\x1b" not in to_text(OUTCOME)
    assert "\x1b[31merror" in to_text(OUTCOME, colour=True)


def test_the_summary_counts_by_severity_and_rule() -> None:
    """The last lines group what was found, and tell how to learn more."""
    lines = summary(OUTCOME)

    assert lines[0] == "One shape went elsewhere."
    assert lines[1] == ("2 errors, 1 warning, 1 for information (3 files, 1,200 triples, 3 rules)")
    assert lines[2].split(maxsplit=2) == ["2", "first-rule", "It must hold."]
    assert lines[-1].endswith("factbook check --explain first-rule")
    assert summary(CLEAN) == ["No findings (1 file, 3 rules)."]


def test_json_has_every_part() -> None:
    """A program finds each part under its name."""
    document = json.loads(FORMATS["json"](OUTCOME))

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


def test_sarif_ties_results_to_rules() -> None:
    """Each result points to its rule, a region and a fingerprint that survives moved lines."""
    (run,) = json.loads(FORMATS["sarif"](OUTCOME))["runs"]
    moved = Outcome((Finding(**{**vars(FINDINGS[0]), "line": 40}),), RULES)
    (moved_run,) = json.loads(FORMATS["sarif"](moved))["runs"]

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


def test_junit_has_a_test_for_each_rule() -> None:
    """A rule that nobody breaks is a test that passes."""
    root = ET.fromstring(FORMATS["junit"](OUTCOME))  # noqa: S314 - written by ourselves

    cases = {case.get("name"): case.find("failure") for case in root.iter("testcase")}
    assert set(cases) == {*RULES, "third-rule"}
    assert cases["quiet-rule"] is None
    failure = cases["first-rule"]
    assert failure is not None
    assert "data/a b.ttl:4:5: The X: Write it." in (failure.text or "")
    assert root.get("failures") == "3"


def test_github_gets_one_command_a_finding() -> None:
    """What stands in a finding cannot begin another command or property."""
    lines = FORMATS["github"](OUTCOME).splitlines()

    assert lines[0] == (
        "::error file=data/a b.ttl,line=4,col=5,title=first-rule::"
        'The X: Write it. (found: ex:p "1")'
    )
    assert len(lines) == len(FINDINGS)
    assert [line.split()[0] for line in lines] == ["::error", "::error", "::warning", "::notice"]


def test_markdown_is_one_row_a_finding() -> None:
    """A bar, a tag or a line break in a finding does not break the table."""
    text = FORMATS["markdown"](OUTCOME)

    rows = [line for line in text.splitlines() if line.startswith("| data") or "third" in line]
    assert text.startswith("## Check: 2 errors, 1 warning, 1 info")
    assert len(rows) == len(FINDINGS)
    assert "<script" not in text.replace("\\<", "")


def test_html_shows_findings_as_text() -> None:
    """Nothing in a finding becomes an element of the page."""
    tags: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            del attrs
            tags.append(tag)

    Reader().feed(FORMATS["html"](OUTCOME))

    assert "script" not in tags
    assert tags.count("tr") == len(FINDINGS) + 1 + len(OUTCOME.by_rule())


@pytest.mark.parametrize("name", FORMATS)
def test_a_clean_outcome_says_so(name: str) -> None:
    """No finding is an answer too: an empty one for lines, a well-formed one for documents."""
    text = FORMATS[name](CLEAN)

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


def test_endings_lead_to_formats() -> None:
    """The ending of a file chooses a format that there is."""
    assert set(ENDINGS.values()) <= set(NAMES)


def test_files_below_the_current_folder_are_named_from_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A reader can open what is printed as it stands."""
    monkeypatch.chdir(HERE)
    finding = Finding("first-rule", ERROR, "Write it.", HERE / "rivers.ttl", 1, 1)

    assert to_text(Outcome((finding,), RULES)).startswith("rivers.ttl:1:1: ")


def test_findings_come_by_file_and_line_and_once() -> None:
    """The same rule at the same place is said once; what has no place comes last."""
    shuffled = [FINDINGS[3], FINDINGS[1], FINDINGS[0], FINDINGS[0], FINDINGS[2]]

    assert in_order(shuffled) == FINDINGS


def test_what_is_not_known_is_not_counted() -> None:
    """An endpoint has no files, and the count of triples is not asked for."""
    assert summary(Outcome((), RULES)) == ["No findings (3 rules)."]
