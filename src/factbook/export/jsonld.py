"""Write compact JSON-LD under a context of one's own; read back, it is the same graph.

This writes one flat node object for each subject, not frames. Every value takes the shortest form
that JSON-LD 1.1's expansion turns back into exactly that term.
"""

from __future__ import annotations

import json
from json.encoder import encode_basestring as _text
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from factbook.errors import UsageError
from factbook.export.context import Context, TermDefinition, read_for_writing
from factbook.export.gather import gathered, in_order
from factbook.export.names import TYPE
from factbook.export.native import STRING, is_native

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import Quad

    from factbook.export.gather import Gathered

_REMEMBERED = 100_000  # statements that many things may share, such as their classes
_TYPE = str(TYPE)
_INDENT = "  "
_OBJECT, _KEY, _VALUE = (f"\n{_INDENT * depth}" for depth in (2, 3, 4))


def write_json_ld(quads: Iterable[Quad], out: IO[bytes], *, context: Mapping[str, Any]) -> None:
    """Write quads, in any order and repeated or not, as one JSON-LD document.

    Raises:
        UsageError: A term has no form in JSON-LD.
    """
    graphs = gathered(quads)
    writer = _Writer(read_for_writing(context))
    objects = list(writer.objects(graphs))
    if not writer.schemes.isdisjoint(context):
        # 'urn:x' would be read as a prefixed name where the context has a prefix 'urn'
        writer = _Writer(read_for_writing(context, without=writer.schemes))
        objects = list(writer.objects(graphs))
    kept = json.dumps(writer.context.pruned(writer.used), ensure_ascii=False, indent=2)
    kept = kept.replace("\n", f"\n{_INDENT}")
    out.write(f'{{\n  "@context": {kept},\n  {writer.keys["@graph"]}: ['.encode())
    between = _OBJECT
    for written in objects:
        out.write(f"{between}{written}".encode())
        between = f",{_OBJECT}"
    out.write(f"\n{_INDENT}]\n}}\n".encode() if objects else b"]\n}\n")


class _Form(NamedTuple):
    """How values of one kind stand under a property."""

    key: str
    as_set: bool
    before: str = ""
    after: str = ""
    is_bare: bool = False
    """Whether the value stands without quotation marks."""


