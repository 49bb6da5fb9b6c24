"""The pages of the explorer. Each is made of stored queries; the templates only lay them out."""

from __future__ import annotations

import gzip
import io
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, cast

from flask import Blueprint, Response, abort, render_template, request
from jinja2 import StrictUndefined
from pyoxigraph import QueryBoolean, QueryResultsFormat, parse_query_results

from factbook.errors import FactbookError
from factbook.export.catalog import DOWNLOADS, is_described
from factbook.query.names import Names
from factbook.render.humanize import make_printable
from factbook.show.page import capitalize_first, host_of
from factbook.store.answers import table_from
from factbook.web import links
from factbook.web.catalog import HOME, Catalog, PanelSpec
from factbook.web.dossier import build_dossier
from factbook.web.ontology import build_vocabulary
from factbook.web.panels import (
    ROWS_OF_PAGE,
    Explorer,
    Panel,
    build_panel,
    current_explorer,
    explain,
    select_values,
    today,
)
from factbook.web.signposts import schema_org
from factbook.web.site import KEY as SITE
from factbook.web.site import current_site
from factbook.web.tables import build_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask.blueprints import BlueprintSetupState
    from werkzeug.wrappers import Response as AnyResponse

    from factbook.query.stored_queries import Parameter, StoredQuery
    from factbook.show.page import Page
    from factbook.web.site import Site

pages = Blueprint(
    "pages",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "json": "application/sparql-results+json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ttl": "text/turtle; charset=utf-8",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
    "rq": "application/sparql-query; charset=utf-8",
    "svg": "image/svg+xml",
}
_ENDINGS = f"any(html,{','.join(FORMATS)})"
_PACKED = {"text/html", "text/css", "text/javascript", "image/svg+xml", "text/csv"}
_LEAST_PACKED = 1000
_LONGEST = 300  # characters of a name or a value on a page
_MOST_CHOICES = 300
VERSION = "data-version"
_QUARTER = 91  # days
_DAY = "xsd:date"
_NOT_FOUND = 404
_MOST_SHOWN = 100_000  # characters of Turtle


@pages.record
def _prepare(state: BlueprintSetupState) -> None:
    site = cast("Site", state.app.extensions[SITE])
    for name in Catalog(site.book).topics:
        if name != HOME:
            rule = f"/{name}/"
            state.app.add_url_rule(rule, "pages.topic", topic, defaults={"topic": name})
    environment = state.app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.filters.update(
        cut=cut, capitalize_first=capitalize_first, host=host_of, identifier=str.isidentifier
    )
    environment.globals.update(
        class_address=class_address,
        command_address=links.command_address,
        known=_is_known,
        schema_org=schema_org,
        share_address=share_address,
        short=_shorten,
        thing_address=links.thing_address,
        query_address=links.query_address,
        page_address=links.page_address,
        outside_address=links.outside_address,
        is_static=links.is_static,
    )


def _kept(make: Callable[[Explorer], str]) -> Response:
    """Return a page that is kept for this address and day until the server ends."""
    return Response(_keep(make), mimetype="text/html")


def _keep(make: Callable[[Explorer], str]) -> str:
    explorer = current_explorer()
    key = (request.full_path, today(), links.is_static())
    page = explorer.pages.get(key, lambda: make(explorer))
    if links.fault_of_request():
        explorer.pages.forget(key)  # what took too long may answer the next time
    return page


@pages.after_app_request
def _pack(response: Response) -> Response:
    """Return an answer packed, where the client can unpack it and it is a text worth it."""
    if (
        links.is_static()
        or response.mimetype not in _PACKED
        or response.is_streamed
        or response.direct_passthrough
        or "Content-Encoding" in response.headers
        or len(response.get_data()) <= _LEAST_PACKED
    ):
        return response
    response.vary.add("Accept-Encoding")  # of the plain text too, or caches give it to everybody
    if request.accept_encodings["gzip"]:
        response.set_data(gzip.compress(response.get_data(), 5))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _render(template: str, explorer: Explorer, **values: Any) -> str:  # noqa: ANN401 - of any kind
    catalog = explorer.catalog
    return render_template(
        template,
        about=catalog.about,
        topics=[topic for topic in catalog.topics.values() if topic.name != HOME],
        version=explorer.version,
        days=links.days(),
        asked_version=request.args.get(VERSION, ""),
        **values,
    )


