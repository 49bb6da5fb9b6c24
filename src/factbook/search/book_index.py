"""Index the things, concepts and stored queries of a book by their words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from pyoxigraph import NamedNode

from factbook.errors import InputError
from factbook.query.entities import Entity, read_entities, read_names
from factbook.query.stored_queries import StoredQuery, all_queries
from factbook.rdf.terms import expand, local_name
from factbook.search.word_index import WordIndex
from factbook.sparql.tokens import meaningful
from factbook.sparql.tree import QueryTextError, parse_query
from factbook.store.answers import select

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from factbook.book import Book
    from factbook.store.answers import Engine

NAME = 10.0
_ALIAS, _TAG, _SUMMARY, _COLUMN, _TERM, _TEXT = 9.0, 8.0, 7.0, 4.0, 4.0, 2.5
"""The weight of a word in each part of a document."""
_SHAPES = "http://www.w3.org/ns/shacl#"
_MEASURES = """PREFIX schema: <https://schema.org/>
SELECT DISTINCT ?measure WHERE { ?any schema:measuredProperty ?measure }"""


@dataclass(frozen=True)
class BookIndex:
    """The word index of a book, and its documents by number."""

    words: WordIndex
    documents: Sequence[Entity | StoredQuery]
    entities: Mapping[str, Entity]
    numbers: Mapping[str, int]
    measures: frozenset[str]


_INDEXES: WeakKeyDictionary[Engine, BookIndex] = WeakKeyDictionary()


def index_of(book: Book) -> BookIndex:
    """Return the index of a book, built once per engine."""
    index = _INDEXES.get(book.engine)
    if index is None:
        index = _INDEXES[book.engine] = _build(book)
    return index


def _build(book: Book) -> BookIndex:
    entities = read_entities(book.engine, read_names(book.engine))
    words = WordIndex()
    documents: list[Entity | StoredQuery] = []
    numbers = {}
    for entity in entities.values():
        if any(name.startswith(_SHAPES) for name in entity.direct_classes):
            continue
        first, *aliases = entity.names
        numbers[entity.iri] = words.add(
            [
                (first, NAME),
                (local_name(entity.iri), _ALIAS),
                *((name, _ALIAS) for name in aliases),
                (entity.description, _TEXT),
            ]
        )
        documents.append(entity)
    for query in all_queries(book.layout.queries):
        words.add(_fields(query, entities))
        documents.append(query)
    words.finish()
    searched = {iri: entities[iri] for iri in numbers}
    measures = {
        term.value for (term,) in select(book.engine, _MEASURES) if isinstance(term, NamedNode)
    }
    return BookIndex(words, documents, searched, numbers, frozenset(measures))


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
    try:
        prefixes = parse_query(query.text).prefixes
    except QueryTextError as error:
        raise InputError(f"{query.path}: {error}") from None
    for token in meaningful(query.text):
        iri = expand(token.text, prefixes) if token.kind == "name" else None
        entity = entities.get(iri) if iri else None
        if entity is not None:
            yield from ((name, _TERM) for name in entity.names)
