"""The schema of a book for an assistant: its classes, measures, prefixes and queries."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode

from factbook.query.parameters import describe_parameter
from factbook.query.stored_queries import all_queries, find_page_query
from factbook.rdf.terms import curie
from factbook.store.answers import select

if TYPE_CHECKING:
    from factbook.book import Book
    from factbook.query.stored_queries import StoredQuery
    from factbook.rdf.terms import Term


def describe_schema(book: Book) -> dict[str, Any]:
    """Return the classes with their properties, the measures with their units, and the prefixes."""

    def rows(name: str) -> list[tuple[str, ...]]:
        text = find_page_query(book.layout.queries, name).text
        return [tuple(_text(term, book) for term in row) for row in select(book.engine, text)]

    properties: dict[str, list[dict[str, str]]] = defaultdict(list)
    for kind, property_iri, label, uses in rows("properties"):
        properties[kind].append({"property": property_iri, "label": label, "uses": uses})
    return {
        "classes": [
            {
                "class": kind,
                "label": label,
                "definition": definition,
                "things": int(things),
                "properties": properties.get(kind, []),
            }
            for kind, label, definition, things in rows("classes")
        ],
        "measures": [
            {
                "measure": measure,
                "label": label,
                "unit": unit,
                "observations": int(observations),
                "things": int(things),
            }
            for measure, label, unit, observations, things in rows("measures")
        ],
        "prefixes": dict(sorted(book.prefixes.items())),
    }


def list_queries(book: Book, words: str = "") -> list[dict[str, Any]]:
    """Return the stored queries, each with the JSON Schema of its parameters.

    Args:
        book: The book.
        words: Only those whose name, question, tags, parameters or columns have all these words.
    """
    search_words = words.casefold().split()
    return [
        _describe_query(query)
        for query in all_queries(book.layout.queries)
        if all(word in _searchable(query) for word in search_words)
    ]


def _describe_query(query: StoredQuery) -> dict[str, Any]:
    return {
        "name": query.name,
        "summary": query.summary,
        "question": query.question,
        "tags": list(query.tags),
        "parameters": {
            "type": "object",
            "properties": {
                parameter.name: describe_parameter(parameter) for parameter in query.parameters
            },
            "required": [parameter.name for parameter in query.parameters if parameter.required],
            "additionalProperties": False,
        },
        "columns": [
            {"name": column.name, "type": column.type, "doc": column.doc}
            for column in query.columns
        ],
    }


def _searchable(query: StoredQuery) -> str:
    parts = [query.name, query.summary, query.question, query.description, *query.tags]
    parts += [f"{parameter.name} {parameter.doc}" for parameter in query.parameters]
    parts += [f"{column.name} {column.doc}" for column in query.columns]
    return " ".join(parts).casefold()


def _text(term: Term | None, book: Book) -> str:
    if isinstance(term, NamedNode):
        return curie(term.value, book.prefixes) or term.value
    return term.value if isinstance(term, Literal) else ""
