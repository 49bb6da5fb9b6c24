"""The pages: made of stored queries, kept, safe, and the same for every book."""

from __future__ import annotations

import html
import io
import re
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest
from pyoxigraph import Literal

from factbook.api import Book
from factbook.render.cells import Column
from factbook.web.app import create_app
from factbook.web.catalog import PanelSpec
from factbook.web.page_blueprint import css_text, keep_dates
from factbook.web.panels import Explorer, build_panel
from factbook.web.site import KEY
from factbook.web.tables import build_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient

RIVERS = Path(__file__).parents[1] / "cli" / "book"
HTML = {"Accept": "text/html"}
PAGES = (
    "/",
    "/companies/",
    "/products/",
    "/segments/",
    "/prices/",
    "/timeline/",
    "/themes/",
    "/graph/",
    "/graph/?company=company:coreweave",
    "/sources/",
    "/changes/",
    "/quality/",
    "/sites/",
    "/compare/",
    "/queries/",
    "/queries/valuations.html",
    "/queries/company-graph.html?company=company:groq",
    "/queries/valuation-history/company/company/coreweave.html",
    "/ontology/",
    "/shapes/",
    "/data/",
    "/checks/",
    "/search/?q=core",
    "/editor/",
    "/editor/?query=ASK+{}",
    "/classes/infra/Company.html",
    "/company/coreweave.html",
    "/product/h100.html",
    "/theme/inference-efficiency.html",
    "/measure/valuation.html",
    "/source/ai-infrastructure-chapter.html",
    "/def.html",
)


@pytest.mark.parametrize("address", PAGES)
def test_page_is_there(client: FlaskClient, address: str) -> None:
    """Each kind of page answers with a heading, a title and links to data."""
    response = client.get(address, headers=HTML)

    assert response.status_code == 200
    assert re.search(r"<h1>[^<]", response.text)
    assert len(re.findall(r"<h1", response.text)) == 1
    assert "Traceback" not in response.text


def test_thing_has_panels_of_its_class(client: FlaskClient) -> None:
    """A company has the queries that take a company, a product those that take a product."""
    company = client.get("/company/coreweave.html", headers=HTML).text
    product = client.get("/product/h100.html", headers=HTML).text

    assert 'id="valuation-history-company"' in company
    assert 'id="accelerator-product"' not in company
    assert 'id="rented-by-product"' in product
    assert "/queries/valuation-history/company/company/coreweave.csv" in company


def test_thing_names_its_files(client: FlaskClient) -> None:
    """The page of a thing says in which file and line it is written."""
    page = client.get("/company/coreweave.html", headers=HTML).text

    found = re.search(r"<code>(data/register/companies\.ttl):(\d+)</code>", page)
    assert found
    path = Path(__file__).parents[2] / found[1]
    line = path.read_text(encoding="utf-8").splitlines()[int(found[2]) - 1]
    assert line.startswith("company:coreweave ")


def test_empty_panel_is_left_out(client: FlaskClient) -> None:
    """A query without an answer about a thing is no panel of its page."""
    page = client.get("/company/amd.html", headers=HTML).text

    assert 'id="valuation-history-company"' not in page


@pytest.mark.parametrize("ending", ["csv", "tsv", "json", "xlsx", "ttl", "nt", "jsonld", "rq"])
def test_answer_comes_in_every_format(client: FlaskClient, ending: str) -> None:
    """Under each table are the same rows in formats for programs."""
    response = client.get(f"/queries/valuations.{ending}?asof=2025-12-31")

    assert response.status_code == 200
    assert response.data


@pytest.mark.parametrize(
    "address", ["/queries/valuations.xlsx", "/api/query/valuations.xlsx"], ids=["page", "api"]
)
def test_workbook_has_names_and_sources(client: FlaskClient, address: str) -> None:
    """A workbook from the browser is the one that the command line writes: it can be cited."""
    response = client.get(f"{address}?asof=2025-12-31")

    with zipfile.ZipFile(io.BytesIO(response.data)) as workbook:
        texts = workbook.read("xl/sharedStrings.xml").decode()
        sheets = workbook.read("xl/workbook.xml").decode()
    assert 'name="About"' in sheets
    assert ("companyLabel" in texts, "2025-12-31" in texts) == (True, True)
    assert "Graphcore acquired by SoftBank after months of speculation" in texts