class _Writer:
    """Compacts nodes and remembers which names of the context it used.

    Terms come as N-Triples text. Its strings are JSON strings as well, but for rare characters.
    """

    def __init__(self, context: Context) -> None:
        self.context = context
        self.used: set[str] = set()
        self.schemes: set[str] = set()
        """Of the IRIs that have no '//'."""
        self.keys = {keyword: _text(name) for keyword, name in context.keywords.items()}
        self._entries: dict[str, tuple[str, str, str]] = {}
        """By statement: the key, the value, and both as they stand where there is no other."""
        self._forms: dict[tuple[str, str | None, bool], _Form] = {}

    def objects(self, graphs: Gathered) -> Iterator[str]:
        """Yield the objects of a document: nodes, then named graphs."""
        for graph, subjects in sorted(graphs.items()):
            nodes = (self._node(subject, subjects[subject]) for subject in sorted(subjects))
            if graph:
                yield self._graph(graph, nodes)
            else:
                yield from nodes

    def _graph(self, name: str, nodes: Iterable[str]) -> str:
        """Return the object of a named graph."""
        inside = f",{_OBJECT}".join(nodes).replace("\n", f"\n{_INDENT * 2}")
        return (
            f"{{{_KEY}{self.keys['@id']}: {self._reference(name)},"
            f"{_KEY}{self.keys['@graph']}: [{_VALUE}{inside}{_KEY}]{_OBJECT}}}"
        )

    def _node(self, subject: str, statements: Sequence[str]) -> str:
        """Return the object of a subject."""
        known = self._entries
        found = [known.get(said) or self._entry(said) for said in in_order(statements)]
        lines = {key: line for key, _, line in found}
        if len(lines) < len(found):
            values: dict[str, list[str]] = {}
            for key, value, _ in found:
                values.setdefault(key, []).append(value)
            lines |= {key: _listed(key, several) for key, several in values.items() if several[1:]}
        rest = f",{_KEY}".join((f"{self.keys['@id']}: {self._reference(subject)}", *lines.values()))
        return f"{{{_KEY}{rest}{_OBJECT}}}"

    def _entry(self, statement: str) -> tuple[str, str, str]:
        predicate, _, term = statement.partition(" ")
        if not term.startswith('"'):
            if predicate == _TYPE:
                form, text = _Form(self.keys["@type"], as_set=False), self._class(term)
            else:
                form, text = self._form(predicate, None), self._reference(term)
        else:
            end = term.rindex('"') + 1
            text, ending = term[:end], term[end:]
            fits = ending[:1] != "@" and is_native(text[1:-1], _datatype(ending))
            form = self._form(predicate, ending, is_native=fits)
            if form.is_bare:
                text = text[1:-1]
            elif "\\u" in text:
                text = _text(json.loads(text))
        value = f"{form.before}{text}{form.after}"
        line = _listed(form.key, [value]) if form.as_set else f"{form.key}: {value}"
        if len(self._entries) >= _REMEMBERED:
            self._entries.clear()
        entry = self._entries[statement] = form.key, value, line
        return entry

    def _form(self, predicate: str, ending: str | None, *, is_native: bool = False) -> _Form:
        """Return the form of values.

        Args:
            predicate: The property.
            ending: What follows the text of a literal; None for nodes.
            is_native: Whether JSON has such values.
        """
        kind = predicate, ending, is_native
        known = self._forms.get(kind)
        if known is None:
            known = self._forms[kind] = self._new_form(predicate[1:-1], ending, is_native=is_native)
        return known

    def _new_form(self, iri: str, ending: str | None, *, is_native: bool) -> _Form:
        if ending is not None and ending.startswith("@") and "--" in ending:
            raise UsageError("JSON-LD has no form here for a base direction; choose another format")
        self._see(iri)
        definitions = self.context.by_iri.get(iri, ())
        is_bare = is_native and ending != ""
        for definition in definitions:
            if _fits(definition, ending, is_native=is_native):
                is_bare = is_bare and definition.neutral
                return _Form(self._used(definition), definition.as_set, is_bare=is_bare)
        before, after = self._full(ending)
        for definition in definitions:
            if definition.neutral:
                return _Form(self._used(definition), definition.as_set, before, after)
        if is_native and "@language" not in self.context.source:
            return _Form(_text(self._iri(iri)), as_set=False, is_bare=is_bare)
        return _Form(_text(self._iri(iri)), as_set=False, before=before, after=after)

    def _full(self, ending: str | None) -> tuple[str, str]:
        """Return what makes a value an object that needs no help from a term."""
        if ending is None:
            return f"{{{self.keys['@id']}: ", "}"
        before = f"{{{self.keys['@value']}: "
        if not ending:
            return before, "}"
        if ending.startswith("@"):
            return before, f", {self.keys['@language']}: {_text(ending[1:])}}}"
        return before, f", {self.keys['@type']}: {_text(self._iri(_datatype(ending)))}}}"

    def _class(self, node: str) -> str:
        if node.startswith("<"):
            iri = node[1:-1]
            for definition in self.context.by_iri.get(iri, ()):
                self._see(iri)
                return self._used(definition)
        return self._reference(node)

    def _reference(self, node: str) -> str:
        """Return a node where JSON-LD expects an IRI relative to the document."""
        if node.startswith("_:"):
            return _text(node)
        if node.startswith("<<"):
            raise UsageError(
                "JSON-LD has no form for a triple inside a triple; choose another format"
            )
        return _text(self._iri(node[1:-1]))

    def _iri(self, iri: str) -> str:
        end = max(iri.rfind("#"), iri.rfind("/")) + 1
        prefix = self.context.namespaces.get(iri[:end])
        if prefix not in self.used:
            self._see(iri)
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
        return _text(definition.name)


def _listed(key: str, values: Iterable[str]) -> str:
    return f"{key}: [{_VALUE}{f',{_VALUE}'.join(values)}{_KEY}]"


def _datatype(ending: str) -> str:
    return ending[3:-1] if ending else STRING


def _fits(definition: TermDefinition, ending: str | None, *, is_native: bool) -> bool:
    """Tell whether a term turns a plain value back into what it was; see `_Writer._form`."""
    if ending is None:
        return definition.coercion in {"@id", "@vocab"}
    if ending.startswith("@"):
        return definition.coercion is None and definition.language == ending[1:]
    return is_native if definition.neutral else definition.coercion == _datatype(ending)
