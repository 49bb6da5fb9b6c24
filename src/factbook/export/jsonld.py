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
_INDENT = "  "
_REMEMBERED = 100_000  # statements that many things may share, such as their classes
_text = json.JSONEncoder(ensure_ascii=False).encode
_MOST_DIGITS = len(str(-_LARGEST_EXACT))


def write_json_ld(quads: Sequence[Quad], out: IO[bytes], *, context: Mapping[str, Any]) -> None:
    """Write quads, sorted by graph and then by subject, as one JSON-LD document.

    Raises:
        UsageError: A term has no form in JSON-LD.
    """
    writer = _Writer(read_for_writing(context))
    objects = writer.objects(quads)
    if not writer.schemes.isdisjoint(context):
        # 'urn:x' would be read as a prefixed name where the context has a prefix 'urn'
        writer = _Writer(read_for_writing(context, without=writer.schemes))
        objects = writer.objects(quads)
    kept = json.dumps(writer.context.pruned(writer.used), ensure_ascii=False, indent=2)
    kept = kept.replace("\n", f"\n{_INDENT}")
    out.write(f'{{\n  "@context": {kept},\n  {_text(writer.key("@graph"))}: ['.encode())
    between = f"\n{_INDENT * 2}"
    for written in objects:
        out.write(f"{between}{written}".encode())
        between = f",\n{_INDENT * 2}"
    out.write(f"\n{_INDENT}]\n}}\n".encode() if objects else b"]\n}\n")


class _Writer:
    """Compacts nodes and remembers which names of the context it used."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.used: set[str] = set()
        self.schemes: set[str] = set()
        """Of the IRIs that have no '//'."""
        self._entries: dict[tuple[NamedNode, Term], tuple[str, str, bool]] = {}

    def key(self, keyword: str) -> str:
        return self.context.keywords[keyword]

    def objects(self, quads: Iterable[Quad]) -> list[str]:
        """Return the objects of a document: nodes, then named graphs."""
        objects: list[str] = []
        for graph, inside in groupby(quads, key=attrgetter("graph_name")):
            is_named = not isinstance(graph, DefaultGraph)
            nodes = [
                self.node(subject, about, _INDENT * (4 if is_named else 2))
                for subject, about in groupby(inside, key=attrgetter("subject"))
            ]
            if is_named:
                objects.append(self._graph(graph, nodes))
            else:
                objects += nodes
        return objects

    def _graph(self, name: Term, nodes: Sequence[str]) -> str:
        """Return the object of a named graph."""
        inner = _INDENT * 3
        between = f",\n{inner}{_INDENT}"
        return (
            f"{{\n{inner}{_text(self.key('@id'))}: {_text(self.reference(name))},\n"
            f"{inner}{_text(self.key('@graph'))}: [\n{inner}{_INDENT}{between.join(nodes)}\n"
            f"{inner}]\n{_INDENT * 2}}}"
        )

    def node(self, subject: Term, about: Iterable[Quad], indent: str) -> str:
        """Return the object of a subject, whose first line is indented already."""
        values: dict[str, list[str]] = {_text(self.key("@id")): [_text(self.reference(subject))]}
        sets: set[str] = set()
        for quad in about:
            pair = quad.predicate, quad.object
            entry = self._entries.get(pair)
            if entry is None:
                entry = self._entry(*pair)
            name, value, as_set = entry
            if as_set:
                sets.add(name)
            if name in values:
                values[name].append(value)
            else:
                values[name] = [value]
        lines = []
        for name, found in values.items():
            if len(found) == 1 and name not in sets:
                lines.append(f"{indent}{_INDENT}{name}: {found[0]}")
            else:
                between = f",\n{indent}{_INDENT * 2}"
                listed = f"{between[1:]}{between.join(found)}\n{indent}{_INDENT}"
                lines.append(f"{indent}{_INDENT}{name}: [{listed}]")
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"

    def _entry(self, predicate: NamedNode, term: Term) -> tuple[str, str, bool]:
        """Return the key and the value of a statement as JSON, and whether it is one of a set."""
        if predicate == TYPE and not isinstance(term, Literal):
            name, value, as_set = self.key("@type"), self._class(term), False
        else:
            name, value, as_set = self._property(predicate.value, term)
        if len(self._entries) >= _REMEMBERED:
            self._entries.clear()
        entry = _text(name), _text(value), as_set
        self._entries[predicate, term] = entry
        return entry

    def reference(self, node: Term) -> str:
        """Return the text for a node where JSON-LD expects an IRI relative to the document."""
        if isinstance(node, NamedNode):
            return self._iri(node.value)
        if isinstance(node, BlankNode):
            return f"_:{node.value}"
        raise UsageError("JSON-LD has no form for a triple inside a triple; choose another format")

    def _property(self, iri: str, value: Term) -> tuple[str, Any, bool]:
        """Return the key that suits a value, the value under it, and whether it is a list."""
        self._see(iri)
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
            self._see(node.value)
            for definition in self.context.by_iri.get(node.value, ()):
                return self._used(definition)
        return self.reference(node)

    def _iri(self, iri: str) -> str:
        self._see(iri)
        end = max(iri.rfind("#"), iri.rfind("/")) + 1
        prefix = self.context.namespaces.get(iri[:end])
        short = f"{prefix}:{iri[end:]}"
        if prefix is None or end == len(iri) or short in self.context.source:
            return iri
        self.used.add(prefix)
        return short

    def _see(self, iri: str) -> None:
        scheme, _, rest = iri.partition(":")
        if not rest.startswith("//"):
            self.schemes.add(scheme)

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
