"""Write the commands that say more about a hit: queries, pages, comparisons and citations."""

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
        """Return a command that takes things, with placeholders where there are none."""
        named = " ".join(self._quoted(entity) for entity in entities)
        return f"factbook {command} {named or placeholders}"

    def about(self, entity: Entity) -> tuple[str, ...]:
        """Return what can be asked of a thing: queries that need one like it come first."""
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
        """Yield the parameters of a query that a thing fits."""
        for parameter in query.parameters:
            wanted = expand(parameter.type_curie or "", self.book.prefixes)
            if parameter.kind == "iri" and wanted in entity.classes and _fits(parameter, entity):
                yield parameter

    def ask(self, query: StoredQuery, values: Filled, question: Question | None = None) -> str:
        """Return the command that runs a query with values, narrowed as a question asks for."""
        given = self.values(query, values)
        parts = ["factbook", "query", query.name]
        for parameter in query.parameters:
            if parameter.name in given:
                parts.append(given[parameter.name])
            elif parameter.required:
                since = question.since if question and parameter.kind == "xsd:date" else ""
                parts.append(f"--{parameter.name} {since or parameter.name.upper()}")
        return " ".join([*parts, *narrow(query, question)])

    def values(self, query: StoredQuery, values: Filled) -> dict[str, str]:
        """Return for each parameter that has values the options that give them."""
        return {
            parameter.name: " ".join(
                f"--{parameter.name} {self._quoted(entity, parameter.type_curie)}"
                for entity in values[parameter.name]
            )
            for parameter in query.parameters
            if parameter.name in values
        }

    def _quoted(self, entity: Entity, type_curie: str | None = None) -> str:
        """Return the shortest way to write a thing that means it alone among those of a class."""
        slug = local_name(entity.iri)
        wanted = self.names.class_iri(type_curie)
        if self.names.find_by_name(slug, wanted) == [NamedNode(entity.iri)]:
            return shlex.quote(slug)
        return shlex.quote(curie(entity.iri, self.book.prefixes) or entity.iri)


def _fits(parameter: Parameter, entity: Entity) -> bool:
    """Tell whether a concept is of the kind that a parameter names.

    Concepts of one class can be of several kinds, such as number formats and price bases, which the
    folder of their IRIs tells apart.
    """
    if SKOS_CONCEPT not in entity.classes:
        return True
    kind = fold_words(local_name(entity.iri.rpartition("/")[0]))
    own = local_name(parameter.type_curie or "").rpartition(":")[2].casefold()
    said = {*fold_words(parameter.doc), parameter.name}
    joined = "".join(kind)
    return joined in {own, parameter.name} or set(kind) <= said


def narrow(query: StoredQuery, question: Question | None) -> list[str]:
    """Return the options by which a query gives the time, the rows and the file asked for."""
    if question is None:
        return []
    taken = {parameter.name for parameter in query.parameters}
    parts: list[str] = []
    if question.asof and "asof" in taken:
        parts += ["--asof", question.asof]
    for name, day in (("since", question.since), ("until", question.until)):
        if day and (name in taken or query.day_column is not None):
            parts += [f"--{name}", day]
    if query.form == "SELECT":
        parts += ["--top", str(question.top)] if question.top else []
        if question.ending and (question.ending != _PICTURE or query.chart is not None):
            parts += ["-o", f"{query.name}.{question.ending}"]
    return parts