def test_chart_comes_as_specification(client: FlaskClient) -> None:
    """Each chart has its Vega-Lite specification under it, and a query without chart has none."""
    page = client.get("/company/coreweave.html", headers=HTML).text
    address = "/queries/valuation-history/company/company/coreweave.vl.json"

    assert address in page
    found = client.get(address).json
    assert found is not None
    assert "vega-lite" in found["$schema"]
    assert client.get("/queries/statistics.vl.json").status_code == 404


def test_chart_says_what_it_leaves_out(client: FlaskClient) -> None:
    """The notes of a chart stand below it on a page, and in its file with the title."""
    page = client.get("/segments/", headers=HTML).text
    file = client.get("/queries/categories.svg").text

    assert re.search(r"<figcaption>\d+ rows with 0 products left out</figcaption>", page)
    assert re.search(r">\d+ rows with 0 products left out<", file)
    assert ">The segments and categories, and how many" in file


def test_chart_of_points_of_one_day_is_left_out(client: FlaskClient) -> None:
    """A chart over time needs two days; the table says it all."""
    page = client.get("/queries/prices.html?product=b300", headers=HTML).text

    assert "<table" in page
    assert "<svg" not in page


def test_figure_has_its_words_as_heading(client: FlaskClient) -> None:
    """The page of a figure is headed by what it says, and not by its identifier."""
    address = "/observation/coreweave-active-power-2026-06-30-coreweave.html"
    page = client.get(address, headers=HTML).text

    assert "<h1>CoreWeave: active power, 30 Jun 2026: about 1,500 MW (disclosed)</h1>" in page


@pytest.mark.parametrize(
    "address",
    [
        "/companies/?segment=nope",
        "/timeline/?since=abc",
        "/changes/?day=x",
        "/?asof=nonsense",
        "/company/groq.html?asof=nonsense",
        "/company/groq.html?asof=2024-06-30&asof=2025-06-30",
        "/companies/?known-by=2024-06-30&known-by=2025-06-30",
    ],
)
def test_value_that_does_not_fit_is_400(client: FlaskClient, address: str) -> None:
    """A page says what is wrong with a value in its address, and is no success."""
    response = client.get(address, headers=HTML)

    assert response.status_code == 400
    assert 'class="fault"' in response.text


def test_missing_page_suggests_what_may_be_meant(client: FlaskClient) -> None:
    """An address with a wrong letter leads to the things of a similar name."""
    page = client.get("/company/coreweve.html", headers=HTML)

    assert page.status_code == 404
    assert re.search(r'Did you mean .*<a href="/company/coreweave\.html">CoreWeave</a>', page.text)


def test_checks_run_once_beside_the_server(client: FlaskClient) -> None:
    """The page of the checks says that they run, and then what they have found."""
    until = time.monotonic() + 120
    while "Refresh" in (page := client.get("/checks/", headers=HTML)).headers:
        assert "The check has been running for" in page.text
        assert time.monotonic() < until
        time.sleep(0.2)

    assert "Nothing is wrong in the files" in page.text


def test_thing_is_cited_as_on_the_command_line(client: FlaskClient, book: Book) -> None:
    """The page of a thing says how to cite it in the words of `factbook cite`."""
    page = client.get("/company/coreweave.html", headers=HTML).text

    assert book.cite("company:coreweave", asked=datetime.now(UTC).date()).strip() in page


def test_things_stand_side_by_side(client: FlaskClient) -> None:
    """The page of a comparison has a column for each thing, with dates, sources and its rows."""
    address = "/compare/?thing=NVIDIA+H100+SXM+80+GB&thing=company:groq&thing="
    page = client.get(address, headers=HTML).text

    heads = re.findall(r'<th scope="col"><a href="([^"]*)">', page)
    assert heads[:2] == ["/product/h100-sxm.html", "/company/groq.html"]
    assert '<sup class="cite"><a href="#s1">' in page
    assert 'id="s1"' in page
    assert 'href="/product/groqchip.html"' in page
    rows = re.search(r'href="(/compare/rows\.csv[^"]*)"', page)
    assert rows
    answer = client.get(rows[1].replace("&amp;", "&"))
    assert answer.status_code == 200
    assert answer.text.startswith("thing,")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("thing=Groq&thing=Cerebrus", "Cerebrus"),
        ("thing=Groq&thing=Cerebras&asof=never", "asof"),
        ("&".join(f"thing={n}" for n in range(7)), "2 to 6 things"),
    ],
)
def test_wrong_comparison_is_explained(client: FlaskClient, arguments: str, words: str) -> None:
    """The page reports an unknown name, a wrong day and too many things."""
    response = client.get(f"/compare/?{arguments}", headers=HTML)

    assert response.status_code == 400
    alert = re.search(r'(?s)role="alert">(.*?)</p>', response.text)
    assert alert
    assert words in alert[1]


