"""Read the terms, prefixes and keyword aliases of a JSON-LD context, to write with them.

Terms with features beyond `@id`, `@type`, `@language` and a `@set` container are ignored, and their
properties written with a prefix, so that the document parses to the same graph.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_FEATURES = {"@id", "@type", "@language", "@container", "@prefix", "@protected"}
_DELIMITERS = tuple(":/?#[]@")
_KEYWORDS = ("@id", "@type", "@graph", "@value", "@language")


@dataclass(frozen=True)
class TermDefinition:
    """A term: its IRI, and how a plain value under it is read."""

    name: str
    iri: str
    coercion: str | None
    """'@id', '@vocab' or the IRI of a datatype."""
    language: str | None
    as_set: bool

    @property
    def is_plain(self) -> bool:
        """Whether the term has no type or language."""
        return self.coercion is None and self.language is None


@dataclass(frozen=True)
class Context:
    """A context, prepared for writing."""

    source: Mapping[str, Any]
    keywords: dict[str, str]
    """How to write '@id', '@type' … under this context."""
    namespaces: dict[str, str]
    """Prefixes by namespace."""
    by_iri: dict[str, list[TermDefinition]] = field(default_factory=dict)

    def pruned(self, names: Iterable[str]) -> dict[str, Any]:
        """Return the part of the context that defines these names and their dependencies."""
        needed = {*self.keywords.values(), *names}
        pending = list(needed)
        while pending:
            definition = self.source.get(pending.pop())
            parts = definition.values() if isinstance(definition, dict) else [definition]
            for part in parts:
                name = part.partition(":")[0] if isinstance(part, str) else ""
                if name in self.source and name not in needed:
                    needed.add(name)
                    pending.append(name)
        keys = {key for key in self.source if key.startswith("@")} | needed
        return {key: value for key, value in self.source.items() if key in keys}


def read_context(source: Mapping[str, Any], *, without: Iterable[str] = ()) -> Context:
    """Return a context, prepared for writing.

    Args:
        source: The value of `@context`.
        without: Names that must not be used as prefixes, because an IRI begins with them.
    """
    usable = {name: value for name, value in source.items() if name not in set(without)}
    prefixes = {
        name: value
        for name, value in usable.items()
        if isinstance(value, str)
        and value.endswith(_DELIMITERS)
        and "//" in value
        and not name.startswith("@")
    }
    aliases = {value: name for name, value in usable.items() if isinstance(value, str)}
    context = Context(
        source=usable,
        keywords={keyword: aliases.get(keyword, keyword) for keyword in _KEYWORDS},
        namespaces={namespace: name for name, namespace in prefixes.items()},
    )
    for name in sorted(usable):
        definition = _term_definition(name, usable, prefixes)
        if definition is not None:
            context.by_iri.setdefault(definition.iri, []).append(definition)
    return context


def _term_definition(
    name: str, source: Mapping[str, Any], prefixes: Mapping[str, str]
) -> TermDefinition | None:
    value = source[name]
    definition: dict[str, Any] = {"@id": value} if isinstance(value, str) else value
    if name.startswith("@") or name in prefixes or ":" in name or not isinstance(definition, dict):
        return None
    identifier = definition.get("@id", name if "@vocab" in source else None)
    if not set(definition) <= _FEATURES or not isinstance(identifier, str):
        return None
    iri = _expand(identifier, source, prefixes)
    coercion = definition.get("@type")
    if (
        coercion in {"@json", "@none"}
        or definition.get("@container") not in {None, "@set"}
        or not iri
    ):
        return None
    language = definition.get("@language", None if coercion else source.get("@language"))
    return TermDefinition(
        name=name,
        iri=iri,
        coercion=coercion
        if coercion in {None, "@id", "@vocab"}
        else _expand(coercion, source, prefixes),
        language=language.lower() if isinstance(language, str) else None,
        as_set=definition.get("@container") == "@set",
    )


def _expand(text: str, source: Mapping[str, Any], prefixes: Mapping[str, str]) -> str | None:
    """Return the IRI of a name in a definition; None for keywords and unknown words."""
    if text.startswith("@"):
        return None
    prefix, colon, local = text.partition(":")
    if colon:
        return prefixes[prefix] + local if prefix in prefixes else text
    vocabulary = source.get("@vocab")
    return vocabulary + text if isinstance(vocabulary, str) else None


def terms_by_iri(source: Mapping[str, Any]) -> dict[str, str]:
    """Return the first term of a context for each IRI."""
    return {
        iri: min(definition.name for definition in definitions)
        for iri, definitions in read_context(source).by_iri.items()
    }
