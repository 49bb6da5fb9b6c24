"""`factbook link` from a shell: its exit codes, and what it writes where."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.link.conftest import Small


def link(small: Small, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command over the small book."""
    return subprocess.run(
        [sys.executable, "-m", "factbook", "--book", str(small.folder), "link", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_accepted_suggestion_reaches_the_graph(small: Small) -> None:
    """After suggest, review and accept, the graph contains the link."""
    done = link(small, "suggest", "--target", "wikidata", "--pause", "0", "--thing", "alder")
    assert done.returncode == 0, done.stderr
    assert "1 things looked up: 1 by key" in done.stderr

    listed = link(small, "review")
    assert listed.stdout.splitlines()[1].startswith("company:alder\tAlder Compute\twikidata:Q100")

    pair = ("company:alder", "wikidata:Q100")
    accepted = link(small, "review", *pair, "--accept", "--by", "Ada")
    assert accepted.returncode == 0, accepted.stderr

    rows = small.book.sparql(
        "SELECT ?g ?o WHERE { GRAPH ?g { company:alder schema:sameAs ?o } } ORDER BY ?g ?o"
    )
    assert [dict(row) for row in rows] == [
        {
            "g": "https://w3id.org/ai-infra/source/mappings",
            "o": "http://www.wikidata.org/entity/Q100",
        }
    ]


def test_check_fix_follows_merged_target(small: Small) -> None:
    """A merged target is a finding with exit code 1; --fix changes the mapping."""
    small.links(
        "positive", "company:cedar skos:exactMatch - wikidata:Q300 semapv:ManualMappingCuration 1"
    )
    assert link(small, "compile").returncode == 0

    found = link(small, "check", "--target", "wikidata", "--pause", "0")
    fixed = link(small, "check", "--target", "wikidata", "--pause", "0", "--fix")
    again = link(small, "check", "--target", "wikidata", "--pause", "0")

    assert found.returncode == 1
    assert "company:cedar wikidata:Q300: merged; write wikidata:Q301" in found.stdout
    assert fixed.returncode == 1
    assert (again.returncode, again.stdout) == (0, "")


def test_check_reports_files_that_are_not_compiled(small: Small) -> None:
    """The exit code is 1 until `link compile` has run."""
    small.links("positive", "company:elm skos:exactMatch - wikidata:Q500 semapv:LexicalMatching 1")

    done = link(small, "check")

    assert done.returncode == 1
    assert "run factbook link compile" in done.stdout


def test_suggest_exits_4_when_endpoint_fails(small: Small) -> None:
    """One line names the endpoint, and nothing is written."""
    before = small.file("predicted").read_bytes()

    done = link(
        small, "suggest", "--target", "wikidata", "--at", "http://127.0.0.1:9/", "--thing", "alder"
    )

    assert done.returncode == 4
    assert done.stderr.count("\n") == 1
    assert small.file("predicted").read_bytes() == before


def test_compile_owl_writes_reviewed_things_only(small: Small) -> None:
    """Web pages, guesses and terms get no owl:sameAs."""
    small.links(
        "positive",
        "company:alder skos:exactMatch - wikidata:Q100 semapv:ManualMappingCuration 0.95",
        "company:elm skos:exactMatch - wikidata:Q500 semapv:LexicalMatching 0.99",
        "company:fir schema:sameAs - wikidata:Q600 semapv:ManualMappingCuration 1",
        "infra:mass skos:exactMatch - wikidata:P2067 semapv:ManualMappingCuration 1",
    )
    out = small.folder / "same.nt"

    assert link(small, "compile", "--owl", str(out)).returncode == 0

    assert out.read_text(encoding="utf-8") == (
        "<https://w3id.org/ai-infra/company/alder> <http://www.w3.org/2002/07/owl#sameAs> "
        "<http://www.wikidata.org/entity/Q100> .\n"
    )


def test_stats_counts_mappings(small: Small) -> None:
    """Each file, target, predicate and justification has a line."""
    small.links("positive", "company:elm skos:exactMatch - wikidata:Q500 semapv:LexicalMatching 1")

    done = link(small, "stats", "-f", "csv")

    assert "positive,wikidata,skos:exactMatch,LexicalMatching,1" in done.stdout
    assert "1 of 7 things" in done.stderr
