"""`factbook show` prints one page about one thing, with a citation behind every fact.

A file `expected/<thing>.<width>.txt` is what a terminal of that width shows, `.pipe.txt` what a
pipe gets, `.md` and `.json` the other formats. A new file is tested by being there.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from pyoxigraph import NamedNode
from rdflib import Dataset, URIRef
from tests.core_book import core_book

from factbook.book import Book
from factbook.cli.root import root
from factbook.layout import bundled
from factbook.query.names import Names
from factbook.rdf.bridge import from_rdflib, to_rdflib
from factbook.render.terminal import display_width
from factbook.show.gather import gather_page
from factbook.show.markdown import as_markdown
from factbook.show.text import as_text
from factbook.store.answers import Table
from factbook.store.embedded import dataset

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.conftest import Servers

    from factbook.rdf.parse import RdfFile
    from factbook.show.page import Page
    from factbook.store.answers import Answer

HERE = Path(__file__).parent
BOOK = HERE / "book"
EXPECTED = sorted((HERE / "expected").iterdir())
THINGS = ["acme", "p1", "infra:amount", "source:story", "machines", "event:round", "infra:round"]
REAL = [
    "company:cerebras",
    "product:h100-sxm",
    "theme:inference-efficiency",
    "measure:valuation",
    "source:ai-infrastructure-chapter",
    "segment:cloud-ai-infrastructure",
]

AI = "https://w3id.org/ai-infra/"
INTERVAL = f"""
@base <{AI}source/interval> .
@prefix infra: <{AI}def#> .
@prefix schema: <https://schema.org/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
<> a infra:Source ; schema:name "Estimates"@en .
<{AI}observation/estimate> a schema:Observation ;
    schema:observationAbout <{AI}company/acme> ;
    schema:measuredProperty <{AI}def#presses> ;
    schema:value 120 ; schema:minValue 100 ; schema:maxValue 150 ;
    infra:lowPercentile 5 ; infra:highPercentile 95 ;
    dcterms:source <> .
