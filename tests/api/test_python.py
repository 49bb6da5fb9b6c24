"""The Python face: values of natural types, labels, slices, pages and notebooks."""

from __future__ import annotations

import pickle
from datetime import date
from typing import TYPE_CHECKING

import pytest
import rdflib

from factbook.api import Book
from factbook.errors import UsageError
from factbook.new.book import create_book
from factbook.render.rows import Iri, Rows

if TYPE_CHECKING:
    from pathlib import Path

LIGHT = "https://example.org/lights/lighthouse/"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """A new book of two lighthouses."""
    folder: Path = tmp_path_factory.mktemp("books") / "lights"
    create_book(folder)
    return Book(folder, cache=False)


def test_query_takes_dates_and_lists(book: Book) -> None:
    """A date is a day, a list means any of its values, and None leaves an option out."""
    day = date(2025, 6, 1)

    both = book.query("visitors", asof=day, lighthouse=["Grey Point Light", "stone-skerry"])
    one = book.query("visitors", asof=day, lighthouse=Iri(f"{LIGHT}grey-point"))
    everything = book.query("visitors", asof=day, lighthouse=None)

    assert [row.visitors for row in both] == [13100, 8200]
    assert [row.visitors for row in one] == [13100]
    assert list(everything) == list(both)


def test_iri_in_a_row_knows_its_label(book: Book) -> None:
    """The label is looked up when it is asked for; a copy of the IRI is still that IRI."""
    first = book.query("visitors", asof=date(2025, 6, 1))[0].lighthouse

    assert first == f"{LIGHT}grey-point"
    assert first.label == "Grey Point Light"
    assert pickle.loads(pickle.dumps(first)) == first  # noqa: S301 - our own bytes


def test_slice_of_rows_is_rows(book: Book) -> None:
    """What can be done with all rows can be done with some."""
    rows = book.query("visitors", asof=date(2025, 6, 1))

    some = rows[1:]

    assert isinstance(some, Rows)
    assert [row.visitors for row in some] == [8200]
    assert list(some.to_pandas()["visitors"]) == [8200]
    assert some[0].lighthouse.label == "Stone Skerry Light"


def test_notebook_shows_table_under_chart(book: Book) -> None:
    """The table has labels, and the chart of the query is above it."""
    rows = book.query("visitors", asof=date(2025, 6, 1))

    shown = rows._repr_html_()

    assert shown is not None
    assert ">Grey Point Light<" in shown.partition("<table>")[0]
    assert "<td>Grey Point Light</td>" in shown
    assert ">13,100</td>" in shown
    assert rows.to_vega_lite()["$schema"].startswith("https://vega.github.io/schema/vega-lite/")


def test_answer_to_own_query_has_no_chart(book: Book) -> None:
    """A query of one's own is shown as a table, with its texts escaped."""
    rows = book.sparql('SELECT ("<b>&" AS ?text) WHERE { }')

    shown = rows._repr_html_()

    assert shown is not None
    assert "<svg" not in shown
    assert "<td>&lt;b&gt;&amp;</td>" in shown
    with pytest.raises(UsageError, match="no chart"):
        rows.to_vega_lite()


def test_result_type_names_what_is_no_select(book: Book) -> None:
    """ASK gives a truth value and CONSTRUCT a graph; another type than that is refused."""
    ask = "ASK { ?light a def:Lighthouse }"
    construct = "CONSTRUCT WHERE { ?light a def:Lighthouse }"

    assert book.sparql(ask, result_type=bool) is True
    assert len(book.sparql(construct, result_type=rdflib.Graph)) == 2
    with pytest.raises(UsageError, match="gives bool, not the Graph asked for"):
        book.sparql(ask, result_type=rdflib.Graph)


def test_page_prints_as_text_and_shows_as_markdown(book: Book) -> None:
    """`print` gives what `factbook show` prints; the parts of the page can be read as well."""
    page = book.show("Grey Point Light")

    assert str(page).startswith("Grey Point Light [1]\nlighthouse [1]")
    assert page._repr_markdown_().startswith("# Grey Point Light")
    assert [figure.value for figure in page.figures] == [13100, 12400]


def test_day_of_a_page_is_a_date_or_a_text(book: Book) -> None:
    """A day is given as a date or in ISO form, and anything else is refused."""
    page = book.show("Grey Point Light", asof="2024-06-30")

    assert [figure.value for figure in page.figures] == [12400]
    assert page.figures == book.show("Grey Point Light", asof=date(2024, 6, 30)).figures
    with pytest.raises(UsageError, match="'June' is not an xsd:date"):
        book.show("Grey Point Light", asof="June")


def test_book_describes_its_files(book: Book) -> None:
    """The folder of a book tells it from another in a notebook."""
    assert repr(book) == f"<Book: {book.layout.root}>"
