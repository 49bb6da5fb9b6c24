"""`factbook diff` says what changed between two states of a small book about rivers."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from factbook.cli.root import root

if TYPE_CHECKING:
    from pathlib import Path

CONTEXT = """\
{"@context": {
  "ex": "https://example.org/",
  "owl": "http://www.w3.org/2002/07/owl#",
  "qudt": "http://qudt.org/schema/qudt/",
  "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
  "schema": "https://schema.org/"
}}
"""
PREFIXES = """\
@prefix ex: <https://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix qudt: <http://qudt.org/schema/qudt/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .
@prefix unit: <http://qudt.org/vocab/unit/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
ONTOLOGY = """
ex:River a owl:Class ; rdfs:label "river"@en .
ex:Source a owl:Class ; rdfs:label "source"@en .
ex:length rdfs:label "length"@en .
ex:flowsInto a owl:ObjectProperty ; rdfs:label "flows into"@en ; rdfs:domain ex:River .
ex:passes a owl:ObjectProperty ; rdfs:label "passes"@en .
ex:km rdfs:label "kilometre"@en ; qudt:symbol "km" .
"""
REGISTER = """
ex:elbe a ex:River ; schema:name "Elbe"@en .
ex:rhine a ex:River ; schema:name "Rhine"@en .
"""
SURVEY = """
<> a ex:Source ; schema:name "Survey"@en .
ex:rhine ex:passes ex:basel ; ex:flowsInto ex:north-sea .
ex:rhine-length a schema:Observation ; schema:observationAbout ex:rhine ;
    schema:measuredProperty ex:length ; schema:value 1230 ; qudt:hasUnit ex:km ;
    schema:observationDate "2010-01-01"^^xsd:date ; ex:standing "measured" .
"""
LENGTHS = """\
#+ summary: Lengths of rivers
#+ columns:
#+   river: {type: iri}
#+   length: {type: integer}
PREFIX schema: <https://schema.org/>
SELECT ?river ?length WHERE {
  ?figure schema:observationAbout ?river ; schema:value ?length
} ORDER BY ?river ?length
"""
RIVER = """\
#+ summary: What a river passes
#+ params:
#+   river: {doc: The river, class: "ex:River"}
#+ columns:
#+   place: {type: iri}
PREFIX ex: <https://example.org/>
SELECT ?place WHERE { ?_river_iri ex:passes ?place } ORDER BY ?place
"""


def write_book(
    folder: Path,
    *,
    ontology: str = ONTOLOGY,
    register: str = REGISTER,
    survey: str | None = SURVEY,
    queries: dict[str, str] | None = None,
) -> Path:
    """Write a book into a folder."""
    stored = {"lengths": LENGTHS, "river": RIVER} if queries is None else queries
    files = {
        "ontology/context.jsonld": CONTEXT,
        "ontology/rivers.ttl": PREFIXES + ontology,
        "data/register/rivers.ttl": PREFIXES + register,
        **{f"queries/rivers/{name}.rq": text for name, text in stored.items()},
    }
    if survey is not None:
        base = "@base <https://example.org/source/survey> .\n"
        files["data/sources/office/survey.ttl"] = base + PREFIXES + survey
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Return the older state."""
    return write_book(tmp_path / "old")


def run(*arguments: str | Path) -> Result:
    """Run `factbook diff`."""
    return CliRunner().invoke(root, ["diff", *map(str, arguments)])


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder, as somebody with a name."""
    who = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def lines_below(heading: str, text: str) -> list[str]:
    """Return the lines of one part of the text."""
    part = next(part for part in text.split("\n\n") if part.startswith(heading))
    return [line.removeprefix("  ") for line in part.splitlines()[1:]]


def test_equal_books_have_no_differences(old: Path, tmp_path: Path) -> None:
    """Two equal states exit 0 and say so."""
    result = run(old, write_book(tmp_path / "new"))

    assert (result.exit_code, result.stdout) == (0, "No differences.\n")


