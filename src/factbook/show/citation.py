"""Gather the citation of a thing, a source or a figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from factbook.query.page_queries import run_page_query
from factbook.rdf.terms import local_name, value_of
from factbook.render.humanize import make_printable
from factbook.render.labels import Labels
from factbook.show.gather import gather_page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from factbook.book import Book
    from factbook.rdf.terms import Term
    from factbook.show.page import Figure, Page

    Row = dict[str, Term | None]


@dataclass(frozen=True)
class Document:
    """The bibliographic description of a source."""

    iri: str
    title: str
    authors: tuple[str, ...] = ()
    publisher: str = ""
    published: str = ""
    """The date, or the first day of the month, quarter or year, such as 2025-03-01."""
    precision: str = "day"
    read: str = ""
    """The day on which it was read."""
    address: str = ""
    archived: str = ""


@dataclass(frozen=True)
class Dataset:
    """The book as a data set."""

    title: str
    publisher: str = ""
    version: str = ""


@dataclass(frozen=True)
class Citation:
    """A reference to one thing, source or figure of a book, on a day."""

    key: str
    iri: str
    title: str
    """The name of the thing, the figure in words, or the title of the source."""
    kind: str
    documents: tuple[Document, ...]
    """The cited source, or the sources that state the figure or the event."""
    is_source: bool
    dataset: Dataset
    asked: date
    """The day on which the book was queried."""


def gather_citation(
    book: Book,
    thing: NamedNode,
    *,
    asked: date,
    page: Page | None = None,
    describe: Callable[[NamedNode], Mapping[str, str]] | None = None,
) -> Citation:
    """Return the citation of anything in a book.

    Args:
        book: The book.
        thing: The IRI, see `query.names`.
        asked: The day on which the book is queried.
        page: The page of the thing, if it was gathered already.
        describe: A cached `describe_figures`.

    Raises:
        FactbookError: A query cannot be read, or the engine failed.
    """
    rows = run_page_query(book, "citation", {"thing": thing})
    sources = sorted({_text(row, "source") for row in rows})
    subject = next((row["about"] for row in rows if isinstance(row.get("about"), NamedNode)), None)
    documents = _describe_documents(book, sources)
    is_source = thing.value in sources
    title, kind = "", ""
    if isinstance(subject, NamedNode):
        texts = describe(subject) if describe is not None else describe_figures(book, subject)
        title = texts.get(thing.value, "")
    if not title and not is_source:
        page = page or gather_page(book, thing)
        title = page.name.text
        kind = ", ".join(type_.text for type_ in page.types)
    return Citation(
        key=local_name(thing.value),
        iri=thing.value,
        title=title or documents[0].title,
        kind=kind,
        documents=documents,
        is_source=is_source,
        dataset=_describe_dataset(book),
        asked=asked,
    )


def describe_figures(book: Book, subject: NamedNode) -> dict[str, str]:
    """Return the text of each figure on the page of a thing, by the IRI of its observation."""
    page = gather_page(book, subject)
    amounts = (figure for event in page.events for figure in event.amounts)
    texts: dict[str, str] = {}
    for figure in (*page.figures, *page.further_figures, *amounts):
        texts |= {iri: texts.get(iri) or _describe_figure(figure) for iri in figure.observations}
    return texts


def _describe_figure(figure: Figure) -> str:
    limits = ", ".join(figure.words)
    when = "" if figure.when == "undated" else f", {figure.when}"
    words = f" ({limits})" if limits else ""
    return f"{figure.about.label}: {figure.measure.label}{when}: {figure.text}{words}"


def _describe_documents(book: Book, sources: list[str]) -> tuple[Document, ...]:
    by_source: dict[str, list[Row]] = {source: [] for source in sources}
    for row in run_page_query(book, "references", only=("source", sources)):
        by_source[_text(row, "source")].append(row)
    labels = Labels(book.prefixes, book.engine)
    columns = ("author", "publisher", "precision")
    labels.look_up(
        _text(row, column) for rows in by_source.values() for row in rows for column in columns
    )

    def label(iri: str) -> str:
        return labels.of(iri) if iri else ""

    documents = []
    for source, rows in by_source.items():
        first = rows[0] if rows else {}
        authors = sorted({label(_text(row, "author")) for row in rows} - {""})
        documents.append(
            Document(
                iri=source,
                title=_text(first, "title") or labels.short(source),
                authors=tuple(authors),
                publisher=label(_text(first, "publisher")),
                published=_text(first, "date"),
                precision=label(_text(first, "precision")) or "day",
                read=_text(first, "read"),
                address=_text(first, "address"),
                archived=_text(first, "archived"),
            )
        )
    return tuple(documents)


def _describe_dataset(book: Book) -> Dataset:
    """Return how the ontology describes the book; its title is the folder's name by default."""
    rows = run_page_query(book, "dataset")
    first = rows[0] if rows else {}
    fallback = book.endpoint or book.layout.root.resolve().name
    return Dataset(
        _text(first, "title") or fallback, _text(first, "publisher"), _text(first, "version")
    )


def _text(row: Row, column: str) -> str:
    return make_printable(value_of(row.get(column)))
