"""Write nested JSON-LD as search engines read it: things with the things that belong to them.

One vocabulary is written without prefixes. Every thing is written in full once; other mentions have
its IRI, class and name. The document has its own context, so that readers fetch nothing, and parses
to the same graph.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import IO, TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode

from factbook.export.compact_jsonld import (
    STRING,
    check_direction,
    is_native,
    native_value,
    node_reference,
)
from factbook.export.quads import TYPE
from factbook.render.labels import LABEL_PROPERTIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import Quad

    from factbook.rdf.terms import Term

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_SUMMARY = {NamedNode(name) for name in LABEL_PROPERTIES} | {TYPE}
_MAX_DEPTH = 8


def write_nested(
    quads: Sequence[Quad], out: IO[bytes], *, vocabulary: str, nested: Mapping[str, str]
) -> None:
    """Write sorted triples.

    Args:
        quads: The triples, sorted by subject.
        out: Where to write them.
        vocabulary: The namespace whose names are written without a prefix.
        nested: For each class, the property that points to the thing to nest its instances in.

    Raises:
        UsageError: A term has no form in JSON-LD.
    """
    writer = _Writer(quads, vocabulary, nested)
    objects = list(writer.objects())
    document = {"@context": writer.context(), "@graph": objects}
    # Escaped so that no text can end the <script> of a page that has the document inside
    text = json.dumps(document, ensure_ascii=False, indent=2).replace("<", "\\u003c")
    out.write(f"{text}\n".encode())


class _Writer:
    """Turns things into JSON objects, each written in full once."""

    def __init__(self, quads: Iterable[Quad], vocabulary: str, nested: Mapping[str, str]) -> None:
        self._vocabulary = vocabulary
        self._about: dict[Term, list[Quad]] = {}
        for quad in quads:
            self._about.setdefault(quad.subject, []).append(quad)
        self._kinds = self._most_common_kinds()
        self._links = self._nesting_links(nested)
        self._left = dict.fromkeys(self._about)

    def context(self) -> dict[str, Any]:
        """Return the context that the document needs."""
        context: dict[str, Any] = {"@vocab": self._vocabulary}
        for predicate, kind in sorted(self._kinds.items()):
            if kind.startswith("@language "):
                context[self._name(predicate)] = {"@language": kind.removeprefix("@language ")}
            elif kind:
                context[self._name(predicate)] = {"@type": kind}
        return context

    def objects(self) -> Iterator[dict[str, Any]]:
        """Yield the objects of the document: things that are not nested, then the others."""
        inner = {link.subject for links in self._links.values() for link in links}
        mentioned = self._find_mentioned()
        for subject, quads in self._about.items():
            if subject in mentioned and all(quad.predicate in _SUMMARY for quad in quads):
                del self._left[subject]  # its mention has all its statements
            elif subject not in inner:
                yield self._write_in_full(subject, None, 0)
        while self._left:
            yield self._write_in_full(next(iter(self._left)), None, 0)

    def _nesting_links(self, nested: Mapping[str, str]) -> dict[Term, list[Quad]]:
        """Return the nesting triples by the thing that others are nested in."""
        through: dict[Term, NamedNode] = {
            NamedNode(class_): NamedNode(name) for class_, name in nested.items()
        }
        links: dict[Term, list[Quad]] = {}
        for subject, quads in self._about.items():
            properties = {through.get(quad.object) for quad in quads if quad.predicate == TYPE}
            for quad in quads:
                outer = quad.object
                if quad.predicate in properties and outer in self._about and outer != subject:
                    links.setdefault(outer, []).append(quad)
                    break
        return links

    def _find_mentioned(self) -> set[Term]:
        """Return the things that appear in those written in full."""
        return {
            quad.object
            for quads in self._about.values()
            for quad in quads
            if quad.predicate not in _SUMMARY
        }

    def _write_in_full(self, subject: Term, link: Quad | None, depth: int) -> dict[str, Any]:
        """Return a thing with those nested in it, without its link to the enclosing thing."""
        self._left.pop(subject, None)
        node = self._object(subject, [quad for quad in self._about[subject] if quad != link])
        for inner in self._links.get(subject, ()):
            if inner.subject in self._left and depth < _MAX_DEPTH:
                reverse = node.setdefault("@reverse", {})
                objects = reverse.setdefault(self._name(inner.predicate.value), [])
                objects.append(self._write_in_full(inner.subject, inner, depth + 1))
        return node

    def _object(self, subject: Term, quads: Iterable[Quad]) -> dict[str, Any]:
        values: dict[str, list[Any]] = {}
        for quad in quads:
            if quad.predicate == TYPE and isinstance(quad.object, NamedNode):
                values.setdefault("@type", []).append(self._name(quad.object.value))
            else:
                name = self._name(quad.predicate.value)
                values.setdefault(name, []).append(self._value(quad))
        single = {
            name: several if len(several) > 1 else several[0] for name, several in values.items()
        }
        return {"@id": node_reference(subject), **single}

    def _value(self, quad: Quad) -> Any:  # noqa: ANN401 - JSON
        value, kind = quad.object, self._kinds.get(quad.predicate.value, "")
        if isinstance(value, Literal):
            if _kind(value) != kind:
                return _value_object(value)
            return value.value if kind else native_value(value)
        if value in self._about and quad.predicate not in _SUMMARY:
            return self._object(value, [q for q in self._about[value] if q.predicate in _SUMMARY])
        return node_reference(value) if kind == "@id" else {"@id": node_reference(value)}

    def _most_common_kinds(self) -> dict[str, str]:
        """Return the most common kind of value of each property of the vocabulary."""
        counts: dict[str, Counter[str]] = {}
        for quads in self._about.values():
            for quad in quads:
                iri = quad.predicate.value
                if quad.object not in self._about and self._name(iri) != iri:
                    counts.setdefault(iri, Counter())[_kind(quad.object)] += 1
        return {
            iri: max(kinds, key=lambda kind: (kinds[kind], kind)) for iri, kinds in counts.items()
        }

    def _name(self, iri: str) -> str:
        local = iri.removeprefix(self._vocabulary)
        return local if local != iri and _WORD.fullmatch(local) else iri


def _kind(value: Term) -> str:
    """Return the type or language in the context that lets a value be a plain JSON value."""
    if not isinstance(value, Literal):
        return "@id"
    check_direction(value)
    if is_native(value):
        return ""
    return f"@language {value.language}" if value.language else value.datatype.value


def _value_object(value: Literal) -> dict[str, str]:
    value_object = {"@value": value.value}
    if value.language:
        value_object["@language"] = value.language
    elif value.datatype.value != STRING:
        value_object["@type"] = value.datatype.value
    return value_object