def test_layout_and_order_of_a_file_are_no_difference(old: Path, tmp_path: Path) -> None:
    """What counts is what a file says, not how."""
    turned = "\n".join(sorted(REGISTER.splitlines(), reverse=True))

    assert run(old, write_book(tmp_path / "new", register=turned)).exit_code == 0


def test_revised_figure_shows_old_and_new_value(old: Path, tmp_path: Path) -> None:
    """The same figure with another value is one revision, with what else differs."""
    survey = SURVEY.replace("1230", "1233").replace('"measured"', '"estimated"')

    result = run(old, write_book(tmp_path / "new", survey=survey))

    assert result.exit_code == 1
    assert result.stdout == (
        "Facts: 1 revised\n"
        "  Rhine [Survey]\n"
        "    ~ length, 2010-01-01: 1,230 km → 1,233 km\n"
        "        standing: measured → estimated\n"
        "\n"
        "Queries: 1 revised\n"
        "  ~ lengths: 1 row added, 1 row removed\n"
        "      - Rhine | 1,230\n"
        "      + Rhine | 1,233\n"
    )


def test_amounts_that_read_the_same_show_every_digit(tmp_path: Path) -> None:
    """A revision in the last digit of a large amount can be seen."""
    dollars = SURVEY.replace("1230", "2285463211").replace("ex:km", "unit:CCY_USD")
    before = write_book(tmp_path / "before", survey=dollars)
    after = write_book(tmp_path / "after", survey=dollars.replace("3211", "3212"))

    result = run(before, after, "--no-queries")

    assert lines_below("Facts", result.stdout) == [
        "Rhine [Survey]",
        "  ~ length, 2010-01-01: $2,285,463,211 → $2,285,463,212",
    ]


def test_figure_shows_what_is_known_of_its_date(tmp_path: Path) -> None:
    """A figure of a year is not shown as one of its first day, in facts and in answers."""
    of_year = SURVEY.replace(
        "ex:standing", "<https://w3id.org/ai-infra/def#datePrecision> ex:year ; ex:standing"
    )
    dated = """\
#+ summary: Lengths of rivers
#+ columns:
#+   river: {type: iri}
#+   length: {type: integer, unit: unit}
#+   unit: {type: iri}
#+   day: {type: date, precision: precision}
#+   precision: {type: iri}
#+   figure: {type: iri, detail: true}
PREFIX infra: <https://w3id.org/ai-infra/def#>
PREFIX qudt: <http://qudt.org/schema/qudt/>
PREFIX schema: <https://schema.org/>
SELECT ?river ?length ?unit ?day ?precision ?figure WHERE {
  ?figure schema:observationAbout ?river ; schema:value ?length ; qudt:hasUnit ?unit ;
    schema:observationDate ?day ; infra:datePrecision ?precision
} ORDER BY ?river
"""
    labelled = f'{ONTOLOGY}ex:year rdfs:label "year"@en .\n'
    before, after = (
        write_book(
            tmp_path / name, ontology=labelled, survey=survey, queries={"dated-lengths": dated}
        )
        for name, survey in (("before", of_year), ("after", of_year.replace("1230", "1233")))
    )

    result = run(before, after)

    assert lines_below("Facts", result.stdout)[1] == "  ~ length, 2010: 1,230 km → 1,233 km"
    assert lines_below("Queries", result.stdout)[1:] == [
        "    - Rhine | 1,230 km | 2010",
        "    + Rhine | 1,233 km | 2010",
    ]


def test_rows_that_read_the_same_show_every_column(tmp_path: Path) -> None:
    """Rows that differ only in a column that tables leave out are shown with all of it."""
    hidden = LENGTHS.replace("length: {type: integer}", "length: {type: integer, detail: true}")
    books = [
        write_book(tmp_path / name, survey=survey, queries={"lengths": hidden})
        for name, survey in (("before", SURVEY), ("after", SURVEY.replace("1230", "1233")))
    ]

    assert lines_below("Queries", run(*books).stdout)[1:] == [
        "    - Rhine | 1,230",
        "    + Rhine | 1,233",
    ]


