"""Write GraphML with networkx: things are nodes with their literals, links are edges.

Gephi, yEd, Cytoscape and networkx read it. A class is a value instead of a node. Several values of
one property are joined in one text, because GraphML has no lists.
"""

from __future__ import annotations

import io
import math
import re
from typing import IO, TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode

from factbook.errors import UsageError
from factbook.export.jsonld_context import terms_by_iri
from factbook.export.quads import TYPE, relabel_blank_nodes, sort_quads
from factbook.export.rdf_writer import check_xml
from factbook.rdf.terms import XSD, curie, local_name
from factbook.render.labels import best_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pyoxigraph import Quad

    from factbook.rdf.terms import Term

_SEPARATOR = " | "
_LONG = re.compile(r"-?[0-9]{1,18}", re.ASCII)  # surely fits into 64 bits
_DOUBLE = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
_NMTOKEN = re.compile(r"[A-Za-z0-9._:-]+", re.ASCII)  # the form of a node's name in GraphML
_NUMBERS = {f"{XSD}{name}" for name in ("integer", "decimal", "double", "float")}


def write_graphml(
    quads: Iterable[Quad],
    out: IO[bytes],
    *,
    prefixes: Mapping[str, str],
    context: Mapping[str, Any],
) -> None:
    """Write the merge of quads as GraphML.

    Raises:
        UsageError: networkx is not installed, or XML cannot express a character.
    """
    try:
        import networkx as nx
    except ImportError:
        raise UsageError(
            "-f graphml needs networkx, which is not installed: pip install 'factbook[graphml]'"
        ) from None
    network = _Network(prefixes, context)
    network.add(sort_quads(relabel_blank_nodes(quads)))
    graph = nx.MultiDiGraph()
    for name, attributes in network.nodes():
        graph.add_node(name, **attributes)
    for number, (subject, predicate, value) in enumerate(network.edges):
        about = {"label": network.term(predicate), "property": predicate}
        graph.add_edge(network.ids[subject], network.ids[value], key=f"e{number}", **about)
    buffer = io.BytesIO()
    # Not write_graphml, which takes lxml if it is installed and then writes other bytes
    nx.write_graphml_xml(graph, buffer)
    # A parser would read a bare carriage return as a line feed
    out.write(buffer.getvalue().replace(b"\r", b"&#13;") + b"\n")


class _Network:
    """Collects nodes with their values, and edges."""

    def __init__(self, prefixes: Mapping[str, str], context: Mapping[str, Any]) -> None:
        self.ids: dict[Term, str] = {}
        self.edges: dict[tuple[Term, str, Term], None] = {}
        self._classes: dict[Term, dict[str, None]] = {}
        self._values: dict[Term, dict[str, dict[Literal, None]]] = {}
        self._prefixes = prefixes
        self._taken: set[str] = set()
        self._terms = terms_by_iri(context)

    def add(self, quads: Iterable[Quad]) -> None:
        """Add the statements of quads, without duplicates."""
        for quad in quads:
            subject, predicate, value = quad.subject, quad.predicate.value, quad.object
            self._name(subject)
            if isinstance(value, Literal):
                check_xml(value.value)
                self._values.setdefault(subject, {}).setdefault(predicate, {})[value] = None
            elif quad.predicate == TYPE and isinstance(value, NamedNode):
                self._classes.setdefault(subject, {})[self.term(value.value)] = None
            else:
                self._name(value)
                self.edges[subject, predicate, value] = None

    def nodes(self) -> Iterable[tuple[str, dict[str, Any]]]:
        """Yield the nodes, each with its attributes."""
        attributes = self._attributes()
        for node, name in self.ids.items():
            values = self._values.get(node, {})
            pairs = (
                (predicate, literal)
                for predicate, literals in values.items()
                for literal in literals
            )
            attributes_of_node: dict[str, Any] = {"label": best_label(pairs) or name}
            if isinstance(node, NamedNode):
                attributes_of_node["iri"] = node.value
            if node in self._classes:
                attributes_of_node["type"] = _SEPARATOR.join(self._classes[node])
            for predicate, literals in values.items():
                attribute, type_ = attributes[predicate]
                text = _SEPARATOR.join(literal.value for literal in literals)
                attributes_of_node[attribute] = text == "true" if type_ is bool else type_(text)
            yield name, attributes_of_node

    def _attributes(self) -> dict[str, tuple[str, type]]:
        """Return a unique name for each property, and the type that fits all its values."""
        types: dict[str, set[type]] = {}
        for values in self._values.values():
            for predicate, literals in values.items():
                literal_types = (
                    {_type(literal) for literal in literals} if len(literals) == 1 else {str}
                )
                types.setdefault(predicate, set()).update(literal_types)
        used_names = {"label", "iri", "type"}
        attributes = {}
        for predicate in sorted(types):
            name = self.term(predicate)
            attribute = predicate if name in used_names else name
            used_names.add(attribute)
            attributes[predicate] = attribute, _widest(types[predicate])
        return attributes

    def term(self, iri: str) -> str:
        """Return the name of a property or class."""
        short = local_name(iri).rpartition(":")[2]
        return self._terms.get(iri) or curie(iri, self._prefixes) or short

    def _name(self, term: Term) -> None:
        """Give a node a name, if it has none yet."""
        if term in self.ids:
            return
        short = curie(term.value, self._prefixes) if isinstance(term, NamedNode) else None
        if short is None or not _NMTOKEN.fullmatch(short) or short in self._taken:
            short = f"n{len(self.ids)}"
        self._taken.add(short)
        self.ids[term] = short


def _type(literal: Literal) -> type:
    datatype = literal.datatype.value
    if datatype == f"{XSD}boolean" and literal.value in {"true", "false"}:
        return bool
    if datatype in _NUMBERS:
        if datatype == f"{XSD}integer" and _LONG.fullmatch(literal.value):
            return int
        if _DOUBLE.fullmatch(literal.value) and math.isfinite(float(literal.value)):
            return float
    return str


def _widest(types: set[type]) -> type:
    if len(types) == 1:
        return next(iter(types))
    return float if types == {int, float} else str
