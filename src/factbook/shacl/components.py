"""Constraint components that the shapes define themselves, by SPARQL (SHACL, section 6)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from factbook.shacl.constraints.sparql import AskConstraint, SparqlConstraint, Use, read_query
from factbook.shacl.graph import ill_formed
from factbook.shacl.names import sh

if TYPE_CHECKING:
    from collections.abc import Iterator

    from factbook.rdf.terms import Term
    from factbook.shacl.graph import ShapesGraph
    from factbook.shacl.names import Node
    from factbook.shacl.report import Path

_SPLIT = ("#", "/", ":")


@dataclass(frozen=True)
class Component:
    """A constraint component: what switches it on, and what validates."""

    node: NamedNode
    required: tuple[NamedNode, ...]
    optional: tuple[NamedNode, ...]
    for_nodes: Node | None
    for_properties: Node | None
    for_all: Node | None

    def applies_to(self, graph: ShapesGraph, node: Node) -> bool:
        """Tell whether a shape has all the parameters that the component requires."""
        return bool(self.required) and all(graph.objects(node, each) for each in self.required)

    def constraints(
        self, graph: ShapesGraph, node: Node, path: Path | None
    ) -> Iterator[SparqlConstraint | AskConstraint]:
        """Yield the constraints that the component adds to a shape.

        Raises:
            ShapesError: The validator's query breaks the rules for queries in shapes.
        """
        if not self.applies_to(graph, node):
            return
        validator = (self.for_nodes if path is None else self.for_properties) or self.for_all
        if validator is None:
            return
        for parameters in self._values(graph, node):
            use = Use(node, path, parameters)
            yield _constraint(graph, self.node, validator, use)

    def _values(self, graph: ShapesGraph, node: Node) -> Iterator[dict[str, Term]]:
        """Yield the parameters with their values; one parameter may have several, many may not."""
        names = [*self.required, *self.optional]
        values = [graph.objects(node, each) for each in names]
        if len(names) > 1 and any(len(each) > 1 for each in values):
            raise ill_formed(node, f"has two values for a parameter of {self.node.value}; keep one")
        given = [(name, terms) for name, terms in zip(names, values, strict=True) if terms]
        for chosen in product(*(terms for _, terms in given)):
            yield {_local(name): term for (name, _), term in zip(given, chosen, strict=True)}


def read_components(graph: ShapesGraph) -> tuple[Component, ...]:
    """Return the constraint components that a shapes graph defines."""
    found = []
    for node in graph.subjects(sh("parameter")):
        if not isinstance(node, NamedNode) or sh("ConstraintComponent") not in graph.types(node):
            continue
        required: list[NamedNode] = []
        optional: list[NamedNode] = []
        for parameter in graph.objects(node, sh("parameter")):
            path = graph.iri(parameter, sh("path"))
            if path is None:
                raise ill_formed(node, "has a sh:parameter without sh:path")
            (optional if graph.flag(parameter, sh("optional")) else required).append(path)
        found.append(
            Component(
                node,
                tuple(required),
                tuple(optional),
                for_nodes=graph.node(node, sh("nodeValidator")),
                for_properties=graph.node(node, sh("propertyValidator")),
                for_all=graph.node(node, sh("validator")),
            )
        )
    return tuple(found)


def _constraint(
    graph: ShapesGraph, component: NamedNode, validator: Node, use: Use
) -> SparqlConstraint | AskConstraint:
    messages = graph.messages(validator)
    ask = graph.literal(validator, sh("ask"))
    select = graph.literal(validator, sh("select"))
    if ask is not None:
        query = read_query(graph, validator, ask.value, use=use, prebound=("value",))
        return AskConstraint(query, messages, component)
    if select is None:
        raise ill_formed(component, "has a validator with neither sh:ask nor sh:select")
    query = read_query(graph, validator, select.value, use=use)
    return SparqlConstraint(query, messages, None, component)


def _local(name: NamedNode) -> str:
    """Return the local name of a parameter's property, which is the name of its variable."""
    return name.value[max(name.value.rfind(mark) for mark in _SPLIT) + 1 :]
