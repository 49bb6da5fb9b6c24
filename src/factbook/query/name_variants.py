"""The ways in which people write the names of things, each with what it finds.

Names are compared by their letters and digits alone.
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
    """Finds the things of one graph by ways to write their names.

    Args:
        engine: The graph.
        names: The names of each thing, the best one first.
    """

    def __init__(self, engine: Engine, names: Mapping[str, tuple[str, ...]]) -> None:
        self.engine = engine
        self.names = names
        self._slugs: dict[str, list[str]] = defaultdict(list)
        self._whole: dict[str, list[str]] = defaultdict(list)
        self._bare: dict[str, list[str]] = defaultdict(list)  # without legal forms
        # By the end of a name: the thing, and the words before that end
        self._ends: dict[str, list[tuple[str, Words]]] = defaultdict(list)
        # By the first words of a longer name
        self._begins: dict[str, list[str]] = defaultdict(list)
        for iri, given in names.items():
            slug = local_name(iri).casefold()
            for key in {slug, "".join(fold_words(slug))}:
                self._slugs[key].append(iri)
            for name in given:
                words = fold_words(name)
                self._whole["".join(words)].append(iri)
                self._bare["".join(strip_legal_form(words))].append(iri)
                for length in range(1, len(words)):
                    self._ends["".join(words[length:])].append((iri, words[:length]))
                    self._begins["".join(words[:length])].append(iri)

    def find(self, text: str, *, with_kind: bool = True) -> Iterator[list[NamedNode]]:
        """Yield for each way to write a name what a text finds, the surest way first.

        Args:
            text: The text.
            with_kind: Whether its last words may say the kind.
        """
        words = fold_words(text)
        key = "".join(words)
        yield _nodes(self._slugs.get(text.casefold(), ()))
        yield _nodes(self._slugs.get(key, ()))
        yield _nodes(self._whole.get(key, ()))
        yield _nodes(self._with_maker(words))
        yield _nodes(self._without_form(words))
        yield _nodes(self._at_site(text))
        if with_kind:
            yield _nodes(self._with_kind(words))

    def classes(self, iri: str) -> set[str]:
        """Return the classes of a thing."""
        found = select(self.engine, bind(_CLASSES, {"thing": NamedNode(iri)}))
        return {term.value for (term,) in found if isinstance(term, NamedNode)}

    def _with_maker(self, words: Words) -> Iterable[str]:
        """Yield things with a name that lacks the maker that the text has, or the reverse."""
        for iri, maker in self._ends.get("".join(words), ()):
            if self._is_related(iri, maker):
                yield iri
        for length in range(1, len(words)):
            for iri in self._whole.get("".join(words[length:]), ()):
                if self._is_related(iri, words[:length]):
                    yield iri

    def _is_related(self, iri: str, maker: Words) -> bool:
        """Tell whether a thing has any relation to one with a name, of another class."""
        key = "".join(maker)
        makers = dict.fromkeys([*self._whole.get(key, ()), *self._bare.get(key, ())])
        return any(
            self.engine.query(bind(_RELATED, {"thing": NamedNode(iri), "other": NamedNode(other)}))
            is True
            for other in makers
            if other != iri and self.classes(other) != self.classes(iri)
        )

    def _without_form(self, words: Words) -> Iterable[str]:
        """Yield things with the same name but for the legal form.

        A text without a legal form fits as well what has a longer name and the same class.
        """
        plain = strip_legal_form(words)
        key = "".join(plain)
        if plain != words and key in self._whole:
            yield from self._whole[key]
            return
        same = self._bare.get(key, ())
        yield from same
        classes = {name for iri in same for name in self.classes(iri)}
        if plain == words:
            for iri in self._begins.get(key, ()):
                if classes & self.classes(iri):
                    yield iri

    def _at_site(self, text: str) -> Iterable[str]:
        """Return things by the domain of their website or of the documents that they publish.

        Where the domain is not known, the name before its ending counts.
        """
        match = _HOST.fullmatch(text.strip())
        if match is None:
            return ()
        wanted = f".{match[1].casefold()}"
        at_host = (iris for host, iris in self._hosts.items() if f".{host}".endswith(wanted))
        return [*itertools.chain.from_iterable(at_host)] or self._whole.get(
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

    def _with_kind(self, words: Words) -> Iterable[str]:
        """Yield what the first words name and the last ones classify: the site Acme.

        Where the first words name something of another kind, what belongs to it: Acme's sites.
        """
        for length in range(len(words) - 1, 0, -1):
            key, end = "".join(words[:length]), "".join(words[length:])
            kinds = {*self._whole.get(end, ()), *(iri for iri, _ in self._ends.get(end, ()))}
            named = {*self._whole.get(key, ()), *self._with_maker(words[:length])}
            rows: list[tuple[Term, Term]] = [
                (NamedNode(one), NamedNode(kind)) for one in named for kind in kinds
            ]
            if not rows:
                continue
            pairs = list(select(self.engine, bind_rows(_OF_KIND, ("named", "kind"), rows)))
            itself = [thing for thing, one in pairs if thing == one]
            found = itself or [thing for thing, _ in pairs]
            yield from (
                term.value
                for term in found
                if isinstance(term, NamedNode) and term.value in self.names
            )


def _nodes(iris: Iterable[str]) -> list[NamedNode]:
    return [NamedNode(iri) for iri in dict.fromkeys(iris)]
