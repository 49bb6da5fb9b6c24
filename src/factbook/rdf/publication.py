"""Read the publication day of a source from its file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.errors import UsageError
from factbook.rdf.lexical import is_day
from factbook.rdf.parse import read_any

if TYPE_CHECKING:
    from factbook.rdf.rdf_input import RdfInput

KNOWN_SINCE = NamedNode("https://w3id.org/ai-infra/def#knownSince")


def require_day(text: str) -> None:
    """Check that a text is a day.

    Raises:
        UsageError: It is none.
    """
    if not is_day(text):
        raise UsageError(f"--known-by takes a day such as 2025-12-31, not '{text}'")


def publication_day(file: RdfInput) -> str | None:
    """Return the day from which the source of a file is known, or None if it states none.

    Raises:
        InputError: The file is missing, unreadable or breaks its grammar.
    """
    content = read_any(file)
    days = [
        quad.object.value
        for quad in content.quads
        if quad.predicate == KNOWN_SINCE
        and quad.subject == NamedNode(content.base)
        and isinstance(quad.object, Literal)
    ]
    return min(days, default=None)
