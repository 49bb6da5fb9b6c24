"""`factbook new source` begins a file that only lacks what the document says."""

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
from factbook.new.period import Period, period_of
from factbook.new.source import Wish, new_source, slug_of
from factbook.new.template import Template
from factbook.rdf.parse import read_rdf

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
    """Return a book with our ontology and templates, two names and no source."""
    shutil.copytree(ROOT / "ontology", tmp_path / "ontology")
    shutil.copytree(ROOT / "data" / "templates", tmp_path / "data" / "templates")
    register = tmp_path / "data" / "register" / "all.ttl"
    register.parent.mkdir()
    register.write_text(REGISTER, encoding="utf-8")
    return tmp_path


def begin(folder: Path, **given: object) -> Path:
    """Begin a source in a book."""
    wish = {"title": "Acme grows", "publisher": "The Gazette", "date": "2019-05", **given}
    return new_source(Book(folder, cache=False), Wish(**wish), today=TODAY)  # type: ignore[arg-type]


def run(folder: Path, *arguments: str) -> Result:
    """Run `factbook new source`."""
    words = ["--book", str(folder), "--no-cache", "new", "source", "--publisher", "The Gazette"]
    return CliRunner().invoke(root, [*words, *arguments])


def described(path: Path) -> list[str]:
    """Return the lines that describe the source."""
    text = path.read_text(encoding="utf-8")
    return text[text.index("<> a") :].split("\n\n")[0].splitlines()


def test_a_source_is_described_from_what_is_given(folder: Path) -> None:
    """The file stands under its publisher, called after its title, with all that is known."""
    path = begin(folder, url="https://gazette.example.org/a?b=1", evidence="reprintRead")

    assert path == folder / "data/sources/gazette/acme-grows.ttl"
    assert read_rdf(path).graph.value == "https://w3id.org/ai-infra/source/acme-grows"
    assert described(path) == [
        "<> a infra:Source ;",
        '    schema:name "Acme grows"@en ;',
        "    schema:publisher organization:gazette ;",
        "    schema:url <https://gazette.example.org/a?b=1> ;",
        '    schema:datePublished "2019-05-01"^^xsd:date ;',
        "    infra:datePrecision infra:month ;",
        '    infra:knownSince "2019-05-31"^^xsd:date ;',
        "    infra:evidence infra:reprintRead .",
    ]


def test_an_undated_source_counts_from_the_day_it_is_read(folder: Path) -> None:
    """Without a date the file admits it, and answers as of an earlier day leave it out."""
    assert described(begin(folder, date=None))[3:] == [
        "    infra:undated true ;",
        '    infra:knownSince "2026-11-24"^^xsd:date ;',
        "    infra:evidence infra:read .",
    ]


def test_a_period_that_is_not_over_counts_from_today(folder: Path) -> None:
    """What was published this year is known since today, not since its last day."""
    assert '    infra:knownSince "2026-11-24"^^xsd:date ;' in described(begin(folder, date="2026"))


def test_an_inferred_date_says_so(folder: Path) -> None:
    """A date that was worked out is marked."""
    assert "    infra:dateInferred true ;" in described(begin(folder, is_inferred=True))


def test_a_lead_stands_among_the_leads(folder: Path) -> None:
    """A lead has its own folder and class, and the ending -lead beside a source of its name."""
    begin(folder)

    path = begin(folder, is_lead=True)

    assert path == folder / "data/leads/gazette/acme-grows-lead.ttl"
    assert described(path)[0] == "<> a infra:Source , infra:Lead ;"


def test_examples_are_about_the_things_that_are_named(folder: Path) -> None:
    """The comments name the things of --about, with the date of the source."""
    text = begin(folder, about=("Acme", "organization:gazette")).read_text(encoding="utf-8")

    assert "#company:acme schema:description" in text
    assert "#organization:gazette schema:description" in text
    assert '#    schema:observationDate "2019-05-01"^^xsd:date ;' in text
    assert "$" not in text


@pytest.mark.parametrize("title", ['Say "hi" \\ now', "Größe: 50 % né Ω", "Price: $5", "a \\u0041"])
def test_a_title_keeps_every_character(folder: Path, title: str) -> None:
    """Whatever a title holds, it is read back as it was given."""
    path = begin(folder, title=title)

    names = [quad.object for quad in read_rdf(path).quads if quad.predicate.value.endswith("/name")]
    assert names == [Literal(title, language="en")]


