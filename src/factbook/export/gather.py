"""Gather statements as text: by graph and by subject, each once, classes first.

The engine writes a million statements as N-Quads much faster than Python asks each for its parts.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import groupby, islice
from operator import attrgetter
from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import DefaultGraph, RdfFormat, serialize

from factbook.export.blanks import may_have_blank_nodes, relabelled
from factbook.export.names import TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import BlankNode, NamedNode, Quad

Gathered: TypeAlias = dict[str, dict[str, list[str]]]

_AT_ONCE = 1_000  # so that what the engine writes stays close to the processor
_CLASSES, _AFTER_CLASSES = f"{TYPE} ", f"{TYPE}!"  # no character is between ' ' and '!'


def gathered(quads: Iterable[Quad]) -> Gathered:
    """Return predicates with objects, 'p o', by subject, by graph; the default graph is ''.

    All are N-Triples text; blank nodes are called b1, b2 … in order of appearance.
    """
    graphs: Gathered = {}
    known: dict[str, str] = {}  # what is said of many subjects is kept once
    for graph, lines in _lines(quads):
        subjects = graphs.setdefault(graph, {})
        current, about = "", []
        for line in lines:
            subject, _, statement = line.partition(" ")
            if subject != current:
                current, about = subject, subjects.setdefault(subject, [])
            about.append(known.setdefault(statement, statement))
    return graphs


def in_order(statements: Iterable[str]) -> list[str]:
    """Return what is said of a subject in the order of documents."""
    found = sorted(set(statements))
    start, end = bisect_left(found, _CLASSES), bisect_left(found, _AFTER_CLASSES)
    return found[start:end] + found[:start] + found[end:]


def _lines(quads: Iterable[Quad]) -> Iterator[tuple[str, list[str]]]:
    """Yield some triples after the other, 's p o', and the graph that they are in."""
    labels: dict[str, BlankNode] = {}
    remaining = iter(quads)
    while chunk := tuple(islice(remaining, _AT_ONCE)):
        for _, inside in groupby(chunk, key=attrgetter("graph_name")):
            some = tuple(inside)
            text = serialize(some, format=RdfFormat.N_QUADS) or b""
            if may_have_blank_nodes(text):
                some = tuple(relabelled(some, labels))
                text = serialize(some, format=RdfFormat.N_QUADS) or b""
            graph = _text(some[0].graph_name)
            end = f" {graph} .\n" if graph else " .\n"
            yield graph, text.decode().split(end)[:-1]


def _text(graph: NamedNode | BlankNode | DefaultGraph) -> str:
    return "" if isinstance(graph, DefaultGraph) else str(graph)
