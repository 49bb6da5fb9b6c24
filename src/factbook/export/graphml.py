"""Write GraphML: things as nodes with their plain values, what links them as edges.

What networkx, Gephi, yEd and Cytoscape read. A class is a value here and no node. Several values of
one property stand in one text, because GraphML knows no lists.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode

from factbook.export.blanks import relabelled
from factbook.export.columns import short_name
from factbook.export.context import read_for_writing
from factbook.export.names import TYPE
from factbook.export.rdf_writer import ordered
from factbook.export.xmltext import quoted, text
from factbook.rdf.terms import XSD, curie
from factbook.render.labels import LABEL_PROPERTIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pyoxigraph import Quad

    from factbook.rdf.terms import Term

_RANKS = {name: rank for rank, name in enumerate(LABEL_PROPERTIES)}
_BETWEEN = " | "
_LONG = re.compile(r"-?[0-9]{1,18}", re.ASCII)  # what surely fits into 64 bits
_NMTOKEN = re.compile(r"[A-Za-z0-9._:-]+", re.ASCII)  # what GraphML takes as the name of a node
_NUMBERS = {f"{XSD}{name}" for name in ("integer", "decimal", "double", "float")}
_HEADER = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
  <key id="label" for="node" attr.name="label" attr.type="string"/>
  <key id="iri" for="node" attr.name="iri" attr.type="string"/>
  <key id="type" for="node" attr.name="type" attr.type="string"/>
  <key id="link" for="edge" attr.name="label" attr.type="string"/>
  <key id="property" for="edge" attr.name="property" attr.type="string"/>
"""


@dataclass
class _Node:
    """A thing: its classes and its plain values by property."""

    id: str
    classes: list[str] = field(default_factory=list)
    values: dict[str, list[Literal]] = field(default_factory=dict)


def write_graphml(
    quads: Iterable[Quad],
    out: IO[bytes],
    *,
    prefixes: Mapping[str, str],
    context: Mapping[str, Any],
) -> None:
    """Write the merge of quads as GraphML.

    Raises:
        UsageError: XML has no form for a character.
    """
    writer = _Writer(prefixes, context)
    edges = writer.read(ordered(relabelled(quads)))
    out.write(_HEADER.encode())
    keys = writer.keys()
    for iri, (key, kind) in keys.items():
        name = quoted(writer.term(iri))
        out.write(f'  <key id="{key}" for="node" attr.name={name} attr.type="{kind}"/>\n'.encode())
    out.write(b'  <graph edgedefault="directed">\n')
    for node, about in writer.nodes.items():
        lines = [f"    <node id={quoted(about.id)}>"]
        lines += [
            f'      <data key="{key}">{value}</data>' for key, value in writer.data(node, keys)
        ]
        out.write("\n".join([*lines, "    </node>\n"]).encode())
    for number, (subject, predicate, value) in enumerate(edges):
        ends = f"source={quoted(writer.nodes[subject].id)} target={quoted(writer.nodes[value].id)}"
        out.write(
            f'    <edge id="e{number}" {ends}>\n'
            f'      <data key="link">{text(writer.term(predicate))}</data>\n'
            f'      <data key="property">{text(predicate)}</data>\n'
            "    </edge>\n".encode()
        )
    out.write(b"  </graph>\n</graphml>\n")


class _Writer:
    """Gathers the nodes and knows how to call things."""

    def __init__(self, prefixes: Mapping[str, str], context: Mapping[str, Any]) -> None:
        self.nodes: dict[Term, _Node] = {}
        self._prefixes = prefixes
        self._ids: set[str] = set()
        self._terms = {
            iri: min(definition.name for definition in definitions)
            for iri, definitions in read_for_writing(context).by_iri.items()
        }

    def read(self, quads: Iterable[Quad]) -> list[tuple[Term, str, Term]]:
        """Take in the quads, and return what links nodes, each link once."""
        edges: dict[tuple[Term, str, Term], None] = {}
        for quad in quads:
            node, value, predicate = self._node(quad.subject), quad.object, quad.predicate.value
            if isinstance(value, Literal):
                values = node.values.setdefault(predicate, [])
                if value not in values:
                    values.append(value)
            elif quad.predicate == TYPE and isinstance(value, NamedNode):
                if (name := self.term(value.value)) not in node.classes:
                    node.classes.append(name)
            else:
                self._node(value)
                edges[quad.subject, predicate, value] = None
        return list(edges)

    def keys(self) -> dict[str, tuple[str, str]]:
        """Return for each property of plain values its key and the type that fits them all."""
        kinds: dict[str, set[str]] = {}
        for node in self.nodes.values():
            for predicate, values in node.values.items():
                found = {_kind(value) for value in values} if len(values) == 1 else {"string"}
                kinds.setdefault(predicate, set()).update(found)
        return {
            iri: (f"d{number}", _widest(kinds[iri])) for number, iri in enumerate(sorted(kinds))
        }

    def data(self, node: Term, keys: Mapping[str, tuple[str, str]]) -> Iterable[tuple[str, str]]:
        """Yield the keys and values of a node."""
        about = self.nodes[node]
        named = [
            (_RANKS[predicate], value.language != "en", value.value)
            for predicate, values in about.values.items()
            if predicate in _RANKS
            for value in values
        ]
        yield "label", text(min(named)[2] if named else about.id)
        if isinstance(node, NamedNode):
            yield "iri", text(node.value)
        if about.classes:
            yield "type", text(_BETWEEN.join(about.classes))
        for predicate, values in about.values.items():
            yield keys[predicate][0], text(_BETWEEN.join(value.value for value in values))

    def term(self, iri: str) -> str:
        """Return what to call a property or class."""
        return self._terms.get(iri) or curie(iri, self._prefixes) or short_name(iri)

    def _node(self, term: Term) -> _Node:
        if term not in self.nodes:
            short = curie(term.value, self._prefixes) if isinstance(term, NamedNode) else None
            if short is None or not _NMTOKEN.fullmatch(short) or short in self._ids:
                short = f"n{len(self.nodes)}"
            self._ids.add(short)
            self.nodes[term] = _Node(short)
        return self.nodes[term]


def _kind(value: Literal) -> str:
    datatype = value.datatype.value
    if datatype == f"{XSD}boolean" and value.value in {"true", "false"}:
        return "boolean"
    if datatype in _NUMBERS:
        if datatype == f"{XSD}integer" and _LONG.fullmatch(value.value):
            return "long"
        if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", value.value, re.ASCII):
            return "double"
    return "string"


def _widest(kinds: set[str]) -> str:
    if len(kinds) == 1:
        return next(iter(kinds))
    return "double" if kinds == {"long", "double"} else "string"