def test_a_source_is_never_written_over(folder: Path) -> None:
    """A second source of the same title needs another name."""
    path = begin(folder)
    before = path.read_bytes()

    with pytest.raises(UsageError, match=r"is there already: .* choose another name with --slug"):
        begin(folder)

    assert path.read_bytes() == before
    assert begin(folder, slug="acme-grows-again").name == "acme-grows-again.ttl"


def test_a_document_is_one_source(folder: Path) -> None:
    """The address of a source that is there is refused, and its file named."""
    begin(folder, url="https://gazette.example.org/a")

    with pytest.raises(UsageError, match=r"acme-grows\.ttl is the file of the source"):
        begin(folder, title="Other", url="https://gazette.example.org/a")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"publisher": "Gazete"}, "Did you mean 'gazette' or 'The Gazette'"),
        ({"publisher": "Nobody"}, "organization:nobody a schema:Organization"),
        ({"about": ("Nobody",)}, "--about: no thing is called 'Nobody'"),
        ({"title": " "}, "--title: is empty"),
        ({"title": "two\nlines"}, "--title: must be one line"),
        ({"title": "日本"}, "--slug: '' is none"),
        ({"url": "ftp://e.org/x"}, "--url: 'ftp://e.org/x' is not an http or https address"),
        ({"url": "https://e.org/a b"}, "is not an http or https address"),
        ({"url": 'https://e.org/"> .'}, "is not an http or https address"),
        ({"evidence": "reed"}, "--evidence: no 'reed'. Did you mean 'read'"),
        ({"slug": "../../x"}, "--slug: '../../x' is none"),
        ({"slug": "Acme"}, "--slug: 'Acme' is none"),
        ({"date": "May 2019"}, "--date: 'May 2019' is no date; write it like"),
        ({"date": "2019-13"}, "--date: '2019-13' is no date"),
        ({"date": "2019-02-30"}, "--date: '2019-02-30' is no date"),
        ({"date": "2027"}, "--date: 2027 is in the future"),
        ({"date": None, "is_inferred": True}, "--inferred needs the --date"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused(folder: Path, given: dict[str, object], said: str) -> None:
    """Each wrong value is said in words, and nothing is written."""
    with pytest.raises(UsageError) as refused:
        begin(folder, **given)

    assert said in str(refused.value)
    assert not (folder / "data/sources").exists()


def test_the_command_prints_where_the_file_is(folder: Path) -> None:
    """The path goes to stdout, what to do next to stderr."""
    result = run(folder, "--title", "Acme grows", "--date", "2019")

    assert result.stdout == f"{folder}/data/sources/gazette/acme-grows.ttl\n"
    assert result.stderr.startswith("Fill in the examples")


@pytest.mark.parametrize("dated", [[], ["--date", "2019", "--undated"]])
def test_a_source_is_dated_or_undated(folder: Path, dated: list[str]) -> None:
    """One of the two must be said, and not both."""
    result = run(folder, "--title", "Acme grows", *dated)

    assert result.exit_code == 2
    assert "give one of them" in result.stderr


def test_a_book_without_a_template_says_so(folder: Path) -> None:
    """The message names the file that is missing."""
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
def test_periods_end_on_their_last_day(text: str, precision: str, first: date, last: date) -> None:
    """A day, month, quarter and year are understood, leap years among them."""
    assert period_of(text, today=TODAY) == Period(precision, first, last)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Acme's 1st Report: Größe!", "acmes-1st-report-grosse"),
        ("word " * 30, "-".join(["word"] * 12)),
        ("x" * 100, "x" * 60),
        ("—", ""),
    ],
)
def test_slugs_are_short_and_plain(title: str, slug: str) -> None:
    """A slug has the words of the title, as many as fit."""
    assert slug_of(title) == slug


def test_a_template_leaves_out_what_has_no_value() -> None:
    """A line without its value goes; a block about several things is repeated."""
    template = Template("a $x\nb $y\n\n$each $x\n\nend", {})

    filled = template.filled({"x": "1"}, each=[{"each": "p"}, {"each": "q"}])

    assert filled == "a 1\n\np 1\n\nq 1\n\nend\n"
