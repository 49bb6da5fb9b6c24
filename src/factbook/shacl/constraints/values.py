"""How values compare with constants: ranges, texts, languages, lists (SHACL, 4.3, 4.4, 4.8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pyoxigraph import Literal, NamedNode

from factbook.rdf.terms import to_sparql
from factbook.shacl.constraint import ValueConstraint
from factbook.shacl.forms import every, some, sure
from factbook.shacl.graph import ill_formed
from factbook.shacl.names import sh

if TYPE_CHECKING:
    from collections.abc import Iterator

    from factbook.rdf.terms import Term
    from factbook.shacl.graph import ShapesGraph
    from factbook.shacl.lowering import Lowering
    from factbook.shacl.names import Node

_RANGES = {
    "MinInclusive": ">=",
    "MinExclusive": ">",
    "MaxInclusive": "<=",
    "MaxExclusive": "<",
}
_LENGTHS = {"MinLength": ">=", "MaxLength": "<="}
_FEW = 40


@dataclass(frozen=True)
class Range(ValueConstraint):
    """sh:minInclusive, sh:minExclusive, sh:maxInclusive, sh:maxExclusive."""

    kind: str
    limit: Literal

    @property
    def component(self) -> NamedNode:
        """The constraint component, as reports name it."""
        return sh(f"{self.kind}ConstraintComponent")

    def holds(self, value: str, focus: str, low: Lowering) -> str:  # noqa: ARG002 - as all do
        """Return the test that a value is within the limit; what cannot be compared is not."""
        return low.within(value, _RANGES[self.kind], self.limit)


@dataclass(frozen=True)
class Length(ValueConstraint):
    """sh:minLength, sh:maxLength."""

    kind: str
    limit: int

    @property
    def component(self) -> NamedNode:
        """The constraint component, as reports name it."""
        return sh(f"{self.kind}ConstraintComponent")

    def holds(self, value: str, focus: str, low: Lowering) -> str:  # noqa: ARG002 - as all do
        """Return the test that a value's text has the length; blank nodes have no text."""
        length = f"STRLEN(STR({value})) {_LENGTHS[self.kind]} {self.limit}"
        return every([f"!isBlank({value})", sure(length)])


@dataclass(frozen=True)
class Pattern(ValueConstraint):
    """sh:pattern with sh:flags."""

    name: ClassVar[str] = "Pattern"
    pattern: str
    flags: str

    def holds(self, value: str, focus: str, low: Lowering) -> str:  # noqa: ARG002 - as all do
        """Return the test that a value's text matches; blank nodes have no text."""
        return every([f"!isBlank({value})", low.matches(value, self.pattern, self.flags)])


@dataclass(frozen=True)
class LanguageIn(ValueConstraint):
    """sh:languageIn."""

    name: ClassVar[str] = "LanguageIn"
    languages: tuple[str, ...]

    def holds(self, value: str, focus: str, low: Lowering) -> str:  # noqa: ARG002 - as all do
        """Return the test that a value's language is one of those, or below one."""
        ranges = [
            sure(f"langMatches(LANG({value}), {to_sparql(Literal(each))})")
            for each in self.languages
        ]
        return every([sure(f'LANG({value}) != ""'), some(ranges)])


@dataclass(frozen=True)
class In(ValueConstraint):
    """sh:in."""

    name: ClassVar[str] = "In"
    members: tuple[Term, ...]

    def holds(self, value: str, focus: str, low: Lowering) -> str:  # noqa: ARG002 - as all do
        """Return the test that a value is one of the members, as a term and not as a value."""
        iris = [to_sparql(each) for each in self.members if isinstance(each, NamedNode)]
        others = [each for each in self.members if not isinstance(each, NamedNode)]
        tests = [every([f"isIRI({value})", f"{value} IN ({', '.join(iris)})"])] if iris else []
        literals = [each for each in others if isinstance(each, Literal)]
        if len(literals) > _FEW and low.forms.same_term:
            member = low.fresh()
            listed = " ".join(low.text(each) for each in literals)
            tests.append(
                f"EXISTS {{ VALUES {member} {{ {listed} }} FILTER(sameTerm({member}, {value})) }}"
            )
            others = [each for each in others if not isinstance(each, Literal)]
        return some([*tests, *(low.same(value, each) for each in others)])


def read(graph: ShapesGraph, node: Node) -> Iterator[ValueConstraint]:
    """Yield the constraints of this family that a shape states."""
    for kind in _RANGES:
        limit = graph.literal(node, _parameter(kind))
        if limit is not None:
            yield Range(kind, limit)
    for kind in _LENGTHS:
        length = graph.count(node, _parameter(kind))
        if length is not None:
            yield Length(kind, length)
    flags = graph.literal(node, sh("flags"))
    for pattern in graph.objects(node, sh("pattern")):
        if not isinstance(pattern, Literal):
            raise ill_formed(node, f"has sh:pattern {pattern}, which must be a string")
        yield Pattern(pattern.value, "" if flags is None else flags.value)
    languages = graph.value(node, sh("languageIn"))
    if languages is not None:
        yield LanguageIn(tuple(_language(node, each) for each in graph.members(languages, of=node)))
    members = graph.value(node, sh("in"))
    if members is not None:
        yield In(graph.members(members, of=node))


def _parameter(kind: str) -> NamedNode:
    return sh(kind[0].lower() + kind[1:])


def _language(node: Node, term: Term) -> str:
    if isinstance(term, Literal):
        return term.value
    raise ill_formed(node, f"has sh:languageIn with {term}, which must be a string")
