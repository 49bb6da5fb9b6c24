"""Constraints that are queries: sh:sparql and the validators of components (SHACL, 5 and 6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from pyoxigraph import BlankNode, NamedNode

from factbook.rdf.terms import XSD
from factbook.shacl.constraint import FocusConstraint, ValueConstraint
from factbook.shacl.graph import ill_formed
from factbook.shacl.names import IMPORTS, OWL, RDF, RDFS, SHAPES_GRAPH, sh
from factbook.shacl.prebinding import fault_of, inside_exists, written_in
from factbook.shacl.queryreader import NotUnderstoodError, parse_query
from factbook.shacl.report import SH
from factbook.shacl.search import Asked
from factbook.shacl.writer import CannotLowerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pyoxigraph import Literal

    from factbook.rdf.terms import Term
    from factbook.shacl.graph import ShapesGraph
    from factbook.shacl.lowering import Lowering
    from factbook.shacl.names import Node
    from factbook.shacl.querytext import Select
    from factbook.shacl.report import Path
    from factbook.shacl.search import Search

_USUAL = {"owl": OWL, "rdf": RDF, "rdfs": RDFS, "sh": SH, "xsd": XSD}
_PREBOUND = ("this", "currentShape", "shapesGraph")


@dataclass(frozen=True)
class Use:
    """What uses a query: a shape, its path, and its values for a component's parameters."""

    shape: Node
    path: Path | None
    parameters: Mapping[str, Term] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Query:
    """A query as a shape uses it."""

    text: Select
    use: Use

    def prepared(self, low: Lowering) -> Select:
        """Return the query with everything but the focus node bound."""
        constants = {name: low.text(term) for name, term in self.use.parameters.items()}
        if any(text.endswith(">()") for text in constants.values()):
            raise CannotLowerError("a parameter is a blank node")
        constants["shapesGraph"] = low.text(SHAPES_GRAPH)
        if self.use.path is not None:
            constants["PATH"] = f"({self.use.path})"
        if self.uses("currentShape"):
            constants["currentShape"] = low.text(self.use.shape)
            if constants["currentShape"].endswith("()"):
                raise CannotLowerError("it asks for $currentShape, and the shape has no IRI")
        return written_in(self.text, constants)

    def uses(self, name: str) -> bool:
        """Tell whether the query mentions a variable."""
        return self.text.mentions(name)


@dataclass(frozen=True, eq=False)
class SparqlConstraint(FocusConstraint):
    """sh:sparql, or a constraint component with a SELECT validator: each row is a violation."""

    name: ClassVar[str] = "SPARQL"
    query: Query
    messages: tuple[Literal, ...]
    node: Node | None
    """The sh:SPARQLConstraint, which results name."""
    custom: NamedNode | None = None

    @property
    def component(self) -> NamedNode:
        """The constraint component, as reports name it."""
        return self.custom or sh("SPARQLConstraintComponent")

    def holds_of(self, focus: str, path: Path | None, low: Lowering) -> str:  # noqa: ARG002 - as all
        """Return the test that the query finds nothing for a focus node."""
        low.note_query(self.query)
        body = inside_exists(self.query.prepared(low), {"this": focus}, low.fresh()[1:])
        return f"!EXISTS {body}"

    def searches(self, path: Path | None, low: Lowering) -> tuple[Search, ...]:  # noqa: ARG002
        """Return what runs the query."""
        return (Asked(self.query.prepared(low)),)


@dataclass(frozen=True, eq=False)
class AskConstraint(ValueConstraint):
    """A constraint component with an ASK validator: true of each value node, or a violation."""

    query: Query
    messages: tuple[Literal, ...]
    custom: NamedNode

    @property
    def component(self) -> NamedNode:
        """The constraint component, as reports name it."""
        return self.custom

    def holds(self, value: str, focus: str, low: Lowering) -> str:
        """Return the test that the query is true of a value."""
        low.note_query(self.query)
        names = {"this": focus, "value": value}
        return f"EXISTS {inside_exists(self.query.prepared(low), names, low.fresh()[1:])}"


def read(graph: ShapesGraph, node: Node, path: Path | None) -> Iterator[SparqlConstraint]:
    """Yield the SPARQL constraints that a shape states.

    Raises:
        ShapesError: A query breaks the rules for queries in shapes.
    """
    for constraint in graph.objects(node, sh("sparql")):
        if not isinstance(constraint, NamedNode | BlankNode):
            raise ill_formed(node, "has sh:sparql with a literal; it takes a node with sh:select")
        if graph.flag(constraint, sh("deactivated")):
            continue
        text = graph.literal(constraint, sh("select"))
        if text is None:
            raise ill_formed(node, "has a sh:sparql without sh:select")
        query = read_query(graph, constraint, text.value, use=Use(node, path))
        yield SparqlConstraint(query, graph.messages(constraint), constraint)


def read_query(
    graph: ShapesGraph, holder: Node, text: str, *, use: Use, prebound: Iterable[str] = ()
) -> Query:
    """Return the query that a constraint or validator holds.

    Args:
        graph: The shapes graph.
        holder: What has sh:select or sh:ask, and sh:prefixes.
        text: The query.
        use: What uses it.
        prebound: Variables that are bound beforehand, besides those that always are.

    Raises:
        ShapesError: The query breaks the rules for queries in shapes.
    """
    try:
        query = parse_query(text, {**_USUAL, **_prefixes(graph, holder)})
    except NotUnderstoodError as error:
        raise ill_formed(use.shape, f"has a query that cannot be used: {error}") from None
    fault = fault_of(query, (*_PREBOUND, *use.parameters, *prebound))
    if fault is not None:
        raise ill_formed(use.shape, f"has a query that cannot be used: {fault}")
    return Query(query, use)


def _prefixes(graph: ShapesGraph, holder: Node) -> dict[str, str]:
    """Return the declared prefixes (SHACL, section 5.2.1), imported ones included."""
    found: dict[str, str] = {}
    seen: set[Term] = set()
    waiting = graph.objects(holder, sh("prefixes"))
    while waiting:
        source = waiting.pop()
        if source in seen:
            continue
        seen.add(source)
        waiting += graph.objects(source, IMPORTS)
        for declaration in graph.objects(source, sh("declare")):
            prefix = graph.literal(declaration, sh("prefix"))
            namespace = graph.literal(declaration, sh("namespace"))
            if prefix is not None and namespace is not None:
                found[prefix.value] = namespace.value
    return found
