"""Write compact JSON-LD with the context of a book, which parses to the same graph.

There is one flat node object for each subject. Every value takes the shortest form that JSON-LD
1.1's expansion turns back into exactly that term.
"""

from __future__ import annotations

import json
import re
from itertools import groupby
from operator import attrgetter
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode

from factbook.errors import UsageError
from factbook.export.jsonld_context import Context, TermDefinition, read_context
from factbook.export.quads import TYPE
from factbook.rdf.terms import XSD, namespace_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import Quad

    from factbook.rdf.terms import Term

STRING = f"{XSD}string"
_INTEGER, _BOOLEAN = f"{XSD}integer", f"{XSD}boolean"
_CANONICAL_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,15}", re.ASCII)
_LARGEST_EXACT = 2**53  # JavaScript would round larger ones
_NODE = ""
_encode = json.JSONEncoder(ensure_ascii=False).encode


def write_json_ld(quads: Sequence[Quad], out: IO[bytes], *, context: Mapping[str, Any]) -> None:
    """Write sorted quads as one JSON-LD document.

    Raises:
        UsageError: A term has no form in JSON-LD.
    """
    writer = _Writer(read_context(context))
    objects = list(writer.objects(quads))
    if not writer.schemes.isdisjoint(context):
        # 'urn:x' would be read as a prefixed name if the context has a prefix 'urn'
        writer = _Writer(read_context(context, without=writer.schemes))
        objects = list(writer.objects(quads))
    used = json.dumps(writer.context.pruned(writer.used), ensure_ascii=False, indent=2)
    used = used.replace("\n", "\n  ")
    out.write(f'{{\n  "@context": {used},\n  "{writer.keywords["@graph"]}": ['.encode())
    for number, text in enumerate(objects):
        out.write(f"{',' if number else ''}\n    {text}".encode())
    out.write(b"\n  ]\n}\n" if objects else b"]\n}\n")


def is_native(literal: Literal) -> bool:
    """Tell whether a JSON string, integer or boolean means exactly this literal."""
    text, datatype = literal.value, literal.datatype.value
    if literal.language or literal.direction is not None:
        return False
    if datatype == _INTEGER:
        return bool(_CANONICAL_INTEGER.fullmatch(text)) and abs(int(text)) <= _LARGEST_EXACT
    return datatype == STRING or (datatype == _BOOLEAN and text in {"true", "false"})


def native_value(literal: Literal) -> str | int | bool:
    """Return the JSON value of a literal that `is_native`."""
    if literal.datatype.value == STRING:
        return literal.value
    value: int | bool = json.loads(literal.value)
    return value


def node_reference(node: Term) -> str:
    """Return the IRI or the blank node label of a node.

    Raises:
        UsageError: It is a triple.
    """
    if isinstance(node, NamedNode):
        return node.value
    if isinstance(node, BlankNode):
        return f"_:{node.value}"
    raise UsageError("JSON-LD cannot express a triple inside a triple; choose another format")


def check_direction(literal: Literal) -> None:
    """Reject a literal with a base direction.

    Raises:
        UsageError: It has one.
    """
    if literal.direction is not None:
        raise UsageError("JSON-LD cannot express a base direction here; choose another format")


class _Form(NamedTuple):
    """How to write the values of one kind under a property."""

    key: str
    as_set: bool
    is_plain: bool
    """Whether the value is written alone instead of in an object with its type or language."""
    is_native: bool
    """Whether the value is a JSON value instead of the lexical form."""


