"""Write a page as JSON: the same facts with their IRIs, dates and numbers for programs."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from factbook.show.page import Cited, Event, Figure, FigureGroup, Line, Name, Page, Reference


def as_json(page: Page) -> str:
    """Return a page as a JSON document; empty parts are left out."""
    document = {
        "iri": page.name.iri,
        "curie": page.curie,
        "name": _cited(page.title),
        "types": _all(page.kinds),
        "aliases": _all(page.aliases),
        "texts": _all(page.texts),
        "notes": _lines(page.notes),
        "facts": _lines(page.facts),
        "figures": _figures(page.figures),
        "events": [_event(event) for event in page.events],
        "relations": _lines(page.relations),
        "pointing_here": _lines(page.pointing_here),
        "below": _lines(page.below),
        "further_figures": _figures(page.further_figures),
        "statements": [
            {"about": _named(name), "lines": _lines(lines)} for name, lines in page.said
        ],
        "links": _lines(page.links),
        "identifiers": _lines(page.identifiers),
        "sources": [_reference(each) for each in page.sources],
    }
    return json.dumps(_filled(document), ensure_ascii=False, indent=2) + "\n"


def _named(name: Name) -> dict[str, Any]:
    return {"iri": name.iri, "label": name.text}


def _cited(value: Cited) -> dict[str, Any]:
    return _filled({"text": value.text, "iri": value.iri, "sources": list(value.sources)})


def _all(values: Iterable[Cited]) -> list[dict[str, Any]]:
    return [_cited(value) for value in values]


def _lines(lines: Iterable[Line]) -> list[dict[str, Any]]:
    return [{"label": line.label, "values": _all(line.values)} for line in lines]


def _figures(groups: Iterable[FigureGroup]) -> list[dict[str, Any]]:
    return [_figure(figure) for group in groups for figure in group.figures]


def _figure(figure: Figure) -> dict[str, Any]:
    return _filled(
        {
            "about": _named(figure.about),
            "measure": _named(figure.measure),
            "text": figure.text,
            "value": _number(figure.value),
            "least": _number(figure.least),
            "most": _number(figure.most),
            "unit": _named(figure.unit) if figure.unit else None,
            "date": figure.date,
            "when": figure.when,
            "words": list(figure.words),
            "conditions": list(figure.conditions),
            "also": list(figure.also),
            "observations": list(figure.iris),
            "sources": list(figure.sources),
        }
    )


def _event(event: Event) -> dict[str, Any]:
    return _filled(
        {
            "iri": event.name.iri,
            "name": event.name.text,
            "date": event.date,
            "when": event.when,
            "titles": _all(event.titles),
            "lines": _lines(event.lines),
            "amounts": _figures(event.amounts),
        }
    )


def _reference(reference: Reference) -> dict[str, Any]:
    return _filled(
        {
            "number": reference.number,
            "iri": reference.source.iri,
            "title": reference.title,
            "publisher": reference.publisher,
            "date": reference.date,
            "date_inferred": reference.is_inferred or None,
            "evidence": reference.evidence,
            "address": reference.address,
            "lead": reference.is_lead or None,
            "file": reference.is_file or None,
        }
    )


def _filled(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document without its empty parts; a zero is not empty."""
    return {key: value for key, value in document.items() if value not in (None, "", [])}


def _number(text: str | None) -> int | float | str | None:
    """Return a number that JSON carries without loss, or else its text."""
    if text is None:
        return None
    try:
        exact = Decimal(text)
    except InvalidOperation:
        return text
    if not exact.is_finite():
        return text
    if exact == exact.to_integral_value():
        return int(exact)
    return float(exact) if Decimal(repr(float(exact))) == exact else text
