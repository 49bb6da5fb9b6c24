"""The page of a thing and a comparison for an assistant, with observations and sources by IRI."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from factbook.render.markup import drop_empty
from factbook.show.page import keep_measure

if TYPE_CHECKING:
    from factbook.query.names import Names
    from factbook.show.compare import Comparison
    from factbook.show.page import Page

_PARTS = (
    "facts",
    "figures",
    "events",
    "relations",
    "pointing_here",
    "below",
    "further_figures",
    "statements",
    "links",
    "identifiers",
)


def build_page(page: Page, *, limit: int) -> dict[str, Any]:
    """Return a page as JSON; a part with more entries than the limit is cut, and `cut` says so."""
    document = _with_source_iris(asdict(page), _sources(page))
    cut = {}
    for part in _PARTS:
        entries = document[part]
        if len(entries) > limit:
            cut[part] = f"{limit} of {len(entries)} are given"
            document[part] = entries[:limit]
    return {**drop_empty(document), "cut": cut}


def select_figures(page: Page, measure: str, names: Names) -> dict[str, Any]:
    """Return the figures of a thing with one measure, the newest first.

    Raises:
        UsageError: As for `show.page.keep_measure`.
    """
    reduced = keep_measure(page, measure, names)
    document = {"figures": [asdict(figure) for figure in reduced.figures]}
    return {
        "iri": page.iri,
        "name": page.name.text,
        **drop_empty(_with_source_iris(document, _sources(page))),
        "cut": {},
    }


def build_comparison(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as JSON; each row has one cell for each thing, in their order."""
    document = asdict(comparison)
    del document["references"]
    iris = {reference.number: reference.iri for reference in comparison.references}
    rows = [row for part in comparison.sections for row in part.rows]
    rows += [row for part in comparison.apart for row in part.rows]
    return {
        **_without_sizes(_with_source_iris(document, iris)),
        "sources": {reference.iri: reference.title for reference in comparison.references},
        "cut": any(cell.count > len(cell.items) for row in rows for cell in row.cells),
    }


def _without_sizes(part: Any) -> Any:  # noqa: ANN401 - what JSON holds
    """Return a part of a comparison without sort keys; empty cells stay in their places."""
    if isinstance(part, dict):
        fields = {key: value for key, value in part.items() if key != "size"}
        return {
            key: _without_sizes(value)
            for key, value in fields.items()
            if key == "cells" or value not in ("", [], None, False)
        }
    return [_without_sizes(item) for item in part] if isinstance(part, list) else part


def _sources(page: Page) -> dict[int, str]:
    return {source.number: source.iri for source in page.sources}


def _with_source_iris(part: Any, sources: dict[int, str]) -> Any:  # noqa: ANN401 - what JSON holds
    """Return a part of a page with the IRIs of sources instead of their numbers."""
    if isinstance(part, dict):
        return {
            key: [sources[number] for number in value]
            if key == "sources" and all(isinstance(item, int) for item in value)
            else _with_source_iris(value, sources)
            for key, value in part.items()
        }
    if isinstance(part, list | tuple):
        return [_with_source_iris(item, sources) for item in part]
    return part
