"""Find things by an IRI, a CURIE, a label or the end of an IRI.

Says what is found and nothing more; `resolve` says what is wrong where it is not one thing.
"""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from factbook.query.filling import filled
from factbook.rdf.terms import expand, is_iri, local_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from factbook.rdf.terms import Term

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
_RDFS = "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
# Split at the variables that are given, so that no query has to be taken apart to be filled in
_EXACT = (
    f"SELECT DISTINCT ?thing WHERE {{ VALUES ?property {{ {_PROPERTIES} }} VALUES ?name {{ ",
    *("?plain", " ", "?english", " } ?thing ?property ?name } ORDER BY ?thing"),
)
_PAIRS = "SELECT DISTINCT ?thing ?name WHERE {"
_HAS_NAME = f"VALUES ?property {{ {_PROPERTIES} }} ?thing ?property ?name }}"
_NAMED = (f"{_PAIRS} {_HAS_NAME}",)
_NAMED_IN = (
    f"{_RDFS}{_PAIRS} ?type rdfs:subClassOf* ",
    "?class",
    f" . ?thing a ?type . {_HAS_NAME}",
)
_IS_A = (f"{_RDFS}ASK {{ ", "?thing", " a ?type . ?type rdfs:subClassOf* ", "?class", " }")
_KNOWN = (
    *("ASK { { ", "?thing", " ?p ?o } UNION { ?s ?p ", "?thing", " } UNION { GRAPH "),
    *("?thing", " { ?s ?p ?o } } }"),
)


class Names:
    """Looks names up in one graph.

    Args:
        select: Gives the rows of a SELECT.
        ask: Gives the answer to an ASK.
        prefixes: The book's.
    """

    def __init__(
        self,
        select: Callable[[str], Sequence[tuple[Term | None, ...]]],
        ask: Callable[[str], bool],
        prefixes: Mapping[str, str],
    ) -> None:
        self._select = select
        self._ask = ask
        self._prefixes = prefixes

    def meant(self, text: str, wanted: NamedNode | None) -> NamedNode | None:
        """Return the one thing of a class that a text means, or None."""
        thing = self.written_out(text)
        if thing is not None:
            fits = self.is_known(thing) and (wanted is None or self.is_a(thing, wanted))
            return thing if fits else None
        found = self.called(text, wanted)
        return found[0] if len(found) == 1 else None

    def kind(self, type_curie: str | None) -> NamedNode | None:
        """Return the class that a CURIE or an IRI names."""
        if type_curie is None:
            return None
        return NamedNode(expand(type_curie, self._prefixes) or type_curie)

    def written_out(self, text: str) -> NamedNode | None:
        """Return the thing that an IRI or a CURIE names; it need not be in the graph."""
        if text.startswith("<") and text.endswith(">"):
            text = text[1:-1]
        expanded = expand(text, self._prefixes)
        if expanded is not None and is_iri(expanded):
            return NamedNode(expanded)
        return NamedNode(text) if is_iri(text) and "/" in text else None

    def is_known(self, thing: NamedNode) -> bool:
        """Tell whether the graph says anything of a thing."""
        return self._ask(filled(_KNOWN, {"thing": thing}))

    def is_a(self, thing: NamedNode, wanted: NamedNode) -> bool:
        """Tell whether a thing is of a class or of one below it."""
        return self._ask(filled(_IS_A, {"thing": thing, "class": wanted}))

    def called(self, text: str, wanted: NamedNode | None) -> list[NamedNode]:
        """Return the things of a name: as it is written, or else in any case."""
        return self._exactly(text, wanted) or self._folded(text, wanted)

    def choices(self, wanted: NamedNode | None) -> list[tuple[NamedNode, str]]:
        """Return all things of a class with each of their names."""
        text = filled(_NAMED_IN, {"class": wanted}) if wanted else filled(_NAMED, {})
        found = [
            (thing, name.value)
            for thing, name in self._select(text)
            if isinstance(thing, NamedNode) and isinstance(name, Literal)
        ]
        # Sorted here: an engine takes eight times as long, because it keeps texts on disk
        return sorted(found, key=lambda pair: (pair[0].value, pair[1]))

    def _exactly(self, text: str, wanted: NamedNode | None) -> list[NamedNode]:
        names = {"plain": Literal(text), "english": Literal(text, language="en")}
        found = [row[0] for row in self._select(filled(_EXACT, names))]
        things = [thing for thing in found if isinstance(thing, NamedNode)]
        return [thing for thing in things if wanted is None or self.is_a(thing, wanted)]

    def _folded(self, text: str, wanted: NamedNode | None) -> list[NamedNode]:
        folded = text.casefold()
        named = self.choices(wanted)
        by_slug = {
            thing: None for thing, _ in named if local_name(thing.value).casefold() == folded
        }
        if by_slug:
            return list(by_slug)
        return list({thing: None for thing, name in named if name.casefold() == folded})
