"""`factbook new source` creates the file of a source, ready for its statements."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pyoxigraph import Literal

from factbook.book import Book
from factbook.cli.root import root
from factbook.errors import UsageError
from factbook.new.source import Period, SourceRequest, create_source, parse_period
from factbook.new.source_template import Template
from factbook.rdf.parse import read_rdf
from factbook.rdf.terms import make_slug

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 24)
REGISTER = """\
@prefix company: <https://w3id.org/ai-infra/company/> .
@prefix infra: <https://w3id.org/ai-infra/def#> .
@prefix organization: <https://w3id.org/ai-infra/organization/> .
@prefix schema: <https://schema.org/> .

company:acme a infra:Company ;
    schema:name "Acme"@en .

organization:gazette a schema:Organization ;
    schema:name "The Gazette"@en .
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a book with the checkout's ontology and templates, two things and no source."""
    shutil.copytree(ROOT / "ontology", tmp_path / "ontology")
    shutil.copytree(ROOT / "data" / "templates", tmp_path / "data" / "templates")
    register = tmp_path / "data" / "register" / "all.ttl"
    register.parent.mkdir()
    register.write_text(REGISTER, encoding="utf-8")
    return tmp_path


def create(folder: Path, **given: object) -> Path:
    """Create a source in a book."""
    values = {"title": "Acme grows", "publisher": "The Gazette", "date": "2019-05", **given}
    return create_source(Book(folder, cache=False), SourceRequest(**values), today=TODAY)  # type: ignore[arg-type]


def run(folder: Path, *arguments: str) -> Result:
    """Run `factbook new source`."""
    words = ["--book", str(folder), "--no-cache", "new", "source", "--publisher", "The Gazette"]
    return CliRunner().invoke(root, [*words, *arguments])


def described(path: Path) -> list[str]:
    """Return the lines that describe the source."""
    text = path.read_text(encoding="utf-8")
    return text[text.index("<> a") :].split("\n\n")[0].splitlines()


def test_source_describes_document(folder: Path) -> None:
    """The file is in its publisher's folder, is named after its title and has all given facts."""
    path = create(folder, url="https://gazette.example.org/a?b=1", evidence="read-in-copy")

    assert path == folder / "data/sources/gazette/acme-grows.ttl"
    assert read_rdf(path).graph.value == "https://w3id.org/ai-infra/source/acme-grows"
    assert described(path) == [
        "<> a infra:Source ;",
        '    schema:name "Acme grows"@en ;',
        "    schema:publisher organization:gazette ;",
        "    schema:url <https://gazette.example.org/a?b=1> ;",
        '    schema:datePublished "2019-05-01"^^xsd:date ;',
        "    infra:datePrecision date-precision:month ;",
        '    infra:knownSince "2019-05-31"^^xsd:date ;',
        '    infra:dateRead "2026-11-24"^^xsd:date ;',
        "    infra:evidence evidence:read-in-copy .",
    ]


def test_undated_source_is_known_since_today(folder: Path) -> None:
    """A source without a date says so and counts from the day it was read."""
    assert described(create(folder, date=None))[3:] == [
        "    infra:undated true ;",
        '    infra:knownSince "2026-11-24"^^xsd:date ;',
        '    infra:dateRead "2026-11-24"^^xsd:date ;',
        "    infra:evidence evidence:read .",
    ]


def test_source_of_current_period_is_known_since_today(folder: Path) -> None:
    """A period that is not over counts from today, not from its last day."""
    assert '    infra:knownSince "2026-11-24"^^xsd:date ;' in described(create(folder, date="2026"))


def test_day_of_reading_can_be_given(folder: Path) -> None:
    """A document read on another day than today says so."""
    lines = described(create(folder, date_read="2020-01-31"))

    assert '    infra:dateRead "2020-01-31"^^xsd:date ;' in lines
    with pytest.raises(UsageError, match="--date-read: 'May' is not a day"):
        create(folder, title="Other", date_read="May")


def test_inferred_date_is_marked(folder: Path) -> None:
    """An inferred date has its own statement."""
    assert "    infra:dateInferred true ;" in described(create(folder, is_inferred=True))


def test_lead_is_stored_among_leads(folder: Path) -> None:
    """A lead has its own folder and class; -lead is appended when the name is taken."""
    create(folder)

    path = create(folder, is_lead=True)

    assert path == folder / "data/leads/gazette/acme-grows-lead.ttl"
    assert described(path)[0] == "<> a infra:Source , infra:Lead ;"


def test_examples_use_things_of_about_option(folder: Path) -> None:
    """The commented examples use the things of --about and the date of the source."""
    text = create(folder, about=("Acme", "organization:gazette")).read_text(encoding="utf-8")

    assert "#company:acme schema:description" in text
    assert "#organization:gazette schema:description" in text
    assert '#    schema:observationDate "2019-05-01"^^xsd:date ;' in text
    assert "$" not in text


@pytest.mark.parametrize("title", ['Say "hi" \\ now', "Größe: 50 % né Ω", "Price: $5", "a \\u0041"])
def test_title_keeps_every_character(folder: Path, title: str) -> None:
    """Any title is read back unchanged."""
    path = create(folder, title=title)

    names = [quad.object for quad in read_rdf(path).quads if quad.predicate.value.endswith("/name")]
    assert names == [Literal(title, language="en")]


