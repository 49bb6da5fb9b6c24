"""A person clicks, types and tabs through the pages in a real browser."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("playwright")
axe_playwright = pytest.importorskip("axe_playwright_python.sync_playwright")

from tests.web.browser.conftest import Visit, visiting  # noqa: E402 - after what it needs

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

GRAVE = {"serious", "critical"}
KINDS = (
    "/",
    "/companies/",
    "/prices/",
    "/timeline/",
    "/graph/?company=company:groq",
    "/changes/",
    "/compare/?thing=Groq&thing=Cerebras",
    "/quality/",
    "/queries/",
    "/queries/valuations.html",
    "/queries/valuation-history.html?company=nonsense&run=1",
    "/queries/statistics.html",
    "/ontology/",
    "/shapes/",
    "/data/",
    "/checks/",
    "/search/?q=groq",
    "/editor/?query=SELECT+*+WHERE+{+?s+a+infra:Company+}",
    "/classes/infra/Chip.html",
    "/company/groq.html",
    "/product/h100.html",
    "/source/ai-infrastructure-chapter.html",
    "/measure/valuation.html",
    "/nowhere/",
)


def find_barriers(page: Page) -> list[str]:
    """Return what axe finds serious or critical on a page."""
    found: dict[str, Any] = axe_playwright.Axe().run(page).response
    return [
        f"{each['id']}: {json.dumps([node['html'][:120] for node in each['nodes'][:3]])}"
        for each in found["violations"]
        if each["impact"] in GRAVE
    ]


@pytest.mark.parametrize("address", KINDS)
def test_page_is_sound(browser: Browser, bundled_site: str, address: str) -> None:
    """Every kind of page is free of barriers, errors and foreign requests, and fits a phone."""
    with visiting(browser, bundled_site) as visit:
        status = visit.open(address)
        barriers = find_barriers(visit.page)
        wide = visit.is_wider_than_screen()
        visit.page.set_viewport_size({"width": 375, "height": 700})
        narrow = visit.is_wider_than_screen()

    expected = [] if status == 200 else [f"console: Failed to load resource: .* {status} .*"]
    assert barriers == []
    assert not wide
    assert not narrow
    assert all(re.match(expected[0] if expected else "$", each) for each in visit.faults)


@pytest.mark.parametrize("address", ["/", "/company/groq.html", "/queries/valuations.html"])
def test_dark_page_has_contrast(browser: Browser, bundled_site: str, address: str) -> None:
    """Pages are dark where the system is, and readable."""
    with visiting(browser, bundled_site, dark=True) as visit:
        visit.open(address)
        background = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
        barriers = find_barriers(visit.page)

    assert max(map(int, re.findall(r"\d+", background))) < 60
    assert barriers == []


def test_person_clicks_from_home_to_figure(visit: Visit) -> None:
    """From the front page it is three clicks to the source of a figure."""
    page = visit.page
    visit.open("/")

    page.locator(".counts a", has_text="Company").click()
    page.get_by_role("link", name="CoreWeave", exact=True).click()
    page.locator("#valuation-history-company td a", has_text="Core Scientific").click()

    assert page.locator("h1").inner_text().startswith("Core Scientific shareholders")
    assert page.locator("#cite code").first.inner_text().startswith("data/sources/")


def test_search_finds_thing(visit: Visit) -> None:
    """The field on every page finds a thing by a part of its name."""
    page = visit.page
    visit.open("/data/")

    page.keyboard.press("/")
    page.keyboard.type("cerebras")
    page.keyboard.press("Enter")
    page.locator("main").get_by_role("link", name=re.compile("Cerebras Systems")).first.click()

    assert page.locator("h1").inner_text() == "Cerebras Systems"


def test_facet_narrows_list(visit: Visit) -> None:
    """A choice in the form of a list leaves what fits, in the table and in its downloads."""
    page = visit.page
    visit.open("/companies/")
    everything = page.locator("#companies tbody tr").count()

    field = page.get_by_label("Segment", exact=True)
    field.select_option("segment:deployment-and-serving")
    page.get_by_role("button", name="Show").first.click()

    few = page.locator("#companies tbody tr").count()
    assert 0 < few < everything
    link = page.locator("#companies .tools a", has_text="CSV").get_attribute("href")
    answer = page.request.get(visit.base + str(link))
    assert len(answer.text().splitlines()) == few + 1


def test_invalid_value_is_reported_at_its_field(browser: Browser, bundled_site: str) -> None:
    """A form with a wrong value says so, keeps the value, and offers what was meant."""
    with visiting(browser, bundled_site) as visit:
        page = visit.page
        visit.open("/queries/single-source.html")
        page.get_by_label("thing").fill("NVIDIA H10")
        page.get_by_role("button", name="Ask").click()

        assert "no thing is called 'NVIDIA H10'" in page.get_by_role("alert").inner_text()
        assert page.get_by_label("thing").input_value() == "NVIDIA H10"
        assert page.get_by_label("thing").get_attribute("aria-invalid") == "true"

        page.get_by_label("thing").fill("NVIDIA H100")
        page.get_by_role("button", name="Ask").click()

        assert page.get_by_role("alert").count() == 0


def test_column_sorts_by_number(visit: Visit) -> None:
    """A click on the head of a column sorts by the numbers in it, what is empty last."""
    page = visit.page
    visit.open("/queries/valuations.html")

    page.get_by_role("button", name="Amount").click()

    values = page.locator("tbody tr td:nth-child(3)").all_inner_texts()
    assert page.locator("th[aria-sort=ascending]").count() == 1
    assert values[0].startswith("$700M")
    assert values[-1] == ""


@pytest.mark.parametrize("address", ["/product/h100-sxm.html", "/prices/", "/changes/"])
def test_phone_shows_the_value_of_each_row(
    browser: Browser, bundled_site: str, address: str
) -> None:
    """On a phone the value of a row is on the screen, and the rest below it with its head."""
    with visiting(browser, bundled_site, width=375) as visit:
        visit.open(address)
        rows = visit.page.locator(".panel .rows tbody tr")
        row = rows.filter(has=visit.page.locator("td.v:not(:empty)")).first
        box = row.locator("td.v").bounding_box()
        last = row.locator("td:not(:empty)").last
        head = last.evaluate("cell => getComputedStyle(cell, '::before').content")

    assert box
    assert box["x"] + box["width"] <= 375
    assert re.match(r'"[A-Z][a-z]+ "', head)


def test_keyboard_is_enough(visit: Visit) -> None:
    """Without a mouse one gets past the menu, through a form and to its answer."""
    page = visit.page
    visit.open("/queries/accelerators.html")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the content"
    page.keyboard.press("Enter")
    _tab_to(page, "name", "company")
    page.keyboard.type("NVIDIA")
    _tab_to(page, "textContent", "Ask")
    page.keyboard.press("Enter")
    page.wait_for_url("**run=1*")

    assert page.locator("tbody tr").count() > 3


def _tab_to(page: Page, about: str, wanted: str) -> None:
    """Press Tab until something has the focus."""
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.{about}") == wanted:
            return
    pytest.fail(f"{wanted} cannot be reached by Tab")


def test_pages_work_without_scripts(browser: Browser, bundled_site: str) -> None:
    """With scripts switched off, the search, a form and a table are all there."""
    with visiting(browser, bundled_site, scripts=False) as visit:
        page = visit.page
        visit.open("/")
        page.locator("#q").fill("groq")
        page.get_by_role("button", name="Search").click()
        page.locator("main").get_by_role("link", name="Groq", exact=True).first.click()

        assert page.locator("#valuation-history-company tbody tr").count() > 0
        assert page.locator("figure.chart svg").count() > 0


EVIL_PAGES = (
    "/",
    "/odd/",
    "/iri/https/example.com/odd/script.html",
    "/iri/https/example.com/odd/link.html",
    "/iri/https/example.com/odd/rtl.html",
    "/iri/https/example.com/odd/long.html",
    "/queries/",
    "/queries/odd.html",
    "/queries/odd/thing/iri/https/example.com/odd/rtl.html",
    "/queries/odd.html?thing=%3Cscript%3Ewindow.hurt%3D1%3C/script%3E&run=1",
    "/search/?q=%3Cscript%3Ewindow.hurt%3D1%3C/script%3E",
    "/search/?q=x",
    "/classes/ex/Odd.html",
    "/ontology/",
    "/editor/?query=%3C/textarea%3E%3Cscript%3Ewindow.hurt%3D1%3C/script%3E",
    "/data/?asof=%22%3E%3Cscript%3Ewindow.hurt%3D1%3C/script%3E",
)


@pytest.mark.parametrize("address", EVIL_PAGES)
def test_texts_of_users_stay_harmless(browser: Browser, evil_site: str, address: str) -> None:
    """Scripts, links that run, marks of direction and huge texts do nothing on any page."""
    with visiting(browser, evil_site) as visit:
        status = visit.open(address)
        page = visit.page
        for target in page.locator("main a:visible").all()[:3]:
            target.hover(timeout=1000)

        assert status in {200, 400}
        assert page.evaluate("window.hurt") is None
        assert page.locator("script:not([src]):not([type*=json])").count() == 0
        links = page.locator("a").evaluate_all("links => links.map((link) => link.href)")
        assert [each for each in links if not each.startswith(("http:", "https:"))] == []
        text = page.content()
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f]", text)
        assert len(text) < 200_000
        assert not visit.is_wider_than_screen()
    assert [each for each in visit.faults if "400" not in each] == []
