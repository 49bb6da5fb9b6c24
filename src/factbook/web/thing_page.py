"""The page of a thing, or of the terms in a document of the vocabulary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, request

from factbook.web.dossier import build_dossier
from factbook.web.ontology import build_vocabulary
from factbook.web.page_blueprint import class_address, keep_response, render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from factbook.show.page import Page
    from factbook.web.panels import Explorer


def render_thing(iri: str) -> Response:
    """Return the page of a thing in the graph; `linked_data` calls it for `….html`."""

    def make(explorer: Explorer) -> str:
        terms = build_vocabulary(explorer, within=f"{iri}#")
        if terms["kinds"]:
            return render("vocabulary.html", explorer, **terms)
        dossier = build_dossier(explorer, iri, request.args)
        explorer.labels.look_up(_linked(dossier.page))
        return render(
            "thing.html",
            explorer,
            iri=iri,
            dossier=dossier,
            page=dossier.page,
            classes=_class_links(dossier.page.types),
        )

    return keep_response(make)


def _linked(page: Page) -> Iterator[str]:
    """Yield the things in the lines of a page, which are links if the graph has them."""
    events = [line for event in page.events for line in event.lines]
    subjects = [line for subject in page.statements for line in subject.lines]
    parts = (
        page.facts,
        page.relations,
        page.pointing_here,
        page.below,
        page.links,
        events,
        subjects,
    )
    for lines in parts:
        for line in lines:
            for value in line.values:
                if value.iri:
                    yield value.iri


def _class_links(types: Any) -> list[dict[str, str]]:  # noqa: ANN401
    """Return the classes of a thing that have a list."""
    return [
        {"label": each.text, "address": address}
        for each in types
        if each.iri and (address := class_address(each.iri))
    ]
