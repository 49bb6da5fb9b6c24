"""Write triples or quads in any syntax: sorted, each once, the same bytes for the same graph."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from itertools import groupby
from operator import attrgetter
from typing import IO, TYPE_CHECKING, Any, TypeAlias

from pyoxigraph import DefaultGraph, Quad, RdfFormat, Triple

from factbook.export.blanks import relabelled
from factbook.export.names import TYPE
from factbook.rdf.formats import syntax_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pyoxigraph import BlankNode, NamedNode

    from factbook.rdf.formats import Syntax

    Node: TypeAlias = "NamedNode | BlankNode | DefaultGraph | Triple"


def write_rdf(
    statements: Iterable[Triple | Quad],
    name: str,
    out: IO[bytes],
    *,
    prefixes: Mapping[str, str],
    context: Mapping[str, Any],
) -> None:
    """Write statements; a syntax without named graphs gets their merge.

    N-Triples and N-Quads of any size are written in bounded memory.

    Args:
        statements: In any order, repeated or not.
        name: The syntax.
        out: Where to.
        prefixes: To shorten IRIs with.
        context: The JSON-LD context.

    Raises:
        UsageError: There is no such syntax, or a term has no form in it.
    """
    syntax = syntax_named(name)
    with _without_collecting():
        if syntax.parser in {RdfFormat.N_TRIPLES, RdfFormat.N_QUADS}:
            from factbook.export.lines import write_lines

            labels: dict[str, BlankNode] = {}
            write_lines(
                statements,
                syntax.parser,
                out,
                prepare=lambda some: relabelled(_quads(some, syntax), labels),
            )
        elif syntax.parser == RdfFormat.JSON_LD:
            from factbook.export.jsonld import write_json_ld

            write_json_ld(_quads(statements, syntax), out, context=context)
        else:
            quads = ordered(relabelled(_quads(statements, syntax)))
            _write_ordered(quads, syntax, out, prefixes=prefixes)


def _write_ordered(
    quads: list[Quad],
    syntax: Syntax,
    out: IO[bytes],
    *,
    prefixes: Mapping[str, str],
) -> None:
    if syntax.parser == RdfFormat.RDF_XML:
        from factbook.export.rdfxml import write_xml

        write_xml(quads, out, prefixes=prefixes)
    elif syntax.name == "longturtle":
        from factbook.export.turtle import write_long_turtle

        write_long_turtle(quads, out, prefixes=prefixes)
    else:
        from factbook.export.turtle import write_turtle

        write_turtle(quads, syntax.parser, out, prefixes=prefixes)


def ordered(quads: Iterable[Quad]) -> list[Quad]:
    """Return quads in the order of documents: each once, by graph, by subject, classes first."""
    graphs: dict[Node, dict[Node, list[Quad]]] = {}
    # Most files say what they say of a thing in one place: fewer things to look up
    for graph, inside in groupby(quads, key=attrgetter("graph_name")):
        subjects = graphs.setdefault(graph, {})
        for subject, about in groupby(inside, key=attrgetter("subject")):
            subjects.setdefault(subject, []).extend(about)
    placed: list[Quad] = []
    for graph in sorted(graphs, key=_graph):
        subjects = graphs.pop(graph)
        for subject in sorted(subjects, key=str):
            placed += sorted(set(subjects.pop(subject)), key=_within)
    return placed


def _graph(graph: Node) -> str:
    return "" if isinstance(graph, DefaultGraph) else str(graph)


def _within(quad: Quad) -> tuple[bool, str]:
    return quad.predicate != TYPE, str(quad)


def _quads(statements: Iterable[Triple | Quad], syntax: Syntax) -> Iterator[Quad]:
    """Yield quads; in the default graph, where the syntax knows no other."""
    default = DefaultGraph()
    for statement in statements:
        if isinstance(statement, Quad) and (syntax.holds_graphs or statement.graph_name == default):
            yield statement
        else:
            yield Quad(statement.subject, statement.predicate, statement.object)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Let Python not look for garbage: it would walk through millions of terms again and again."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()