def test_figure_under_a_new_iri_is_a_revision(old: Path, tmp_path: Path) -> None:
    """A figure that takes the place of one of the same thing, measure and source revises it."""
    survey = SURVEY.replace("ex:rhine-length", "ex:rhine-length-2011").replace("2010", "2011")

    result = run(old, write_book(tmp_path / "new", survey=survey), "--no-queries")

    assert lines_below("Facts", result.stdout) == [
        "Rhine [Survey]",
        "  ~ length, 2011-01-01: 1,230 km",
        "      observation date: 2010-01-01 → 2011-01-01",
    ]


def test_withdrawn_source_takes_its_facts_along(old: Path, tmp_path: Path) -> None:
    """Deleting a source's file withdraws what it says."""
    result = run(old, write_book(tmp_path / "new", survey=None), "--no-queries")

    assert lines_below("Things", result.stdout) == [
        "- Survey (source) https://example.org/source/survey"
    ]
    assert lines_below("Facts", result.stdout) == [
        "Rhine [Survey]",
        "  - flows into: ex:north-sea",
        "  - length, 2010-01-01: 1,230 km",
        "  - passes: ex:basel",
    ]


def test_statements_are_added_removed_and_revised(old: Path, tmp_path: Path) -> None:
    """One value for another is a revision; more or fewer values are additions or withdrawals."""
    survey = SURVEY.replace("ex:passes ex:basel", "ex:passes ex:basel , ex:bonn").replace(
        "ex:north-sea", "ex:atlantic"
    )

    result = run(old, write_book(tmp_path / "new", survey=survey))

    assert lines_below("Facts", result.stdout) == [
        "Rhine [Survey]",
        "  ~ flows into: ex:north-sea → ex:atlantic",
        "  + passes: ex:bonn",
    ]
    assert lines_below("Queries", result.stdout) == [
        "~ river --river Rhine: 1 row added",
        "    + ex:bonn",
    ]


def test_new_thing_is_listed_once(old: Path, tmp_path: Path) -> None:
    """What a new thing is and what it is called is not repeated among the facts."""
    register = f'{REGISTER}ex:weser a ex:River ; schema:name "Weser"@en .\n'

    result = run(old, write_book(tmp_path / "new", register=register))

    assert result.stdout == "Things: 1 added\n  + Weser (river) ex:weser\n"


@pytest.mark.parametrize(
    ("was", "now", "line"),
    [
        (
            "rdfs:domain ex:River",
            "rdfs:domain ex:Source",
            "! ex:flowsInto (object property): revised, breaking",
        ),
        (
            "ex:passes a owl:ObjectProperty",
            "ex:passes a owl:DatatypeProperty",
            "! ex:passes (datatype property): revised, breaking",
        ),
        (
            'ex:passes a owl:ObjectProperty ; rdfs:label "passes"@en .',
            "",
            "! ex:passes (object property): removed, breaking",
        ),
        ('"flows into"@en', '"runs into"@en', "~ ex:flowsInto (object property): revised"),
        (
            "ex:km rdfs:label",
            'ex:bridges a owl:Class ; rdfs:label "b"@en . ex:km rdfs:label',
            "+ ex:bridges (class): added",
        ),
    ],
    ids=["domain", "type", "removal", "label", "addition"],
)
def test_change_of_meaning_is_breaking(
    old: Path, tmp_path: Path, was: str, now: str, line: str
) -> None:
    """A removal, another type or domain breaks what was right; a label or a new term does not."""
    changed = ONTOLOGY.replace(was, now)
    assert changed != ONTOLOGY

    result = run(old, write_book(tmp_path / "new", ontology=changed), "--no-queries")

    assert line in lines_below("Terms", result.stdout)


