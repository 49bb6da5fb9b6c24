"""The application: all parts of the explorer over one book, with the headers that make it safe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Flask, Response

from factbook.errors import FactbookError, UsageError
from factbook.web.linked_data import linked_data
from factbook.web.pages import pages
from factbook.web.site import KEY, Settings, Site

if TYPE_CHECKING:
    from factbook.api import Book

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
"""The headers of every answer that does not say otherwise itself."""


def create_app(book: Book, settings: Settings | None = None) -> Flask:
    """Return the application that serves a book.

    Args:
        book: The book.
        settings: Limits and names of the server.
    """
    settings = settings or Settings()
    app = Flask("factbook.web", static_folder=None)
    app.config.update(
        TRUSTED_HOSTS=[*_LOCAL, *settings.trusted_hosts],
        MAX_CONTENT_LENGTH=4 << 20,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # of the default provider
    app.extensions[KEY] = Site(book, settings)
    app.register_blueprint(pages)
    app.register_blueprint(linked_data)
    app.after_request(_add_headers)
    app.register_error_handler(FactbookError, _explain)
    return app


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _explain(error: Exception) -> tuple[str, int, dict[str, str]]:
    """Return the message of an error that has words for its reader."""
    code = 400 if isinstance(error, UsageError) else 500
    return f"{error}\n", code, {"Content-Type": "text/plain; charset=utf-8"}
