"""Write RDF/XML: a description for each subject, every character kept or refused in words."""

from __future__ import annotations

import re
from itertools import groupby
from operator import attrgetter
from typing import IO, TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode

from factbook.errors import UsageError
from factbook.export.names import RDF
from factbook.export.xmltext import quoted, text
from factbook.rdf.terms import XSD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyoxigraph import Quad

    from factbook.rdf.terms import Term

# XML 1.0, section 2.2: names, without the rarer scripts, whose letters not all parsers agree on
_LETTERS = r"A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u0131\u0386-\u03ce\u0401-\u044f"
_NAME = re.compile(rf"[{_LETTERS}][{_LETTERS}0-9.\-]*\Z")
# RDF/XML, section 6.2.2: names that cannot be property elements, or would mean something else
_RESERVED = {
    RDF + name
    for name in (
        *("RDF", "Description", "ID", "about", "parseType", "resource", "nodeID", "datatype"),
        *("li", "bagID", "aboutEach", "aboutEachPrefix"),
    )
}


def write_xml(quads: Sequence[Quad], out: IO[bytes], *, prefixes: Mapping[str, str]) -> None:
    """Write sorted quads as RDF/XML.

    Raises:
        UsageError: A property or a character has no form in XML.
    """
    names = _ElementNames(prefixes)
    elements = {quad.predicate.value: "" for quad in quads}
    for iri in sorted(elements):
        elements[iri] = names.element(iri)
    declared = sorted({**names.used, "rdf": RDF}.items())
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<rdf:RDF"]
    lines += [f"    xmlns:{prefix}={quoted(namespace)}" for prefix, namespace in declared]
    out.write(("\n".join(lines) + ">\n").encode())
    for subject, about in groupby(quads, key=attrgetter("subject")):
        block = [f"  <rdf:Description {_node(subject, 'about')}>"]
        block += [f"    {_property(elements[q.predicate.value], q.object)}" for q in about]
        block.append("  </rdf:Description>\n")
        out.write("\n".join(block).encode())
    out.write(b"</rdf:RDF>\n")


class _ElementNames:
    """Names for elements, which must be split into a namespace and an XML name."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._by_namespace = {namespace: prefix for prefix, namespace in prefixes.items()}
        self._taken = set(prefixes)
        self.used: dict[str, str] = {}

    def element(self, iri: str) -> str:
        match = _NAME.search(iri)
        if match is None or iri in _RESERVED:
            raise UsageError(f"RDF/XML has no form for the property <{iri}>; choose another format")
        namespace, local = iri[: match.start()], match.group()
        prefix = self._by_namespace.get(namespace)
        if prefix is None or not _NAME.match(prefix) or prefix.lower().startswith("xml"):
            prefix = self._new_prefix()
            self._by_namespace[namespace] = prefix
        self.used[prefix] = namespace
        return f"{prefix}:{local}"

    def _new_prefix(self) -> str:
        number = 1
        while f"ns{number}" in self._taken:
            number += 1
        self._taken.add(f"ns{number}")
        return f"ns{number}"


def _property(element: str, value: Term) -> str:
    if not isinstance(value, Literal):
        return f"<{element} {_node(value, 'resource')}/>"
    if value.direction is not None:
        raise UsageError("RDF/XML has no form for a base direction; choose another format")
    attribute = ""
    if value.language:
        attribute = f" xml:lang={quoted(value.language)}"
    elif value.datatype.value != f"{XSD}string":
        attribute = f" rdf:datatype={quoted(value.datatype.value)}"
    return f"<{element}{attribute}>{text(value.value)}</{element}>"


def _node(node: Term, attribute: str) -> str:
    if isinstance(node, NamedNode):
        return f"rdf:{attribute}={quoted(node.value)}"
    if isinstance(node, BlankNode):
        return f"rdf:nodeID={quoted(node.value)}"
    raise UsageError("RDF/XML has no form for a triple inside a triple; choose another format")
