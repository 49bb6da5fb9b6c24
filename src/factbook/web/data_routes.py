"""The whole graph as files to download, and the catalogue that describes them (DCAT and VoID)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, abort, redirect, request, send_file

from factbook.errors import UsageError
from factbook.export.catalog import DOWNLOADS, write_catalog
from factbook.export.export_book import write_export
from factbook.export.selection import Part
from factbook.rdf.formats import BY_NAME
from factbook.web.links import is_static
from factbook.web.negotiation import choose, with_charset
from factbook.web.site import current_site

if TYPE_CHECKING:
    from pathlib import Path
    from typing import IO

    from werkzeug.wrappers import Response as AnyResponse

data_routes = Blueprint("data_routes", __name__)

_CATALOG: Final = {"ttl": "turtle", "jsonld": "json-ld", "nt": "nt", "rdf": "xml"}
_BY_TYPE: Final = {BY_NAME[name].media_type: ending for ending, name in _CATALOG.items()}


@data_routes.get("/data/<name>")
def download(name: str) -> Response:
    """Return the whole graph as a file like that of `factbook export`."""
    if name not in DOWNLOADS:
        abort(404, f"The graph can be had as {', '.join(DOWNLOADS)}")
    site = current_site()
    syntax = DOWNLOADS[name]

    def write(out: IO[bytes]) -> None:
        write_export(site.book, Part(), syntax, out)

    return _send(site.downloads.get(name, write), BY_NAME[syntax].media_type, name)


@data_routes.get("/.well-known/void")
def well_known() -> AnyResponse:
    """Redirect to the catalogue (VoID, section 7.2)."""
    _, ending = choose(_BY_TYPE)
    found = redirect(f"/catalog.{ending}", 303)
    found.vary.add("Accept")
    return found


@data_routes.get("/catalog.<ending>")
def catalog(ending: str) -> Response:
    """Return the catalogue: a description of the data set, counts, downloads and stored queries."""
    if ending not in _CATALOG:
        abort(404, f"The catalogue can be had as {', '.join(_CATALOG)}")
    site = current_site()
    address = site.settings.address or request.host_url

    def write(out: IO[bytes]) -> None:
        write_catalog(
            site.book, _CATALOG[ending], out, address=address, has_endpoint=not is_static()
        )

    host = "".join(character if character.isalnum() else "-" for character in address)
    try:
        path = site.downloads.get(f"catalog-{host}.{ending}", write)
    except UsageError as error:
        abort(404, str(error))
    return _send(path, BY_NAME[_CATALOG[ending]].media_type)


@data_routes.get("/context.jsonld")
def context() -> Response:
    """Return the JSON-LD context of the book."""
    path = current_site().book.layout.context
    if not path.is_file():
        abort(404, "This book has no JSON-LD context")
    return _send(path, "application/ld+json")


def _send(path: Path, media_type: str, name: str | None = None) -> Response:
    site = current_site()
    return send_file(
        path,
        mimetype=with_charset(media_type),
        download_name=name,
        as_attachment=name is not None,
        etag=f"{site.version}-{path.name}",
        last_modified=site.modified,
        conditional=True,
    )