"""


@pytest.fixture(scope="module")
def core() -> Book:
    """Return the bundled book without imports."""
    return Book(core_book())


def run(*arguments: str, width: int | None = None) -> Result:
    """Run `factbook show` on the small book."""
    environment = {"COLUMNS": None if width is None else str(width)}
    words = ["--book", str(BOOK), "--no-cache", "show", *arguments]
    return CliRunner(env=environment).invoke(root, words)


def numbers(text: str) -> set[int]:
    """Return the numbers of all citations in a text."""
    marks = re.findall(r"(?<=\S) \[([0-9, ]+)\](?=[;:.,)\s]|$)", text)
    return {int(number) for mark in marks for number in mark.split(", ")}


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.name)
def test_page_is_exactly_as_expected(path: Path) -> None:
    """Each format and width prints the very lines of its file."""
    thing, *rest = path.name.split(".")
    width = int(rest[0]) if rest[0].isdigit() else None
    form = {"md": "md", "json": "json"}.get(rest[-1], "text")

    result = run(thing.replace("_", ":"), "-f", form, width=width)

    assert result.exit_code == 0, result.stderr
    assert result.stdout == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("thing", THINGS)
def test_every_citation_has_its_source(thing: str) -> None:
    """The numbers on a page are those of the list at its end, from 1 without a gap."""
    body, _, sources = run(thing).stdout.partition("\nSources\n")

    listed = [int(number) for number in re.findall(r"^ *\[([0-9]+)\]", sources, re.MULTILINE)]

    assert listed == list(range(1, len(listed) + 1))
    assert numbers(body) == set(listed)


@pytest.mark.parametrize("width", [40, 60, 80])
@pytest.mark.parametrize("thing", THINGS)
def test_no_line_is_wider_than_the_terminal(thing: str, width: int) -> None:
    """Lines fit, but for an address, which is never broken."""
    lines = run(thing, width=width).stdout.splitlines()

    wide = [line for line in lines if display_width(line) > width and "://" not in line]

    assert wide == []


def test_citation_stays_with_its_fact() -> None:
    """No line begins with the number of a source, but in the list of them."""
    body = run("acme", width=40).stdout.partition("\nSources\n")[0]

    assert not re.search(r"^ *\[", body, re.MULTILINE)


def test_pipe_gets_no_terminal_styles() -> None:
    """A pipe gets plain text, a terminal bold headings and dim citations."""
    page = gather_page(Book(BOOK, cache=False), NamedNode("https://w3id.org/ai-infra/company/acme"))

    styled = as_text(page, width=80, style=True)

    assert "\x1b" not in run("acme").stdout
    assert "\x1b[1mFigures\x1b[0m\n" in styled
    assert "Makes presses.\x1b[2m [2]\x1b[0m\n" in styled


def test_file_gets_the_format_of_its_ending(tmp_path: Path) -> None:
    """-o writes Markdown for .md and JSON for .json, whole and in UTF-8."""
    output = tmp_path / "page.json"

    result = run("acme", "-o", str(output))

    assert (result.exit_code, result.stdout) == (0, "")
    assert json.loads(output.read_text(encoding="utf-8"))["curie"] == "company:acme"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nobody"], "error: no thing is called 'nobody'."),
        (["acmee"], "nearest: 'Acme'"),
        (["acme", "-f", "pdf"], "error: -f pdf: no such format. Known: text, md, json"),
        (["company:none"], "error: no thing 'company:none' in the graph."),
    ],
)
def test_wrong_name_or_format_is_one_line_with_a_hint(arguments: list[str], said: str) -> None:
    """A wrong name or format is one line with what is near, and exit code 2."""
    result = run(*arguments)

    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_control_characters_never_reach_the_terminal(tmp_path: Path) -> None:
    """What a file holds cannot steer the terminal that shows it."""
    evil = tmp_path / "evil.ttl"
    evil.write_text(
        '<https://e.org/x> <https://schema.org/name> "E\\u001B[2Jvil" ;\n'
        ' <https://schema.org/description> "a\\nb\\u202Ec" .\n',
        encoding="utf-8",
    )

    result = CliRunner().invoke(
        root, ["--book", str(BOOK), "--no-cache", "--data", str(evil), "show", "https://e.org/x"]
    )

    assert "\x1b" not in result.stdout
    assert "\u202e" not in result.stdout
    assert "evil.ttl, a file of this book" in result.stdout


def test_book_without_page_queries_uses_the_bundled_ones() -> None:
    """The folder queries/pages of another book is optional."""
    assert not (BOOK / "queries").exists()
    assert run("acme").exit_code == 0


def test_page_queries_cannot_be_run_by_name() -> None:
    """They are parts of pages and not questions."""
    result = CliRunner().invoke(root, ["query", "statements"])

    assert result.exit_code == 2


class RdflibEngine:
    """Runs queries with rdflib over the merge and each named graph."""

    def __init__(self, files: tuple[RdfFile, ...]) -> None:
        self.dataset = Dataset(default_union=False)
        for file in files:
            for quad in file.named_quads():
                (triple,) = to_rdflib([quad], {})
                graph_name = quad.graph_name
                assert isinstance(graph_name, NamedNode)
                self.dataset.graph(URIRef(graph_name.value)).add(triple)
                self.dataset.add(triple)

    def query_as_standard(self, text: str, *, prefixes: Mapping[str, str] | None = None) -> Answer:
        """Run a query; rdflib has no other way."""
        return self.query(text, prefixes=prefixes)

    def query(self, text: str, *, prefixes: Mapping[str, str] | None = None) -> Answer:
        """Run a SELECT or ASK."""
        result = self.dataset.query(text, initNs=dict(prefixes or {}))
        if result.type == "ASK":
            return bool(result.askAnswer)
        names = result.vars or []
        rows = [
            tuple(from_rdflib(row[name]) if name in row else None for name in names)
            for row in result.bindings
        ]
        return Table(tuple(map(str, names)), rows)


@pytest.fixture(scope="module")
def by_rdflib() -> Book:
    """Return the small book with rdflib for its engine."""
    book = Book(BOOK, cache=False)
    book.engine = RdflibEngine(book.files)
    return book


@pytest.fixture(scope="module")
def by_endpoint(servers: Servers) -> Book:
    """Return the small book behind a real server."""
    server = servers.oxigraph(dataset(Book(BOOK, cache=False).files))
    return Book(BOOK, endpoint=server.query)


def page(book: Book, thing: str) -> Page:
    """Return the page of a thing."""
    return gather_page(book, Names.of(book).lookup_one(thing))


@pytest.mark.parametrize("thing", THINGS)
def test_rdflib_gives_the_same_page(thing: str, by_rdflib: Book) -> None:
    """The queries mean the same to another engine."""
    assert page(by_rdflib, thing) == page(Book(BOOK, cache=False), thing)


@pytest.mark.parametrize("thing", THINGS)
def test_endpoint_gives_the_same_page(thing: str, by_endpoint: Book) -> None:
    """Named graphs are the sources, wherever they are stored."""
    assert page(by_endpoint, thing) == page(Book(BOOK, cache=False), thing)


@pytest.mark.parametrize("thing", REAL)
def test_real_pages_cite_everything(thing: str) -> None:
    """On the bundled book, too, nothing stands without a source but on a source's own page."""
    result = CliRunner().invoke(root, ["show", thing, "-f", "json"])

    document = json.loads(result.stdout)
    own = document["iri"].startswith("https://w3id.org/ai-infra/source/")
    bare = [
        each
        for each in _cited(document)
        if not each.get("sources") and each is not document["name"] and not own
    ]
    assert bare == []


