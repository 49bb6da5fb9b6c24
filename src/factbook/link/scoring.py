"""Score candidates by shared identifiers, or else by names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from pyoxigraph import Literal, NamedNode

from factbook.errors import InputError
from factbook.rdf.terms import expand, is_iri, value_of
from factbook.sparql.bind import bind_rows
from factbook.store.answers import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from factbook.book import Book

KEY, LABEL, AMBIGUOUS = "key", "label", "ambiguous"
"""The bases of a match: one candidate by key, by label, or several candidates by key."""
_UNIQUE_KEY_CONFIDENCE, _KEY_CONFIDENCE, _AMBIGUOUS_CONFIDENCE = 0.95, 0.9, 0.3
_SAME_NAME_CONFIDENCE, _SIMILAR_NAME_CONFIDENCE = 0.7, 0.4
DIGITS, SITE, FOLDED, PAGE, PLAIN = "digits", "site", "folded", "page", "text"
_FORMS = {DIGITS, SITE, FOLDED, PAGE, PLAIN}


@dataclass(frozen=True)
class KeyProperty:
    """A property whose values identify things, and the target's properties for it."""

    iri: str
    target_properties: tuple[str, ...]
    form: str
    is_unique: bool
    """Whether two different values mean two different things."""
    prefixes: tuple[str, ...] = ()
    """For the form 'page': what precedes the title of a page in the target's addresses."""

    def spellings(self, value: str) -> list[NamedNode | Literal]:
        """Return every way in which the target may write a value of the book."""
        if self.form == SITE:
            return [NamedNode(iri) for iri in _site_spellings(value) if is_iri(iri)]
        if self.form == PAGE:
            title = quote(value.replace(" ", "_"), safe="/:_(),.'!*-~")
            return [NamedNode(f"{prefix}{title}") for prefix in self.prefixes]
        texts = {value}
        if self.form == DIGITS:
            bare = value.strip().lstrip("0")
            texts = {value.strip(), bare, bare.zfill(10)}
        elif self.form == FOLDED:
            texts.add(value.lower())
        return [Literal(text) for text in sorted(texts)]

    def normalize(self, value: str) -> str:
        """Return the form that all spellings of a value share."""
        if self.form == DIGITS:
            return value.strip().lstrip("0")
        if self.form == SITE:
            parts = urlsplit(value.strip().lower())
            return parts.netloc.removeprefix("www.") + parts.path.rstrip("/")
        if self.form == PAGE:
            prefix = next(filter(value.startswith, self.prefixes), "")
            return value.removeprefix(prefix).replace(" ", "_")
        return value.strip().lower() if self.form == FOLDED else value.strip()


@dataclass(frozen=True)
class Candidate:
    """An item of the target with its name and its identifiers."""

    iri: str
    name: str
    keys: Mapping[KeyProperty, Sequence[str]]


@dataclass(frozen=True)
class Match:
    """A candidate for review, with its basis and its confidence."""

    candidate: Candidate
    basis: str
    confidence: float
    key: KeyProperty | None = None
    shared: str = ""
    """The value or name that both sides have."""
    note: str = ""


def match_by_key(
    keys: Mapping[KeyProperty, Sequence[str]], candidates: Sequence[Candidate]
) -> list[Match]:
    """Return the one candidate that shares a key, or several ambiguous ones.

    A unique key, such as a register's number, outweighs one that others may share, such as a site.
    """
    ranked: list[tuple[int, Candidate, KeyProperty, str]] = []
    for candidate in candidates:
        shared = [
            (key, value)
            for key in keys
            if (value := _shared_value(key, keys, candidate)) is not None
        ]
        if shared and not contradicts(keys, candidate):
            best = min(shared, key=lambda pair: not pair[0].is_unique)
            rank = 2 * any(key.is_unique for key, _ in shared) + (len(shared) > 1)
            ranked.append((rank, candidate, *best))
    if not ranked:
        return []
    highest = max(rank for rank, *_ in ranked)
    top = [candidate for candidate in ranked if candidate[0] == highest]
    if len(top) > 1:
        note = f"ambiguous: {len(top)} items have this key"
        return [
            Match(candidate, AMBIGUOUS, _AMBIGUOUS_CONFIDENCE, key, value, note)
            for _, candidate, key, value in top
        ]
    _, candidate, key, value = top[0]
    confidence = _UNIQUE_KEY_CONFIDENCE if key.is_unique else _KEY_CONFIDENCE
    return [Match(candidate, KEY, confidence, key, value)]


