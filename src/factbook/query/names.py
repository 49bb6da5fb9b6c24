"""Look up things by an IRI, a CURIE, a label or the end of an IRI."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.errors import UsageError, did_you_mean
from factbook.rdf.terms import curie, expand, is_iri, local_name
from factbook.sparql.bind import bind
from factbook.store.answers import select

if TYPE_CHECKING:
    from collections.abc import Mapping

    from factbook.book import Book
    from factbook.store.answers import Engine

# Properties that name things, the best first
NAMES = (
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    "https://schema.org/name",
    "http://www.w3.org/2000/01/rdf-schema#label",
    "https://schema.org/legalName",
    "https://schema.org/alternateName",
    "http://www.w3.org/2004/02/skos/core#altLabel",
    "http://www.w3.org/2004/02/skos/core#notation",
)
_PROPERTIES = f"VALUES ?property {{ {' '.join(f'<{name}>' for name in NAMES)} }}"
_RDFS = "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
_EXACT = (
    f"SELECT DISTINCT ?thing WHERE {{ {_PROPERTIES} VALUES ?name {{ ?plain ?english }} "
    "?thing ?property ?name } ORDER BY ?thing"
)
_ALL = f"SELECT DISTINCT ?thing ?name WHERE {{ {_PROPERTIES} ?thing ?property ?name }}"
_ALL_OF_CLASS = (
    f"{_RDFS}SELECT DISTINCT ?thing ?name WHERE {{ ?type rdfs:subClassOf* ?class . "
    f"?thing a ?type . {_PROPERTIES} ?thing ?property ?name }}"
)
_IS_A = f"{_RDFS}ASK {{ ?thing a ?type . ?type rdfs:subClassOf* ?class }}"
_KNOWN = "ASK { { ?thing ?p ?o } UNION { ?s ?p ?thing } UNION { GRAPH ?thing { ?s ?p ?o } } }"
_MOST_CANDIDATES = 5


class Names:
    """Looks up the things of one graph by name."""

    def __init__(self, engine: Engine, prefixes: Mapping[str, str]) -> None:
        self.engine = engine
        self.prefixes = prefixes

    @classmethod
    def of(cls, book: Book) -> Names:
        """Return the look-up of a book's things."""
        return cls(book.engine, book.prefixes)

    def lookup_one(
        self, text: str, *, type_curie: str | None = None, option: str = ""
    ) -> NamedNode:
        """Return the one thing that a text names.

        Args:
            text: An IRI, a CURIE, any of the thing's names in any case, or the end of its IRI.
            type_curie: The class that it must belong to.
            option: The option that the text was given for, such as '--company', for the message.

        Raises:
            UsageError: Nothing or more than one thing fits, or it is of another class.
        """
        where = f"{option}: " if option else ""
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise UsageError(f"{where}{text!a} is not valid Unicode text")
        wanted = self.class_iri(type_curie)
        kind = f" {self._short(wanted)}" if wanted else " thing"
        given = self.parse_iri(text)
        if given is not None:
            if not self.is_known(given):
                raise UsageError(
                    f"{where}no{kind} '{text}' in the graph.{self._nearest(text, wanted)}"
                )
            if wanted is not None and not self.is_a(given, wanted):
                raise UsageError(f"{where}'{text}' is not a{kind}")
            return given
        found = self.find_by_name(text, wanted)
        if len(found) == 1:
            return found[0]
        if not found:
            raise UsageError(f"{where}no{kind} is called '{text}'.{self._nearest(text, wanted)}")
        offered = ", ".join(self._short(thing) for thing in found[:_MOST_CANDIDATES])
        more = f" and {len(found) - _MOST_CANDIDATES} more" if len(found) > _MOST_CANDIDATES else ""
        raise UsageError(f"{where}'{text}' is ambiguous: {offered}{more}")

    def choices(self, *, type_curie: str | None = None) -> list[tuple[NamedNode, str]]:
        """Return all things of a class with each of their names, for completion and suggestions."""
        return self._named(self.class_iri(type_curie))

    def class_iri(self, type_curie: str | None) -> NamedNode | None:
        """Return the class that a CURIE or an IRI names."""
        if type_curie is None:
            return None
        return NamedNode(expand(type_curie, self.prefixes) or type_curie)

    def parse_iri(self, text: str) -> NamedNode | None:
        """Return the IRI of a text that is an IRI or a CURIE; it need not be in the graph."""
        if text.startswith("<") and text.endswith(">"):
            text = text[1:-1]
        expanded = expand(text, self.prefixes)
        if expanded is not None and is_iri(expanded):
            return NamedNode(expanded)
        return NamedNode(text) if is_iri(text) and "/" in text else None

    def is_known(self, thing: NamedNode) -> bool:
        """Tell whether the graph says anything about a thing."""
        return self._ask(_KNOWN, {"thing": thing})

    def is_a(self, thing: NamedNode, wanted: NamedNode) -> bool:
        """Tell whether a thing belongs to a class or to one of its subclasses."""
        return self._ask(_IS_A, {"thing": thing, "class": wanted})

    def find_by_name(self, text: str, wanted: NamedNode | None) -> list[NamedNode]:
        """Return the things of a class with a name: spelled the same, or else in any case."""
        return self._find_exactly(text, wanted) or self._find_folded(text, wanted)

    def _find_exactly(self, text: str, wanted: NamedNode | None) -> list[NamedNode]:
        names = {"plain": Literal(text), "english": Literal(text, language="en")}
        found = [row[0] for row in select(self.engine, bind(_EXACT, names))]
        things = [thing for thing in found if isinstance(thing, NamedNode)]
        return [thing for thing in things if wanted is None or self.is_a(thing, wanted)]

    def _find_folded(self, text: str, wanted: NamedNode | None) -> list[NamedNode]:
        folded = text.casefold()
        named = self._named(wanted)
        by_slug = {
            thing: None for thing, _ in named if local_name(thing.value).casefold() == folded
        }
        if by_slug:
            return list(by_slug)
        return list({thing: None for thing, name in named if name.casefold() == folded})

    def _named(self, wanted: NamedNode | None) -> list[tuple[NamedNode, str]]:
        text = bind(_ALL_OF_CLASS, {"class": wanted}) if wanted else _ALL
        found = [
            (thing, name.value)
            for thing, name in select(self.engine, text)
            if isinstance(thing, NamedNode) and isinstance(name, Literal)
        ]
        # Sorted here: the engine, which keeps texts on disk, takes eight times as long
        return sorted(found, key=lambda pair: (pair[0].value, pair[1]))

    def _ask(self, text: str, terms: Mapping[str, NamedNode]) -> bool:
        return self.engine.query(bind(text, terms)) is True

    def _nearest(self, text: str, wanted: NamedNode | None) -> str:
        names = (
            name
            for thing, label in self._named(wanted)
            for name in (local_name(thing.value), label)
        )
        return did_you_mean(text, names)

    def _short(self, thing: NamedNode) -> str:
        return curie(thing.value, self.prefixes) or f"<{thing.value}>"
