"""Search a book for words, and list commands for each hit.

A hit is a thing, a concept, a class, a stored query, or another command that the words ask for. Its
commands follow from its class and the classes of the parameters of the stored queries. If some
words match a query and others a value for its parameter, the command has that value, and the
period, number of rows and file in the words.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from factbook.query.entities import Entity, fold_words
from factbook.query.stored_queries import StoredQuery
from factbook.rdf.terms import require_unicode
from factbook.search.book_index import NAME, index_of
from factbook.search.commands import SKOS_CONCEPT, Commands
from factbook.search.question import CITE, COMPARE, EXPORT, Question, read_question
from factbook.search.word_index import content_words, stem
from factbook.sparql.bind import bind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from factbook.book import Book

MOST_HITS = 10
_MOST_COMPARED = 6
_FEW_THINGS = 2
_LONGEST_NAME = 8  # words
_LEAST_SHARE = 0.4
"""Hits with a smaller share of the best score are left out."""
_LEAST_WORDS = 0.5
"""A hit has at least this share of the words, or some of them are its name."""
_WHOLE_NAME, _PART_NAME, _PART_QUERY = 3.0, 2.5, 1.5
_LESSER = 0.5
_NOBODY_STATES = "No source gives a figure of just this; the page has what is known."
_LEAST_NEAR = 82
"""The minimum similarity, of 100, of a name to the words that count as its name."""
_PLURAL = re.compile(r"\d[^\W\d_]?s$")  # of a model: X1s, GX100s
_SCHEMA = "PREFIX schema: <https://schema.org/>\n"
_HAS_FIGURE = (
    f"{_SCHEMA}ASK {{ ?any schema:measuredProperty ?measure ; schema:observationAbout ?about . "
    "{ ?any schema:observationAbout ?thing } UNION { ?about ?link ?thing } }"
)
QUERY, COMMAND, FIGURES = "query", "command", "figures"
_ABOUT = {
    COMPARE: "Put things side by side: facts, products, figures, prices and events.",
    CITE: "Cite a thing, a source or a figure, as text, BibTeX or CSL-JSON.",
    EXPORT: "Write the whole graph to a file, or an answer as a table or workbook.",
}


@dataclass(frozen=True)
class Hit:
    """A result of a search.

    `kind` is the label of its class, 'query', 'command', or 'figures' of a thing; `iri` is None for
    queries and commands. `commands` are command lines that say more about it, the best first.
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
class FoundQuery:
    """A stored query that words match, with the values for its parameters."""

    query: StoredQuery
    values: Mapping[str, Sequence[Entity]]
    options: Mapping[str, str]
    """The values as command-line options, by parameter."""


@dataclass(frozen=True)
class _Named:
    """Adjacent words that name something."""

    words: frozenset[str]
    entities: tuple[Entity, ...]
    is_sure: bool = True
    """Whether they are its name and not only similar to it."""


def search(book: Book, words: str, *, limit: int = MOST_HITS) -> tuple[Hit, ...]:
    """Return the hits for some words, the best first.

    Args:
        book: The book.
        words: Names, terms or a question, in any order.
        limit: The maximum number of hits.

    Raises:
        UsageError: The words are not valid Unicode.
        InputError: The front matter of a stored query cannot be understood.
        EndpointError: An endpoint failed.
    """
    return _Search(book, words).hits(limit)


def search_queries(book: Book, words: str) -> tuple[FoundQuery, ...]:
    """Return the stored queries that match some words, the best first.

    The words match the name, summary, question, description, tags, parameters, columns or measures
    of a query, or a thing that it takes as a parameter. If no query matches all of them, those that
    match most are returned.

    Raises:
        UsageError: The words are not valid Unicode.
        InputError: The front matter of a stored query cannot be understood.
    """
    return _Search(book, words).queries()