@pages.get("/")
def home() -> Response:
    """Return the front page."""

    def make(explorer: Explorer) -> str:
        catalog = explorer.catalog
        topic = catalog.topics.get(HOME)
        specs = topic.panels if topic else ()
        return _render(
            "home.html",
            explorer,
            classes=[each for each in catalog.classes if each.things and each.label],
            panels=_fill(explorer, specs),
            groups=catalog.groups,
        )

    return _kept(make)


def _fill(explorer: Explorer, specs: tuple[PanelSpec, ...]) -> list[Panel]:
    found = [build_panel(explorer, spec, given=request.args) for spec in specs]
    return [panel for panel in found if not panel.is_empty]


def topic(topic: str) -> Response:
    """Return a page that queries name in their front matter."""

    def make(explorer: Explorer) -> str:
        found = explorer.catalog.topics[topic]
        first, most = found.panels[0].query, ROWS_OF_PAGE if len(found.panels) == 1 else 20
        given = {**_suggested(first), **request.args.to_dict()}
        ready = [
            spec
            for spec in found.panels
            if all(given.get(each.name) for each in spec.query.parameters if each.required)
        ]
        panels = [build_panel(explorer, spec, given=given, most=most) for spec in ready]
        return _render(
            "topic.html",
            explorer,
            topic=found,
            panels=[panel for panel in panels if not panel.is_empty],
            fields=_fields(explorer, first),
            values=given,
            is_asked=bool(ready),
        )

    return _kept(make)


def _suggested(query: StoredQuery) -> dict[str, str]:
    """Return days for the parameters that need one: a quarter ago."""
    day = (date.fromisoformat(today()) - timedelta(days=_QUARTER)).isoformat()
    return {each.name: day for each in query.parameters if each.required and each.kind == _DAY}


def _fields(explorer: Explorer, query: StoredQuery) -> list[dict[str, Any]]:
    """Return the fields of a query's form, with the things that can be chosen."""
    return [
        {
            "parameter": parameter,
            "choices": _choices(explorer, parameter),
            "type": {"xsd:date": "date", "xsd:integer": "number", "xsd:decimal": "number"}.get(
                parameter.kind, "text"
            ),
        }
        for parameter in query.parameters
    ]


def _choices(explorer: Explorer, parameter: Parameter) -> list[tuple[str, str]]:
    """Return the CURIEs and names of the things that a parameter can take, if they are few."""
    if parameter.kind != "iri" or parameter.type_curie is None:
        return []
    names = Names.of(explorer.book)
    things = {thing.value for thing, _ in names.choices(type_curie=parameter.type_curie)}
    if len(things) > _MOST_CHOICES:
        return []
    labels = explorer.labels
    labels.look_up(things)
    return sorted(
        ((labels.short(iri), labels.of(iri)) for iri in things), key=lambda pair: pair[1].casefold()
    )


@pages.get("/queries/")
def queries() -> Response:
    """Return the list of stored queries."""
    return _kept(lambda explorer: _render("queries.html", explorer, groups=explorer.catalog.groups))


@pages.get(f"/queries/<name>.<{_ENDINGS}:ending>")
def query(name: str, ending: str) -> AnyResponse:
    """Return a stored query with its form and its answer, or the answer in another format."""
    return _answer_query(name, ending, None, None)


@pages.get(f"/queries/<name>/<parameter>/<path:path>.<{_ENDINGS}:ending>")
def query_about(name: str, parameter: str, path: str, ending: str) -> AnyResponse:
    """Return the answer of a stored query about a thing."""
    iri = current_site().addresses.iri(f"/{path}")
    if iri is None:
        abort(404)
    return _answer_query(name, ending, parameter, iri)


def _answer_query(name: str, ending: str, about: str | None, iri: str | None) -> AnyResponse:
    explorer = current_explorer()
    stored = explorer.catalog.queries.get(name)
    if stored is None:
        abort(404)
    parameter = next((each for each in stored.parameters if each.name == about), None)
    if about is not None and (parameter is None or parameter.kind != "iri"):
        abort(404)
    given = select_values(stored, request.args)
    if parameter is not None and iri is not None:
        given[parameter.name] = iri
    if ending == "html":
        return _query_page(stored, parameter, iri, given)
    return _download(explorer, stored, ending, given)


