"""Write compact JSON-LD under a context of one's own; read back, it is the same graph.

This writes one flat node object for each subject, not frames. Every value takes the shortest form
that JSON-LD 1.1's expansion turns back into exactly that term.
"""

from __future__ import annotations

import json
import re
from itertools import groupby
from operator import attrgetter
from typing import IO, TYPE_CHECKING, Any

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode

from factbook.errors import UsageError
from factbook.export.context import Context, TermDefinition, read_for_writing
from factbook.export.names import TYPE
from factbook.rdf.terms import XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pyoxigraph import Quad

    from factbook.rdf.terms import Term

STRING, _INTEGER, _BOOLEAN = f"{XSD}string", f"{XSD}integer", f"{XSD}boolean"
_CANONICAL_INTEGER = re.compile(r"0|-?[1-9][0-9]*", re.ASCII)
_LARGEST_EXACT = 2**53  # beyond it a reader in JavaScript would round
_MOST_DIGITS = len(str(-_LARGEST_EXACT))


def write_json_ld(quads: Sequence[Quad], out: IO[bytes], *, context: Mapping[str, Any]) -> None:
    """Write quads, sorted by graph and then by subject, as one JSON-LD document.

    Raises:
        UsageError: A term has no form in JSON-LD.
    """
    schemes = {
        iri.partition(":")[0]
        for quad in quads
        for iri in _iris(quad)
        if iri[iri.find(":") + 1 :][:2] != "//"
    }
    writer = _Writer(read_for_writing(context, without=schemes))
    objects: list[dict[str, Any]] = []
    for graph, inside in groupby(quads, key=attrgetter("graph_name")):
        nodes = [writer.node(about) for _, about in groupby(inside, key=attrgetter("subject"))]
        if isinstance(graph, DefaultGraph):
            objects += nodes
        else:
            objects.append(
                {writer.key("@id"): writer.reference(graph), writer.key("@graph"): nodes}
            )
    document = {
        "@context": writer.context.pruned(writer.used),
        writer.key("@graph"): objects,
    }
    encoder = json.JSONEncoder(ensure_ascii=False, indent=2)
    for part in encoder.iterencode(document):
        out.write(part.encode())
    out.write(b"\n")


class _Writer:
    """Compacts nodes and remembers which names of the context it used."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.used: set[str] = set()

    def key(self, keyword: str) -> str:
        return self.context.keywords[keyword]

    def node(self, about: Iterable[Quad]) -> dict[str, Any]:
        node: dict[str, Any] = {}
        for quad in about:
            if not node:
                node[self.key("@id")] = self.reference(quad.subject)
            if quad.predicate == TYPE and not isinstance(quad.object, Literal):
                name, value, as_set = self.key("@type"), self._class(quad.object), False
            else:
                name, value, as_set = self._property(quad.predicate.value, quad.object)
            if name not in node:
                node[name] = [value] if as_set else value
            elif isinstance(node[name], list):
                node[name].append(value)
            else:
                node[name] = [node[name], value]
        return node

    def reference(self, node: Term) -> str:
        """Return the text for a node where JSON-LD expects an IRI relative to the document."""
        if isinstance(node, NamedNode):
            return self._iri(node.value)
        if isinstance(node, BlankNode):
            return f"_:{node.value}"
        raise UsageError("JSON-LD has no form for a triple inside a triple; choose another format")

    def _property(self, iri: str, value: Term) -> tuple[str, Any, bool]:
        """Return the key that suits a value, the value under it, and whether it is a list."""
        definitions = self.context.by_iri.get(iri, ())
        for definition in definitions:
            plain = self._plain(value, definition)
            if plain is not None:
                return self._used(definition), plain, definition.as_set
        full = self._full(value)
        for definition in definitions:
            if definition.neutral:
                return self._used(definition), full, definition.as_set
        return self._iri(iri), full if self._keeps_language() else self._bare(value, full), False

    def _plain(self, value: Term, definition: TermDefinition) -> Any:  # noqa: ANN401 - JSON
        """Return a value as the string or number that a term turns back into it, or None."""
        if not isinstance(value, Literal):
            fits = definition.coercion in {"@id", "@vocab"}
            return self.reference(value) if fits else None
        if value.language is not None or value.direction is not None:
            fits = definition.coercion is None and definition.language == value.language
            return value.value if fits and value.direction is None else None
        datatype = value.datatype.value
        if definition.neutral:
            return native(value)
        return value.value if definition.coercion == datatype else None

    def _bare(self, value: Term, full: Any) -> Any:  # noqa: ANN401 - JSON
        plain = native(value) if isinstance(value, Literal) else None
        return full if plain is None else plain

    def _keeps_language(self) -> bool:
        """Tell whether a plain string would get a language from the context."""
        return "@language" in self.context.source

    def _full(self, value: Term) -> dict[str, Any]:
        """Return the object that needs no help from a term."""
        if not isinstance(value, Literal):
            return {self.key("@id"): self.reference(value)}
        written: dict[str, Any] = {self.key("@value"): value.value}
        if value.direction is not None:
            raise UsageError("JSON-LD has no form here for a base direction; choose another format")
        if value.language is not None:
            written[self.key("@language")] = value.language
        elif value.datatype.value != STRING:
            written[self.key("@type")] = self._iri(value.datatype.value)
        return written

    def _class(self, node: Term) -> str:
        if isinstance(node, NamedNode):
            for definition in self.context.by_iri.get(node.value, ()):
                return self._used(definition)
        return self.reference(node)

    def _iri(self, iri: str) -> str:
        end = max(iri.rfind("#"), iri.rfind("/")) + 1
        prefix = self.context.namespaces.get(iri[:end])
        if prefix is None or end == len(iri):
            return iri
        short = f"{prefix}:{iri[end:]}"
        if short in self.context.source:
            return iri
        self.used.add(prefix)
        return short

    def _used(self, definition: TermDefinition) -> str:
        self.used.add(definition.name)
        return definition.name


def native(literal: Literal) -> str | int | bool | None:
    """Return the JSON value that means this literal where no term says otherwise, or None."""
    text, datatype = literal.value, literal.datatype.value
    if literal.language is not None or literal.direction is not None:
        return None
    if datatype == STRING:
        return text
    if datatype == _BOOLEAN and text in {"true", "false"}:
        return text == "true"
    if datatype == _INTEGER and len(text) <= _MOST_DIGITS and _CANONICAL_INTEGER.fullmatch(text):
        return int(text) if abs(int(text)) <= _LARGEST_EXACT else None
    return None


def _iris(quad: Quad) -> Iterable[str]:
    for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
        if isinstance(term, NamedNode):
            yield term.value
        elif isinstance(term, Literal):
            yield term.datatype.value