class _Search:
    """One search of a book."""

    def __init__(self, book: Book, words: str) -> None:
        require_unicode(words)
        self.book = book
        self.index = index_of(book)
        self._found: dict[str, tuple[Entity, ...]] = {}
        queries = [
            document for document in self.index.documents if isinstance(document, StoredQuery)
        ]
        self.commands = Commands(book, queries)
        self.names = self.commands.names
        whole = self._find(words, with_kind=True)
        today = date.today()  # noqa: DTZ011 - the reader's own day
        self.question = Question(words) if whole else read_question(words, today=today)
        if not fold_words(self.question.text) and not self.question.command:
            self.question = Question(words)
        text = self.question.text
        self.wanted = frozenset(content_words(text))
        self.stems = {stem(word) for word in self.wanted}
        self.matched: dict[int, dict[str, float]] = self.index.words.match(text)
        self.meant = self._name_whole(whole)
        self.named = self._name_parts(fold_words(text))

    def hits(self, limit: int) -> tuple[Hit, ...]:
        """Return the best hits."""
        scored: list[tuple[float, int, Hit | Entity | FoundQuery]] = []
        for number, matched in self.matched.items():
            document = self.index.documents[number]
            if not isinstance(document, StoredQuery):
                score = self._score_entity(document, matched)
                scored.append((score, -number, document))
        scored += self._score_queries()
        scored += [(score, 1, hit) for score, hit in self._figures()]
        scored.sort(key=lambda scored_document: scored_document[:2], reverse=True)
        best = scored[0][0] if scored else 0.0
        best_documents = [
            (s, document) for s, _, document in scored if s and s >= _LEAST_SHARE * best
        ]
        hits = [self._hit(document, score) for score, document in best_documents[:limit]]
        command = self._command(best)
        if command is not None and not self._things() and command.name != EXPORT:
            hits = [command]
        elif command is not None:
            hits = [*hits, command] if command.name == EXPORT else [command, *hits]
        return tuple(hits[:limit])

    def queries(self) -> tuple[FoundQuery, ...]:
        """Return the queries that match all words, or else those that match most."""
        by_share: dict[int, list[tuple[float, int, FoundQuery]]] = defaultdict(list)
        for score, number, query in self._score_queries():
            given_words = self._given_words(query)
            by_share[len(self.matched.get(-number, {}).keys() | given_words)].append(
                (score, number, query)
            )
        if not by_share:
            return ()
        ranked = sorted(
            by_share[max(by_share)], key=lambda scored_document: scored_document[:2], reverse=True
        )
        return tuple(query for score, _, query in ranked if score)

    def _name_whole(self, entities: tuple[Entity, ...]) -> frozenset[str]:
        """Return the things whose name is the whole text, and let them match every word.

        If nothing has all the words, the things with the most similar names are returned.
        """
        text = " ".join(word for word in fold_words(self.question.text) if word in self.wanted)
        entities = entities or self._find(self.question.text) or self._find(text)
        if not entities and not any(m.keys() >= self.wanted for m in self.matched.values()):
            entities = self._nearest(text)
        for entity in entities:
            matched = self.matched.setdefault(self.index.numbers[entity.iri], {})
            for word in self.wanted:
                matched.setdefault(word, NAME)
        return frozenset(entity.iri for entity in entities)

    def _name_parts(self, words: Sequence[str]) -> list[_Named]:
        """Return the names in adjacent words, the longest first."""
        named: list[_Named] = []
        start = 0
        while start < len(words):
            for end in range(min(len(words), start + _LONGEST_NAME), start, -1):
                wanted_words = frozenset(words[start:end]) & self.wanted
                entities = self._find(" ".join(words[start:end])) if wanted_words else ()
                is_sure = bool(entities)
                if not entities and end == start + 1 and not self.index.words.knows(words[start]):
                    entities = self._nearest(words[start])
                if entities:
                    named.append(_Named(wanted_words, entities, is_sure))
                    start = end
                    break
            else:
                start += 1
        return named

    def _find(self, name: str, *, with_kind: bool = False) -> tuple[Entity, ...]:
        """Return the things with a name."""
        if name not in self._found:
            things = self.names.find_by_name(name, None, with_kind=with_kind)
            if not things and _PLURAL.search(name):
                things = self.names.find_by_name(name[:-1], None, with_kind=False)
            entities = (self.index.entities.get(thing.value) for thing in things)
            self._found[name] = tuple(entity for entity in entities if entity is not None)
        return self._found[name]

    def _nearest(self, text: str) -> tuple[Entity, ...]:
        near = self.names.nearest(text, most=1, least=_LEAST_NEAR)
        return tuple(e for term in near if (e := self.index.entities.get(term.value)) is not None)

    def _score_queries(self) -> Iterator[tuple[float, int, FoundQuery]]:
        """Yield the queries that match a word or take two things, with scores and numbers."""
        for number, query in enumerate(self.index.documents):
            if isinstance(query, StoredQuery):
                matched = self.matched.get(number, {})
                filled = self._fill_in(query, matched)
                if not matched and len(filled.values) < _FEW_THINGS:
                    continue
                complete = dict(matched)
                for word in self._given_words(filled) - matched.keys():
                    known_words = (
                        self._matches(e).get(word, NAME) for v in filled.values.values() for e in v
                    )
                    complete[word] = max(known_words)
                likeness = self._likeness(query) if matched else _LESSER
                yield self._score(complete) * likeness, -number, filled

    def _likeness(self, query: StoredQuery) -> float:
        """Return the bonus of a query whose name or question the words are."""
        name = {stem(word) for word in fold_words(query.name)}
        question_words = fold_words(self.question.text)
        if name == self.stems or question_words in map(fold_words, (query.summary, query.question)):
            return _WHOLE_NAME
        return _PART_QUERY if name <= self.stems else 1.0

    def _given_words(self, query: FoundQuery) -> set[str]:
        """Return the words that name the values of a query."""
        iris = {entity.iri for values in query.values.values() for entity in values}
        return {
            word
            for named in self.named
            if iris & {entity.iri for entity in named.entities}
            for word in named.words
        }

    def _score(self, matched: Mapping[str, float]) -> float:
        """Return the score for the matched words, reduced for each missing one."""
        share = len(matched) / len(self.wanted)
        return sum(matched.values()) * share * share if share >= _LEAST_WORDS else 0.0

    def _score_entity(self, entity: Entity, matched: Mapping[str, float]) -> float:
        score = self._score(matched)
        if entity.iri in self.meant:
            score *= _WHOLE_NAME
        elif any(entity in named.entities for named in self.named):
            share = len(matched) / len(self.wanted)
            score = _PART_NAME * sum(matched.values()) * share * share
        is_lesser = entity.is_document or entity.is_term or self.question.is_narrow
        return score * _LESSER if is_lesser else score

    def _matches(self, entity: Entity) -> Mapping[str, float]:
        return self.matched.get(self.index.numbers[entity.iri], {})

    def _fill_in(self, query: StoredQuery, matched: Mapping[str, float]) -> FoundQuery:
        """Return a query with the named things as values of its parameters.

        A required parameter takes one thing; the next thing goes to the next parameter.
        """
        values: dict[str, list[Entity]] = {}
        for named in self.named:
            if named.words <= matched.keys():
                continue
            fitting = (
                (option.name, entity)
                for entity in named.entities
                for option in self.commands.options(query, entity)
                if not (option.required and option.name in values)
            )
            name, entity = next(fitting, ("", None))
            if entity is not None:
                values.setdefault(name, []).append(entity)
        return FoundQuery(query, values, self.commands.values(query, values))

    def _figures(self) -> Iterator[tuple[float, Hit]]:
        """Yield the figures of one measure and one thing, if the words name both."""
        pairs = [
            (named, measure)
            for named in self.named
            for measure in named.entities
            if measure.iri in self.index.measures
        ]
        for of_measure, measure in pairs:
            for named in self.named:
                for thing in named.entities:
                    if named is of_measure or thing.iri in self.index.measures:
                        continue
                    terms = {"measure": NamedNode(measure.iri), "thing": NamedNode(thing.iri)}
                    is_known = self.book.engine.query(bind(_HAS_FIGURE, terms)) is True
                    is_sure = named.is_sure and of_measure.is_sure
                    is_concept = thing.is_term or SKOS_CONCEPT in thing.classes
                    if not is_known and (is_concept or thing.is_document or not is_sure):
                        continue
                    words = {w: self._matches(measure).get(w, NAME) for w in of_measure.words}
                    words |= {w: self._matches(thing).get(w, NAME) for w in named.words}
                    score = self._score(words)
                    asked = measure if is_known else None
                    shown = self.commands.show(thing, asked, asof=self.question.asof)
                    commands = (shown, *self.commands.about(measure)[1:2])
                    name = f"{thing.names[0]}: {measure.names[0]}"
                    description = measure.description if is_known else _NOBODY_STATES
                    yield (
                        score,
                        Hit(name, FIGURES, thing.iri, description, (), commands, round(score, 2)),
                    )

    def _command(self, best: float) -> Hit | None:
        """Return the command that the words ask for, other than running a query."""
        command = self.question.command
        things = self._things()
        if not command and len(things) > 1 and _share_class([thing for _, thing in things]):
            words = {word for named, _ in things if named.is_sure for word in named.words}
            command = COMPARE if words >= self.wanted else ""
        if not command or (command == COMPARE and len(things) == 1):
            return None
        if command == EXPORT:
            ending = self.question.ending or "xlsx"
            calls = ["factbook export -o book.ttl", f"factbook query NAME -o NAME.{ending}"]
        else:
            placeholders = "NAME NAME" if command == COMPARE else "NAME"
            compared = [thing for _, thing in things[:_MOST_COMPARED]]
            calls = [self.commands.about_several(command, compared, placeholders)]
        return Hit(command, COMMAND, None, _ABOUT[command], (), tuple(calls), round(best + 1, 2))

    def _things(self) -> list[tuple[_Named, Entity]]:
        """Return the things that the words name, one per name, without terms and concepts."""
        pairs = []
        for named in self.named:
            things = [e for e in named.entities if not e.is_term and SKOS_CONCEPT not in e.classes]
            pairs += [(named, thing) for thing in things[:1]]
        return pairs

    def _hit(self, found: Hit | Entity | FoundQuery, score: float) -> Hit:
        if isinstance(found, Hit):
            return found
        if isinstance(found, FoundQuery):
            query = found.query
            call = self.commands.ask(query, found.values, self.question)
            description = query.question or query.summary
            return Hit(query.name, QUERY, None, description, (), (call,), round(score, 2))
        return Hit(
            name=found.names[0],
            kind=self.names.class_label(NamedNode(found.direct_classes[0])),
            iri=found.iri,
            description=found.description,
            also=tuple(name for name in found.names[1:] if any(map(str.isalpha, name))),
            commands=self.commands.about(found),
            score=round(score, 2),
        )


def _share_class(things: Sequence[Entity]) -> bool:
    return bool(frozenset.intersection(*(frozenset(thing.direct_classes) for thing in things)))
