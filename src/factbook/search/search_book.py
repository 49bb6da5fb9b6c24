"""Search a book for words, and say what can be asked of each hit.

A hit is a thing, a concept, a class or a stored query. What can be asked of it follows from its
class and the classes of the parameters of the stored queries. Where some words mean a query and the
others a thing that it takes, the query comes with that thing filled in.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from pyoxigraph import NamedNode

from factbook.query.entities import Entity, read_entities, read_names
from factbook.query.names import Names
from factbook.query.stored_queries import StoredQuery, all_queries
from factbook.rdf.terms import curie, expand, local_name, require_unicode
from factbook.search.word_index import WordIndex, content_words
from factbook.sparql.tokens import meaningful, uses_service
from factbook.sparql.tree import parse_query

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from factbook.book import Book
    from factbook.store.answers import Engine

    Filled = dict[str, list[Entity]]

MOST_HITS = 10
_MOST_COMMANDS = 6
_MOST_FILLED = 2
_LEAST_SHARE = 0.4
"""Hits with a smaller share of the best score are left out."""
NAME, _ALIAS, _SUMMARY, _TAG, _COLUMN, _TERM, _TEXT = 10.0, 9.0, 7.0, 6.0, 4.0, 4.0, 2.5
_WHOLE_NAME = 3.0
_LESSER = 0.5
_LEAST_NEAR = 82
"""How much a name must be spelled like the words, of 100, to count as named by them."""
_SHAPES = "http://www.w3.org/ns/shacl#"
QUERY = "query"


@dataclass(frozen=True)
class Hit:
    """Something that a search found.

    `kind` is the word for its class, or 'query'; `iri` is None for a query. `commands` are command
    lines that say more about it, the best first.
    """

    name: str
    kind: str
    iri: str | None
    description: str
    also: tuple[str, ...]
    """Its other names."""
    commands: tuple[str, ...]
    score: float


@dataclass(frozen=True)
class _Index:
    """The words of a book, and what their documents are, by number."""

    words: WordIndex
    documents: Sequence[Entity | StoredQuery]
    entities: Mapping[str, Entity]
    numbers: Mapping[str, int]


_INDEXES: WeakKeyDictionary[Engine, _Index] = WeakKeyDictionary()


def search(book: Book, words: str, *, limit: int = MOST_HITS) -> tuple[Hit, ...]:
    """Return what fits some words, the best first.

    Args:
        book: The book.
        words: Names, terms or a question, in any order.
        limit: The most hits to return.

    Raises:
        UsageError: The words are not valid Unicode.
        InputError: The front matter of a stored query cannot be understood.
        EndpointError: An endpoint failed.
    """
    return _Search(book, words).hits(limit)


def search_queries(book: Book, words: str) -> tuple[StoredQuery, ...]:
    """Return the stored queries that have all of some words, the best first.

    The words stand in the name, summary, question, description, tags, parameters, columns or the
    names of the measures of a query.

    Raises:
        UsageError: The words are not valid Unicode.
        InputError: The front matter of a stored query cannot be understood.
    """
    found = _Search(book, words)
    ranked = sorted(
        (-sum(matched.values()), number)
        for number, matched in found.matched.items()
        if matched.keys() >= found.distinct
    )
    documents = (found.index.documents[number] for _, number in ranked)
    return tuple(document for document in documents if isinstance(document, StoredQuery))


class _Search:
    """One search of a book."""

    def __init__(self, book: Book, words: str) -> None:
        require_unicode(words)
        self.book = book
        self.index = _index_of(book)
        self.names = Names.of(book)
        self.text = words
        self.wanted = content_words(words)
        self.distinct = frozenset(self.wanted)
        self.matched = self.index.words.match(words)
        self._found: dict[str, tuple[Entity, ...]] = {}
        self.meant = frozenset(entity.iri for entity in self._name_things())

    def hits(self, limit: int) -> tuple[Hit, ...]:
        """Return the best hits."""
        scored = []
        for number, matched in self.matched.items():
            document = self.index.documents[number]
            if isinstance(document, StoredQuery):
                filled = self._fill_in(document, matched)
                scored.append((self._score(matched, filled), -number, filled))
            else:
                scored.append((self._score_entity(document, matched), -number, []))
        scored.sort(key=lambda each: each[:2], reverse=True)
        return tuple(
            self._hit(self.index.documents[-number], score, filled)
            for score, number, filled in scored[:limit]
            if score >= _LEAST_SHARE * scored[0][0]
        )

    def _name_things(self) -> tuple[Entity, ...]:
        """Return the things that the words name as a whole, and let them match every word.

        Where nothing has all the words, what is spelled most like the whole counts as named.
        """
        text = " ".join(self.wanted)
        found = self._find(self.text) or self._find(text)
        if not found and not any(m.keys() >= self.distinct for m in self.matched.values()):
            near = self.names.nearest(text, most=1, least=_LEAST_NEAR)
            found = tuple(e for t in near if (e := self.index.entities.get(t.value)) is not None)
        for entity in found:
            matched = self.matched.setdefault(self.index.numbers[entity.iri], {})
            for word in self.distinct:
                matched.setdefault(word, NAME)
        return found

    def _find(self, name: str) -> tuple[Entity, ...]:
        """Return what has a name."""
        if name not in self._found:
            things = self.names.find_by_name(name, None)
            entities = (self.index.entities.get(thing.value) for thing in things)
            self._found[name] = tuple(entity for entity in entities if entity is not None)
        return self._found[name]

    def _score(self, matched: Mapping[str, float], filled: Sequence[Filled]) -> float:
        """Return the score of a query: what it matches, less for each word that it lacks."""
        complete = dict(matched)
        if filled:
            for word in self.distinct - matched.keys():
                known = (self._matches(e).get(word, NAME) for v in filled[0].values() for e in v)
                complete[word] = max(known)
        share = len(complete) / len(self.distinct)
        return sum(complete.values()) * share * share

    def _score_entity(self, entity: Entity, matched: Mapping[str, float]) -> float:
        score = self._score(matched, ())
        if entity.iri in self.meant:
            score *= _WHOLE_NAME
        return score * _LESSER if entity.is_document or entity.is_term else score

    def _matches(self, entity: Entity) -> Mapping[str, float]:
        return self.matched.get(self.index.numbers[entity.iri], {})

    def _fill_in(self, query: StoredQuery, matched: Mapping[str, float]) -> list[Filled]:
        """Return values for parameters of a query that the words name which it lacks."""
        lacking = [word for word in self.wanted if word not in matched]
        named = self._fill_in_names(query, lacking)
        if named:
            return [named]
        fitting = [
            (-sum(theirs[word] for word in set(lacking)), number, option)
            for number, theirs in self.matched.items()
            if lacking and theirs.keys() >= set(lacking)
            for option in self._options(query, self.index.documents[number])
        ]
        found = ((option, self.index.documents[n]) for _, n, option in sorted(fitting))
        filled = [{option: [entity]} for option, entity in found if isinstance(entity, Entity)]
        return filled[:_MOST_FILLED]

    def _fill_in_names(self, query: StoredQuery, words: Sequence[str]) -> Filled:
        """Return the things that words name, the longest names first; none if a word is left."""
        filled: Filled = {}
        start = 0
        while start < len(words):
            for end in range(len(words), start, -1):
                fitting = [
                    (option, entity)
                    for entity in self._find(" ".join(words[start:end]))
                    for option in self._options(query, entity)
                ]
                if fitting:
                    option, entity = fitting[0]
                    filled.setdefault(option, []).append(entity)
                    start = end
                    break
            else:
                return {}
        return filled

    def _options(self, query: StoredQuery, document: Entity | StoredQuery) -> Iterator[str]:
        """Yield the name of the first parameter of a query that a thing fits."""
        if isinstance(document, StoredQuery):
            return
        for parameter in query.parameters:
            wanted = expand(parameter.type_curie or "", self.book.prefixes)
            if parameter.kind == "iri" and wanted in document.classes:
                yield parameter.name
                return

    def _hit(self, found: Entity | StoredQuery, score: float, filled: Sequence[Filled]) -> Hit:
        if isinstance(found, StoredQuery):
            commands = tuple(self._command(found, each) for each in filled or [{}])
            about = found.question or found.summary
            return Hit(found.name, QUERY, None, about, (), commands, round(score, 2))
        return Hit(
            name=found.names[0],
            kind=self.names.kind(NamedNode(found.direct_classes[0])),
            iri=found.iri,
            description=found.description,
            also=tuple(name for name in found.names[1:] if any(map(str.isalpha, name))),
            commands=tuple(self._commands(found)),
            score=round(score, 2),
        )

    def _commands(self, entity: Entity) -> list[str]:
        """Return what can be asked of a thing: queries that need one like it come first."""
        needing: list[str] = []
        taking: list[str] = []
        for query in self.index.documents:
            if not isinstance(query, StoredQuery) or query.form != "SELECT":
                continue
            if uses_service(query.text):
                continue
            needed = {p.name for p in query.parameters if p.required}
            for option in self._options(query, entity):
                if needed <= {option}:
                    (needing if needed else taking).append(self._command(query, {option: [entity]}))
        shown = f"factbook show {shlex.quote(self._value(entity))}"
        return [shown, *needing, *taking][:_MOST_COMMANDS]

    def _command(self, query: StoredQuery, values: Filled) -> str:
        parts = ["factbook", "query", query.name]
        for parameter in query.parameters:
            for entity in values.get(parameter.name, ()):
                value = self._value(entity, parameter.type_curie)
                parts += [f"--{parameter.name}", shlex.quote(value)]
            if parameter.required and parameter.name not in values:
                parts += [f"--{parameter.name}", parameter.name.upper()]
        return " ".join(parts)

    def _value(self, entity: Entity, type_curie: str | None = None) -> str:
        """Return the shortest way to write a thing that means it alone among those of a class."""
        slug = local_name(entity.iri)
        wanted = self.names.class_iri(type_curie)
        if self.names.find_by_name(slug, wanted) == [NamedNode(entity.iri)]:
            return slug
        return curie(entity.iri, self.book.prefixes) or entity.iri


def _index_of(book: Book) -> _Index:
    found = _INDEXES.get(book.engine)
    if found is None:
        found = _INDEXES[book.engine] = _build(book)
    return found


def _build(book: Book) -> _Index:
    entities = read_entities(book.engine, read_names(book.engine))
    words = WordIndex()
    documents: list[Entity | StoredQuery] = []
    numbers = {}
    for entity in entities.values():
        if any(name.startswith(_SHAPES) for name in entity.direct_classes):
            continue
        first, *others = entity.names
        numbers[entity.iri] = words.add(
            [
                (first, NAME),
                (local_name(entity.iri), _ALIAS),
                *((name, _ALIAS) for name in others),
                (entity.description, _TEXT),
            ]
        )
        documents.append(entity)
    for query in all_queries(book.layout.queries):
        words.add(_fields(query, entities))
        documents.append(query)
    words.finish()
    searched = {iri: entities[iri] for iri in numbers}
    return _Index(words, documents, searched, numbers)


def _fields(query: StoredQuery, entities: Mapping[str, Entity]) -> Iterator[tuple[str, float]]:
    yield query.name, NAME
    yield query.summary, _SUMMARY
    yield query.question, _SUMMARY
    yield query.description, _TEXT
    for tag in (query.group, *query.tags):
        yield tag, _TAG
    for parameter in query.parameters:
        yield f"{parameter.name} {parameter.doc}", _COLUMN
    for column in query.columns:
        yield f"{column.name} {column.title} {column.doc}", _COLUMN
    prefixes = parse_query(query.text).prefixes
    for token in meaningful(query.text):
        iri = expand(token.text, prefixes) if token.kind == "name" else None
        entity = entities.get(iri) if iri else None
        if entity is not None:
            yield from ((name, _TERM) for name in entity.names)
