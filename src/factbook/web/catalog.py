"""Find the stored queries of a page: by the class of a thing, or by the pages in front matter.

Nothing here names a class or a measure of any book. A query with a parameter of a class is a panel
of every thing of that class; `panel: 5` in its front matter gives its place among them, `panel:
false` keeps it off. `pages: {prices: 1}` makes it a panel of the page /prices/, which then exists.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.query.stored_queries import all_queries, find_page_query
from factbook.rdf.terms import expand
from factbook.sparql.tokens import uses_service
from factbook.store.answers import select

if TYPE_CHECKING:
    from collections.abc import Iterable

    from factbook.book import Book
    from factbook.query.stored_queries import Parameter, StoredQuery

_DEFAULT_ORDER = 50
_TOPIC = re.compile(r"[a-z][a-z0-9-]*")
HOME = "home"


@dataclass(frozen=True)
class PanelSpec:
    """A query as a panel, with the parameter for the thing of the page."""

    query: StoredQuery
    parameter: Parameter | None = None
    order: float = _DEFAULT_ORDER


@dataclass(frozen=True)
class Topic:
    """A page of the queries that name it in their front matter."""

    name: str
    panels: tuple[PanelSpec, ...]

    @property
    def title(self) -> str:
        """Its heading."""
        words = self.name.replace("-", " ")
        return words[:1].upper() + words[1:]


@dataclass(frozen=True)
class ClassEntry:
    """A class that has things."""

    iri: str
    label: str
    definition: str
    things: int


class Catalog:
    """The queries, pages and classes of one book."""

    def __init__(self, book: Book) -> None:
        self._book = book

    @cached_property
    def queries(self) -> dict[str, StoredQuery]:
        """The stored queries by name."""
        return {query.name: query for query in all_queries(self._book.layout.queries)}

    @cached_property
    def groups(self) -> dict[str, list[StoredQuery]]:
        """The stored queries by group."""
        found: dict[str, list[StoredQuery]] = defaultdict(list)
        for query in self.queries.values():
            found[query.group].append(query)
        return dict(found)

    @cached_property
    def topics(self) -> dict[str, Topic]:
        """The pages that queries name, by name, in the order of their first panels."""
        found: dict[str, list[PanelSpec]] = defaultdict(list)
        for query in self._tables:
            pages = query.front_matter.get("pages")
            for name, order in (pages if isinstance(pages, dict) else {}).items():
                if _TOPIC.fullmatch(str(name)) and isinstance(order, int | float):
                    found[str(name)].append(PanelSpec(query, order=order))
        topics = {
            name: Topic(name, tuple(sorted(specs, key=lambda each: each.order)))
            for name, specs in found.items()
        }
        return dict(sorted(topics.items(), key=lambda item: (item[1].panels[0].order, item[0])))

    def panels_about(self, types: Iterable[str]) -> list[PanelSpec]:
        """Return the panels of a thing of some classes."""
        classes = self.classes_above(types)
        found = []
        for query in self._tables:
            order = query.front_matter.get("panel", _DEFAULT_ORDER)
            if order is False or not isinstance(order, int | float):
                continue
            for parameter in query.parameters:
                if parameter.kind != "iri" or not _is_enough(query, parameter):
                    continue
                wanted = parameter.type_curie
                if wanted is None or (expand(wanted, self._book.prefixes) or wanted) in classes:
                    late = 100 if wanted is None else 0
                    found.append(PanelSpec(query, parameter, float(order) + late))
        return sorted(found, key=lambda each: (each.order, each.query.group, each.query.name))

    def classes_above(self, types: Iterable[str]) -> set[str]:
        """Return some classes with their superclasses."""
        return {above for each in types for above in (*self._superclasses.get(each, ()), each)}

    @cached_property
    def _tables(self) -> list[StoredQuery]:
        """The queries whose answer a page can show as a table."""
        return [
            query
            for query in self.queries.values()
            if query.form == "SELECT" and not uses_service(query.text) and not query.asks_leads
        ]

    @cached_property
    def _superclasses(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        text = (
            "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
            "SELECT ?class ?above WHERE { ?class rdfs:subClassOf+ ?above }"
        )
        for each, above in select(self._book.engine, text):
            if isinstance(each, NamedNode) and isinstance(above, NamedNode):
                found[each.value].add(above.value)
        return found

    @cached_property
    def classes(self) -> list[ClassEntry]:
        """The classes that have things, those with the most first."""
        rows = select(self._book.engine, self.page_query("classes").text)
        return [
            ClassEntry(
                iri.value,
                label.value if isinstance(label, Literal) else "",
                definition.value if isinstance(definition, Literal) else "",
                int(things.value),
            )
            for iri, label, definition, things in rows
            if isinstance(iri, NamedNode) and isinstance(things, Literal)
        ]

    @cached_property
    def classes_by_iri(self) -> dict[str, ClassEntry]:
        """The classes that have things, by IRI."""
        return {each.iri: each for each in self.classes}

    @cached_property
    def namespaces(self) -> set[str]:
        """The namespaces of documents with terms: those that end in '#'."""
        rows = select(self._book.engine, self.page_query("terms").text)
        iris = {row[0].value for row in rows if isinstance(row[0], NamedNode)}
        return {f"{iri.partition('#')[0]}#" for iri in iris if "#" in iri}

    def page_query(self, name: str) -> StoredQuery:
        """Return a page query."""
        return find_page_query(self._book.layout.queries, name)

    @cached_property
    def about(self) -> dict[str, str]:
        """The title of the book and, if it has them, description, licence and last day."""
        query = self.page_query("about")
        rows = select(self._book.engine, query.text)
        names = ("title", "description", "licence", "until")
        found = {
            name: term.value
            for row in rows[:1]
            for name, term in zip(names, row, strict=True)
            if isinstance(term, Literal | NamedNode)
        }
        return {"title": self._book.layout.root.resolve().name.capitalize(), **found}


def _is_enough(query: StoredQuery, parameter: Parameter) -> bool:
    """Tell whether a query requires no other parameter than one."""
    return all(each is parameter or not each.required for each in query.parameters)
