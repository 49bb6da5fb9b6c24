"""Look up things by an IRI, a CURIE, the end of an IRI, or a name as people write it.

The first of these that matches anything decides:

1. a name, spelled the same;
2. the end of an IRI, or a name, the same except for case, accents, punctuation and Unicode form;
3. maker and model ("Acme X1" for X1, "X1" for Acme X1): a name in front of, or missing
   in front of, the name of something that is related to it;
4. the same name with another legal form, or without one ("Acme Corp"); a name without one also
   matches all that begin with it ("Acme") and is then ambiguous;
5. the domain of a website, or of the documents that somebody publishes ("acme.com");
6. a name with a word for its kind ("X1 chip"), or the maker and the kind ("Acme chip").
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from pyoxigraph import Literal, NamedNode

from factbook.errors import UsageError
from factbook.query.entities import NAMES, fold_words, read_names, strip_legal_form
from factbook.query.name_variants import Variants
from factbook.rdf.terms import curie, expand, is_iri, local_name, require_unicode
from factbook.render.humanize import words_in_iri
from factbook.sparql.bind import bind
from factbook.store.answers import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from factbook.book import Book
    from factbook.store.answers import Engine

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
_IS_GRAPH = "ASK { GRAPH ?thing { ?s ?p ?o } }"
_KNOWN = "ASK { { ?thing ?p ?o } UNION { ?s ?p ?thing } UNION { GRAPH ?thing { ?s ?p ?o } } }"
_MOST_CANDIDATES = 5
_MOST_NEAREST = 3
_LEAST_NEAR = 75  # of 100

_VARIANTS: WeakKeyDictionary[Engine, Variants] = WeakKeyDictionary()


class Names:
    """Looks up the things of one graph by name."""

    def __init__(self, engine: Engine, prefixes: Mapping[str, str]) -> None:
        self.engine = engine
        self.prefixes = prefixes

    @classmethod
    def of(cls, book: Book) -> Names:
        """Return the names of a book's things."""
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
            UsageError: Nothing or more than one thing matches, or it is of another class.
        """
        require_unicode(text, option)
        where = f"{option}: " if option else ""
        class_iri = self.class_iri(type_curie)
        iri = self.parse_iri(text)
        if iri is not None:
            if not self.is_known(iri):
                matches = self.find_by_name(text, class_iri)  # by the address of a website
                if len(matches) == 1:
                    return matches[0]
                raise UsageError(f"{where}no {self.class_label(class_iri)} '{text}' in the graph.")
            if class_iri is not None and not self.is_a(iri, class_iri):
                raise UsageError(f"{where}{self._describe_wrong_class(text, iri, class_iri)}")
            return iri
        matches = self.find_by_name(text, class_iri)
        if len(matches) == 1:
            return matches[0]
        if not matches:
            others = self.find_by_name(text, None) if class_iri is not None else []
            if class_iri is not None and len(others) == 1:
                raise UsageError(f"{where}{self._describe_wrong_class(text, others[0], class_iri)}")
            raise UsageError(f"{where}{self._describe_unknown(text, class_iri)}")
        offered = ", ".join(self._short(thing) for thing in matches[:_MOST_CANDIDATES])
        more = (
            f" and {len(matches) - _MOST_CANDIDATES} more"
            if len(matches) > _MOST_CANDIDATES
            else ""
        )
        raise UsageError(f"{where}'{text}' is ambiguous: {offered}{more}")

    def choices(self, *, type_curie: str | None = None) -> list[tuple[NamedNode, str]]:
        """Return all things of a class with each of their names, for completion and suggestions."""
        return self._list_names(self.class_iri(type_curie))

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

    def is_a(self, thing: NamedNode, class_iri: NamedNode) -> bool:
        """Tell whether a thing belongs to a class or to one of its subclasses."""
        return self._ask(_IS_A, {"thing": thing, "class": class_iri})

    def find_by_name(
        self, text: str, class_iri: NamedNode | None, *, with_kind: bool = True
    ) -> list[NamedNode]:
        """Return the things with a name; the docstring of the module lists what matches.

        Without a class, a document about other things matches only if nothing else does.

        Args:
            text: The name.
            class_iri: The class that the things must belong to.
            with_kind: Whether the last words may name the kind of the thing.
        """
        documents: list[NamedNode] = []
        exact = self._find_exact(text)
        for things in itertools.chain([exact], self._variants.find(text, with_kind=with_kind)):
            fitting = [
                thing for thing in things if class_iri is None or self.is_a(thing, class_iri)
            ]
            others = fitting
            if class_iri is None and not _is_slug(text, fitting):
                others = [t for t in fitting if not self._ask(_IS_GRAPH, {"thing": t})]
            if others:
                return sorted(others, key=lambda thing: thing.value)
            documents = documents or fitting
        return documents

    def nearest(
        self,
        text: str,
        class_iri: NamedNode | None = None,
        *,
        most: int = _MOST_NEAREST,
        least: int = _LEAST_NEAR,
    ) -> dict[NamedNode, str]:
        """Return the things with names similar to a text, each with that name, the best first.

        Args:
            text: The text.
            class_iri: The class that the things must belong to.
            most: The maximum number of things.
            least: The minimum similarity, from 0 to 100.
        """
        from rapidfuzz import fuzz, process

        names = self._plain_spellings(class_iri)
        spelled = _plain(text)
        matches = process.extract(
            spelled, names, scorer=fuzz.ratio, limit=5 * most, score_cutoff=least
        )
        keys = [key for _, _, key in matches]
        if spelled:  # names that the text begins, or else that hold it
            holding = [key for key, name in names.items() if f" {spelled} " in f" {name} "]
            holding.sort(key=lambda key: (names[key].find(spelled) > 0, len(names[key])))
            keys += holding[: 2 * most]
        best: dict[NamedNode, str] = {}
        for iri, name in keys:
            best.setdefault(NamedNode(iri), name or self._variants.names[iri][0])
        return dict(list(best.items())[:most])

    def _plain_spellings(self, class_iri: NamedNode | None) -> dict[tuple[str, str], str]:
        """Return each name of each thing, and the end of its IRI, normalized for comparison."""
        names = {}
        for iri, name in self._spellings(class_iri):
            names[iri, name] = _plain(name)
            names[iri, ""] = _plain(local_name(iri))
        return names

    def _spellings(self, class_iri: NamedNode | None) -> Iterable[tuple[str, str]]:
        if class_iri is not None:
            return [(thing.value, name) for thing, name in self._list_names(class_iri)]
        return [
            (iri, name) for iri, all_names in self._variants.names.items() for name in all_names
        ]

    def _find_exact(self, text: str) -> list[NamedNode]:
        names = {"plain": Literal(text), "english": Literal(text, language="en")}
        things = [row[0] for row in select(self.engine, bind(_EXACT, names))]
        return [thing for thing in things if isinstance(thing, NamedNode)]

    @property
    def _variants(self) -> Variants:
        """The name variants of everything in the graph, read once per engine."""
        variants = _VARIANTS.get(self.engine)
        if variants is None:
            variants = _VARIANTS[self.engine] = Variants(self.engine, read_names(self.engine))
        return variants

    def _list_names(self, class_iri: NamedNode | None) -> list[tuple[NamedNode, str]]:
        text = bind(_ALL_OF_CLASS, {"class": class_iri}) if class_iri else _ALL
        pairs = [
            (thing, name.value)
            for thing, name in select(self.engine, text)
            if isinstance(thing, NamedNode) and isinstance(name, Literal)
        ]
        # Sorting in the engine, which keeps texts on disk, takes eight times as long
        return sorted(pairs, key=lambda pair: (pair[0].value, pair[1]))

    def _ask(self, text: str, terms: Mapping[str, NamedNode]) -> bool:
        return self.engine.query(bind(text, terms)) is True

    def _describe_unknown(self, text: str, class_iri: NamedNode | None) -> str:
        near = list(self.nearest(text, class_iri).values())
        part = self._find_name_within(text, class_iri)
        if part and not any(_plain(part) in _plain(name) for name in near):
            near = [part, *near][:_MOST_NEAREST]
        quoted = ", ".join(f"'{name}'" for name in near)
        offer = f"; nearest: {quoted}" if near else ""
        return f"no {self.class_label(class_iri)} is called '{text}'{offer}."

    def _find_name_within(self, text: str, class_iri: NamedNode | None) -> str:
        """Return the longest name that a text contains: "Acme" in "Acme Energy"."""
        spelled = f" {_plain(text)} "
        names = self._plain_spellings(class_iri).items()
        matches = [(len(name), key) for key, name in names if name and f" {name} " in spelled]
        longest = max(matches, default=None)
        if longest is None:
            return ""
        iri, name = longest[1]
        return name or self._variants.names[iri][0]

    def _describe_wrong_class(self, text: str, thing: NamedNode, class_iri: NamedNode) -> str:
        own_class = next(
            (NamedNode(iri) for iri in sorted(self._variants.classes(thing.value))), None
        )
        name = self._variants.names.get(thing.value, (text,))[0]
        actual, expected = self.class_label(own_class), self.class_label(class_iri)
        return f"'{name}' is {_article(actual)}, not {_article(expected)}."

    def class_label(self, class_iri: NamedNode | None) -> str:
        """Return the label of a class in lower case."""
        if class_iri is None:
            return "thing"
        named = self._variants.names.get(class_iri.value)
        return (named[0] if named else words_in_iri(class_iri.value)).lower()

    def _short(self, thing: NamedNode) -> str:
        return curie(thing.value, self.prefixes) or f"<{thing.value}>"


def _is_slug(text: str, things: list[NamedNode]) -> bool:
    return any(local_name(thing.value) == text for thing in things)


def _plain(name: str) -> str:
    """Return the words of a name without its legal form, for comparison."""
    return " ".join(strip_legal_form(fold_words(name)))


def _article(noun: str) -> str:
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"
