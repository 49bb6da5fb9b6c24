"""The RDF syntaxes that can be read and written, by name, file ending and media type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import RdfFormat

from factbook.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from pathlib import PurePath


@dataclass(frozen=True)
class Syntax:
    """A syntax of RDF."""

    name: str
    endings: tuple[str, ...]
    media_type: str
    parser: RdfFormat
    holds_graphs: bool
    """Whether named graphs survive (RDF datasets, not only graphs)."""


SYNTAXES = (
    Syntax("turtle", (".ttl", ".turtle"), "text/turtle", RdfFormat.TURTLE, holds_graphs=False),
    Syntax("longturtle", (), "text/turtle", RdfFormat.TURTLE, holds_graphs=False),
    Syntax("trig", (".trig",), "application/trig", RdfFormat.TRIG, holds_graphs=True),
    Syntax("nt", (".nt",), "application/n-triples", RdfFormat.N_TRIPLES, holds_graphs=False),
    Syntax("nquads", (".nq",), "application/n-quads", RdfFormat.N_QUADS, holds_graphs=True),
    Syntax(
        "xml",
        (".rdf", ".owl", ".xml"),
        "application/rdf+xml",
        RdfFormat.RDF_XML,
        holds_graphs=False,
    ),
    Syntax(
        "json-ld", (".jsonld", ".json"), "application/ld+json", RdfFormat.JSON_LD, holds_graphs=True
    ),
)
BY_NAME = {syntax.name: syntax for syntax in SYNTAXES}
ALIASES = {"ttl": "turtle", "jsonld": "json-ld", "nq": "nquads", "ntriples": "nt", "rdf": "xml"}
BY_ENDING = {ending: syntax for syntax in SYNTAXES for ending in syntax.endings}
NAMES = (*BY_NAME, *ALIASES)


def syntax_named(name: str) -> Syntax:
    """Return the syntax of a name such as 'turtle' or 'jsonld'.

    Raises:
        UsageError: There is no such syntax.
    """
    found = BY_NAME.get(ALIASES.get(name, name))
    if found is None:
        raise UsageError(
            f"No RDF format '{name}'.{did_you_mean(name, NAMES)} Known: {', '.join(BY_NAME)}"
        )
    return found


def syntax_of(path: PurePath) -> Syntax | None:
    """Return the syntax for a file's name, ignoring '.gz' at its end."""
    suffixes = path.suffixes
    if suffixes and suffixes[-1] == ".gz":
        suffixes = suffixes[:-1]
    return BY_ENDING.get(suffixes[-1].lower()) if suffixes else None


def syntax_for_writing(path: PurePath) -> Syntax:
    """Return the syntax to write a file in.

    Raises:
        UsageError: The file's ending is of no syntax.
    """
    found = syntax_of(path)
    if found is None:
        raise UsageError(
            f"{path}: cannot tell the RDF format from the name; name one of {', '.join(BY_NAME)}"
        )
    return found