def _cited(value: object) -> Iterator[dict[str, object]]:
    """Yield each value, figure and title of a page's JSON."""
    if isinstance(value, list):
        for each in value:
            yield from _cited(each)
    elif isinstance(value, dict):
        if "text" in value:
            yield value
        for each in value.values():
            yield from _cited(each)


def test_bundled_book_has_page_queries() -> None:
    """The bundled book brings the queries that pages and citations are made of."""
    found = {path.stem for path in (bundled() / "queries" / "pages").glob("*.rq")}

    pages, citations = {"events", "figures", "sources", "statements"}, {"citation", "references"}
    assert found >= {*pages, *citations, "dataset"}


def test_markdown_page_has_no_link_that_runs_a_script(core: Book) -> None:
    """An address of another scheme than http is text, also where a copy of a page is named."""
    page = gather_page(core, Names.of(core).lookup_one("company:groq"))
    figure = replace(page.figures[0], also=("javascript:alert", "https://example.org/copy"))

    text = as_markdown(replace(page, figures=(figure,)))

    assert "](javascript:" not in text
    assert "](https://example.org/copy)" in text


def test_later_figures_and_events_are_left_out_as_of_a_day(core: Book) -> None:
    """The page says so, and keeps what has no day."""
    thing = Names.of(core).lookup_one("company:groq")
    whole, then = gather_page(core, thing), gather_page(core, thing, asof="2025-06-30")

    assert {each.date for each in then.events} == {
        each.date for each in whole.events if each.date is None or each.date <= "2025-06-30"
    }
    assert all((each.date or "") <= "2025-06-30" for each in then.figures)
    assert 0 < len(then.figures) < len(whole.figures)
    assert "no figure or event after 30 Jun 2025" in as_text(then)


def test_former_holder_of_an_office_has_the_end_of_it(core: Book) -> None:
    """A figure that an event ends says until when it held, also where its start is not known."""
    page = gather_page(core, Names.of(core).lookup_one("company:groq"))

    assert "undated      Jonathan Ross, until 24 Dec 2025, disclosed" in as_text(page)
    assert "Simon Edwards, former, disclosed" in as_text(page)


@pytest.mark.parametrize(
    ("company", "said"),
    [
        ("coreweave", "Atlantic Crypto, until 2019, reported"),
        ("lambda", "Lambda Labs, former, reported"),
    ],
)
def test_end_is_as_exact_as_it_is_known(company: str, said: str, core: Book) -> None:
    """A name that a source ends in some year has no day, and one of an unknown day is former."""
    page = gather_page(core, Names.of(core).lookup_one(f"company:{company}"))

    assert said in as_text(page)


def test_invalid_day_is_an_error() -> None:
    """A wrong day is reported, with an example."""
    result = run("acme", "--asof", "yesterday")

    assert result.exit_code == 2
    assert "2025-03-31" in result.stderr


def test_marks_stand_behind_figures_and_sources(core: Book) -> None:
    """A page marks what queries mark, and explains each sign once."""
    page = gather_page(core, Names.of(core).lookup_one("company:groq"), asof="2027-11-29")
    valuations = [each for each in page.figures if each.measure.label == "valuation"]
    text = as_text(page)

    assert "stale" in valuations[0].marks
    assert "$3.50B†" in text
    assert text.count("† a year old or more") == 1
    assert any("unread" in each.marks for each in page.sources)
    assert "\\*" in as_markdown(page)


def test_figure_with_an_interval_shows_it(tmp_path: Path) -> None:
    """The percentiles of an estimate stand beside its median."""
    book = shutil.copytree(BOOK, tmp_path / "book", symlinks=True)
    source = book / "data" / "sources" / "interval.ttl"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(INTERVAL, encoding="utf-8")

    page = gather_page(Book(book, cache=False), NamedNode(f"{AI}company/acme"))

    assert "120 (100 to 150, 5th to 95th percentile)" in as_text(page)


def test_measure_shows_only_its_figures() -> None:
    """One measure, under any of its names, leaves its figures and their sources."""
    words = ["--book", str(core_book()), "show", "Groq", "--measure", "CEO"]
    page = CliRunner().invoke(root, words).stdout

    assert "chief executive  " in page
    assert "valuation" not in page
    assert "Events" not in page


def test_measure_without_figures_names_the_others() -> None:
    """The error says which measures the thing has figures of."""
    words = ["--book", str(core_book()), "show", "Groq", "--measure", "backlog"]
    result = CliRunner().invoke(root, words)

    assert result.exit_code == 2
    assert "The graph states no backlog of Groq. It has: " in result.stderr


def test_figure_that_an_event_ends_is_named_in_words() -> None:
    """An observation has no name; the page says what it measures, of what."""
    page = gather_page(Book(core_book()), Names.of(Book(core_book())).lookup_one("groq"))

    assert "ends: chief executive of Groq, Jonathan Ross" in as_text(page)
    assert "ends: observation:" not in as_text(page)
