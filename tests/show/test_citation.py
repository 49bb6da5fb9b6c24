"""Citations of things, sources and figures, as text, BibTeX and CSL-JSON."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING

import pytest

from factbook.api import Book
from factbook.errors import UsageError
from factbook.new.book import create_book

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2026, 11, 29)
TITLE = r"100% of R&D: “a_b” {x} ~ C# ^ \ naïve 日本 — $5"
SOURCE = f"""@base <https://example.org/lights/source/odd> .
@prefix date-precision: <https://w3id.org/ai-infra/date-precision/> .
@prefix infra: <https://w3id.org/ai-infra/def#> .
@prefix organization: <https://example.org/lights/organization/> .
@prefix schema: <https://schema.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<> a infra:Source ;
    schema:name "{TITLE.replace(chr(92), chr(92) * 2)}"@en ;
    schema:author organization:smith-and-sons ;
    schema:publisher organization:coast-gazette ;
    schema:datePublished "2024-03-01"^^xsd:date ;
    infra:datePrecision date-precision:month ;
    schema:url <https://gazette.example.org/a_b?x=%7B1%7D> ;
    infra:dateRead "2024-05-02"^^xsd:date .

organization:smith-and-sons a schema:Organization ;
    schema:name "Smith and Sons"@en .
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """A new book with a source whose title has the specials of TeX."""
    folder: Path = tmp_path_factory.mktemp("books") / "lights"
    create_book(folder)
    (folder / "data" / "sources" / "coast-gazette" / "odd.ttl").write_text(SOURCE, encoding="utf-8")
    return Book(folder, cache=False)


def test_thing_is_cited_as_entry_of_the_book(book: Book) -> None:
    """A thing has no source of its own: its entry has the version of the book and the day."""
    assert book.cite("Grey Point Light", asked=DAY) == (
        "Grey Point Light (lighthouse). In A book of lighthouses, version 0.1.0, The editors of "
        "this book. https://example.org/lights/lighthouse/grey-point (asked 29 Nov 2026).\n"
    )


def test_figure_is_cited_with_its_source(book: Book) -> None:
    """The figure stands in words before the document that states it."""
    assert book.cite("observation:stone-skerry-visitors-2024-gazette", asked=DAY) == (
        "Stone Skerry Light: visitors, 2024: about 8,200 (reported). Visitors of the northern "
        "lights. Coast Gazette, 10 Feb 2025. https://gazette.example.org/visitors (read 12 Feb "
        "2025). In A book of lighthouses, version 0.1.0, The editors of this book. "
        "https://example.org/lights/observation/stone-skerry-visitors-2024-gazette (asked 29 Nov "
        "2026).\n"
    )


def test_source_is_cited_as_document(book: Book) -> None:
    """A source has its author, its title as it is, and its date as far as it is known."""
    assert book.cite("source:odd", asked=DAY) == (
        f"Smith and Sons. {TITLE}. Coast Gazette, Mar 2024. "
        "https://gazette.example.org/a_b?x=%7B1%7D (read 2 May 2024). In A book of lighthouses, "
        "version 0.1.0, The editors of this book. https://example.org/lights/source/odd (asked 29 "
        "Nov 2026).\n"
    )


def test_bibtex_escapes_specials_and_keeps_unicode(book: Book) -> None:
    """Braces stay balanced, and `and` in a name does not make two authors of it."""
    written = book.cite("source:odd", format="bibtex", asked=DAY)

    assert written.startswith("@misc{odd,\n  author = {{Smith and Sons}},\n")
    assert (
        r"  title = {{100\% of R\&D: “a\_b” {\textbraceleft}x{\textbraceright} "
        r"{\textasciitilde} C\# {\textasciicircum} {\textbackslash} naïve 日本 — \$5}}," in written
    )
    assert "  year = {2024},\n  month = mar,\n" in written
    assert "  url = {https://gazette.example.org/a_b?x=%7B1%7D},\n" in written
    assert "  urldate = {2024-05-02},\n" in written
    assert written.count("{") == written.count("}")
    assert re.search(r"note = \{In A book of lighthouses, version 0.1.0, .*29 Nov 2026\},", written)


def test_csl_json_has_dates_as_parts(book: Book) -> None:
    """The items are those that reference managers read, with a month where no day is known."""
    odd, thing = json.loads(
        book.cite("source:odd", "Grey Point Light", format="csl-json", asked=DAY)
    )

    assert odd["title"] == TITLE
    assert odd["author"] == [{"literal": "Smith and Sons"}]
    assert odd["issued"] == {"date-parts": [[2024, 3]]}
    assert odd["accessed"] == {"date-parts": [[2024, 5, 2]]}
    assert odd["type"] == "webpage"
    assert thing["type"] == "entry"
    assert thing["container-title"] == "A book of lighthouses"
    assert thing["version"] == "0.1.0"
    assert thing["accessed"] == {"date-parts": [[2026, 11, 29]]}


def test_keys_differ_where_names_agree(book: Book) -> None:
    """Two things with one slug get two keys."""
    written = book.cite("source:odd", "source:odd", format="bibtex", asked=DAY)

    assert re.findall(r"^@misc\{(.*),$", written, re.MULTILINE) == ["odd", "odd-2"]


def test_unknown_format_and_thing_are_refused(book: Book) -> None:
    """The message names what there is."""
    with pytest.raises(UsageError, match="Did you mean 'bibtex'"):
        book.cite("source:odd", format="bibtext")
    with pytest.raises(UsageError, match="Grey Point"):
        book.cite("Gray Point Light")
