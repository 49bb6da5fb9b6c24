"""Content negotiation (RFC 9110, section 12)."""

from __future__ import annotations

from email.utils import formatdate
from typing import TYPE_CHECKING, Final, TypeVar

from flask import abort, request
from werkzeug.http import is_resource_modified, quote_etag

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")

TABLES: Final = {
    "application/sparql-results+json": "json",
    "application/sparql-results+xml": "xml",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "application/json": "json",
    "application/xml": "xml",
    "text/xml": "xml",
}
"""The formats of rows and truth values by media type, the default first."""
GRAPHS: Final = {
    "text/turtle": "turtle",
    "application/n-triples": "nt",
    "application/ld+json": "json-ld",
    "application/rdf+xml": "xml",
    "application/trig": "trig",
    "application/n-quads": "nquads",
    "application/json": "json-ld",
    "text/plain": "nt",
}
"""The formats of triples by media type, the default first."""


def choose(offered: Mapping[str, T]) -> tuple[str, T]:
    """Return the media type that the client prefers, and its format.

    A client that says nothing, or accepts anything, gets the first.

    Raises:
        HTTPException: 406, where it accepts none; the text lists what there is.
    """
    only = request.headers.get("Accept", "")
    if only in offered:  # as most programs say it
        return only, offered[only]
    accepted = request.accept_mimetypes
    best = accepted.best_match(list(offered)) if accepted.provided else next(iter(offered))
    if best is None:
        abort(406, f"This answer can be written as {', '.join(offered)}")
    return best, offered[best]


def has_current(tag: str, modified: float) -> bool:
    """Tell whether the client has this response already (RFC 9110, section 13).

    Args:
        tag: What tells it from others, as its ETag without quotes.
        modified: When it changed last, in seconds since 1970.
    """
    last = formatdate(modified, usegmt=True)
    return not is_resource_modified(request.environ, quote_etag(tag), last_modified=last)


def prefers_page(*data: str) -> bool:
    """Tell whether the client prefers HTML to all of these media types."""
    accepted = request.accept_mimetypes
    return accepted.best_match([*data, "text/html"]) == "text/html"


def with_charset(media_type: str) -> str:
    """Return a media type as a header, with the charset if it needs one."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