def match_by_label(
    keys: Mapping[KeyProperty, Sequence[str]],
    names: Sequence[str],
    candidates: Sequence[tuple[Candidate, str]],
) -> list[Match]:
    """Return the candidates found by name; only a single item of the same name scores high.

    Args:
        keys: The thing's identifiers, which exclude candidates with other ones.
        names: The thing's names, in order of preference.
        candidates: Items, each with the name that found it.
    """
    possible = [(c, name) for c, name in candidates if not contradicts(keys, c)]
    same = {c.iri for c, name in possible if c.name == name and name in names}
    matches_by_iri: dict[str, Match] = {}
    for candidate, name in possible:
        only_one = same == {candidate.iri}
        count = len({c.iri for c, _ in possible})
        match = Match(
            candidate,
            LABEL,
            _SAME_NAME_CONFIDENCE if only_one else _SIMILAR_NAME_CONFIDENCE,
            shared=name,
            note="" if only_one else f"{count} items by this or a similar name",
        )
        matches_by_iri.setdefault(candidate.iri, match)
    return list(matches_by_iri.values())


def contradicts(keys: Mapping[KeyProperty, Sequence[str]], candidate: Candidate) -> bool:
    """Tell whether a unique key has values on both sides but none in common."""
    return any(
        key.is_unique and candidate.keys.get(key) and _shared_value(key, keys, candidate) is None
        for key in keys
    )


def read_keys(
    metadata: Mapping[str, Any], prefixes: Mapping[str, str], *, where: str
) -> list[KeyProperty]:
    """Return the key properties in the front matter of a query by key, unique ones first.

    Raises:
        InputError: An entry is not valid.
    """
    properties = []
    for name, description in (metadata.get("keys") or {}).items():
        theirs = description.get("property")
        form = description.get("form", PLAIN)
        iri = expand(str(name), prefixes)
        if iri is None or not theirs or form not in _FORMS:
            raise InputError(
                f"{where}: key '{name}': unknown prefix, no property, or unknown form '{form}'"
            )
        listed = (theirs,) if isinstance(theirs, str) else tuple(theirs)
        addresses = tuple(description.get("prefixes") or ())
        is_unique = bool(description.get("unique"))
        properties.append(KeyProperty(iri, listed, form, is_unique, addresses))
    return sorted(properties, key=lambda key: not key.is_unique)


def read_key_values(
    book: Book, keys: Sequence[KeyProperty], things: Iterable[str]
) -> dict[str, dict[KeyProperty, list[str]]]:
    """Return the values of the key properties in the graph, for each of some things."""
    requested = set(things)
    by_property = {key.iri: key for key in keys}
    rows = [(NamedNode(iri),) for iri in by_property]
    query = bind_rows("SELECT DISTINCT ?s ?p ?o WHERE { ?s ?p ?o } ORDER BY ?s ?p ?o", ("p",), rows)
    key_values: dict[str, dict[KeyProperty, list[str]]] = {}
    for thing, name, value in select(book.engine, query):
        if (
            isinstance(thing, NamedNode)
            and isinstance(name, NamedNode)
            and thing.value in requested
        ):
            key = by_property[name.value]
            key_values.setdefault(thing.value, {}).setdefault(key, []).append(value_of(value))
    return key_values


def _shared_value(
    key: KeyProperty, keys: Mapping[KeyProperty, Sequence[str]], candidate: Candidate
) -> str | None:
    theirs = {key.normalize(value) for value in candidate.keys.get(key, ())}
    return next((value for value in keys[key] if key.normalize(value) in theirs), None)


def _site_spellings(value: str) -> list[str]:
    parts = urlsplit(value.strip())
    host = parts.netloc.removeprefix("www.")
    path = parts.path.rstrip("/")
    return [
        f"{scheme}://{www}{host}{path}{end}"
        for scheme in ("https", "http")
        for www in ("", "www.")
        for end in ("", "/")
    ]
