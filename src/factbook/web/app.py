"""The Flask application: all parts of the explorer over one book, with security headers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from factbook.errors import FactbookError, UsageError
from factbook.store.query_limits import BusyError, QueryStoppedError
from factbook.web import compare_page, query_pages
from factbook.web import pages as page_views
from factbook.web.data_routes import data_routes
from factbook.web.endpoint import endpoint
from factbook.web.linked_data import linked_data
from factbook.web.negotiation import prefers_page
from factbook.web.page_blueprint import pages, render_error
from factbook.web.query_routes import query_routes
from factbook.web.reconciliation import reconciliation
from factbook.web.response_cache import ResponseCache
from factbook.web.site import KEY, Settings, Site

if TYPE_CHECKING:
    from factbook.api import Book

_VIEWS: Final = (page_views, query_pages, compare_page)
"""The modules whose import adds pages to the blueprint."""
_MOST_BYTES: Final = 4 << 20
_UNAVAILABLE: Final = 503
_EXPOSED: Final = "Content-Location, ETag, Link, Retry-After, Warning, X-SPARQL-MaxRows"
_LOCAL: Final = ("localhost", "127.0.0.1", "[::1]")
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""The default headers of every response."""


def create_app(book: Book, settings: Settings | None = None) -> Flask:
    """Return the application that serves a book.

    Args:
        book: The book.
        settings: Limits and names of the server.
    """
    settings = settings or Settings()
    app = Flask("factbook.web", static_folder=None)
    app.config.update(
        TRUSTED_HOSTS=_trusted_hosts(settings),
        MAX_CONTENT_LENGTH=_MOST_BYTES,
        MAX_FORM_MEMORY_SIZE=_MOST_BYTES,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # of the default provider
    app.extensions[KEY] = Site(book, settings)
    app.register_blueprint(pages)
    app.register_blueprint(endpoint)
    app.register_blueprint(query_routes)
    app.register_blueprint(data_routes)
    app.register_blueprint(reconciliation)
    app.register_blueprint(linked_data)
    app.after_request(_add_headers)
    app.register_error_handler(FactbookError, _explain_factbook)
    app.register_error_handler(HTTPException, _explain_http)
    app.wsgi_app = ResponseCache(app.wsgi_app)  # type: ignore[method-assign]  # as Flask's documentation has it
    return app


def _trusted_hosts(settings: Settings) -> list[str]:
    """Return the host names of this server; requests for others are rejected (DNS rebinding)."""
    public = urlsplit(settings.address or "").hostname
    return [*_LOCAL, *settings.trusted_hosts, *([public] if public else [])]


def _add_headers(response: Response) -> Response:
    """Add security headers, and CORS headers to data."""
    headers = response.headers
    said = {name for name, _ in headers}
    if "Content-Security-Policy" in said:  # which also says who may frame the page
        said.add("X-Frame-Options")
    headers.extend([pair for pair in HEADERS.items() if pair[0] not in said])
    if response.mimetype != "text/html":
        headers["Access-Control-Allow-Origin"] = "*"
        headers["Access-Control-Expose-Headers"] = _EXPOSED
    if request.method == "OPTIONS":
        headers["Access-Control-Allow-Origin"] = "*"
        headers["Access-Control-Allow-Methods"] = headers.get("Allow", "GET")
        headers["Access-Control-Allow-Headers"] = "Accept, Content-Type"
        headers["Access-Control-Max-Age"] = "86400"
    return response


def _explain_factbook(error: FactbookError) -> Response:
    """Return an expected error as a response."""
    code = 400 if isinstance(error, UsageError) else 500
    if isinstance(error, BusyError):
        code = 503
    elif isinstance(error, QueryStoppedError):
        code = 400 if error.limit == "depth" else 503
    return _explain(code, str(error))


def _explain_http(error: HTTPException) -> Response:
    """Return an HTTP error as a response with its headers."""
    response = _explain(error.code or 500, error.description or error.name)
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = value
    return response


def _explain(code: int, message: str) -> Response:
    """Return an error as a page if the client prefers HTML, else as text."""
    if prefers_page("text/plain"):
        response = Response(render_error(code, message), code, mimetype="text/html")
    else:
        response = Response(f"{message}\n", code, mimetype="text/plain")
    if code == _UNAVAILABLE:
        response.headers["Retry-After"] = "10"
    response.vary.add("Accept")
    return response
