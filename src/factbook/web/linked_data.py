"""Linked data: every IRI of the book leads to a page and to data, as the client prefers.

The path of a thing answers with 303 and the path of what is written about it: `….html`, `….ttl`,
`….nt` or `….jsonld`.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, abort, redirect, request
from pyoxigraph import NamedNode

from factbook.query.names import Names
from factbook.sparql.bind import bind
from factbook.store.answers import Graph
from factbook.web.pages import render_thing
from factbook.web.site import current_site

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

linked_data = Blueprint("linked_data", __name__)

ENDINGS: Final = {
    "html": "text/html",
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
}
_SYNTAXES: Final = {"ttl": "turtle", "jsonld": "json-ld", "nt": "nt"}
_DESCRIBE = (
    "CONSTRUCT { ?thing ?p ?o . ?s ?q ?thing } WHERE { { ?thing ?p ?o } UNION { ?s ?q ?thing } }"
)


@linked_data.get("/<path:path>")
def thing(path: str) -> AnyResponse:
    """Lead to what is written about a thing, or return it."""
    site = current_site()
    stem, _, ending = path.rpartition(".")
    if ending in ENDINGS and stem:
        iri = site.addresses.iri(f"/{stem}")
        if iri is not None and _is_known(iri):
            return _page(iri) if ending == "html" else _data(iri, ending)
    iri = site.addresses.iri(f"/{path}")
    if iri is None or not _is_known(iri):
        abort(404)
    best = request.accept_mimetypes.best_match(list(ENDINGS.values()), "text/html")
    wanted = next(name for name, media_type in ENDINGS.items() if media_type == best)
    found = redirect(site.addresses.path(iri, wanted), 303)
    found.vary.add("Accept")
    return found


def _is_known(iri: str) -> bool:
    book = current_site().book
    return Names.of(book).is_known(NamedNode(iri))


def _page(iri: str) -> Response:
    return Response(render_thing(iri), mimetype="text/html")


def _data(iri: str, ending: str) -> Response:
    from factbook.export.rdf_writer import write_rdf

    book = current_site().book
    found = book.engine.query(bind(_DESCRIBE, {"thing": NamedNode(iri)}))
    triples = found.triples if isinstance(found, Graph) else ()
    out = io.BytesIO()
    write_rdf(triples, _SYNTAXES[ending], out, prefixes=book.prefixes, context=book.context)
    return Response(out.getvalue(), content_type=ENDINGS[ending])
