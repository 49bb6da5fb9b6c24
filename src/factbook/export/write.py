"""Write triples or quads in any syntax: sorted, each once, the same bytes for the same graph."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from pyoxigraph import DefaultGraph, Quad, RdfFormat, Triple

from factbook.export.blanks import relabelled
from factbook.export.names import TYPE
from factbook.rdf.formats import syntax_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from factbook.rdf.formats import Syntax


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
    quads = relabelled(_quads(statements, syntax))
    if syntax.parser in {RdfFormat.N_TRIPLES, RdfFormat.N_QUADS}:
        from factbook.export.lines import write_lines

        write_lines(quads, syntax.parser, out)
        return
    placed = ordered(quads)
    if syntax.parser == RdfFormat.JSON_LD:
        from factbook.export.jsonld import write_json_ld

        write_json_ld(placed, out, context=context)
    elif syntax.parser == RdfFormat.RDF_XML:
        from factbook.export.rdfxml import write_xml

        write_xml(placed, out, prefixes=prefixes)
    elif syntax.name == "longturtle":
        from factbook.export.turtle import write_long_turtle

        write_long_turtle(placed, out, prefixes=prefixes)
    else:
        from factbook.export.turtle import write_turtle

        write_turtle(placed, syntax.parser, out, prefixes=prefixes)


def ordered(quads: Iterable[Quad]) -> list[Quad]:
    """Return quads in the order of documents: each once, by graph and subject."""
    return sorted(set(quads), key=_place)


def _quads(statements: Iterable[Triple | Quad], syntax: Syntax) -> Iterator[Quad]:
    """Yield quads; in the default graph, where the syntax knows no other."""
    for statement in statements:
        if isinstance(statement, Quad) and syntax.holds_graphs:
            yield statement
        else:
            yield Quad(statement.subject, statement.predicate, statement.object)


def _place(quad: Quad) -> tuple[str, str, bool, str]:
    """Return where a quad stands: by graph, the default one first, and what a thing is first."""
    graph = "" if isinstance(quad.graph_name, DefaultGraph) else str(quad.graph_name)
    return graph, str(quad.subject), quad.predicate != TYPE, str(quad)