def _query_page(
    stored: StoredQuery, parameter: Parameter | None, iri: str | None, given: dict[str, str]
) -> Response:
    explorer = current_explorer()
    panel, answered, fault = None, None, ""
    wide = request.args.get("wide") == "1"
    asks = request.args.get("run") or given
    if asks or not any(each.required for each in stored.parameters):
        try:
            answered = explorer.answer(stored, given)
            panel = build_panel(
                explorer,
                PanelSpec(stored, parameter),
                thing=iri,
                given=given,
                most=ROWS_OF_PAGE,
                wide=wide,
            )
        except FactbookError as error:
            fault = explain(error)

    def make(explorer: Explorer) -> str:
        return _render(
            "query.html",
            explorer,
            query=stored,
            panel=panel,
            truth=answered.truth if answered else None,
            triples=len(answered.triples) if answered else 0,
            fault=fault,
            fields=_fields(explorer, stored),
            values={name: explorer.labels.short(value) for name, value in given.items()},
            given=given,
            wide=wide,
            text=stored.text,
            parameter=parameter,
            thing=iri,
        )

    if fault:
        return Response(make(explorer), 400, mimetype="text/html")
    return _kept(make)


def _download(
    explorer: Explorer, stored: StoredQuery, ending: str, given: dict[str, str]
) -> Response:
    """Return the answer of a query in a format for programs."""
    out = io.BytesIO()
    if ending == "rq":
        out.write(stored.text.encode())
    elif ending == "svg":
        out.write(explorer.chart(stored, given).encode())
        if not out.tell():
            abort(404)
    else:
        _write(explorer, stored, ending, given, out)
    response = Response(out.getvalue(), content_type=FORMATS[ending])
    if ending in {"csv", "tsv", "xlsx"}:
        response.headers["Content-Disposition"] = f'attachment; filename="{stored.name}.{ending}"'
    response.headers["X-Data-Version"] = explorer.version
    return response