class _Writer:
    """Compacts nodes and records which names of the context it used."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.keywords = context.keywords
        self.used: set[str] = set()
        self.schemes: set[str] = set()
        """Of the IRIs that have no '//'."""
        self._forms: dict[tuple[NamedNode, str, bool], _Form] = {}

    def objects(self, quads: Iterable[Quad]) -> Iterator[str]:
        """Yield the objects of a document as JSON: nodes, then named graphs."""
        for graph, inside in groupby(quads, key=attrgetter("graph_name")):
            nodes = (
                self._node(subject, quads_of_subject)
                for subject, quads_of_subject in groupby(inside, key=attrgetter("subject"))
            )
            if isinstance(graph, DefaultGraph):
                yield from (_object(node, "    ") for node in nodes)
            else:
                name = _encode({self.keywords["@id"]: self._reference(graph)})[1:-1]
                content = ",\n        ".join(_object(node, "        ") for node in nodes)
                key = _encode(self.keywords["@graph"])
                yield (f"{{\n      {name},\n      {key}: [\n        {content}\n      ]\n    }}")

    def _node(self, subject: Term, quads: Iterable[Quad]) -> dict[str, Any]:
        """Return the object of a subject."""
        node: dict[str, Any] = {self.keywords["@id"]: self._reference(subject)}
        for quad in quads:
            form = self._form(quad.predicate, quad.object)
            value = self._value(form, quad)
            if form.key not in node:
                node[form.key] = [value] if form.as_set else value
            elif isinstance(node[form.key], list):
                node[form.key].append(value)
            else:
                node[form.key] = [node[form.key], value]
        return node

    def _value(self, form: _Form, quad: Quad) -> Any:  # noqa: ANN401 - JSON
        value = quad.object
        if not isinstance(value, Literal):
            name = self._class(value) if quad.predicate == TYPE else self._reference(value)
            return name if form.is_plain else {self.keywords["@id"]: name}
        if form.is_plain:
            return native_value(value) if form.is_native else value.value
        value_object = {self.keywords["@value"]: value.value}
        if value.language:
            value_object[self.keywords["@language"]] = value.language
        elif value.datatype.value != STRING:
            value_object[self.keywords["@type"]] = self._iri(value.datatype.value)
        return value_object

    def _form(self, predicate: NamedNode, value: Term) -> _Form:
        if not isinstance(value, Literal):
            kind, native = _NODE, False
        else:
            kind = f"@{value.language}" if value.language else value.datatype.value
            native = is_native(value)
            check_direction(value)
        form_used = self._forms.get((predicate, kind, native))
        if form_used is None:
            form_used = self._new_form(predicate, kind, native=native)
            self._forms[predicate, kind, native] = form_used
        return form_used

    def _new_form(self, predicate: NamedNode, kind: str, *, native: bool) -> _Form:
        if predicate == TYPE and kind == _NODE:
            return _Form(self.keywords["@type"], as_set=False, is_plain=True, is_native=False)
        self._note_scheme(predicate.value)
        definitions = self.context.by_iri.get(predicate.value, ())
        for definition in definitions:
            if _fits(definition, kind, native=native):
                bare = native and definition.is_plain
                return _Form(
                    self._use(definition), definition.as_set, is_plain=True, is_native=bare
                )
        for definition in definitions:
            if definition.is_plain:
                return _Form(
                    self._use(definition), definition.as_set, is_plain=False, is_native=False
                )
        bare = native and "@language" not in self.context.source
        return _Form(self._iri(predicate.value), as_set=False, is_plain=bare, is_native=bare)

    def _class(self, node: Term) -> str:
        if isinstance(node, NamedNode):
            for definition in self.context.by_iri.get(node.value, ()):
                self._note_scheme(node.value)
                return self._use(definition)
        return self._reference(node)

    def _reference(self, node: Term) -> str:
        """Return a node as JSON-LD writes an IRI relative to the document."""
        return self._iri(node.value) if isinstance(node, NamedNode) else node_reference(node)

    def _iri(self, iri: str) -> str:
        namespace = namespace_of(iri)
        prefix = self.context.namespaces.get(namespace)
        self._note_scheme(iri)
        short = f"{prefix}:{iri.removeprefix(namespace)}"
        if prefix is None or namespace == iri or short in self.context.source:
            return iri
        self.used.add(prefix)
        return short

    def _note_scheme(self, iri: str) -> None:
        scheme, _, rest = iri.partition(":")
        if not rest.startswith("//"):
            self.schemes.add(scheme)

    def _use(self, definition: TermDefinition) -> str:
        self.used.add(definition.name)
        return definition.name


def _fits(definition: TermDefinition, kind: str, *, native: bool) -> bool:
    """Tell whether a plain value under a term is read as a value of this kind."""
    if kind == _NODE:
        return definition.coercion in {"@id", "@vocab"}
    if kind.startswith("@"):
        return definition.coercion is None and definition.language == kind[1:]
    return native if definition.is_plain else definition.coercion == kind


def _object(node: Mapping[str, Any], margin: str) -> str:
    """Serialize an object with a line for each key and each of several values."""
    lines = []
    for key, value in node.items():
        text = _encode(value)
        if isinstance(value, list):
            values = f",\n{margin}    ".join(map(_encode, value))
            text = f"[\n{margin}    {values}\n{margin}  ]"
        lines.append(f"\n{margin}  {_encode(key)}: {text}")
    return f"{{{','.join(lines)}\n{margin}}}"
