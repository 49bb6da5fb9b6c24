"""A newer version of a table replaces the older one, and withdraws what it no longer has."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from tests.imports.conftest import source_of

from factbook.cli.root import root

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[1]
OLD = HERE / "machines.csv"
CHANGES = (
    ('"1,024",799.5,800,kW,3/31/2025', '"1,025",799.5,800,kW,3/31/2025'),  # a value
    ("Vega,delta labs,256,,,,6/30/2025,,", "Vega,delta labs,,,,,6/30/2025,,"),  # a cell less
    ("Lyra / Beta,The Acme Company,8.0,1e-1,0.125,kW,1/2/2025,Delta Labs,\n", ""),  # a row less
    ("Draco?,Acme", "Draco,Acme"),  # a row more
)
LATEST = """
    SELECT ?figure ?value { ?figure infra:currentFrom ?from ; schema:value ?value } ORDER BY ?figure
"""


@pytest.fixture
def versions(book: Path, imports: Callable[..., Result]) -> Path:
    """Return a book with the rules, into which an old and a new version were imported."""
    for part in ("queries/rules", "queries/pages", "queries/evidence", "ontology/schemes"):
        shutil.copytree(CHECKOUT / part, book / part)
    shutil.copy(CHECKOUT / "ontology" / "infra.ttl", book / "ontology" / "infra.ttl")
    new = book / "new.csv"
    text = OLD.read_text(encoding="utf-8")
    for before, after in CHANGES:
        assert before in text
        text = text.replace(before, after)
    new.write_text(text, encoding="utf-8")
    first = imports("machines", OLD)
    second = imports("machines", new, "--published", "2025-10-01", "--read", "2025-10-02")
    assert (first.exit_code, second.exit_code) == (0, 0), second.output
    assert "3 figures of the version before are withdrawn" in second.stderr
    return book


def run(book: Path, *words: str) -> str:
    """Return what a command prints about a book."""
    result = CliRunner().invoke(root, ["--book", str(book), "--no-cache", *words])
    assert result.exit_code in {0, 1}, result.output
    return result.stdout


def figures(book: Path, *options: str) -> dict[str, str]:
    """Return the values that answer, by the ends of the IRIs of their figures."""
    result = CliRunner().invoke(
        root, ["--book", str(book), "--no-cache", *options, "sparql", LATEST, "-f", "csv"]
    )
    assert result.exit_code == 0, result.output
    rows = [line.split(",") for line in result.stdout.splitlines()[1:]]
    return {figure.rpartition("/machines-")[2]: value for figure, value in rows}


def test_new_version_replaces_old_one(versions: Path) -> None:
    """The new file names the old one, which stays, and the figures that are gone."""
    new = source_of(versions, "2025-10-01").read_text(encoding="utf-8")

    assert source_of(versions).exists()
    assert (
        "    dcterms:replaces source:machines-2025-07-01 ;\n"
        "    infra:withdraws observation:machines-2025-07-01-lyra-beta-0a0f8446-accelerators , "
        "observation:machines-2025-07-01-lyra-beta-0a0f8446-most , "
        "observation:machines-2025-07-01-vega-accelerators .\n"
    ) in new


def test_only_figures_of_newest_version_answer(versions: Path) -> None:
    """Figures of the old version answer no more, whether or not the new one has them."""
    assert figures(versions) == {
        "2025-10-01-draco-accelerators": "1",
        "2025-10-01-orion-accelerators": "1025",
    }


def test_old_version_answers_known_by_its_time(versions: Path) -> None:
    """Who had read only the old version gets its figures."""
    assert figures(versions, "--known-by", "2025-09-30") == {
        "2025-07-01-lyra-beta-0a0f8446-accelerators": "8",
        "2025-07-01-orion-accelerators": "1024",
        "2025-07-01-vega-accelerators": "256",
    }


def test_two_versions_are_one_source(versions: Path) -> None:
    """A figure that both versions have rests on one source, and one that changed is no dispute."""
    single = run(versions, "query", "single-source", "-f", "csv")
    disagreements = run(versions, "query", "disagreements", "-f", "csv")

    assert "2025-10-01-orion-most" in single
    assert "2025-07-01" not in single
    assert len(disagreements.splitlines()) == 1


def test_show_marks_withdrawn_figures(versions: Path) -> None:
    """A figure that is gone is kept and marked; one that both versions have is shown once."""
    page = run(versions, "show", "Delta Labs")

    assert [line for line in page.splitlines() if "256" in line and "withdrawn" in line]
    assert run(versions, "show", "Acme").count("800") == 1


def test_diff_reports_added_revised_and_withdrawn_figures(versions: Path) -> None:
    """What the new version repeats is no difference."""
    old = versions.parent / "old"
    shutil.copytree(versions, old)
    source_of(old, "2025-10-01").unlink()

    lines = run(versions, "diff", str(old), str(versions), "--no-queries").splitlines()

    facts = [line.strip() for line in lines if "accelerators" in line or "power" in line]
    assert facts == [
        "~ accelerators, 2025-03-31: 1,024 → 1,025",
        "+ accelerators, 2025-01-02: 1 (day, reported)",
        "- accelerators, 2025-01-02: 8 (withdrawn, day, reported)",
        "- power, 2025-01-02: 100 W to 125 W (withdrawn, day, reported)",
        "- accelerators, 2025-06-30: 256 (withdrawn, day, reported)",
    ]


def test_importing_older_version_advises_to_import_newer_one_again(
    versions: Path, imports: Callable[..., Result]
) -> None:
    """After importing an older version, a note advises to import the newer one again."""
    source_of(versions).unlink()

    result = imports("machines", OLD)

    assert "machines-2025-10-01.ttl is newer: import it again" in result.stderr


def test_other_table_of_same_day_is_refused(imports: Callable[..., Result], versions: Path) -> None:
    """A table that differs from the one of its day needs a day of its own."""
    result = imports("machines", versions / "new.csv")

    assert result.exit_code == 3
    assert "comes from another file; give the day of this version" in result.stderr
