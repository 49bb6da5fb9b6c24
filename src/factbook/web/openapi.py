"""Describe the API in OpenAPI 3.1, from the front matter of the stored queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from factbook import __version__
from factbook.query.parameters import JSON_TYPES, describe_parameter
from factbook.rdf.terms import XSD

if TYPE_CHECKING:
    from collections.abc import Iterable

    from factbook.query.stored_queries import Parameter, StoredQuery
    from factbook.render.cells import Column
    from factbook.web.site import Site

Json = dict[str, Any]
_ROWS: Final = "application/sparql-results+json"
_TABLES: Final = ("text/csv", "text/tab-separated-values", "application/sparql-results+xml")
_GRAPHS: Final = ("text/turtle", "application/n-triples", "application/ld+json")
_TERM: Final[Json] = {
    "type": "object",
    "required": ["type", "value"],
    "properties": {
        "type": {"enum": ["uri", "literal", "bnode", "triple"]},
        "value": {"type": "string"},
        "datatype": {"type": "string", "format": "uri"},
        "xml:lang": {"type": "string"},
    },
}
LABELS: Final = "labels"
_STRING: Final[Json] = {"type": "string"}
_REFINEMENTS: Final[dict[str, tuple[str, Json]]] = {
    "where": (
        "Keep rows such as 'COLUMN >= VALUE' (= != < <= > >= ~); of several, all must hold.",
        {"type": "array", "items": _STRING},
    ),
    "sort": ("Sort by COLUMN or COLUMN:desc, or by several with commas between.", _STRING),
    "top": ("Keep so many rows.", {"type": "integer", "minimum": 1}),
    "columns": ("Keep these columns, with commas between, in this order.", _STRING),
    "since": ("Keep rows from this day, month, quarter or year on.", _STRING),
    "until": ("Keep rows until the end of this day, month, quarter or year.", _STRING),
    LABELS: ("Add the names of things beside their IRIs.", {"type": "boolean", "default": False}),
}
_ERRORS: Final = {
    "400": "A parameter is missing or unknown, or its value does not fit",
    "406": "The answer cannot be written in what the client accepts",
    "410": "The version of the data that is asked for is no longer served",
    "503": "The query took too long, or too many are running; see Retry-After",
}


def describe_api(queries: Iterable[StoredQuery], site: Site, server: str) -> Json:
    """Return the description of the API.

    Args:
        queries: The stored queries.
        site: The site that serves them.
        server: The address of the site.
    """
    return {
        "openapi": "3.1.0",
        "info": {
            "title": site.title,
            "description": "The stored queries of this book. Read-only; no key is needed.",
            "version": f"{__version__}+{site.version}",
        },
        "servers": [{"url": server}],
        "paths": {f"/api/query/{query.name}": {"get": _operation(query)} for query in queries},
        "components": {
            "schemas": {"Term": _TERM},
            "responses": {
                code: {
                    "description": text,
                    "content": {"text/plain": {"schema": {"type": "string"}}},
                }
                for code, text in _ERRORS.items()
            },
            "parameters": {
                **{
                    name: {"name": name, "in": "query", "description": about, "schema": schema}
                    for name, (about, schema) in _REFINEMENTS.items()
                },
                "known-by": {
                    "name": "known-by",
                    "in": "query",
                    "description": "Answer from the sources that had come out by this day.",
                    "schema": JSON_TYPES["date"],
                },
                "data-version": {
                    "name": "data-version",
                    "in": "query",
                    "description": "Answer only from this version of the data, else with 410.",
                    "schema": {"type": "string"},
                },
            },
        },
    }


def refinements_of(query: StoredQuery) -> list[str]:
    """Return the names of the arguments that refine a query, as on the command line.

    A parameter of the query that has such a name takes its place.
    """
    if query.form != "SELECT":
        return []
    taken = {parameter.name for parameter in query.parameters}
    if query.day_column is None:
        taken |= {"since", "until"}
    return [name for name in _REFINEMENTS if name not in taken]


def _operation(query: StoredQuery) -> Json:
    is_graph = query.form in {"CONSTRUCT", "DESCRIBE"}
    shared = (*refinements_of(query), "known-by", "data-version")
    return {
        "operationId": query.name,
        "summary": query.summary,
        "description": "\n\n".join(filter(None, (query.question, query.description))),
        "tags": [query.group],
        "parameters": [
            *map(_parameter, query.parameters),
            *({"$ref": f"#/components/parameters/{name}"} for name in shared),
        ],
        "responses": {
            "200": {
                "description": "The answer",
                "headers": {
                    "Content-Location": {
                        "description": "The address that keeps this answer",
                        "schema": {"type": "string", "format": "uri-reference"},
                    },
                    "ETag": {"schema": {"type": "string"}},
                },
                "content": {each: {"schema": _STRING} for each in _GRAPHS}
                if is_graph
                else _table_content(query),
            },
            **{code: {"$ref": f"#/components/responses/{code}"} for code in _ERRORS},
        },
    }


def _parameter(parameter: Parameter) -> Json:
    schema = describe_parameter(parameter)
    return {
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": schema.pop("description"),
        "schema": {"type": "array", "items": schema} if parameter.kind == "iri" else schema,
    }


def _table_content(query: StoredQuery) -> Json:
    if query.form == "ASK":
        rows: Json = {"type": "object", "properties": {"boolean": {"type": "boolean"}}}
    else:
        row = {"type": "object", "properties": {c.name: _cell(c) for c in query.columns}}
        rows = {
            "type": "object",
            "properties": {
                "head": {"type": "object"},
                "results": {
                    "type": "object",
                    "properties": {"bindings": {"type": "array", "items": row}},
                },
            },
        }
    return {
        _ROWS: {"schema": rows},
        **{name: {"schema": _STRING} for name in _TABLES},
    }


def _cell(column: Column) -> Json:
    about = column.doc or column.title or column.type
    cell: Json = {"$ref": "#/components/schemas/Term", "description": about}
    if column.type in JSON_TYPES:
        cell["properties"] = {"datatype": {"const": XSD + column.type}}
    return cell
