"""Find things by the variants in which people write their names.

Names are compared by their letters and digits only.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from factbook.query.entities import fold_words, strip_legal_form
from factbook.rdf.terms import local_name
from factbook.sparql.bind import bind, bind_rows
from factbook.store.answers import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from factbook.rdf.terms import Term
    from factbook.store.answers import Engine

_CLASSES = "SELECT DISTINCT ?class WHERE { ?thing a ?class }"
_RELATED = "ASK { { ?thing ?p ?other } UNION { ?other ?p ?thing } }"
_OF_KIND = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?thing ?named WHERE {
  ?thing ?relation ?kind .
  FILTER(?thing = ?named || EXISTS { ?thing ?up ?named } || EXISTS { ?named ?down ?thing })
  FILTER(EXISTS { ?any a ?kind } || EXISTS { ?kind a/rdfs:subClassOf* skos:Concept })
}"""
_SITES = """PREFIX schema: <https://schema.org/>
SELECT DISTINCT ?thing ?address WHERE {
  { ?thing schema:url ?address FILTER NOT EXISTS { GRAPH ?thing { ?s ?p ?o } } }
  UNION { ?document schema:publisher ?thing ; schema:url ?address }
}"""
_HOST = re.compile(
    r"(?:https?://)?(?:www\.)?((?:[\w-]+\.)*([\w-]+)\.[a-z]{2,})(?:[/:?#].*)?", re.IGNORECASE
)

Words = tuple[str, ...]


class Variants:
    """Finds the things of one graph by variants of their names.

    Args:
        engine: The graph.
        names: The names of each thing, in order of preference.
    """

    def __init__(self, engine: Engine, names: Mapping[str, tuple[str, ...]]) -> None:
        self.engine = engine
        self.names = names
        self._slugs: dict[str, list[str]] = defaultdict(list)
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._without_legal_form: dict[str, list[str]] = defaultdict(list)  # without legal forms
        # By the end of a name: the thing, and the words before that end
        self._by_ending: dict[str, list[tuple[str, Words]]] = defaultdict(list)
        # By the first words of a longer name
        self._by_beginning: dict[str, list[str]] = defaultdict(list)
        for iri, names_of_thing in names.items():
            slug = local_name(iri).casefold()
            for key in {slug, "".join(fold_words(slug))}:
                self._slugs[key].append(iri)
            for name in names_of_thing:
                words = fold_words(name)
                self._by_name["".join(words)].append(iri)
                self._without_legal_form["".join(strip_legal_form(words))].append(iri)
                for length in range(1, len(words)):
                    self._by_ending["".join(words[length:])].append((iri, words[:length]))
                    self._by_beginning["".join(words[:length])].append(iri)

    def find(self, text: str, *, with_kind: bool = True) -> Iterator[list[NamedNode]]:
        """Yield the things that a text finds by each kind of variant, the most certain kind first.

        Args:
            text: The text.
            with_kind: Whether its last words may name the kind of the thing.
        """
        words = fold_words(text)
        key = "".join(words)
        yield _nodes(self._slugs.get(text.casefold(), ()))
        yield _nodes(self._slugs.get(key, ()))
        yield _nodes(self._by_name.get(key, ()))
        yield _nodes(self._match_maker(words))
        yield _nodes(self._match_legal_form(words))
        yield _nodes(self._match_website(text))
        if with_kind:
            yield _nodes(self._match_kind(words))

    def classes(self, iri: str) -> set[str]:
        """Return the classes of a thing."""
        rows = select(self.engine, bind(_CLASSES, {"thing": NamedNode(iri)}))
        return {term.value for (term,) in rows if isinstance(term, NamedNode)}

    def _match_maker(self, words: Words) -> Iterable[str]:
        """Yield things whose name lacks the maker that the text has, or has one that it lacks."""
        for iri, maker in self._by_ending.get("".join(words), ()):
            if self._is_related(iri, maker):
                yield iri
        for length in range(1, len(words)):
            for iri in self._by_name.get("".join(words[length:]), ()):
                if self._is_related(iri, words[:length]):
                    yield iri

    def _is_related(self, iri: str, maker: Words) -> bool:
        """Tell whether a thing is related to one of another class that has the maker's name."""
        key = "".join(maker)
        makers = dict.fromkeys(
            [*self._by_name.get(key, ()), *self._without_legal_form.get(key, ())]
        )
        return any(
            self.engine.query(bind(_RELATED, {"thing": NamedNode(iri), "other": NamedNode(other)}))
            is True
            for other in makers
            if other != iri and self.classes(other) != self.classes(iri)
        )

    def _match_legal_form(self, words: Words) -> Iterable[str]:
        """Yield things with the same name except for the legal form.

        A text without a legal form also matches things of the same class with a longer name.
        """
        plain = strip_legal_form(words)
        key = "".join(plain)
        if plain != words and key in self._by_name:
            yield from self._by_name[key]
            return
        same = self._without_legal_form.get(key, ())
        yield from same
        classes = {name for iri in same for name in self.classes(iri)}
        if plain == words:
            for iri in self._by_beginning.get(key, ()):
                if classes & self.classes(iri):
                    yield iri

    def _match_website(self, text: str) -> Iterable[str]:
        """Return things by the domain of their website or of the documents that they publish.

        If nothing has the domain, look up the name before its ending.
        """
        match = _HOST.fullmatch(text.strip())
        if match is None:
            return ()
        suffix = f".{match[1].casefold()}"
        at_host = (iris for host, iris in self._hosts.items() if f".{host}".endswith(suffix))
        return [*itertools.chain.from_iterable(at_host)] or self._by_name.get(
            "".join(fold_words(match[2])), ()
        )

    @cached_property
    def _hosts(self) -> dict[str, list[str]]:
        hosts: dict[str, list[str]] = defaultdict(list)
        for thing, address in select(self.engine, _SITES):
            match = _HOST.fullmatch(address.value) if isinstance(address, NamedNode) else None
            if match is not None and isinstance(thing, NamedNode):
                hosts[match[1].casefold()].append(thing.value)
        return hosts

    def _match_kind(self, words: Words) -> Iterable[str]:
        """Yield the things that the first words name and the last words classify ("Acme site").

        If the first words name a thing of another kind, yield the things related to it instead.
        """
        for length in range(len(words) - 1, 0, -1):
            key, end = "".join(words[:length]), "".join(words[length:])
            kinds = {*self._by_name.get(end, ()), *(iri for iri, _ in self._by_ending.get(end, ()))}
            named = {*self._by_name.get(key, ()), *self._match_maker(words[:length])}
            rows: list[tuple[Term, Term]] = [
                (NamedNode(iri), NamedNode(kind)) for iri in named for kind in kinds
            ]
            if not rows:
                continue
            pairs = list(select(self.engine, bind_rows(_OF_KIND, ("named", "kind"), rows)))
            itself = [thing for thing, anchor in pairs if thing == anchor]
            matches = itself or [thing for thing, _ in pairs]
            yield from (
                term.value
                for term in matches
                if isinstance(term, NamedNode) and term.value in self.names
            )


def _nodes(iris: Iterable[str]) -> list[NamedNode]:
    return [NamedNode(iri) for iri in dict.fromkeys(iris)]
