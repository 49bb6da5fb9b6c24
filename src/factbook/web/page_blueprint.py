"""The blueprint of all pages, the functions for templates, and the cache of pages."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, render_template, request
from jinja2 import StrictUndefined
from markupsafe import Markup, escape

from factbook.errors import FactbookError, UsageError
from factbook.rdf.terms import local_name
from factbook.render.humanize import make_printable
from factbook.show.page import capitalize_first, host_of
from factbook.web import links
from factbook.web.catalog import HOME
from factbook.web.panels import Explorer, Panel, current_explorer, today
from factbook.web.signposts import schema_org
from factbook.web.site import current_site

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.blueprints import BlueprintSetupState

pages = Blueprint(
    "pages",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)

VERSION = "data-version"
_PACKED = {"text/html", "text/css", "text/javascript", "image/svg+xml", "text/csv"}
_LEAST_PACKED = 1000
_LONGEST = 300  # characters of a name or a value on a page
_OK, _UNCHANGED, _NOT_FOUND = 200, 304, 404
_MOST_MEANT = 5  # suggestions for a thing that was not found
_DATE = re.compile(r"\b\d{4}-\d{2}(?:-\d{2})?\b")


@pages.record
def _prepare(state: BlueprintSetupState) -> None:
    """Return the functions that templates can call."""
    environment = state.app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.filters.update(
        cut=cut,
        field_name=field_name,
        capitalize_first=capitalize_first,
        css_text=css_text,
        host=host_of,
        identifier=str.isidentifier,
        keep_dates=keep_dates,
        local_name=local_name,
    )
    environment.globals.update(
        changed_address=links.changed_address,
        class_address=class_address,
        command_address=links.command_address,
        known=is_known,
        schema_org=schema_org,
        share_address=share_address,
        short=shorten,
        thing_address=links.thing_address,
        query_address=links.query_address,
        page_address=links.page_address,
        outside_address=links.outside_address,
        is_static=links.is_static,
    )


def keep_response(make: Callable[[Explorer], str]) -> Response:
    """Return a page that is cached for this address and day."""
    explorer = current_explorer()
    key = (request.full_path, today(), links.is_static())
    page = explorer.pages.get(key, lambda: make(explorer))
    if links.fault_of_request():
        explorer.pages.forget(key)  # what timed out may succeed the next time
    return Response(page, 400 if links.is_misasked() else 200, mimetype="text/html")


@pages.before_app_request
def _refuse_several_days() -> None:
    """Reject an address with two values for one day, one of which would be ignored.

    Raises:
        UsageError: There are two.
    """
    for name in links.DAYS:
        if len(set(request.args.getlist(name))) > 1:
            raise UsageError(f"{name}: give one day, not several")


@pages.after_app_request
def _pack(response: Response) -> Response:
    """Compress a response if the client accepts it and it is a text of some size."""
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
    if response.status_code == _OK and not response.cache_control.no_store:
        response.add_etag(weak=True)
        response.make_conditional(request)
    if request.accept_encodings["gzip"] and response.status_code != _UNCHANGED:
        response.set_data(gzip.compress(response.get_data(), 5))
        response.headers["Content-Encoding"] = "gzip"
    return response


def render(template: str, explorer: Explorer, **values: Any) -> str:  # noqa: ANN401 - of any kind
    """Render a template with the values that all pages need."""
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


def is_known(iri: str) -> bool:
    """Tell whether the graph has a label for a thing that was looked up."""
    return current_explorer().labels.has(iri)


def shorten(iri: str) -> str:
    """Return the CURIE of a thing, or else its IRI."""
    return current_explorer().labels.short(iri)


def share_address(panel: Panel) -> str:
    """Return the permanent address, with the day and the version of the data."""
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
    """Shorten a text for a page, and remove characters that reorder it."""
    text = make_printable(text[: most + 1]) + text[most + 1 :]
    return text if len(text) <= most else f"{text[:most]}… (cut: {len(text):,} characters)"


def field_name(parameter: str) -> str:
    """Return the label of a parameter in a form."""
    return capitalize_first("as of" if parameter == "asof" else parameter.replace("-", " "))


def keep_dates(text: str) -> Markup:
    """Return a text without line breaks inside dates."""
    return Markup(_DATE.sub(r'<span class="whole">\g<0></span>', str(escape(text))))  # noqa: S704 - escaped here


def css_text(text: str) -> str:
    """Return a text as a CSS string."""
    return '"{}"'.format(re.sub(r"[^\w ]", lambda found: f"\\{ord(found[0]):x} ", text))


def class_address(iri: str) -> str:
    """Return the address of the list of a class, or an empty string without a list or CURIE."""
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


def render_error(code: int, message: str) -> str:
    """Return the page of an error."""
    try:
        explorer = current_explorer()
    except FactbookError:  # the day in the address is not valid
        explorer = Explorer(current_site().edition, current_site().version)
    is_missing = code == _NOT_FOUND
    last = request.path.rstrip("/").rpartition("/")[2].partition(".")[0]
    words = " ".join(re.findall(r"\w+", last))[:_LONGEST]
    hits = explorer.search(words)[:_MOST_MEANT] if is_missing and words else ()
    return render(
        "error.html",
        explorer,
        title="Not found" if is_missing else "This did not work",
        message=message,
        is_missing=is_missing,
        words=words,
        meant=[each for each in hits if each.iri],
    )