def test_changes_end_on_a_day(client: FlaskClient) -> None:
    """The page of changes shows what became known between two days."""
    address = "/changes/?day=2026-01-01&known-by=2026-06-01"
    page = client.get(address, headers=HTML).text

    days = re.findall(r'<tr><td class="d" data-sort="(\d{4}-\d\d-\d\d)', page)
    assert days
    assert min(days) > "2026-01-01"
    assert max(days) <= "2026-06-01"


def test_wrong_value_is_explained(client: FlaskClient) -> None:
    """A form with a wrong value says what is wrong, and keeps what was typed."""
    response = client.get("/queries/revenue.html?company=Nvidiaa&run=1", headers=HTML)

    assert response.status_code == 400
    assert 'role="alert"' in response.text
    assert "Nvidiaa" in response.text
    assert 'aria-invalid="true"' in response.text


def test_day_changes_answers(client: FlaskClient) -> None:
    """The day in the address goes to every panel, and the links keep it."""
    page = client.get("/company/coreweave.html?asof=2024-12-31", headers=HTML).text

    assert "You see what was so on 2024-12-31" in page
    assert "$66.0B" not in re.sub(r'(?s)<section id="all">.*', "", page)
    assert "asof=2024-12-31" in page


def test_old_version_is_reported(client: FlaskClient) -> None:
    """An address of a version that is no longer served says so, and gives today's answer."""
    page = client.get("/queries/valuations.html?data-version=000000000000", headers=HTML).text

    assert "no longer served" in page
    assert "Databricks" in page


def test_unknown_page_is_not_found(client: FlaskClient) -> None:
    """What does not exist answers with 404 and a page with the search."""
    for address in ("/nothing/", "/queries/nothing.html", "/classes/infra/Nothing.html", "/x/y"):
        response = client.get(address, headers=HTML)
        assert response.status_code == 404
        assert 'role="search"' in response.text


def test_page_is_packed(client: FlaskClient) -> None:
    """The dearest page is small on its way."""
    response = client.get(
        "/company/coreweave.html", headers={**HTML, "Accept-Encoding": "gzip, br"}
    )

    assert response.headers["Content-Encoding"] == "gzip"
    assert len(response.data) < 100_000


@pytest.fixture(scope="module")
def rivers() -> Iterator[Flask]:
    """Give the application over a book of another domain."""
    made = create_app(Book(RIVERS, cache=False))
    yield made
    made.extensions[KEY].close()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/", "rivers"),
        ("/classes/def/River.html", "Danube"),
        ("/iri/https/example.org/river/danube.html", "Austria"),
        ("/queries/river.html?river=Danube&run=1", "Germany"),
        ("/ontology/", "river"),
        ("/shapes/", "no shapes"),
        ("/search/?q=dan", "Danube"),
    ],
)
def test_other_book_has_pages(rivers: Flask, address: str, words: str) -> None:
    """A small book of another domain has pages with nothing to configure."""
    with rivers.test_client() as client:
        response = client.get(address, headers=HTML)

    assert response.status_code == 200
    assert words in response.text


def test_huge_and_hostile_texts_stay_small_and_harmless(tmp_path: Path) -> None:
    """A name of a million letters and the IRI of a script make no page large or dangerous."""
    for name in ("ontology", "data/sources/x", "queries/odd"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "ontology/context.jsonld").write_text('{"@context": {"ex": "https://e.example/"}}')
    (tmp_path / "queries/odd/odd.rq").write_text(
        "#+ summary: Odd\n#+ params:\n#+   one: {class: 'ex:Odd'}\n#+ pages: {odd: 1}\n"
        "SELECT ?one ?name WHERE { ?one <https://schema.org/name> ?name"
        " FILTER(?one = COALESCE(?__one_iri, ?one)) } ORDER BY ?one ?name"
    )
    (tmp_path / "data/sources/x/odd.ttl").write_text(
        "@base <https://e.example/source> . @prefix s: <https://schema.org/> .\n"
        f'<big> a <Odd>, s:Thing ; s:name "{"a" * 1_000_000}" ; s:text "{"b " * 500_000}" .\n'
        '<javascript:alert(1)> a <Odd> ; s:name "\\u202Etxt.exe", "</script><script>" .\n'
    )
    app = create_app(Book(tmp_path, cache=False))
    try:
        client = app.test_client()
        for address in (
            "/",
            "/big.html",
            "/iri/javascript:alert(1).html",
            "/odd/",
            "/queries/odd.html?wide=1",
            "/queries/odd/one/big.html",
            "/classes/ex/Odd.html",
            "/search/?q=aaaa",
            "/ontology/",
        ):
            response = client.get(address, headers=HTML)
            assert response.status_code == 200, response.text
            assert len(response.text) < 50_000, address
            for words in ("<script>", 'href="javascript:', "\u202e"):
                assert words not in response.text, address
    finally:
        app.extensions[KEY].close()