def test_existing_source_is_not_overwritten(folder: Path) -> None:
    """A second source of the same title needs another slug."""
    path = create(folder)
    before = path.read_bytes()

    with pytest.raises(UsageError, match=r"already exists: .* give another name with --slug"):
        create(folder)

    assert path.read_bytes() == before
    assert create(folder, slug="acme-grows-again").name == "acme-grows-again.ttl"


def test_known_address_is_rejected(folder: Path) -> None:
    """The message names the file of the source with the same address."""
    create(folder, url="https://gazette.example.org/a")

    with pytest.raises(
        UsageError, match=r"acme-grows\.ttl is already the source with this address"
    ):
        create(folder, title="Other", url="https://gazette.example.org/a")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"publisher": "Gazete"}, "nearest: 'The Gazette'"),
        ({"publisher": "Nobody"}, "organization:nobody a schema:Organization"),
        ({"about": ("Nobody",)}, "--about: no thing is called 'Nobody'"),
        ({"title": " "}, "--title: is empty"),
        ({"title": "two\nlines"}, "--title: must be one line"),
        ({"title": "日本"}, "--slug: '' is not a valid slug"),
        ({"url": "ftp://e.org/x"}, "--url: 'ftp://e.org/x' is not an http or https address"),
        ({"url": "https://e.org/a b"}, "is not an http or https address"),
        ({"url": 'https://e.org/"> .'}, "is not an http or https address"),
        ({"evidence": "reed"}, "--evidence: no 'reed'. Did you mean 'read'"),
        ({"slug": "../../x"}, "--slug: '../../x' is not a valid slug"),
        ({"slug": "Acme"}, "--slug: 'Acme' is not a valid slug"),
        ({"date": "May 2019"}, "--date: 'May 2019' is not a valid date; write it like"),
        ({"date": "2019-13"}, "--date: '2019-13' is not a valid date"),
        ({"date": "2019-02-30"}, "--date: '2019-02-30' is not a valid date"),
        ({"date": "2027"}, "--date: 2027 is in the future"),
        ({"date": None, "is_inferred": True}, "--inferred needs the --date"),
    ],
    ids=str,
)
def test_invalid_value_is_rejected(folder: Path, given: dict[str, object], said: str) -> None:
    """Each invalid value has its message, and nothing is written."""
    with pytest.raises(UsageError) as refused:
        create(folder, **given)

    assert said in str(refused.value)
    assert not (folder / "data/sources").exists()


def test_command_prints_path_of_new_file(folder: Path) -> None:
    """The path goes to stdout, the next steps to stderr."""
    result = run(folder, "--title", "Acme grows", "--date", "2019")

    assert result.stdout == f"{folder}/data/sources/gazette/acme-grows.ttl\n"
    assert result.stderr.startswith("Fill in or delete the examples")


@pytest.mark.parametrize("dated", [[], ["--date", "2019", "--undated"]])
def test_command_requires_date_or_undated(folder: Path, dated: list[str]) -> None:
    """Exactly one of the two options must be given."""
    result = run(folder, "--title", "Acme grows", *dated)

    assert result.exit_code == 2
    assert "give either --date or --undated" in result.stderr


def test_missing_template_is_reported(folder: Path) -> None:
    """The message names the missing file."""
    shutil.rmtree(folder / "data/templates")

    result = run(folder, "--title", "Acme grows", "--date", "2019")

    assert result.exit_code == 3
    assert "source.ttl.txt: no such file" in result.stderr


@pytest.mark.parametrize(
    ("text", "precision", "first", "last"),
    [
        ("2024-02-29", "day", date(2024, 2, 29), date(2024, 2, 29)),
        ("2024-02", "month", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-02", "month", date(2023, 2, 1), date(2023, 2, 28)),
        ("2023-12", "month", date(2023, 12, 1), date(2023, 12, 31)),
        ("2023-Q4", "quarter", date(2023, 10, 1), date(2023, 12, 31)),
        ("2023-Q1", "quarter", date(2023, 1, 1), date(2023, 3, 31)),
        ("2023", "year", date(2023, 1, 1), date(2023, 12, 31)),
    ],
)
def test_period_ends_on_its_last_day(text: str, precision: str, first: date, last: date) -> None:
    """Days, months, quarters and years are parsed, including leap years."""
    assert parse_period(text, today=TODAY) == Period(precision, first, last)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Acme's 1st Report: Größe!", "acmes-1st-report-grosse"),
        ("word " * 30, "-".join(["word"] * 12)),
        ("x" * 100, "x" * 60),
        ("—", ""),
    ],
)
def test_slug_is_short_and_plain(title: str, slug: str) -> None:
    """A slug has as many words of the title as fit."""
    assert make_slug(title) == slug


def test_template_omits_lines_without_value() -> None:
    """A line without a value is left out; a block with item names is repeated for each item."""
    template = Template("a $x\nb $y\n\n$each $x\n\nend", {})

    filled = template.render({"x": "1"}, items=[{"each": "p"}, {"each": "q"}])

    assert filled == "a 1\n\np 1\n\nq 1\n\nend\n"
