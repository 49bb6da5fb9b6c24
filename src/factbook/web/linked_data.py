"""Linked data: every IRI of the book redirects to a page or to data, as the client prefers.

The path of a thing answers with 303 and the path of what is written about it: `….html`, `….ttl`,
`….nt` or `….jsonld`.
"""

from __future__ import annotations

import hashlib
import io
from email.utils import formatdate
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, abort, current_app, redirect, request
from pyoxigraph import NamedNode

from factbook.export.rdf_writer import write_rdf
from factbook.query.names import Names
from factbook.web.negotiation import choose, has_current, with_charset
from factbook.web.panels import current_explorer
from factbook.web.signposts import DATA_ENDINGS, link_header, links_of
from factbook.web.site import current_site
from factbook.web.thing_page import render_thing

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

linked_data = Blueprint("linked_data", __name__)

ENDINGS: Final = {"html": "text/html", **DATA_ENDINGS}
_BY_TYPE: Final = {media_type: ending for ending, media_type in ENDINGS.items()}
_SYNTAXES: Final = {"ttl": "turtle", "jsonld": "json-ld", "nt": "nt"}


@linked_data.get("/<path:path>")
def thing(path: str) -> AnyResponse:
    """Redirect to a representation of a thing, or return it."""
    addresses = current_site().addresses
    stem, _, ending = path.rpartition(".")
    if stem and ending in ENDINGS:
        iri = addresses.iri(f"/{stem}")
        if iri is not None and _is_known(iri):
            return _write(iri, ending)
    iri = addresses.iri(f"/{path}")
    if iri is None or not _is_known(iri):
        page = f"/{path}.html"
        if not stem and _is_page(page):
            return redirect(page, 303)
        abort(404, f"Nothing is known about {iri or f'/{path}'}")
    _, wanted = choose(_BY_TYPE)
    found = redirect(addresses.path(iri, wanted), 303)
    found.headers["Link"] = link_header(links_of(iri))
    found.vary.add("Accept")
    return found


def _is_page(path: str) -> bool:
    """Tell whether a path belongs to a page instead of a thing."""
    endpoint, _ = current_app.url_map.bind("").match(path)
    return bool(endpoint != request.endpoint)


def _is_known(iri: str) -> bool:
    """Tell whether the graph has statements about a thing, or about terms in its document."""
    is_document = f"{iri}#" in current_explorer().catalog.namespaces
    return is_document or Names.of(current_site().book).is_known(NamedNode(iri))


def _write(iri: str, ending: str) -> Response:
    """Return a representation of a thing, with links to the others."""
    site = current_site()
    if ending == "html":
        response = render_thing(iri)
    else:
        response = Response(content_type=with_charset(ENDINGS[ending]))
        tag = hashlib.sha256(f"{site.version} {iri} {ending}".encode()).hexdigest()[:32]
        response.set_etag(tag)
        response.headers["Last-Modified"] = formatdate(site.modified, usegmt=True)
        response.headers["Cache-Control"] = "no-cache"
        if has_current(tag, site.modified):
            response.status_code = 304
            return response
        book = site.book
        out = io.BytesIO()
        quads = site.thing_files.quads(iri)
        write_rdf(quads, _SYNTAXES[ending], out, prefixes=book.prefixes, context=book.context)
        response.set_data(out.getvalue())
    response.headers["Link"] = link_header(links_of(iri, ending))
    return response