def test_facet_has_the_number_of_rows(client: FlaskClient) -> None:
    """Each value of a facet leads to its rows, whose number it says; those without any are out."""
    here = "/companies/"
    page = client.get(here, headers=HTML).text

    found = re.search(r'<a href="([^"]*segment=[^"]*)">([^<]*) <b>(\d+)</b></a>', page)
    assert found
    filtered = client.get(urljoin(here, html.unescape(found[1])), headers=HTML).text
    panel = filtered.partition('id="companies"')[2].partition("</section>")[0]
    shown = len(re.findall(r"<tr>", panel)) - 1
    total = re.search(r"All (\d+) rows", panel)
    assert int(found[3]) == (int(total[1]) if total else shown)
    assert " <b>0</b>" not in page


def test_page_that_needs_a_value_offers_examples(client: FlaskClient) -> None:
    """A page that shows nothing without a value links to things that the graph says most of."""
    here = "/graph/"
    page = client.get(here, headers=HTML).text

    found = re.search(r"For example</h2>.*?<a href=\"([^\"]*)\">", page, re.DOTALL)
    assert found
    assert 'class="panel"' in client.get(urljoin(here, html.unescape(found[1])), headers=HTML).text


def test_query_that_needs_a_value_offers_examples(client: FlaskClient) -> None:
    """The form of a query that cannot be asked without a value links to answers."""
    here = "/queries/valuation-history.html"
    page = client.get(here, headers=HTML).text

    found = re.search(r"For example</h2>.*?<a href=\"([^\"]*)\">", page, re.DOTALL)
    assert found
    answered = client.get(urljoin(here, html.unescape(found[1])), headers=HTML).text
    assert "<tbody>" in answered
    assert "For example" not in answered
    asks_elsewhere = client.get("/queries/wikidata-compare.html", headers=HTML).text
    assert "For example" not in asks_elsewhere


def test_panel_of_figures_without_any_is_left_out(app: Flask) -> None:
    """Where no company has a value, the question about values adds nothing to their list."""
    explorer = Explorer(app.extensions[KEY].edition, "1")
    segment = "https://w3id.org/ai-infra/segment/ai-hardware-manufacturers"
    valuations = explorer.catalog.queries["valuations"]
    spec = PanelSpec(valuations, valuations.parameters[0])
    asked = [
        build_panel(explorer, spec, thing=segment, given={"asof": day})
        for day in ("1990-01-01", "2026-01-01")
    ]

    assert [panel.only_names for panel in asked] == [True, False]
    assert asked[0].table
    assert asked[0].table.rows


def test_table_marks_its_main_column(book: Book) -> None:
    """The value is the first column of figures, or else the first with nothing but numbers."""
    rows = [(Literal("a"), Literal(2), Literal(3))]
    names = ("name", "count", "amount")

    def value(*columns: Column) -> list[str]:
        table = build_table(book, names, rows, columns=columns)
        return [head.name for head in table.heads if head.is_value]

    assert value(Column("amount", "decimal", unit="unit")) == ["amount"]
    assert value() == ["count"]


def test_text_in_a_style_sheet_stays_text() -> None:
    """The head of a column cannot end the string that holds it."""
    assert css_text('a"; x:url(b)') == '"a\\22 \\3b  x\\3a url\\28 b\\29 "'


def test_no_line_breaks_inside_a_date() -> None:
    """A date in a text stays whole, and markup in it stays text."""
    assert keep_dates("<b> (2026-04-01)") == ('&lt;b&gt; (<span class="whole">2026-04-01</span>)')
