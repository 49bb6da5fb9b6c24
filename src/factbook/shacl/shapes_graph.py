"""The vocabulary of SHACL, and the shapes graph indexed by node."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode

from factbook.errors import InputError
from factbook.rdf.terms import XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Quad

    from factbook.rdf.terms import Term

Node: TypeAlias = NamedNode | BlankNode

SH = "http://www.w3.org/ns/shacl#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"

TYPE = NamedNode(f"{RDF}type")
FIRST = NamedNode(f"{RDF}first")
REST = NamedNode(f"{RDF}rest")
NIL = NamedNode(f"{RDF}nil")
LANG_STRING = f"{RDF}langString"
SUB_CLASS_OF = NamedNode(f"{RDFS}subClassOf")
CLASS = NamedNode(f"{RDFS}Class")
OWL_CLASS = NamedNode(f"{OWL}Class")
IMPORTS = NamedNode(f"{OWL}imports")

SHAPES_GRAPH = NamedNode("urn:factbook:shapes")
"""The name of the shapes graph in queries."""

TRUE = Literal("true", datatype=NamedNode(f"{XSD}boolean"))
"""The only form that sets a flag: "1" is another term (SHACL, section 4.4.5)."""
FALSE = Literal("false", datatype=TRUE.datatype)


@cache
def sh(name: str) -> NamedNode:
    """Return a term of the SHACL namespace."""
    return NamedNode(SH + name)


@dataclass(frozen=True)
class Remark:
    """A remark about a statement of the shapes graph, which has a place in a file."""

    text: str
    """A sentence, with IRIs in angle brackets."""
    node: Term | None = None
    predicate: NamedNode | None = None
    value: Term | None = None


class ShapesError(InputError):
    """The shapes break the rules of SHACL."""

    def __init__(self, remarks: Iterable[Remark]) -> None:
        self.remarks = tuple(remarks)
        super().__init__(
            f"the shapes cannot be used: {'; '.join(remark.text for remark in self.remarks)}"
        )


class NotEvaluatedError(Exception):
    """A part of the shapes is valid, but cannot be evaluated."""

    def __init__(self, remark: Remark) -> None:
        self.remark = remark
        super().__init__(remark.text)


class ShapesGraph:
    """Triples by subject and predicate, each once and in the order of the file."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        self.quads = tuple(quads)
        self._by_subject: dict[Term, dict[NamedNode, dict[Term, None]]] = {}
        self._by_predicate: dict[NamedNode, dict[Term, None]] = defaultdict(dict)
        for quad in self.quads:
            of_subject = self._by_subject.setdefault(quad.subject, {})
            of_subject.setdefault(quad.predicate, {})[quad.object] = None
            self._by_predicate[quad.predicate][quad.subject] = None

    def objects(self, node: Term, predicate: NamedNode) -> list[Term]:
        """Return the values of a property."""
        return list(self._by_subject.get(node, {}).get(predicate, ()))

    def subjects(self, predicate: NamedNode) -> Iterator[Node]:
        """Yield the nodes that have a property."""
        for node in self._by_predicate.get(predicate, ()):
            if isinstance(node, NamedNode | BlankNode):
                yield node

    def terms(self) -> Iterator[tuple[NamedNode, Iterable[Term]]]:
        """Yield each property with the nodes that have it."""
        for predicate, nodes in self._by_predicate.items():
            yield predicate, nodes.keys()

    def describes(self, node: Term) -> bool:
        """Tell whether a node is the subject of a statement."""
        return node in self._by_subject

    def predicates(self, node: Term) -> Iterable[NamedNode]:
        """Return the properties that a node has."""
        return self._by_subject.get(node, {}).keys()

    def value(self, node: Term, predicate: NamedNode) -> Term | None:
        """Return the only value of a property, or None.

        Raises:
            ShapesError: There is more than one.
        """
        values = self.objects(node, predicate)
        if len(values) > 1:
            problem = f"has {len(values)} values of {short(predicate)}; keep one"
            raise ill_formed(node, problem, predicate)
        return values[0] if values else None

    def flag(self, node: Term, predicate: NamedNode) -> bool:
        """Tell whether a property is `true`, in this lexical form.

        Raises:
            ShapesError: It is not a boolean, or there is more than one.
        """
        found = self.value(node, predicate)
        if found is None or (isinstance(found, Literal) and found.datatype == TRUE.datatype):
            return found == TRUE
        problem = f"has {short(predicate)} {found}, which must be true or false"
        raise ill_formed(node, problem, predicate)

    def has_flag(self, node: Term, predicate: NamedNode) -> bool:
        """Tell whether `true` is among the values of a property."""
        return TRUE in self._by_subject.get(node, {}).get(predicate, ())

    def node(self, node: Term, predicate: NamedNode) -> Node | None:
        """Return the only value of a property, which must be a node.

        Raises:
            ShapesError: It is a literal, or there is more than one.
        """
        found = self.value(node, predicate)
        if isinstance(found, NamedNode | BlankNode | None):
            return found
        raise ill_formed(
            node, f"has {short(predicate)} {found}, which cannot be a literal", predicate
        )

    def iri(self, node: Term, predicate: NamedNode) -> NamedNode | None:
        """Return the only value of a property, which must be an IRI.

        Raises:
            ShapesError: It is not an IRI, or there is more than one.
        """
        found = self.value(node, predicate)
        if isinstance(found, NamedNode | None):
            return found
        raise ill_formed(node, f"has {short(predicate)} {found}, which must be an IRI", predicate)

    def iris(self, node: Term, predicate: NamedNode, listed: Term) -> list[NamedNode]:
        """Return the members of a list that is the value of a property; all must be IRIs.

        Raises:
            ShapesError: It is not a list, or a member is not an IRI.
        """
        found = []
        for member in self.members(listed, of=node):
            if not isinstance(member, NamedNode):
                problem = f"has {short(predicate)} with {member} in the list, which must be an IRI"
                raise ill_formed(node, problem, predicate)
            found.append(member)
        return found

    def iri_or_list(self, node: Term, predicate: NamedNode) -> list[NamedNode]:
        """Return the only value of a property as a list: an IRI, or a list of IRIs (SHACL 1.2).

        Raises:
            ShapesError: It is neither, or there is more than one.
        """
        found = self.value(node, predicate)
        if isinstance(found, BlankNode) and self.objects(found, FIRST):
            return self.iris(node, predicate, found)
        only = self.iri(node, predicate)
        return [] if only is None else [only]

    def literal(self, node: Term, predicate: NamedNode) -> Literal | None:
        """Return the only value of a property, which must be a literal.

        Raises:
            ShapesError: It is not a literal, or there is more than one.
        """
        found = self.value(node, predicate)
        if isinstance(found, Literal | None):
            return found
        raise ill_formed(
            node, f"has {short(predicate)} {found}, which must be a literal", predicate
        )

    def count(self, node: Term, predicate: NamedNode) -> int | None:
        """Return the only value of a property, which must be a whole number.

        Raises:
            ShapesError: It is not a whole number, or there is more than one.
        """
        found = self.literal(node, predicate)
        if found is None:
            return None
        digits = found.value.removeprefix("+")
        if not (digits.isascii() and digits.isdigit()):
            problem = f"has {short(predicate)} {found}, which must be a whole number"
            raise ill_formed(node, problem, predicate)
        return int(digits)

    def members(self, node: Term, of: Term) -> tuple[Term, ...]:
        """Return the members of an RDF list; errors name the node `of`.

        Raises:
            ShapesError: It is not a list.
        """
        found: list[Term] = []
        seen: set[Term] = set()
        while node != NIL:
            if node in seen or not isinstance(node, NamedNode | BlankNode):
                raise ill_formed(of, "names a list that does not end in rdf:nil")
            seen.add(node)
            first, rest = self.objects(node, FIRST), self.objects(node, REST)
            if len(first) != 1 or len(rest) != 1:
                raise ill_formed(of, "names a list with a missing or doubled member")
            found.append(first[0])
            node = rest[0]
        return tuple(found)

    def types(self, node: Term) -> set[Term]:
        """Return the classes that a node is an instance of, with all their superclasses."""
        found: set[Term] = set()
        waiting = self.objects(node, TYPE)
        while waiting:
            each = waiting.pop()
            if each not in found:
                found.add(each)
                waiting += self.objects(each, SUB_CLASS_OF)
        return found

    def messages(self, node: Term, predicate: NamedNode | None = None) -> tuple[Literal, ...]:
        """Return the literals of `sh:message`, or of another property."""
        values = self.objects(node, predicate or sh("message"))
        found = (each for each in values if isinstance(each, Literal))
        return tuple(sorted(found, key=str))


def ill_formed(node: Term, problem: str, predicate: NamedNode | None = None) -> ShapesError:
    """Return the error that a shape breaks the rules of SHACL."""
    return ShapesError([Remark(f"{shape_name(node)} {problem}", node, predicate)])


def shape_name(node: Term) -> str:
    """Return the name of a shape in messages."""
    return str(node) if isinstance(node, NamedNode) else "a shape without a name"


def short(term: NamedNode) -> str:
    """Return a term of SHACL with the usual prefix, any other IRI in angle brackets."""
    return f"sh:{term.value.removeprefix(SH)}" if term.value.startswith(SH) else str(term)
