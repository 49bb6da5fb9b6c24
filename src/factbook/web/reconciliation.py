"""The Reconciliation Service API 0.2 for OpenRefine and others: match, suggest, preview, extend."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, abort, jsonify, redirect, request

from factbook.errors import UsageError
from factbook.rdf.terms import is_iri
from factbook.web.site import current_site

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

reconciliation = Blueprint("reconciliation", __name__, url_prefix="/reconcile")

_KINDS: Final = {"entity": "suggest_entity", "property": "suggest_property", "type": "suggest_type"}
_LIMIT: Final = 20
# A client shows the preview inside its own page
_FRAMED: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors *"


@reconciliation.errorhandler(UsageError)
def _explain(error: UsageError) -> tuple[Response, int]:
    """Return an error in the form of the API."""
    return jsonify({"status": "error", "message": str(error)}), 400


@reconciliation.route("", methods=["GET", "POST"], strict_slashes=False)
def service() -> Response:
    """Match a batch of queries, extend things with values, or return the manifest."""
    site = current_site()
    given = request.values
    if "queries" in given:
        return jsonify(site.reconciliation.reconcile(_parse("queries", given["queries"])))
    if "extend" in given:
        return jsonify(site.reconciliation.extend(_parse("extend", given["extend"])))
    address = f"{site.settings.address or request.host_url}reconcile"
    return jsonify(site.reconciliation.manifest(address))


@reconciliation.get("/suggest/<kind>")
def suggest(kind: str) -> Response:
    """Return things, properties or classes whose names begin with a text."""
    if kind not in _KINDS:
        abort(404)
    suggested = getattr(current_site().reconciliation, _KINDS[kind])
    prefix = request.args.get("prefix", "")
    return jsonify(suggested(prefix, cursor=_read_number("cursor", 0)))


@reconciliation.get("/flyout")
def flyout() -> Response:
    """Return a short text about a thing."""
    return jsonify(current_site().reconciliation.flyout(_read_id()))


@reconciliation.get("/preview")
def preview() -> Response:
    """Return a small page about a thing, to be shown in a frame."""
    service, identifier = current_site().reconciliation, _read_id()
    if service.index.expand(identifier) not in service.index.entities:
        abort(404, f"Nothing is known about {identifier}")
    response = Response(service.preview(identifier), mimetype="text/html")
    response.headers["Content-Security-Policy"] = _FRAMED
    return response


@reconciliation.get("/view")
def view() -> AnyResponse:
    """Redirect to the page of a thing."""
    site = current_site()
    iri = site.reconciliation.index.expand(_read_id())
    if not is_iri(iri):
        abort(404, f"'{iri}' is not the identifier of a thing")
    return redirect(site.addresses.path(iri, "html"), 303)


@reconciliation.get("/extend/propose")
def propose() -> Response:
    """Return the properties that things of a class have."""
    found = current_site().reconciliation.propose_properties(
        request.args.get("type", ""), limit=_read_number("limit", _LIMIT)
    )
    return jsonify(found)


def _parse(name: str, text: str) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError(f"{name}: is not JSON") from None


def _read_id() -> str:
    if "id" not in request.args:
        raise UsageError("id: is missing")
    return request.args["id"]


def _read_number(name: str, default: int) -> int:
    text = request.args.get(name, str(default))
    if not text.isascii() or not text.isdigit():
        raise UsageError(f"{name}: must be a whole number")
    return int(text)
