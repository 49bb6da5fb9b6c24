"""Choose what to export: everything, or what concerns certain things or comes from certain sources.

Always quads as the files spell them, never the query store's. A file with an `@base` is a named
graph; what stands in a file without one is in the default graph.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from factbook.export.names import TYPE
from factbook.render.labels import LABEL_PROPERTIES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from pyoxigraph import Quad

    from factbook.rdf.parse import RdfFile, RdfStream
    from factbook.rdf.terms import Term

_ABOUT = NamedNode("https://schema.org/observationAbout")
_EVENTS = (
    NamedNode("http://www.w3.org/ns/prov#Activity"),
    NamedNode("https://schema.org/Event"),
)
_NAMING = {TYPE, *map(NamedNode, LABEL_PROPERTIES)}
_SUBCLASS = NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")


def everything(files: Iterable[RdfFile | RdfStream]) -> Iterator[Quad]:
    """Yield all quads."""
    for file in files:
        yield from file.named_quads() if file.has_base else file.quads


def from_sources(quads: Iterable[Quad], sources: Collection[NamedNode]) -> Iterator[Quad]:
    """Yield what the sources say, and what is said about them as documents."""
    for quad in quads:
        if quad.graph_name in sources or quad.subject in sources:
            yield quad


def about_things(quads: Collection[Quad], things: Collection[NamedNode]) -> Iterator[Quad]:
    """Yield what is said of things, what points at them, and who says so.

    Observations about a thing and events that it took part in come whole, and so do the
    observations about these events.
    """
    pointing = {quad.subject for quad in quads if quad.object in things}
    nodes = {*things, *(pointing & _instances(quads, _EVENTS))}
    observed = {q.subject for q in quads if q.predicate == _ABOUT and q.object in nodes}
    whole = nodes | observed
    sources = set()
    for quad in quads:
        if quad.subject in whole or quad.object in things:
            sources.add(quad.graph_name)
            yield quad
    for quad in quads:
        if quad.subject in sources and quad.subject not in whole:
            yield quad


def with_names(part: Iterable[Quad], quads: Iterable[Quad]) -> Iterator[Quad]:
    """Yield a part of some quads, and of all that it mentions the classes and names."""
    mentioned: set[Term] = set()
    for quad in part:
        mentioned |= {quad.subject, quad.object}
        yield quad
    for quad in quads:
        if quad.predicate in _NAMING and quad.subject in mentioned:
            yield quad


def _instances(quads: Collection[Quad], classes: Iterable[NamedNode]) -> set[Term]:
    """Return the instances of some classes and of the classes below them."""
    below: dict[Term, list[Term]] = {}
    for quad in quads:
        if quad.predicate == _SUBCLASS:
            below.setdefault(quad.object, []).append(quad.subject)
    found: set[Term] = set()
    pending: list[Term] = list(classes)
    while pending:
        current = pending.pop()
        if current not in found:
            found.add(current)
            pending += below.get(current, [])
    return {quad.subject for quad in quads if quad.predicate == TYPE and quad.object in found}
