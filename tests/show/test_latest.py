"""The page of a figure says why it is or is not the latest of its series, and what decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyoxigraph import NamedNode
from tests.core_book import core_book

from factbook.book import Book
from factbook.layout import layout_of
from factbook.show.gather import gather_page
from factbook.show.latest import PARTS, decide

if TYPE_CHECKING:
    from pathlib import Path

OBSERVATION = "https://w3id.org/ai-infra/observation/"
KEY = ("1", "1", "1", " 2025-12-31", " 890", " 899", " 2026-01-10")
BETTER = ("2", "2", "2", " 2026-01-31", " 891", " 900", " 2026-01-11")
SOURCES = """
@base <https://w3id.org/ai-infra/source/correction> .
@prefix company: <https://w3id.org/ai-infra/company/> .
@prefix infra: <https://w3id.org/ai-infra/def#> .
@prefix measure: <https://w3id.org/ai-infra/measure/> .
@prefix observation: <https://w3id.org/ai-infra/observation/> .
@prefix schema: <https://schema.org/> .
@prefix standing: <https://w3id.org/ai-infra/standing/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<> a infra:Source ; schema:datePublished "2026-01-10"^^xsd:date ;
    infra:knownSince "2026-01-10"^^xsd:date ; infra:withdraws observation:wrong .
observation:wrong a schema:Observation ; schema:observationAbout company:acme ;
    schema:measuredProperty measure:valuation ; schema:value 1 ;
    infra:standing standing:reported .
observation:first a schema:Observation ; schema:observationAbout company:acme ;
    schema:measuredProperty measure:valuation ; schema:value 2 ;
    infra:standing standing:reported .
observation:second a schema:Observation ; schema:observationAbout company:acme ;
    schema:measuredProperty measure:valuation ; schema:value 2 ;
    infra:standing standing:reported .
"""


@pytest.fixture(scope="module")
def core() -> Book:
    """Return the bundled book without imports."""
    return Book(core_book())


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """Return a book with a withdrawn figure and two that say the same."""
    folder: Path = tmp_path_factory.mktemp("small")
    for part in ("ontology", "queries"):
        (folder / part).symlink_to(layout_of(None).root / part)
    (folder / "data" / "sources").mkdir(parents=True)
    (folder / "data" / "register").mkdir()
    (folder / "data" / "sources" / "correction.ttl").write_text(SOURCES, encoding="utf-8")
    return Book(folder, cache=False)


def latest(book: Book, figure: str) -> str:
    """Return the line of a figure's page on when it is the latest."""
    page = gather_page(book, NamedNode(OBSERVATION + figure))
    (line,) = (line for line in page.notes if line.label == "latest")
    (value,) = line.values
    return value.text


@pytest.mark.parametrize(
    ("figure", "beginning"),
    [
        (
            "groq-valuation-2024-08-aihubx",
            (
                "from 31 Aug 2024 until 30 Sep 2025, then “valuation of Groq, 2025-09”: "
                "it has the newer date; preferred to “valuation of Groq”: "
                "a value comes before none; its series has 5 figures"
            ),
        ),
        (
            "groq-valuation-2026-08-17-techcrunch",
            (
                "from 17 Aug 2026; preferred to “valuation of Groq, 2025-09”: "
                "it has the newer date; "
            ),
        ),
        ("b200-off-chip-memory-2025-12-epoch-ai", "on all days; preferred to "),
        (
            "b200-off-chip-memory-2024-08-24-tweaktown",
            (
                "never; first is “off-chip memory of NVIDIA B200, 2025-12”: "
                "it has the higher confidence; "
            ),
        ),
        (
            "graphcore-valuation-2018-the-guardian",
            (
                "never; first is “valuation of Graphcore, 2018”: "
                "its source has the better evidence; "
            ),
        ),
        (
            "groq-chief-executive-jonathan-ross-groq-and-nvidia-licensing-agreement",
            "never, as its value ended on 24 Dec 2025; ",
        ),
        ("coreweave-valuation-2025-03-20-barrons", "never, as its standing is “guidance”; "),
    ],
)
def test_page_says_why_a_figure_is_or_is_not_the_latest(
    core: Book, figure: str, beginning: str
) -> None:
    """It names the days, the figure that is better, and the part of the key that decided."""
    assert latest(core, figure).startswith(beginning)


def test_page_says_what_removes_a_figure(small: Book) -> None:
    """A withdrawn figure and one that repeats another are never the latest."""
    assert latest(small, "wrong") == "never, as “source:correction” withdraws or replaces it"
    assert latest(small, "second").startswith("never, as “")
    assert latest(small, "first").startswith("from 10 Jan 2026; its series has 2 figures")


@pytest.mark.parametrize("place", range(len(PARTS)))
def test_first_part_that_differs_decides(place: int) -> None:
    """What comes behind it in the key does not matter."""
    better = "".join((*KEY[:place], BETTER[place], *KEY[place + 1 :]))
    other = "".join((*KEY[: place + 1], *BETTER[place + 1 :]))

    assert decide(better, other) == PARTS[place]
