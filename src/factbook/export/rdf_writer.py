"""Write triples or quads in any RDF syntax, sorted: the same graph gives the same bytes."""

from __future__ import annotations

import re
from itertools import islice
from operator import attrgetter
from typing import IO, TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

import pyoxigraph
from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryTriples,
    RdfFormat,
    Triple,
)

from factbook.errors import UsageError
from factbook.export.quads import RDF, TYPE, relabel_blank_nodes, sort_quads
from factbook.rdf.formats import syntax_named
from factbook.rdf.terms import XSD, namespace_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from factbook.rdf.formats import Syntax

# A string or an IRI of the engine's Turtle, or what stands between two objects
_BETWEEN_OBJECTS = re.compile(rb'("(?:[^"\\]|\\.)*"|<[^>]*>)| , ')

_PIECE = 10_000

# XML 1.0, section 2.2
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# XML 1.0, section 2.3: names, without the rarer scripts, whose letters not all parsers accept
_LETTERS = r"A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u0131\u0386-\u03ce\u0401-\u044f"
_RESERVED = {"http://www.w3.org/2000/xmlns/", "http://www.w3.org/XML/1998/namespace"}
_XML_NAME = re.compile(rf"[{_LETTERS}][{_LETTERS}0-9.\-]*\Z")


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
        statements: The statements, in any order, with or without duplicates.
        name: The syntax.
        out: Where to write them.
        prefixes: The prefixes for IRIs.
        context: The JSON-LD context.

    Raises:
        UsageError: There is no such syntax, or it cannot express a term.
    """
    syntax = syntax_named(name)
    if syntax.parser in {RdfFormat.N_TRIPLES, RdfFormat.N_QUADS}:
        from factbook.export.sorted_lines import write_lines

        if not isinstance(statements, QueryTriples):
            statements = _quads(statements, syntax)
        write_lines(statements, syntax.parser, out)
        return
    quads = sort_quads(relabel_blank_nodes(_quads(statements, syntax)))
    if syntax.parser == RdfFormat.JSON_LD:
        from factbook.export.compact_jsonld import write_json_ld

        write_json_ld(quads, out, context=context)
    elif syntax.parser == RdfFormat.RDF_XML:
        out.write(_rdf_xml(quads, prefixes))
    else:
        out.write(_turtle(quads, syntax, prefixes))


def write_pieces(
    quads: Iterable[Quad], name: str, out: IO[bytes], *, prefixes: Mapping[str, str]
) -> None:
    """Write triples in their order, in bounded memory.

    Args:
        quads: The triples, grouped by subject.
        name: Turtle, N-Triples, or JSON-LD, which is expanded.
        out: Where to write them.
        prefixes: The prefixes for Turtle; all are declared.
    """
    parser = syntax_named(name).parser
    is_json = parser == RdfFormat.JSON_LD
    declared = dict(sorted(prefixes.items())) if parser == RdfFormat.TURTLE else {}
    header = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in declared.items())
    out.write(b"[" if is_json else header.encode())
    rest = iter(quads)
    between = b"\n"
    while piece := list(islice(rest, _PIECE)):
        text = pyoxigraph.serialize(piece, format=parser, prefixes=declared) or b""
        out.write(between + text[1:-1] if is_json else text.split(b"\n", len(declared))[-1])
        between = b",\n"
    out.write(b"\n]\n" if is_json else b"")


def _quads(statements: Iterable[Triple | Quad], syntax: Syntax) -> Iterator[Quad]:
    """Yield quads, all in the default graph if the syntax has no named graphs."""
    default = DefaultGraph()
    for statement in statements:
        if isinstance(statement, Quad) and (syntax.holds_graphs or statement.graph_name == default):
            yield statement
        else:
            yield Quad(statement.subject, statement.predicate, statement.object)


def _turtle(quads: Sequence[Quad], syntax: Syntax, prefixes: Mapping[str, str]) -> bytes:
    """Return compact Turtle or TriG; long Turtle has a line for each object.

    The engine writes prefixes in an order that changes from run to run, so they are sorted here.
    """
    used = _used_prefixes(quads, prefixes)
    text = pyoxigraph.serialize(quads, format=syntax.parser, prefixes=used) or b""
    body = text.split(b"\n", len(used))[-1]
    header = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in used.items()).encode()
    if syntax.name == "longturtle":
        body = _BETWEEN_OBJECTS.sub(lambda match: match[1] or b" ,\n\t\t", body)
        body = body.replace(b" .\n", b" ;\n.\n\n").replace(b"\t", b"    ")
        return header + b"\n" + body
    return header + body


def _used_prefixes(quads: Iterable[Quad], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return the prefixes whose namespaces occur in these quads."""
    by_namespace = {namespace: name for name, namespace in prefixes.items()}
    iris: set[str] = set()

    def collect(term: object) -> None:
        if isinstance(term, NamedNode):
            iris.add(term.value)
        elif isinstance(term, Literal) and not term.language:
            iris.add(term.datatype.value)
        elif isinstance(term, Triple):
            for part in term:
                collect(part)

    for part in ("subject", "predicate", "object", "graph_name"):
        for term in set(map(attrgetter(part), quads)):
            collect(term)
    iris -= {TYPE.value, f"{XSD}string"}  # which Turtle does not write
    namespaces = {namespace_of(iri) for iri in iris}
    named = {by_namespace[namespace]: namespace for namespace in namespaces & by_namespace.keys()}
    return dict(sorted(named.items()))


