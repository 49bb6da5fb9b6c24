"""What sort of term a value is: sh:class, sh:datatype, sh:nodeKind (SHACL, section 4.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from factbook.rdf.lexical import lexical_space
from factbook.rdf.terms import to_sparql
from factbook.shacl.constraint import ValueConstraint
from factbook.shacl.forms import every, some, sure
from factbook.shacl.graph import ill_formed
from factbook.shacl.names import LANG_STRING, sh

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import NamedNode

    from factbook.rdf.terms import Term
    from factbook.shacl.graph import ShapesGraph
    from factbook.shacl.lowering import Lowering
    from factbook.shacl.names import Node

_KINDS = {
    sh("IRI"): ("isIRI",),
    sh("BlankNode"): ("isBlank",),
    sh("Literal"): ("isLiteral",),
    sh("BlankNodeOrIRI"): ("isBlank", "isIRI"),
    sh("BlankNodeOrLiteral"): ("isBlank", "isLiteral"),
    sh("IRIOrLiteral"): ("isIRI", "isLiteral"),
}


@dataclass(frozen=True)
class Class(ValueConstraint):
    """sh:class."""

    name: ClassVar[str] = "Class"
    class_: Term

    def holds(self, value: str, focus: str, low: Lowering) -> str:  # noqa: ARG002 - as all do
        """Return the test that a value is an instance of the class."""
        return low.is_instance(value, self.class_)

    def passing(self, value: str, low: Lowering) -> str | None:
        """Return the pattern for the instances of the class."""
        return low.instances(value, self.class_)


@dataclass(frozen=True)
class Datatype(ValueConstraint):
    """sh:datatype."""

    name: ClassVar[str] = "Datatype"
    datatype: NamedNode

    def holds(self, value: str, focus: str, low: Lowering) -> str:  # noqa: ARG002 - as all do
        """Return the test that a value has the datatype and is well-formed."""
        if self.datatype.value == LANG_STRING and not low.forms.language_datatype:
            return sure(f'LANG({value}) != ""')
        tests = [low.has_datatype(value, self.datatype)]
        space = lexical_space(self.datatype.value)
        if space is not None:
            tests.append(low.matches(value, space, ""))
        return every(tests)


@dataclass(frozen=True)
class NodeKind(ValueConstraint):
    """sh:nodeKind."""

    name: ClassVar[str] = "NodeKind"
    kind: NamedNode

    def holds(self, value: str, focus: str, low: Lowering) -> str:  # noqa: ARG002 - as all do
        """Return the test that a value is of the kind."""
        return some([f"{function}({value})" for function in _KINDS[self.kind]])


def read(graph: ShapesGraph, node: Node) -> Iterator[ValueConstraint]:
    """Yield the constraints of this family that a shape states."""
    for class_ in graph.objects(node, sh("class")):
        yield Class(class_)
    datatype = graph.iri(node, sh("datatype"))
    if datatype is not None:
        yield Datatype(datatype)
    kind = graph.iri(node, sh("nodeKind"))
    if kind is not None:
        if kind not in _KINDS:
            raise ill_formed(node, f"has sh:nodeKind {to_sparql(kind)}, which is no kind of node")
        yield NodeKind(kind)
