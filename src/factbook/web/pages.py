"""The pages of the explorer."""

from __future__ import annotations

from flask import Blueprint

from factbook.web.site import current_site

pages = Blueprint(
    "pages",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)


@pages.get("/")
def home() -> str:
    """Return the front page."""
    return f"<!doctype html><title>Factbook</title><p>{current_site().addresses.base}</p>"


def render_thing(iri: str) -> str:
    """Return the page of a thing that the graph knows; linked data calls it for `….html`."""
    from markupsafe import escape

    return f"<!doctype html><title>{escape(iri)}</title>"


def render_sparql() -> str:
    """Return the page from which people ask the SPARQL endpoint."""
    return "<!doctype html><title>SPARQL</title>"


def render_error(code: int, message: str) -> str:
    """Return the page of an error."""
    from markupsafe import escape

    return f"<!doctype html><title>{code}</title><p>{escape(message)}</p>"
