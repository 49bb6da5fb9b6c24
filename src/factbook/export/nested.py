"""Write JSON-LD as search engines read it: things, and inside each what hangs on it.

One vocabulary is written without prefixes. Every thing is written once, whole; wherever else it is
mentioned, its class and name stand beside its IRI. The context is inside the document and made for
it, so that readers need fetch nothing, and read back it is the same graph.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import IO, TYPE_CHECKING, Any

from pyoxigraph import BlankNode, Literal, NamedNode

from factbook.errors import UsageError
from factbook.export.names import TYPE
from factbook.export.native import STRING, is_native
from factbook.render.labels import LABEL_PROPERTIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pyoxigraph import Quad

    from factbook.rdf.terms import Term

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_STUB = {NamedNode(name) for name in LABEL_PROPERTIES} | {TYPE}
_DEEPEST = 8


def write_nested(
    quads: Sequence[Quad], out: IO[bytes], *, vocabulary: str, nested: Mapping[str, str]
) -> None:
    """Write sorted triples.

    Args:
        quads: The triples, sorted by subject.
        out: Where to.
        vocabulary: The namespace whose names stand alone.
        nested: Through which property the instances of a class hang on another thing.

    Raises:
        UsageError: A term has no form in JSON-LD.
    """
    writer = _Writer(quads, vocabulary)
    hangs = _hanging(writer.about, nested)
    objects = writer.objects(hangs)
    context = json.dumps(writer.context(), ensure_ascii=False, indent=2)
    out.write(f'{{\n"@context": {context},\n"@graph": ['.encode())
    between = "\n"
    for written in objects:
        # So that no text can end the <script> of a page that the document stands in
        text = json.dumps(written, ensure_ascii=False, indent=2).replace("<", "\\u003c")
        out.write(f"{between}{text}".encode())
        between = ",\n"
    out.write(b"\n]\n}\n")


def _hanging(
    about: Mapping[Term, Sequence[Quad]], nested: Mapping[str, str]
) -> dict[Term, list[Quad]]:
    """Return the triples through which things hang on others, by what they hang on."""
    through: dict[Term, NamedNode] = {
        NamedNode(class_): NamedNode(name) for class_, name in nested.items()
    }
    hangs: dict[Term, list[Quad]] = {}
    for said in about.values():
        properties = {
            through[q.object] for q in said if q.predicate == TYPE and q.object in through
        }
        for quad in said:
            if (
                quad.predicate in properties
                and quad.object in about
                and quad.object != quad.subject
            ):
                hangs.setdefault(quad.object, []).append(quad)
                break
    return hangs


class _Writer:
    """Turns things into JSON objects, each whole once and by its name elsewhere."""

    def __init__(self, quads: Iterable[Quad], vocabulary: str) -> None:
        self.about: dict[Term, list[Quad]] = {}
        self._vocabulary = vocabulary
        for quad in quads:
            self.about.setdefault(quad.subject, []).append(quad)
        self._kinds = self._common_kinds()
        self._left = dict.fromkeys(self.about)

    def context(self) -> dict[str, Any]:
        """Return the context under which the document says what it should."""
        context: dict[str, Any] = {"@vocab": self._vocabulary}
        for predicate, kind in sorted(self._kinds.items()):
            if kind:
                tag = "@language" if kind.startswith("@language ") else "@type"
                context[self._name(predicate)] = {tag: kind.removeprefix("@language ")}
        return context

    def objects(self, hangs: Mapping[Term, Sequence[Quad]]) -> Iterable[dict[str, Any]]:
        """Yield the objects of the document: what hangs on nothing, then what is left over."""
        hanging = {quad.subject for quads in hangs.values() for quad in quads}
        mentioned = self._mentioned()
        for subject, said in self.about.items():
            if subject in mentioned and all(quad.predicate in _STUB for quad in said):
                del self._left[subject]  # its mentions say it all
            elif subject not in hanging:
                yield self._whole(subject, hangs, None, 0)
        while self._left:
            yield self._whole(next(iter(self._left)), hangs, None, 0)

    def _mentioned(self) -> set[Term]:
        """Return what is mentioned by things that are written whole."""
        return {
            quad.object
            for said in self.about.values()
            if any(quad.predicate not in _STUB for quad in said)
            for quad in said
            if quad.predicate not in _STUB
        }

    def _whole(
        self, subject: Term, hangs: Mapping[Term, Sequence[Quad]], above: Quad | None, depth: int
    ) -> dict[str, Any]:
        self._left.pop(subject, None)
        written = self._described(subject, [q for q in self.about[subject] if q != above])
        for quad in hangs.get(subject, ()):
            if quad.subject in self._left and depth < _DEEPEST:
                below = self._whole(quad.subject, hangs, quad, depth + 1)
                under = written.setdefault("@reverse", {})
                under.setdefault(self._name(quad.predicate.value), []).append(below)
        return written

    def _described(self, subject: Term, said: Iterable[Quad]) -> dict[str, Any]:
        written: dict[str, Any] = {"@id": _reference(subject)}
        for quad in said:
            if quad.predicate == TYPE and isinstance(quad.object, NamedNode):
                name, value = "@type", self._name(quad.object.value)
            else:
                name = self._name(quad.predicate.value)
                value = self._value(quad)
            if name not in written:
                written[name] = value
            elif isinstance(written[name], list):
                written[name].append(value)
            else:
                written[name] = [written[name], value]
        return written

    def _value(self, quad: Quad) -> Any:  # noqa: ANN401 - JSON
        value, kind = quad.object, self._kinds.get(quad.predicate.value, "")
        if isinstance(value, Literal):
            if _kind(value) == kind:
                is_text = kind or value.datatype.value == STRING
                return value.value if is_text else json.loads(value.value)
            return _in_full(value)
        if value in self.about and quad.predicate not in _STUB:
            return self._described(value, [q for q in self.about[value] if q.predicate in _STUB])
        return _reference(value) if kind == "@id" else {"@id": _reference(value)}

    def _common_kinds(self) -> dict[str, str]:
        """Return for each property of the vocabulary the kind that most of its values are of."""
        counted: dict[str, Counter[str]] = {}
        for said in self.about.values():
            for quad in said:
                iri = quad.predicate.value
                if quad.object not in self.about and self._name(iri) != iri:
                    counted.setdefault(iri, Counter())[_kind(quad.object)] += 1
        return {
            iri: max(kinds, key=lambda kind: (kinds[kind], kind)) for iri, kinds in counted.items()
        }

    def _name(self, iri: str) -> str:
        local = iri.removeprefix(self._vocabulary)
        return local if local != iri and _WORD.fullmatch(local) else iri


def _kind(value: Term) -> str:
    """Return what a context must say of a value so that it can be a plain JSON value."""
    if not isinstance(value, Literal):
        return "@id"
    if value.direction is not None:
        raise UsageError("JSON-LD has no form here for a base direction; choose another format")
    if value.language is None and is_native(value.value, value.datatype.value):
        return ""
    return f"@language {value.language}" if value.language else value.datatype.value


def _in_full(value: Literal) -> dict[str, str]:
    written = {"@value": value.value}
    if value.language:
        written["@language"] = value.language
    elif value.datatype.value != STRING:
        written["@type"] = value.datatype.value
    return written


def _reference(node: Term) -> str:
    if isinstance(node, NamedNode):
        return node.value
    if isinstance(node, BlankNode):
        return f"_:{node.value}"
    raise UsageError("JSON-LD has no form for a triple inside a triple; choose another format")
