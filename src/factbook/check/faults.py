"""A fault as an engine reports it, before anybody has looked for its place in the files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode

from factbook.rdf.terms import curie, to_sparql
from factbook.shacl import INVERSE, Path, PathExpression

if TYPE_CHECKING:
    from collections.abc import Mapping

    from factbook.check.findings import Rule
    from factbook.rdf.terms import Term
    from factbook.shacl import Result

_IRI = re.compile(r"<([^<>]*)>")


@dataclass(frozen=True)
class Fault:
    """What is wrong, under which rule, in terms of the graph."""

    rule: Rule
    focus: Term
    path: Path | None = None
    value: Term | None = None
    message: str = ""
    """What to write instead, where it is more to the point than the rule's own cure."""
    graph: NamedNode | None = None
    """The source in which it is wrong, where that is known."""
    result: Result | None = None
    """The validation result that it is, where it is one."""

    @property
    def first_step(self) -> tuple[NamedNode | None, bool]:
        """The property with which the path leaves the focus node, and whether against its arrow."""
        step, backward = self.path, False
        while isinstance(step, PathExpression):
            backward ^= step.operator == INVERSE
            step = step.parts[0]
        return step, backward


def shown(part: Term | Path | None, prefixes: Mapping[str, str]) -> str:
    """Return a term or a path as Turtle and SPARQL write it, IRIs with the book's prefixes."""
    if part is None:
        return ""
    if isinstance(part, BlankNode):
        return "a blank node"
    text = to_sparql(part) if isinstance(part, Literal) else str(part)
    if isinstance(part, Literal):
        datatype = f"<{part.datatype.value}>"
        if not text.endswith(f"^^{datatype}"):
            return text
        return text.removesuffix(datatype) + _short(datatype, prefixes)
    return _IRI.sub(lambda match: _short(match.group(), prefixes), text)


def _short(iri: str, prefixes: Mapping[str, str]) -> str:
    return curie(iri[1:-1], prefixes) or iri
