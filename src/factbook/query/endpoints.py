"""The endpoints that a book has registered, by the names that queries and users call them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from factbook.errors import UsageError, did_you_mean
from factbook.rdf.terms import local_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from factbook.layout import Layout

_ADDRESS = NamedNode("http://www.w3.org/ns/sparql-service-description#endpoint")


@dataclass(frozen=True)
class Endpoint:
    """A SPARQL endpoint of others: its short name, its IRI in the book, and where it listens."""

    name: str
    iri: str
    address: str


def endpoints_of(layout: Layout) -> dict[str, Endpoint]:
    """Return the endpoints that `ontology/endpoints.ttl` registers, by name.

    Raises:
        InputError: The file cannot be read.
    """
    from factbook.rdf.parse import read_rdf

    if not layout.endpoints.is_file():
        return {}
    found = {}
    for quad in read_rdf(layout.endpoints).quads:
        node, value = quad.subject, quad.object
        if quad.predicate == _ADDRESS and isinstance(node, NamedNode):
            name = local_name(node.value)
            if isinstance(value, NamedNode):
                found[name] = Endpoint(name, node.value, value.value)
    return dict(sorted(found.items()))


def registered(layout: Layout, allowed: Collection[str]) -> dict[str, Endpoint]:
    """Return the endpoints by name, and make sure that those that may be asked are among them.

    Raises:
        UsageError: One that may be asked is not registered.
        InputError: The file cannot be read.
    """
    known = endpoints_of(layout)
    for name in allowed:
        endpoint_named(name, known, option="--allow-service")
    return known


def endpoint_named(name: str, known: dict[str, Endpoint], *, option: str) -> Endpoint:
    """Return the endpoint of a name.

    Raises:
        UsageError: None of that name is registered.
    """
    if name not in known:
        raise UsageError(
            f"{option}: no endpoint '{name}' is registered.{did_you_mean(name, known)} "
            f"{_registered(known)}"
        )
    return known[name]


def _registered(known: Iterable[str]) -> str:
    names = ", ".join(known)
    return f"Registered in ontology/endpoints.ttl: {names or 'none'}."
