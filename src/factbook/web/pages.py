"""The pages of the explorer. Stored queries give their content; templates lay it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import Response, abort, request

from factbook.export.catalog import DOWNLOADS, FILES, is_described
from factbook.web import links
from factbook.web.catalog import HOME, Catalog, PanelSpec
from factbook.web.ontology import build_vocabulary
from factbook.web.page_blueprint import keep_response, pages, render
from factbook.web.page_forms import fields_of, find_examples, suggest_days
from factbook.web.panels import (
    ROWS_OF_PAGE,
    ROWS_OF_TOPIC,
    Explorer,
    Panel,
    build_panel,
    current_explorer,
)
from factbook.web.site import KEY as SITE
from factbook.web.site import current_site

if TYPE_CHECKING:
    from flask.blueprints import BlueprintSetupState
    from werkzeug.wrappers import Response as AnyResponse

    from factbook.web.site import Site

_PATIENCE = 1.0  # seconds to wait for the checks before the page says that they are running
_LOOK_AGAIN = 3  # seconds


@pages.record
def _add_topics(state: BlueprintSetupState) -> None:
    """Add the pages in the front matter of the book's queries."""
    site = cast("Site", state.app.extensions[SITE])
    for name in Catalog(site.book).topics:
        if name != HOME:
            rule = f"/{name}/"
            state.app.add_url_rule(rule, "pages.topic", topic, defaults={"topic": name})


@pages.get("/")
def home() -> Response:
    """Return the front page."""

    def make(explorer: Explorer) -> str:
        catalog = explorer.catalog
        topic = catalog.topics.get(HOME)
        specs = topic.panels if topic else ()
        return render(
            "home.html",
            explorer,
            classes=[each for each in catalog.classes if each.things and each.label],
            panels=_fill(explorer, specs),
            groups=catalog.groups,
        )

    return keep_response(make)


def _fill(explorer: Explorer, specs: tuple[PanelSpec, ...]) -> list[Panel]:
    found = [build_panel(explorer, spec, given=request.args) for spec in specs]
    return [panel for panel in found if not panel.is_empty]


def topic(topic: str) -> Response:
    """Return a page from the front matter of queries."""

    def make(explorer: Explorer) -> str:
        found = explorer.catalog.topics[topic]
        first, most = found.panels[0].query, ROWS_OF_TOPIC if len(found.panels) == 1 else 20
        given = {**suggest_days(first), **request.args.to_dict()}
        ready = [
            spec
            for spec in found.panels
            if all(given.get(each.name) for each in spec.query.parameters if each.required)
        ]
        panels = [build_panel(explorer, spec, given=given, most=most) for spec in ready]
        shown = [panel for panel in panels if not panel.is_empty]
        return render(
            "topic.html",
            explorer,
            topic=found,
            panels=shown,
            reason=explorer.explain_empty(ready[0].query, given) if ready and not shown else "",
            fields=fields_of(explorer, first, given if ready else None),
            examples=[] if ready else find_examples(explorer, first),
            values=given,
            is_asked=bool(ready),
            asks_day=bool(suggest_days(first)),
        )

    return keep_response(make)


@pages.get("/classes/<prefix>/<local>.html")
@pages.get("/classes/<prefix>/<local>/<int:number>.html")
def things(prefix: str, local: str, number: int = 1) -> Response:
    """Return a page of the things of a class."""
    explorer = current_explorer()
    iri = explorer.book.prefixes.get(prefix, "") + local
    found = explorer.catalog.classes_by_iri.get(iri)
    if found is None:
        abort(404)

    def make(explorer: Explorer) -> str:
        members = explorer.members(iri)
        first = (number - 1) * ROWS_OF_PAGE
        if first >= max(len(members), 1) or number < 1:
            abort(404)
        return render(
            "things.html",
            explorer,
            found=found,
            members=members[first : first + ROWS_OF_PAGE],
            total=len(members),
            number=number,
            last=(len(members) - 1) // ROWS_OF_PAGE + 1,
            prefix=prefix,
            local=local,
        )

    return keep_response(make)


@pages.get("/search/")
def search() -> AnyResponse:
    """Return the results of a search: things and queries."""
    words = request.args.get("q", "").strip()[:200]
    explorer = current_explorer()
    return Response(
        render(
            "search.html",
            explorer,
            words=words,
            hits=explorer.search(words) if words else (),
            queries=explorer.catalog.queries,
        ),
        mimetype="text/html",
    )


@pages.get("/data/")
def data() -> Response:
    """Return the page of downloads."""

    def make(explorer: Explorer) -> str:
        site = current_site()
        # A static site does not know the addresses of its downloads
        is_placed = not links.is_static() or site.settings.address is not None
        has_catalog = is_placed and is_described(explorer.book)
        downloads = FILES if links.is_static() else DOWNLOADS
        return render("data.html", explorer, downloads=downloads, has_catalog=has_catalog)

    return keep_response(make)


@pages.get("/checks/")
def checks() -> Response:
    """Return the findings of the checks."""
    checking = current_site().checking
    patience = 0.0 if checking.seconds else _PATIENCE
    found = checking.ask(None if links.is_static() else patience)
    page = render("checks.html", current_explorer(), found=found, seconds=checking.seconds)
    response = Response(page, mimetype="text/html")
    if found is None:
        response.headers.update({"Refresh": str(_LOOK_AGAIN), "Cache-Control": "no-store"})
    return response


@pages.get("/ontology/")
def ontology() -> Response:
    """Return the classes, the properties and the concepts of the book."""
    return keep_response(
        lambda explorer: render("vocabulary.html", explorer, **build_vocabulary(explorer))
    )


@pages.get("/shapes/")
def shapes() -> Response:
    """Return the shapes in words."""

    def make(explorer: Explorer) -> str:
        panel = build_panel(explorer, PanelSpec(explorer.catalog.page_query("shapes")), most=2000)
        return render("shapes.html", explorer, panel=panel)

    return keep_response(make)
