"""Write terms the Turtle way: prefixed names, bare numbers, everything else in full."""

from __future__ import annotations

import re
from operator import attrgetter
from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph, Literal, NamedNode, Triple

from factbook.rdf.terms import XSD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyoxigraph import Quad

    from factbook.rdf.terms import Term

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
TYPE = NamedNode(f"{RDF}type")
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
# Turtle, section 2.5: what may stand bare, and then has this datatype and this very spelling
_BARE = {
    f"{XSD}integer": re.compile(r"[+-]?[0-9]+", re.ASCII),
    f"{XSD}decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+", re.ASCII),
    f"{XSD}double": re.compile(r"[+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)[eE][+-]?[0-9]+", re.ASCII),
    f"{XSD}boolean": re.compile(r"true|false"),
}


class Names:
    """Shortens IRIs with a prefix map and remembers which prefixes it used."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._by_namespace = {namespace: prefix for prefix, namespace in prefixes.items()}
        self._known: dict[str, str] = {}
        self.used: dict[str, str] = {}

    def iri(self, iri: str) -> str:
        """Return a prefixed name, or the IRI between angle brackets."""
        known = self._known.get(iri)
        if known is None:
            known = self._known[iri] = self._short(iri) or str(NamedNode(iri))
        return known

    def term(self, term: Term) -> str:
        """Return any term as Turtle writes it."""
        if isinstance(term, NamedNode):
            return self.iri(term.value)
        if isinstance(term, Literal):
            return self._literal(term)
        if isinstance(term, Triple):
            parts = (term.subject, term.predicate, term.object)
            return f"<<( {' '.join(map(self.term, parts))} )>>"
        return str(term)

    def predicate(self, predicate: NamedNode) -> str:
        """Return a predicate; Turtle has a word for rdf:type."""
        return "a" if predicate == TYPE else self.iri(predicate.value)

    def _literal(self, literal: Literal) -> str:
        if literal.language:
            return str(literal)
        datatype = literal.datatype.value
        bare = _BARE.get(datatype)
        if bare is not None and bare.fullmatch(literal.value):
            return literal.value
        full = str(literal)
        ending = f"^^<{datatype}>"
        if not full.endswith(ending):  # a plain string
            return full
        return f"{full[: -len(ending)]}^^{self.iri(datatype)}"

    def _short(self, iri: str) -> str | None:
        end = max(iri.rfind("#"), iri.rfind("/")) + 1
        prefix = self._by_namespace.get(iri[:end])
        local = iri[end:]
        if prefix is None or not _LOCAL.fullmatch(local):
            return None
        self.used[prefix] = iri[:end]
        return f"{prefix}:{local}"


def used_prefixes(quads: Sequence[Quad], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return the prefixes, by name, that shorten an IRI in these quads."""
    names = Names(prefixes)
    for node in nodes_of(quads):
        names.term(node)
    for predicate in predicates_of(quads):
        names.predicate(predicate)
    return dict(sorted(names.used.items()))


def nodes_of(quads: Sequence[Quad]) -> set[Term]:
    """Return the subjects, objects and named graphs of quads."""
    found: set[Term] = set()
    for part in ("subject", "object", "graph_name"):
        found.update(map(attrgetter(part), quads))
    found.discard(DefaultGraph())
    return found


def predicates_of(quads: Sequence[Quad]) -> set[NamedNode]:
    """Return the predicates of quads."""
    return set(map(attrgetter("predicate"), quads))
