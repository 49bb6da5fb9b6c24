"""Find what JSON-LD silently drops: values without an IRI, and invalid language tags.

Contexts are not followed node by node: a term counts as defined if any context of the document
defines it. So a loss may go unnoticed, but nothing is called a loss that is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_KEYWORDS = frozenset(
    {
        *("@base", "@container", "@context", "@direction", "@graph", "@id", "@import", "@included"),
        *("@index", "@json", "@language", "@list", "@nest", "@none", "@prefix", "@propagate"),
        *("@protected", "@reverse", "@set", "@type", "@value", "@version", "@vocab"),
    }
)
_NOT_IN_IRI = re.compile(r'[\x00-\x20<>"{}|\\^`]')
_TAG = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*\Z")
_MAPS = frozenset({"@graph", "@id", "@index", "@language", "@type"})
_MOST_SHOWN = 5


def describe_losses(document: Any, content: bytes) -> Iterator[str]:  # noqa: ANN401 - any value of JSON
    """Yield a line for each kind of loss, with the count and the first example.

    Args:
        document: The document, its contexts written out.
        content: Its text.
    """
    found = _Walk()
    found.read_contexts(document)
    found.look_at_top(document)
    found.look_at(document)
    for what, names in found.losses.items():
        shown = ", ".join(f"'{name}'{_line(name, content)}" for name in list(names)[:_MOST_SHOWN])
        more = f" and {len(names) - _MOST_SHOWN} more" if len(names) > _MOST_SHOWN else ""
        yield f"left out, as {what}: {shown}{more}"


def _line(name: str, content: bytes) -> str:
    at = content.find(b'"%s"' % name.encode())
    return f" (line {content.count(bytes([10]), 0, at) + 1})" if at >= 0 else ""


@dataclass
class _Walk:
    """The definitions of a document, and its losses."""

    terms: set[str] = field(default_factory=set)
    maps: set[str] = field(default_factory=set)
    languages: set[str] = field(default_factory=set)
    json: set[str] = field(default_factory=set)
    references: dict[str, bool] = field(default_factory=dict)
    """The terms whose texts are names of things, and whether all contexts say so."""
    ids: set[str] = field(default_factory=lambda: {"@id"})
    types: set[str] = field(default_factory=lambda: {"@type"})
    has_vocabulary: bool = False
    has_base: bool = True
    losses: dict[str, dict[str, None]] = field(default_factory=dict)

    def read_contexts(self, node: Any) -> None:  # noqa: ANN401
        """Record the definitions of all contexts in a value."""
        if isinstance(node, list):
            for each in node:
                self.read_contexts(each)
        elif isinstance(node, dict):
            for name, value in node.items():
                if name == "@context":
                    for context in value if isinstance(value, list) else [value]:
                        self._define(context)
                self.read_contexts(value)

    def _define(self, context: Any) -> None:  # noqa: ANN401
        if not isinstance(context, dict):
            return
        self.has_vocabulary |= context.get("@vocab") is not None
        self.has_base &= context.get("@base", "") is not None
        for term, definition in context.items():
            self.terms.add(term)
            iri = definition.get("@id") if isinstance(definition, dict) else definition
            is_reference = isinstance(definition, dict) and definition.get("@type") == "@id"
            self.references[term] = self.references.get(term, True) and is_reference
            if iri == "@id":
                self.ids.add(term)
            if iri == "@type":
                self.types.add(term)
            if isinstance(definition, dict):
                container = definition.get("@container", [])
                containers = set(container if isinstance(container, list) else [container])
                if _MAPS & containers:
                    self.maps.add(term)
                if "@language" in containers:
                    self.languages.add(term)
                if definition.get("@type") == "@json":
                    self.json.add(term)

    def look_at_top(self, nodes: Any) -> None:  # noqa: ANN401
        """Record the top-level values of a document that belong to no node."""
        for each in nodes if isinstance(nodes, list) else [nodes]:
            value = each.get("@value") if isinstance(each, dict) else each
            if isinstance(value, str | int | float):
                self._lose("it is the value of no node", str(value))
            elif isinstance(each, dict) and "@graph" in each:
                self.look_at_top(each["@graph"])

    def look_at(self, node: Any) -> None:  # noqa: ANN401
        """Record the losses of a node and of the nodes inside it."""
        if isinstance(node, list):
            for each in node:
                self.look_at(each)
            return
        if not isinstance(node, dict) or node.get("@type") == "@json":
            return
        for name, value in node.items():
            if name == "@context" or name in self.json or value is None:
                continue
            if self._is_known(name):
                self._look_at_value(name, value)
            elif name.startswith("_:"):
                self._lose("a property cannot be a blank node", name)
            else:
                self._lose("no context defines the key", name)

    def _look_at_value(self, name: str, value: Any) -> None:  # noqa: ANN401
        if name in self.ids or name in self.types:
            self._look_at_names(value, is_id=name in self.ids)
        elif name == "@language":
            self._look_at_tags([value])
        elif name in self.languages and isinstance(value, dict):
            self._look_at_tags(tag for tag in value if tag != "@none" and tag not in self.terms)
        elif self.references.get(name):
            self._look_at_names(value, is_id=True)
            self.look_at(value)
        elif name in self.maps and isinstance(value, dict):
            self.look_at(list(value.values()))
        else:
            self.look_at(value)

    def _look_at_tags(self, tags: Iterable[Any]) -> None:
        for tag in tags:
            if isinstance(tag, str) and not _TAG.match(tag):
                self._lose("the language tag is not valid", tag)

    def _is_known(self, name: str) -> bool:
        if name in _KEYWORDS or name in self.terms:
            return True
        if name.startswith(("@", "_:")):
            return False
        return not _NOT_IN_IRI.search(name) and (self.has_vocabulary or ":" in name)

    def _look_at_names(self, value: Any, *, is_id: bool) -> None:  # noqa: ANN401
        for each in value if isinstance(value, list) else [value]:
            if not isinstance(each, str) or each in self.terms:
                continue
            is_relative = is_id and ":" not in each and not self.has_base
            if _NOT_IN_IRI.search(each) or is_relative:
                self._lose("the name is not an IRI", each)

    def _lose(self, what: str, name: str) -> None:
        self.losses.setdefault(what, {})[name] = None