@pytest.mark.parametrize(
    ("queries", "line"),
    [
        ({"lengths": LENGTHS}, "! river: removed"),
        ({"lengths": LENGTHS, "river": RIVER, "more": LENGTHS}, "+ more: added"),
        (
            {"lengths": LENGTHS, "river": RIVER.replace("river", "stream")},
            "! river: no longer takes --river",
        ),
        (
            {"lengths": LENGTHS.replace("length", "size"), "river": RIVER},
            "! lengths: no longer gives the column length as it was",
        ),
        (
            {"lengths": LENGTHS.replace("SELECT", "SELCT"), "river": RIVER},
            (
                "! lengths: cannot be read now: the query has no SELECT, ASK, CONSTRUCT "
                "or DESCRIBE in it"
            ),
        ),
    ],
    ids=["gone", "new", "parameter", "column", "broken"],
)
def test_changed_query_headers_are_reported(
    old: Path, tmp_path: Path, queries: dict[str, str], line: str
) -> None:
    """A query that is gone, or takes or gives something else, is breaking."""
    result = run(old, write_book(tmp_path / "new", queries=queries))

    assert result.exit_code == 1
    assert line in lines_below("Queries", result.stdout)


def test_revision_is_read_without_touching_the_work_tree(old: Path) -> None:
    """HEAD is compared with the folder as it is; nothing is checked out."""
    git(old, "init", "-q")
    git(old, "add", "-A")
    git(old, "commit", "-q", "-m", "First")
    survey = old / "data/sources/office/survey.ttl"
    survey.write_text(survey.read_text(encoding="utf-8").replace("1230", "1233"), encoding="utf-8")

    result = CliRunner().invoke(root, ["--book", str(old), "diff", "HEAD", str(old), "--summary"])

    assert result.stdout == "facts: 1 revised; queries: 1 revised\n"
    assert "1233" in survey.read_text(encoding="utf-8")


def test_file_of_a_revision_is_compared_with_a_file(old: Path) -> None:
    """REVISION:PATH stands for a file."""
    git(old, "init", "-q")
    git(old, "add", "-A")
    git(old, "commit", "-q", "-m", "First")
    name = "data/register/rivers.ttl"
    (old / name).write_text(PREFIXES + REGISTER.replace("Elbe", "Labe"), encoding="utf-8")

    result = CliRunner().invoke(root, ["--book", str(old), "diff", f"HEAD:{name}", str(old / name)])

    assert lines_below("Facts", result.stdout) == ["Labe", "  ~ name: Elbe → Labe"]


def test_file_with_blank_nodes_that_are_too_alike_is_named(old: Path) -> None:
    """They are compared when all files are read, and one of many is at fault."""
    stars = "".join(f"_:b{n // 12} ex:p _:r{n} .\n" for n in range(24))
    survey = old / "data/sources/office/survey.ttl"
    survey.write_text(PREFIXES + SURVEY + stars, encoding="utf-8")
    git(old, "init", "-q")
    git(old, "add", "-A")
    git(old, "commit", "-q", "-m", "Alike")

    for name, revision in (("HEAD:", "HEAD"), (f"{old}/", str(old))):
        words = ["--book", str(old), "diff", revision, str(old)]
        result = CliRunner().invoke(root, words)

        assert result.exit_code == 3
        assert result.stderr.startswith(
            f"error: {name}data/sources/office/survey.ttl: 12 blank nodes around one look alike"
        )


