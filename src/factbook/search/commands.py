"""Write commands for hits: queries, pages, comparisons and citations."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from factbook.query.entities import fold_words
from factbook.query.names import Names
from factbook.rdf.terms import curie, expand, local_name
from factbook.sparql.tokens import uses_service

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from factbook.book import Book
    from factbook.query.entities import Entity
    from factbook.query.stored_queries import Parameter, StoredQuery
    from factbook.search.question import Question

    Filled = Mapping[str, Sequence[Entity]]

SKOS_CONCEPT = "http://www.w3.org/2004/02/skos/core#Concept"
_MOST_COMMANDS = 6
_PICTURE = "svg"


class Commands:
    """Writes command lines about the things of a book."""

    def __init__(self, book: Book, queries: Sequence[StoredQuery]) -> None:
        self.book = book
        self.queries = queries
        self.names = Names.of(book)

    def show(self, entity: Entity, measure: Entity | None = None, *, asof: str = "") -> str:
        """Return the command for the page of a thing, or for its figures of one measure."""
        command = f"factbook show {self._quoted(entity)}"
        command += "" if measure is None else f" --measure {self._quoted(measure)}"
        return f"{command} --asof {asof}" if asof else command

    def about_several(self, command: str, entities: Sequence[Entity], placeholders: str) -> str:
        """Return a command for several things, or with placeholders if there are none."""
        named = " ".join(self._quoted(entity) for entity in entities)
        return f"factbook {command} {named or placeholders}"

    def about(self, entity: Entity) -> tuple[str, ...]:
        """Return commands for a thing; queries that require such a thing come first."""
        needing: list[str] = []
        taking: list[str] = []
        for query in self.queries:
            if query.form != "SELECT" or uses_service(query.text):
                continue
            needed = {parameter.name for parameter in query.parameters if parameter.required}
            option = next(self.options(query, entity), None)
            if option is not None and needed <= {option.name}:
                (needing if needed else taking).append(self.ask(query, {option.name: [entity]}))
        return (self.show(entity), *needing, *taking)[:_MOST_COMMANDS]

    def options(self, query: StoredQuery, entity: Entity) -> Iterator[Parameter]:
        """Yield the parameters of a query that accept a thing."""
        for parameter in query.parameters:
            class_iri = expand(parameter.type_curie or "", self.book.prefixes)
            if parameter.kind == "iri" and class_iri in entity.classes and _fits(parameter, entity):
                yield parameter

    def ask(self, query: StoredQuery, values: Filled, question: Question | None = None) -> str:
        """Return the command that runs a query with values, refined by a question."""
        arguments = self.values(query, values)
        parts = ["factbook", "query", query.name]
        for parameter in query.parameters:
            if parameter.name in arguments:
                parts.append(arguments[parameter.name])
            elif parameter.required:
                since = question.since if question and parameter.kind == "xsd:date" else ""
                parts.append(f"--{parameter.name} {since or parameter.name.upper()}")
        return " ".join([*parts, *narrow(query, question)])

    def values(self, query: StoredQuery, values: Filled) -> dict[str, str]:
        """Return the options for each parameter that has values."""
        return {
            parameter.name: " ".join(
                f"--{parameter.name} {self._quoted(entity, parameter.type_curie)}"
                for entity in values[parameter.name]
            )
            for parameter in query.parameters
            if parameter.name in values
        }

    def _quoted(self, entity: Entity, type_curie: str | None = None) -> str:
        """Return the shortest unambiguous name of a thing among those of a class, quoted."""
        slug = local_name(entity.iri)
        class_iri = self.names.class_iri(type_curie)
        if self.names.find_by_name(slug, class_iri) == [NamedNode(entity.iri)]:
            return shlex.quote(slug)
        return shlex.quote(curie(entity.iri, self.book.prefixes) or entity.iri)


def _fits(parameter: Parameter, entity: Entity) -> bool:
    """Tell whether a concept is of the kind that a parameter takes.

    Concepts of one class can be of several kinds, such as number formats and price bases, which
    differ in the last segment of their namespace.
    """
    if SKOS_CONCEPT not in entity.classes:
        return True
    kind = fold_words(local_name(entity.iri.rpartition("/")[0]))
    class_word = local_name(parameter.type_curie or "").rpartition(":")[2].casefold()
    doc_words = {*fold_words(parameter.doc), parameter.name}
    joined = "".join(kind)
    return joined in {class_word, parameter.name} or set(kind) <= doc_words


def narrow(query: StoredQuery, question: Question | None) -> list[str]:
    """Return the options for the period, the rows and the file in a question."""
    if question is None:
        return []
    parameter_names = {parameter.name for parameter in query.parameters}
    parts: list[str] = []
    if question.asof and "asof" in parameter_names:
        parts += ["--asof", question.asof]
    for name, day in (("since", question.since), ("until", question.until)):
        if day and (name in parameter_names or query.day_column is not None):
            parts += [f"--{name}", day]
    if query.form == "SELECT":
        parts += ["--top", str(question.top)] if question.top else []
        if question.ending and (question.ending != _PICTURE or query.chart is not None):
            parts += ["-o", f"{query.name}.{question.ending}"]
    return parts