def _write(
    explorer: Explorer, stored: StoredQuery, ending: str, given: dict[str, str], out: io.BytesIO
) -> None:
    from factbook.export.rdf_writer import write_rdf
    from factbook.render.result_formats import write_boolean, write_table
    from factbook.web.statements import describe_rows

    answered = explorer.answer(stored, given)
    if ending in {"ttl", "nt", "jsonld"}:
        triples = answered.triples or describe_rows(explorer.book, answered.rows)
        write_rdf(
            iter(triples),
            {"ttl": "turtle", "nt": "nt", "jsonld": "json-ld"}[ending],
            out,
            prefixes=explorer.book.prefixes,
            context=explorer.book.context,
        )
    elif answered.truth is not None:
        write_boolean(answered.truth, ending, out)
    elif stored.form in {"CONSTRUCT", "DESCRIBE"}:
        abort(404)
    else:
        write_table(answered.table, ending, out)


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
        return _render(
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

    return _kept(make)


@pages.get("/search/")
def search() -> AnyResponse:
    """Return what a text finds: things, and questions that can be asked."""
    words = request.args.get("q", "").strip()[:200]
    explorer = current_explorer()
    return Response(
        _render(
            "search.html",
            explorer,
            words=words,
            hits=explorer.search(words),
            queries=explorer.catalog.queries,
        ),
        mimetype="text/html",
    )


@pages.get("/data/")
def data() -> Response:
    """Return the page of downloads."""

    def make(explorer: Explorer) -> str:
        site = current_site()
        # Its downloads have addresses, which files cannot know
        is_placed = not links.is_static() or site.settings.address is not None
        has_catalog = is_placed and is_described(explorer.book)
        return _render("data.html", explorer, downloads=DOWNLOADS, has_catalog=has_catalog)

    return _kept(make)


@pages.get("/checks/")
def checks() -> Response:
    """Return what the checks find in the files of the book."""

    def make(explorer: Explorer) -> str:
        fault, findings = explorer.findings
        return _render("checks.html", explorer, fault=fault, findings=findings)

    return _kept(make)


@pages.get("/ontology/")
def ontology() -> Response:
    """Return the classes, the properties and the concepts of the book."""
    return _kept(
        lambda explorer: _render("vocabulary.html", explorer, **build_vocabulary(explorer))
    )


@pages.get("/shapes/")
def shapes() -> Response:
    """Return the shapes, in words."""

    def make(explorer: Explorer) -> str:
        panel = build_panel(explorer, PanelSpec(explorer.catalog.page_query("shapes")), most=2000)
        return _render("shapes.html", explorer, panel=panel)

    return _kept(make)


def render_thing(iri: str) -> str:
    """Return the page of a thing that the graph knows; linked data calls it for `….html`."""

    def make(explorer: Explorer) -> str:
        terms = build_vocabulary(explorer, within=f"{iri}#")
        if terms["kinds"]:
            return _render("vocabulary.html", explorer, **terms)
        dossier = build_dossier(explorer, iri, request.args)
        explorer.labels.look_up(_linked(dossier.page))
        return _render(
            "thing.html",
            explorer,
            iri=iri,
            dossier=dossier,
            page=dossier.page,
            classes=_class_links(dossier.page.types),
        )

    return _keep(make)


def _is_known(iri: str) -> bool:
    """Tell whether the graph has a name for a thing that was looked up."""
    return current_explorer().labels.has(iri)


def _shorten(iri: str) -> str:
    return current_explorer().labels.short(iri)


def share_address(panel: Panel) -> str:
    """Return the address that keeps the question, the day and the version of the data."""
    values = {"asof": today(), **panel.values, VERSION: current_explorer().version}
    if not any(each.name == "asof" for each in panel.query.parameters):
        del values["asof"]
    if panel.parameter is not None:
        values.pop(panel.parameter.name, None)
    address = links.query_address(
        panel.query, parameter=panel.parameter, thing=panel.thing, values=values
    )
    return request.host_url.rstrip("/") + address


def cut(text: str, most: int = _LONGEST) -> str:
    """Return a text that is not too long for a page, without characters that reorder it."""
    text = make_printable(text[: most + 1]) + text[most + 1 :]
    return text if len(text) <= most else f"{text[:most]}… (cut: {len(text):,} characters)"


def _linked(page: Page) -> Iterator[str]:
    """Yield what the lines of a page name, which is a link where the graph knows it."""
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


def class_address(iri: str) -> str:
    """Return the address of the list of a class, or nothing where it has no list or no CURIE."""
    explorer = current_explorer()
    prefix, colon, local = explorer.labels.short(iri).partition(":")
    if (
        iri not in explorer.catalog.classes_by_iri
        or not colon
        or "/" in local
        or prefix not in explorer.book.prefixes
    ):
        return ""
    return links.page_address("pages.things", prefix=prefix, local=local)


def render_sparql() -> str:
    """Return the page from which people ask the SPARQL endpoint."""
    return _ask("")


@pages.get("/editor/")
def editor() -> str:
    """Return a form for a SPARQL query of one's own, and its answer."""
    return _ask(request.args.get("query", ""))


def _ask(text: str) -> str:
    explorer, site = current_explorer(), current_site()
    table, truth, triples, fault, is_cut = None, None, "", "", False
    if text.strip():
        out = io.BytesIO()
        try:
            outcome = site.workers.run(text, out)
            is_cut = outcome.cut is not None
            if outcome.kind == "triples":
                triples = out.getvalue()[:_MOST_SHOWN].decode("utf-8", "replace")
                is_cut = is_cut or len(out.getvalue()) > _MOST_SHOWN
            else:
                found = parse_query_results(out.getvalue(), QueryResultsFormat.JSON)
                if isinstance(found, QueryBoolean):
                    truth = bool(found)
                else:
                    answered = table_from(found)
                    table = build_table(
                        explorer.book,
                        answered.variables,
                        list(answered.rows),
                        columns=(),
                        wide=True,
                        most=ROWS_OF_PAGE,
                    )
        except FactbookError as error:
            fault = explain(error)
    return _render(
        "sparql.html",
        explorer,
        text=text,
        table=table,
        truth=truth,
        triples=triples,
        fault=fault,
        is_cut=is_cut,
        limits=site.settings.limits,
        classes=explorer.catalog.classes[:12],
        address=request.host_url + "sparql",
    )


def render_error(code: int, message: str) -> str:
    """Return the page of an error."""
    try:
        explorer = current_explorer()
    except FactbookError:  # the day in the address is none
        explorer = Explorer(current_site().edition, current_site().version)
    title = "Not found" if code == _NOT_FOUND else "This did not work"
    return _render("error.html", explorer, title=title, message=message)
