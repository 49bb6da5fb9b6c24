"""Find the thing that somebody means by an IRI, a CURIE, a label or the end of an IRI."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.errors import UsageError, did_you_mean
from factbook.query.bind import bind
from factbook.rdf.terms import curie, expand, is_iri, local_name
from factbook.store.answers import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from factbook.store.answers import Engine

# What people call things, the best first.
NAMES = (
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    "https://schema.org/name",
    "http://www.w3.org/2000/01/rdf-schema#label",
    "https://schema.org/legalName",
    "https://schema.org/alternateName",
    "http://www.w3.org/2004/02/skos/core#altLabel",
    "http://www.w3.org/2004/02/skos/core#notation",
)
_PROPERTIES = " ".join(f"<{name}>" for name in NAMES)
_EXACT = f"""SELECT DISTINCT ?thing WHERE {{
  VALUES ?property {{ {_PROPERTIES} }} VALUES ?name {{ ?plain ?english }}
  ?thing ?property ?name }} ORDER BY ?thing"""
_NAMED = f"""SELECT DISTINCT ?thing ?name WHERE {{
  VALUES ?property {{ {_PROPERTIES} }} ?thing ?property ?name }}"""
_NAMED_IN = f"""PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?thing ?name WHERE {{
  ?type rdfs:subClassOf* ?class . ?thing a ?type .
  VALUES ?property {{ {_PROPERTIES} }} ?thing ?property ?name }}"""
_IS_A = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
ASK { ?thing a ?type . ?type rdfs:subClassOf* ?class }"""
_KNOWN = "ASK { { ?thing ?p ?o } UNION { ?s ?p ?thing } UNION { GRAPH ?thing { ?s ?p ?o } } }"
_MOST_CANDIDATES = 5


@dataclass(frozen=True)
class Resolver:
    """Looks names up in one graph."""

    engine: Engine
    prefixes: Mapping[str, str]

    def resolve(self, text: str, *, type_curie: str | None = None, option: str = "") -> NamedNode:
        """Return the one thing that a text means.

        Args:
            text: An IRI, a CURIE, any of the thing's names in any case, or the end of its IRI.
            type_curie: The class that it must belong to.
            option: What to call the text in a message, e.g. '--company'.

        Raises:
            UsageError: Nothing or more than one thing fits, or it is of another class.
        """
        where = f"{option}: " if option else ""
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise UsageError(f"{where}{text!a} is not valid Unicode text")
        wanted = self._class(type_curie)
        kind = f" {self._short(wanted)}" if wanted else " thing"
        given = self._given(text)
        if given is not None:
            if not self._ask(_KNOWN, thing=given):
                raise UsageError(
                    f"{where}no{kind} '{text}' in the graph.{self._nearest(text, wanted)}"
                )
            if wanted is not None and not self._is_a(given, wanted):
                raise UsageError(f"{where}'{text}' is not a{kind}")
            return given
        found = self._exactly(text, wanted) or self._folded(text, wanted)
        if len(found) == 1:
            return found[0]
        if not found:
            raise UsageError(f"{where}no{kind} is called '{text}'.{self._nearest(text, wanted)}")
        offered = ", ".join(self._short(thing) for thing in found[:_MOST_CANDIDATES])
        more = f" and {len(found) - _MOST_CANDIDATES} more" if len(found) > _MOST_CANDIDATES else ""
        raise UsageError(f"{where}'{text}' may mean {offered}{more}; write the one you mean")

    def choices(self, *, type_curie: str | None = None) -> list[tuple[NamedNode, str]]:
        """Return all things of a class with each of their names, for completion and suggestions."""
        wanted = self._class(type_curie)
        text = _NAMED if wanted is None else bind(_NAMED_IN, {"class": wanted})
        found = [
            (thing, name.value)
            for thing, name in select(self.engine, text)
            if isinstance(thing, NamedNode) and isinstance(name, Literal)
        ]
        # Sorted here: an engine takes eight times as long, because it keeps texts on disk
        return sorted(found, key=lambda pair: (pair[0].value, pair[1]))

    def _class(self, type_curie: str | None) -> NamedNode | None:
        if type_curie is None:
            return None
        iri = expand(type_curie, self.prefixes) or type_curie
        return NamedNode(iri)

    def _given(self, text: str) -> NamedNode | None:
        if text.startswith("<") and text.endswith(">"):
            text = text[1:-1]
        expanded = expand(text, self.prefixes)
        if expanded is not None and is_iri(expanded):
            return NamedNode(expanded)
        return NamedNode(text) if is_iri(text) and "/" in text else None

    def _exactly(self, text: str, wanted: NamedNode | None) -> list[NamedNode]:
        names = {"plain": Literal(text), "english": Literal(text, language="en")}
        found = [row[0] for row in select(self.engine, bind(_EXACT, names))]
        things = [thing for thing in found if isinstance(thing, NamedNode)]
        return [thing for thing in things if wanted is None or self._is_a(thing, wanted)]

    def _folded(self, text: str, wanted: NamedNode | None) -> list[NamedNode]:
        folded = text.casefold()
        named = self._choices(wanted)
        by_slug = {
            thing: None for thing, _ in named if local_name(thing.value).casefold() == folded
        }
        if by_slug:
            return list(by_slug)
        return list({thing: None for thing, name in named if name.casefold() == folded})

    def _choices(self, wanted: NamedNode | None) -> list[tuple[NamedNode, str]]:
        return self.choices(type_curie=wanted.value if wanted else None)

    def _nearest(self, text: str, wanted: NamedNode | None) -> str:
        names: Iterable[str] = (
            name
            for thing, label in self._choices(wanted)
            for name in (local_name(thing.value), label)
        )
        return did_you_mean(text, names)

    def _is_a(self, thing: NamedNode, wanted: NamedNode) -> bool:
        return self._ask(_IS_A, **{"thing": thing, "class": wanted})

    def _ask(self, text: str, **terms: NamedNode) -> bool:
        return self.engine.query(bind(text, terms)) is True

    def _short(self, thing: NamedNode) -> str:
        return curie(thing.value, self.prefixes) or f"<{thing.value}>"
