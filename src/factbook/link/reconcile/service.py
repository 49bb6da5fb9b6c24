"""A reconciliation service over a book: each method returns what the API sends as JSON.

Reconciliation Service API 0.2, W3C Entity Reconciliation Community Group. Identifiers are IRIs; a
CURIE of the book is understood wherever one comes in.
"""

from __future__ import annotations

import html
import os
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pyoxigraph import NamedNode

from factbook.errors import UsageError
from factbook.link.reconcile.facts import Json, cell, properties_of, values_of
from factbook.link.reconcile.index import Index, in_order, index_of
from factbook.link.reconcile.match import answer, question_of
from factbook.link.reconcile.names import similarity, words
from factbook.store.answers import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from factbook.book import Book

VERSION = "0.2"
_MOST_QUERIES = 500
_SHOWN = 20
_PREVIEW = (400, 120)


class Service:
    """Answers the requests of the API; the graph is read when the first one comes.

    Args:
        book: What names are matched against.
        address: Where the service is reached, for the manifest.
        name: What to call it.
    """

    def __init__(self, book: Book, *, address: str, name: str = "Factbook") -> None:
        self._book = book
        self._address = address.rstrip("/")
        self._name = name

    @cached_property
    def index(self) -> Index:
        """The things that can be matched."""
        return index_of(self._book.engine, self._book.prefixes)

    def manifest(self) -> Json:
        """Return what the service is and can do."""
        suggest = {
            name: {
                "service_url": self._address,
                "service_path": f"/suggest/{name}",
                "flyout_service_path": "/flyout?id=${id}",
            }
            for name in ("entity", "property", "type")
        }
        return {
            "versions": [VERSION],
            "name": self._name,
            "identifierSpace": self._space,
            "schemaSpace": self._schema,
            "view": {"url": f"{self._address}/view?id={{{{id}}}}"},
            "preview": {
                "url": f"{self._address}/preview?id={{{{id}}}}",
                "width": _PREVIEW[0],
                "height": _PREVIEW[1],
            },
            "batchSize": _MOST_QUERIES,
            "defaultTypes": [self._named(iri) for iri in self._types()[:_SHOWN]],
            "suggest": suggest,
            "extend": {
                "propose_properties": {
                    "service_url": self._address,
                    "service_path": "/extend/propose",
                },
                "property_settings": [
                    {
                        "name": "limit",
                        "label": "Limit",
                        "type": "number",
                        "default": 0,
                        "help_text": "At most so many values; 0 for all",
                    }
                ],
            },
        }

    def reconcile(self, batch: Any) -> Json:  # noqa: ANN401 - whatever JSON holds
        """Return the candidates for each query of a batch, under the query's own key.

        Raises:
            UsageError: The batch is not one.
        """
        if not isinstance(batch, dict):
            raise UsageError("queries: must be an object of queries")
        if len(batch) > _MOST_QUERIES:
            raise UsageError(f"queries: at most {_MOST_QUERIES} at once")
        questions = {key: question_of(query, f"queries.{key}") for key, query in batch.items()}
        return {
            key: {"result": answer(question, self.index, self._book.engine)}
            for key, question in questions.items()
        }

    def suggest_entity(self, prefix: str, *, cursor: int = 0) -> Json:
        """Return things whose name, or a word of it, begins like a text, or else is like it."""
        entities = self.index.entities
        found = self._begun(entities, prefix)
        if not found:
            near = [
                (similarity(prefix, each.names[0]), each.iri)
                for each in self.index.candidates(prefix)
            ]
            found = [iri for score, iri in sorted(near, key=lambda p: (-p[0], p[1])) if score > 0]
        return {
            "result": [
                {
                    **self._named(iri),
                    "description": entities[iri].description,
                    "notable": [self._named(each) for each in entities[iri].direct],
                }
                for iri in found[cursor : cursor + _SHOWN]
            ]
        }

    def suggest_type(self, prefix: str, *, cursor: int = 0) -> Json:
        """Return classes of the graph's things whose name begins like a text."""
        return self._suggested(self._types(), prefix, cursor)

    def suggest_property(self, prefix: str, *, cursor: int = 0) -> Json:
        """Return properties of the graph's things whose name begins like a text."""
        return self._suggested(self._properties, prefix, cursor)

    def propose_properties(self, class_id: str, *, limit: int = _SHOWN) -> Json:
        """Return the properties that things of a class have, the most used first."""
        iri = self.index.iri_of(class_id)
        found = properties_of(self._book.engine, iri)
        shown = [self._named(name) for name in (found[:limit] if limit else found)]
        return {"limit": limit, "type": class_id, "properties": shown}

    def extend(self, request: Any) -> Json:  # noqa: ANN401 - whatever JSON holds
        """Return the values of properties of things, for further columns of a table.

        Raises:
            UsageError: The request is not one.
        """
        ids, properties = _extension(request)
        index = self.index
        iris = {given: index.iri_of(given) for given in ids}
        pids = {each["id"]: index.iri_of(each["id"]) for each in properties}
        values = values_of(self._book.engine, iris.values(), pids.values())
        rows: Json = {}
        for given, iri in iris.items():
            row: Json = {}
            for each in properties:
                settings = each.get("settings") or {}
                terms = values.get((iri, pids[each["id"]]), [])
                limit = _limit(settings)
                content = str(settings.get("content", ""))
                cells = [cell(term, index, content=content) for term in terms]
                row[each["id"]] = (cells[:limit] if limit else cells) or [{}]
            rows[given] = row
        meta = [{"id": pid, "name": index.label(iri)} for pid, iri in pids.items()]
        return {"meta": meta, "rows": rows}

    def flyout(self, identifier: str) -> Json:
        """Return a little HTML about a thing, for a person who hovers over it."""
        iri = self.index.iri_of(identifier)
        entity = self.index.entities.get(iri)
        kinds = ", ".join(self.index.label(each) for each in entity.direct) if entity else ""
        lines = [f"<strong>{html.escape(self.index.label(iri))}</strong>", html.escape(kinds)]
        lines += [html.escape(entity.description)] if entity else []
        return {"id": identifier, "html": "".join(f"<p>{line}</p>" for line in lines if line)}

    def preview(self, identifier: str) -> str:
        """Return a small HTML page about a thing, for a frame."""
        title = html.escape(self.index.label(self.index.iri_of(identifier)))
        body = self.flyout(identifier)["html"]
        return f'<!doctype html><meta charset="utf-8"><title>{title}</title>{body}'

    @property
    def _space(self) -> str:
        """The namespace that the things share, apart from those of other places."""
        roots = Counter("/".join(iri.split("/", 3)[:3]) for iri in self.index.entities)
        root = max(roots, key=lambda each: (roots[each], each), default="urn:factbook:")
        own = [iri for iri in self.index.entities if iri.startswith(f"{root}/")]
        # What the first and the last one share, all between them share
        shared = os.path.commonprefix([min(own), max(own)]) if own else root  # noqa: RUF071
        return shared[: shared.rfind("/") + 1] or root

    @property
    def _schema(self) -> str:
        """The namespace of the class that most of them have."""
        first = next(iter(self._types()), "")
        return first[: max(first.rfind("/"), first.rfind("#")) + 1] or self._space

    def _types(self) -> list[str]:
        counted = Counter(iri for each in self.index.entities.values() for iri in each.direct)
        return sorted(counted, key=lambda iri: (-counted[iri], iri))

    @cached_property
    def _properties(self) -> list[str]:
        found = select(self._book.engine, "SELECT DISTINCT ?p WHERE { ?s ?p ?o }")
        return in_order((p.value for (p,) in found if isinstance(p, NamedNode)), self.index)

    def _suggested(self, iris: Iterable[str], prefix: str, cursor: int) -> Json:
        found = self._begun(iris, prefix)[cursor : cursor + _SHOWN]
        return {"result": [self._named(iri) for iri in found]}

    def _begun(self, iris: Iterable[str], prefix: str) -> list[str]:
        """Return those whose name, or a word of it, begins like a text, by their names.

        An identifier gives the one that it is of.
        """
        known = list(iris)
        given = self.index.iri_of(prefix.strip())
        wanted = " ".join(words(prefix))
        if given in known or not wanted:
            return [given] if given in known else in_order(known, self.index)

        def fits(iri: str) -> bool:
            names = self.index.names(iri) or (self.index.label(iri),)
            parts = [words(name.replace("_", " ")) for name in names]
            return any(
                " ".join(part[n:]).startswith(wanted) for part in parts for n in range(len(part))
            )

        return in_order(filter(fits, known), self.index)

    def _named(self, iri: str) -> Json:
        return {"id": iri, "name": self.index.label(iri)}


def _extension(request: Any) -> tuple[list[str], list[dict[str, Any]]]:  # noqa: ANN401 - JSON
    if not isinstance(request, dict):
        raise UsageError("extend: must be an object")
    ids, properties = request.get("ids"), request.get("properties")
    if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
        raise UsageError("extend.ids: must be a list of identifiers")
    if not isinstance(properties, list) or not all(
        isinstance(each, dict) and isinstance(each.get("id"), str) for each in properties
    ):
        raise UsageError("extend.properties: each needs an 'id'")
    if not all(isinstance(each.get("settings"), dict | None) for each in properties):
        raise UsageError("extend.properties.settings: must be an object")
    return ids, properties


def _limit(settings: Mapping[str, Any]) -> int:
    text = str(settings.get("limit", 0))
    if not text.isdigit():
        raise UsageError("extend.properties.settings.limit: must be a whole number")
    return int(text)
