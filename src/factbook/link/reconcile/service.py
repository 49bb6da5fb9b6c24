"""A reconciliation service over a book: each method returns the JSON of a response.

Reconciliation Service API 0.2, W3C Entity Reconciliation Community Group. Identifiers are IRIs; a
request may use CURIEs of the book instead.
"""

from __future__ import annotations

import html
import os
from collections import Counter
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode

from factbook.errors import UsageError
from factbook.link.reconcile.matching import Json, find_candidates, parse_query, read_values
from factbook.query.entities import EntityIndex, build_index, fold_words, similarity
from factbook.rdf.lexical import is_day
from factbook.rdf.terms import XSD, is_iri, namespace_of
from factbook.sparql.bind import bind
from factbook.store.answers import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from factbook.book import Book
    from factbook.rdf.terms import Term
    from factbook.store.answers import Engine

VERSION = "0.2"
_MAX_QUERIES = 500
_PAGE_SIZE = 20
_PREVIEW_WIDTH, _PREVIEW_HEIGHT = 400, 120
_PROPERTIES_OF_CLASS = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?p (COUNT(DISTINCT ?s) AS ?n) WHERE {
  ?type rdfs:subClassOf* ?class . ?s a ?type ; ?p ?o } GROUP BY ?p"""


class Service:
    """Answers the requests of the API; the first request reads the graph.

    Args:
        book: The book whose things are matched.
        address: The public address of the service, for the manifest.
        name: The name of the service, for the manifest.
    """

    def __init__(self, book: Book, *, address: str, name: str = "Factbook") -> None:
        self._book = book
        self._address = address.rstrip("/")
        self._name = name

    @cached_property
    def index(self) -> EntityIndex:
        """The things that can be matched."""
        return build_index(self._book.engine, self._book.prefixes)

    def manifest(self, address: str | None = None) -> Json:
        """Return the service manifest.

        Args:
            address: The public address, if it differs from that of the service.
        """
        base = self._address if address is None else address.rstrip("/")
        suggest = {
            name: {
                "service_url": base,
                "service_path": f"/suggest/{name}",
                "flyout_service_path": "/flyout?id=${id}",
            }
            for name in ("entity", "property", "type")
        }
        return {
            "versions": [VERSION],
            "name": self._name,
            "identifierSpace": self._identifier_space,
            "schemaSpace": self._schema_space,
            "view": {"url": f"{base}/view?id={{{{id}}}}"},
            "preview": {
                "url": f"{base}/preview?id={{{{id}}}}",
                "width": _PREVIEW_WIDTH,
                "height": _PREVIEW_HEIGHT,
            },
            "batchSize": _MAX_QUERIES,
            "defaultTypes": [self._reference(iri) for iri in self._types()[:_PAGE_SIZE]],
            "suggest": suggest,
            "extend": {
                "propose_properties": {
                    "service_url": base,
                    "service_path": "/extend/propose",
                },
                "property_settings": [
                    {
                        "name": "limit",
                        "label": "Limit",
                        "type": "number",
                        "default": 0,
                        "help_text": "Maximum number of values; 0 for all",
                    }
                ],
            },
        }

    def reconcile(self, batch: Any) -> Json:  # noqa: ANN401 - any JSON
        """Return the candidates for each query of a batch, under the query's key.

        The answer to an invalid query is an error message; the other queries are still answered.

        Raises:
            UsageError: The batch is not an object of queries, or too large.
        """
        if not isinstance(batch, dict):
            raise UsageError("queries: must be an object of queries")
        if len(batch) > _MAX_QUERIES:
            raise UsageError(f"queries: at most {_MAX_QUERIES} at once")
        return {key: self._answer(query, f"queries.{key}") for key, query in batch.items()}

    def _answer(self, query: Any, where: str) -> Json:  # noqa: ANN401 - any JSON
        try:
            parsed = parse_query(query, where)
        except UsageError as error:
            return {"result": [], "error": str(error)}
        return {"result": find_candidates(parsed, self.index, self._book.engine)}

    def suggest_entity(self, prefix: str, *, cursor: int = 0) -> Json:
        """Return the things that have a word starting with the prefix, or else a similar name."""
        entities = self.index.entities
        matches = self._matching_prefix(entities, prefix)
        if not matches:
            scored = [
                (-similarity(prefix, entity.names[0]), entity.iri)
                for entity in self.index.similar_entities(prefix)
            ]
            matches = [iri for score, iri in sorted(scored) if score < 0]
        return {
            "result": [
                {
                    **self._reference(iri),
                    "description": entities[iri].description,
                    "notable": [self._reference(class_) for class_ in entities[iri].direct_classes],
                }
                for iri in matches[cursor : cursor + _PAGE_SIZE]
            ]
        }

    def suggest_type(self, prefix: str, *, cursor: int = 0) -> Json:
        """Return the classes of things that have a word starting with the prefix."""
        return self._suggest(self._types(), prefix, cursor)

    def suggest_property(self, prefix: str, *, cursor: int = 0) -> Json:
        """Return the properties in the graph that have a word starting with the prefix."""
        return self._suggest(self._properties, prefix, cursor)

    def propose_properties(self, class_id: str, *, limit: int = _PAGE_SIZE) -> Json:
        """Return the properties of things of a class, the most used first."""
        iri = self.index.expand(class_id)
        properties = _properties_of_class(self._book.engine, iri)
        shown = [self._reference(name) for name in (properties[:limit] if limit else properties)]
        return {"limit": limit, "type": class_id, "properties": shown}

    def extend(self, request: Any) -> Json:  # noqa: ANN401 - any JSON
        """Return the values of properties of things, for new columns of a table.

        Raises:
            UsageError: The request is not valid.
        """
        ids, properties = _parse_extension(request)
        index = self.index
        iris = {identifier: index.expand(identifier) for identifier in ids}
        pids = {property_["id"]: index.expand(property_["id"]) for property_ in properties}
        values = read_values(self._book.engine, iris.values(), pids.values())
        rows: Json = {}
        for identifier, iri in iris.items():
            row: Json = {}
            for property_ in properties:
                settings = property_.get("settings") or {}
                terms = values.get((iri, pids[property_["id"]]), [])
                limit = _parse_limit(settings)
                content = str(settings.get("content", ""))
                cells = [_to_cell(term, index, content=content) for term in terms]
                row[property_["id"]] = (cells[:limit] if limit else cells) or [{}]
            rows[identifier] = row
        meta = [{"id": pid, "name": index.label(iri)} for pid, iri in pids.items()]
        return {"meta": meta, "rows": rows}

    def flyout(self, identifier: str) -> Json:
        """Return a short HTML text about a thing, shown on hover."""
        iri = self.index.expand(identifier)
        entity = self.index.entities.get(iri)
        kinds = (
            ", ".join(self.index.label(class_) for class_ in entity.direct_classes)
            if entity
            else ""
        )
        lines = [f"<strong>{html.escape(self.index.label(iri))}</strong>", html.escape(kinds)]
        lines += [html.escape(entity.description)] if entity else []
        return {"id": identifier, "html": "".join(f"<p>{line}</p>" for line in lines if line)}

    def preview(self, identifier: str) -> str:
        """Return a small HTML page about a thing, shown in a frame."""
        title = html.escape(self.index.label(self.index.expand(identifier)))
        body = self.flyout(identifier)["html"]
        return f'<!doctype html><meta charset="utf-8"><title>{title}</title>{body}'

    @property
    def _identifier_space(self) -> str:
        """The longest namespace that all things of the most common host share."""
        roots = Counter("/".join(iri.split("/", 3)[:3]) for iri in self.index.entities)
        root = max(roots, key=lambda iri: (roots[iri], iri), default="urn:factbook:")
        iris = [iri for iri in self.index.entities if iri.startswith(f"{root}/")]
        # The common prefix of the first and the last IRI is that of all IRIs
        shared = os.path.commonprefix([min(iris), max(iris)]) if iris else root  # noqa: RUF071
        return shared[: shared.rfind("/") + 1] or root

    @property
    def _schema_space(self) -> str:
        """The namespace of the most common class."""
        first = next(iter(self._types()), "")
        return namespace_of(first) or self._identifier_space

    def _types(self) -> list[str]:
        counted = Counter(
            iri for entity in self.index.entities.values() for iri in entity.direct_classes
        )
        return sorted(counted, key=lambda iri: (-counted[iri], iri))

    @cached_property
    def _properties(self) -> list[str]:
        rows = select(self._book.engine, "SELECT DISTINCT ?p WHERE { ?s ?p ?o }")
        return self.index.sort_by_label(p.value for (p,) in rows if isinstance(p, NamedNode))

    def _suggest(self, iris: Iterable[str], prefix: str, cursor: int) -> Json:
        matches = self._matching_prefix(iris, prefix)[cursor : cursor + _PAGE_SIZE]
        return {"result": [self._reference(iri) for iri in matches]}

    def _matching_prefix(self, iris: Iterable[str], prefix: str) -> list[str]:
        """Return the IRIs with a name that has a word starting with the prefix, sorted by label.

        Exact names come first, then names that start with the prefix. An identifier matches only
        its own IRI; an empty prefix matches all.
        """
        candidates = list(iris)
        exact_iri = self.index.expand(prefix.strip())
        start = " ".join(fold_words(prefix))
        if exact_iri in candidates or not start:
            return [exact_iri] if exact_iri in candidates else self.index.sort_by_label(candidates)

        def fits(iri: str) -> bool:
            names = self.index.names(iri) or (self.index.label(iri),)
            parts = [fold_words(name.replace("_", " ")) for name in names]
            return any(
                " ".join(part[n:]).startswith(start) for part in parts for n in range(len(part))
            )

        def distance(iri: str) -> tuple[bool, bool]:
            label = " ".join(fold_words(self.index.label(iri)))
            return label != start, not label.startswith(start)

        return sorted(self.index.sort_by_label(filter(fits, candidates)), key=distance)

    def _reference(self, iri: str) -> Json:
        return {"id": iri, "name": self.index.label(iri)}


def _parse_extension(request: Any) -> tuple[list[str], list[dict[str, Any]]]:  # noqa: ANN401 - any JSON
    if not isinstance(request, dict):
        raise UsageError("extend: must be an object")
    ids, properties = request.get("ids"), request.get("properties")
    if not isinstance(ids, list) or not all(isinstance(identifier, str) for identifier in ids):
        raise UsageError("extend.ids: must be a list of identifiers")
    if not isinstance(properties, list) or not all(
        isinstance(property_, dict) and isinstance(property_.get("id"), str)
        for property_ in properties
    ):
        raise UsageError("extend.properties: each needs an 'id'")
    if not all(isinstance(property_.get("settings"), dict | None) for property_ in properties):
        raise UsageError("extend.properties.settings: must be an object")
    return ids, properties


def _parse_limit(settings: Mapping[str, Any]) -> int:
    text = str(settings.get("limit", 0))
    if not text.isdigit():
        raise UsageError("extend.properties.settings.limit: must be a whole number")
    return int(text)


def _properties_of_class(engine: Engine, class_iri: str) -> list[str]:
    """Return the properties of things of a class, the most used first."""
    if not is_iri(class_iri):
        return []
    counted = [
        (-int(number.value), name.value)
        for name, number in select(
            engine, bind(_PROPERTIES_OF_CLASS, {"class": NamedNode(class_iri)})
        )
        if isinstance(name, NamedNode) and isinstance(number, Literal)
    ]
    return [name for _, name in sorted(counted)]


def _to_cell(  # noqa: PLR0911 - one return for each kind of cell
    term: Term, index: EntityIndex, *, content: str
) -> Json:
    """Return a value as a cell of a data extension response.

    A value that is not valid for its datatype is a string, and so is a boolean: the schema has no
    cell for booleans.
    """
    if isinstance(term, NamedNode):
        if content == "id" or term.value not in index.labels:
            return {"str": term.value}
        return {"id": term.value, "name": index.label(term.value)}
    if not isinstance(term, Literal):
        return {"str": str(term)}
    datatype, text = term.datatype.value, term.value
    try:
        if datatype == f"{XSD}integer":
            return {"int": int(text)}
        if datatype in {f"{XSD}decimal", f"{XSD}double", f"{XSD}float"} and isfinite(float(text)):
            return {"float": float(text)}
        if datatype == f"{XSD}date" and is_day(text):
            return {"date": f"{text}T00:00:00+00:00"}
    except ValueError:
        pass
    return {"str": text}