def _rdf_xml(quads: Sequence[Quad], prefixes: Mapping[str, str]) -> bytes:
    """Return RDF/XML.

    The engine declares namespaces in an order that changes from run to run, so they are sorted
    here. It writes carriage returns unescaped, which a parser would read as line feeds.

    Raises:
        UsageError: RDF/XML 1.1 cannot express a term.
    """
    by_namespace = {namespace: name for name, namespace in prefixes.items()}
    declared = {"rdf": RDF}
    for predicate in sorted({quad.predicate.value for quad in quads}):
        namespace = _xml_namespace(predicate)
        name = by_namespace.get(namespace, "")
        if _XML_NAME.match(name) and not name.lower().startswith("xml"):
            declared[name] = namespace
    for quad in quads:
        _check_xml_object(quad.object)
    try:
        text = pyoxigraph.serialize(quads, format=RdfFormat.RDF_XML, prefixes=declared) or b""
    except OSError as error:
        raise UsageError(f"{error}; choose another format") from None
    first, _, body = text.split(b"\n", 2)
    lines = [f"    xmlns:{name}={quoteattr(iri)}" for name, iri in sorted(declared.items())]
    header = "\n".join(["<rdf:RDF", *lines]).encode()
    return first + b"\n" + header + b">\n" + body.replace(b"\r", b"&#13;")


def _xml_namespace(iri: str) -> str:
    """Return the namespace of a property, whose local name must be an XML name."""
    local = _XML_NAME.search(iri)
    if local is not None and iri[: local.start()] in _RESERVED:
        raise UsageError(f"XML reserves the namespace of <{iri}>; choose another format")
    if local is None or not iri[: local.start()][-1:].isascii():
        raise UsageError(f"RDF/XML cannot express the property <{iri}>; choose another format")
    return iri[: local.start()]


def _check_xml_object(value: NamedNode | BlankNode | Literal | Triple) -> None:
    if isinstance(value, Triple):
        raise UsageError("RDF/XML cannot express a triple inside a triple; choose another format")
    if not isinstance(value, Literal):
        return
    if value.direction is not None:
        raise UsageError("RDF/XML cannot express a base direction; choose another format")
    check_xml(value.value)


def check_xml(text: str) -> None:
    """Reject a text that XML cannot express.

    Raises:
        UsageError: It has a control character or a code point that is not a character.
    """
    match = _NOT_IN_XML.search(text)
    if match is not None:
        raise UsageError(
            f"XML cannot express the character U+{ord(match.group()):04X} in {text[:40]!r}; "
            "choose another format"
        )