@pytest.mark.parametrize("revision", ["--output=x", "-n", "nope", "HEAD~99", "HEAD^{/`touch x`}"])
def test_unknown_revision_is_refused(old: Path, revision: str) -> None:
    """A text that only looks like an option or a command is never run as one."""
    git(old, "init", "-q")
    git(old, "add", "-A")
    git(old, "commit", "-q", "-m", "First")

    result = CliRunner().invoke(root, ["--book", str(old), "diff", "--", revision, str(old)])

    assert result.exit_code == 2
    assert result.stderr.startswith(
        f"error: '{revision}' is not a folder, a file or a git revision"
    )
    assert sorted(path.name for path in old.iterdir()) == [".git", "data", "ontology", "queries"]


def test_file_and_book_cannot_be_compared(old: Path) -> None:
    """Mixing them is a wrong usage, said in words."""
    result = run(old, old / "data/register/rivers.ttl")

    assert result.exit_code == 2
    assert "are a file and a book" in result.stderr


def test_broken_file_is_named_by_its_revision(old: Path) -> None:
    """The message names revision, file, line and column, never a temporary copy."""
    (old / "data/register/rivers.ttl").write_text("ex:a ex:b .", encoding="utf-8")
    git(old, "init", "-q")
    git(old, "add", "-A")
    git(old, "commit", "-q", "-m", "Broken")

    result = CliRunner().invoke(root, ["--book", str(old), "diff", "HEAD", str(old)])

    assert result.exit_code == 3
    assert result.stderr.startswith("error: HEAD:data/register/rivers.ttl:1:1: ")


def test_json_has_everything(old: Path, tmp_path: Path) -> None:
    """JSON carries IRIs, labels and all rows."""
    survey = SURVEY.replace("1230", "1233")

    result = run(old, write_book(tmp_path / "new", survey=survey), "-f", "json")

    document = json.loads(result.stdout)
    assert document["different"] is True
    assert document["facts"] == [
        {
            "change": "revised",
            "about": {"iri": "https://example.org/rhine", "short": "ex:rhine", "label": "Rhine"},
            "what": {"iri": "https://example.org/length", "short": "ex:length", "label": "length"},
            "when": "2010-01-01",
            "old": "1,230 km",
            "new": "1,233 km",
            "source": {
                "iri": "https://example.org/source/survey",
                "short": "https://example.org/source/survey",
                "label": "Survey",
            },
        }
    ]
    assert document["queries"] == [
        {
            "change": "revised",
            "query": "lengths",
            "added": [["Rhine", "1,233"]],
            "removed": [["Rhine", "1,230"]],
            "breaking": False,
        }
    ]


def test_markdown_is_a_list(old: Path, tmp_path: Path) -> None:
    """Markdown nests what belongs together and escapes what would mean something to it."""
    register = REGISTER.replace("Elbe", "El*be")
    survey = SURVEY.replace("1230", "1233")
    output = tmp_path / "changes.md"

    result = run(old, write_book(tmp_path / "new", register=register, survey=survey), "-o", output)

    assert (result.exit_code, result.stdout) == (1, "")
    assert output.read_text(encoding="utf-8") == (
        "## Facts: 2 revised\n"
        "\n"
        "- **El\\*be**\n"
        "  - `~` name: Elbe → El\\*be\n"
        "- **Rhine [Survey]**\n"
        "  - `~` length, 2010-01-01: 1,230 km → 1,233 km\n"
        "\n"
        "## Queries: 1 revised\n"
        "\n"
        "- `~` lengths: 1 row added, 1 row removed\n"
        "  - `-` Rhine \\| 1,230\n"
        "  - `+` Rhine \\| 1,233\n"
    )


def test_blank_nodes_are_compared_by_their_statements(tmp_path: Path) -> None:
    """Labels of blank nodes mean nothing."""
    left, right = tmp_path / "a.ttl", tmp_path / "b.ttl"
    left.write_text(f"{PREFIXES}_:x ex:passes [ ex:length 1 ] .", encoding="utf-8")
    right.write_text(f"{PREFIXES}_:y ex:length 1 . _:z ex:passes _:y .", encoding="utf-8")

    assert run(left, right).exit_code == 0
