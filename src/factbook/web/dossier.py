"""Build the page of a thing: its statements, the panels of its classes, and its files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from factbook.show.citation import gather_citation
from factbook.show.citation_formats import as_text
from factbook.show.gather import gather_page
from factbook.web.panels import Panel, build_panel, today
from factbook.web.site import current_site

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from factbook.book import Book
    from factbook.show.page import Page
    from factbook.web.panels import Explorer

_MOST_FILES = 12


@dataclass(frozen=True)
class Written:
    """The position of a thing: a file of the book, and a line."""

    path: str
    line: int


@dataclass(frozen=True)
class Dossier:
    """A thing with its panels."""

    page: Page
    panels: tuple[Panel, ...]
    written: tuple[Written, ...]
    more_files: int
    """The number of further files about it."""
    citation: str
    """The citation, as in `factbook cite`."""
    heading: str
    """Its name, or the text of a figure."""


def build_dossier(explorer: Explorer, iri: str, given: Mapping[str, str]) -> Dossier:
    """Return the page of a thing.

    Args:
        explorer: The book.
        iri: The thing.
        given: Values from the address of the page, such as the day.
    """
    page = gather_page(explorer.book, NamedNode(iri))
    types = [each.iri for each in page.types if each.iri]
    panels = [
        build_panel(explorer, spec, thing=iri, given=given)
        for spec in explorer.catalog.panels_about(types)
    ]
    graphs = [iri, *(reference.iri for reference in page.sources)]
    written = [
        Written(_relative(path, explorer.book), line)
        for path, line in current_site().thing_files.lines_about(iri, set(graphs))
    ]
    day = date.fromisoformat(today())
    cited = gather_citation(
        explorer.book, NamedNode(iri), asked=day, page=page, describe=explorer.describe_figures
    )
    return Dossier(
        page=page,
        panels=tuple(panel for panel in panels if not (panel.is_empty or panel.only_names)),
        written=tuple(written[:_MOST_FILES]),
        more_files=max(0, len(written) - _MOST_FILES),
        citation=as_text([cited]).strip(),
        heading=page.name.text if page.name.text != page.curie else cited.title,
    )


def _relative(path: Path, book: Book) -> str:
    try:
        return path.resolve().relative_to(book.layout.root.resolve()).as_posix()
    except ValueError:
        return path.name
