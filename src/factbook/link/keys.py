"""Identifiers that tell things apart: how ours may be written elsewhere, and when two agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from pyoxigraph import Literal, NamedNode

from factbook.errors import InputError
from factbook.rdf.terms import expand, is_iri
from factbook.store.answers import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from factbook.book import Book
    from factbook.rdf.terms import Term

DIGITS, SITE, FOLDED, ARTICLE, PLAIN = "digits", "site", "folded", "article", "text"
_FORMS = {DIGITS, SITE, FOLDED, ARTICLE, PLAIN}
_ARTICLES = ("http://en.wikipedia.org/wiki/", "https://en.wikipedia.org/wiki/")


@dataclass(frozen=True)
class Key:
    """A property of ours and what the target has for it."""

    ours: str
    theirs: tuple[str, ...]
    form: str
    unique: bool
    """Whether two values of it mean two things."""

    def spellings(self, value: str) -> list[NamedNode | Literal]:
        """Return every way in which the target may write a value of ours."""
        if self.form == SITE:
            return [NamedNode(iri) for iri in _sites(value) if is_iri(iri)]
        if self.form == ARTICLE:
            title = quote(value.replace(" ", "_"), safe="/:_(),.'!*-~")
            return [NamedNode(f"{place}{title}") for place in _ARTICLES]
        texts = {DIGITS: _numbers(value), FOLDED: {value, value.lower()}}.get(self.form, {value})
        return [Literal(text) for text in sorted(texts)]

    def folded(self, value: str) -> str:
        """Return what all spellings of a value have in common."""
        if self.form == DIGITS:
            return value.strip().lstrip("0")
        if self.form == SITE:
            parts = urlsplit(value.strip().lower())
            return parts.netloc.removeprefix("www.") + parts.path.rstrip("/")
        if self.form == ARTICLE:
            return value.rpartition("/wiki/")[2].replace(" ", "_")
        return value.strip().lower() if self.form == FOLDED else value.strip()


def keys_of(header: Mapping[str, Any], prefixes: Mapping[str, str], *, where: str) -> list[Key]:
    """Return the keys that the front matter of a query by key names, the best first.

    Raises:
        InputError: An entry makes no sense.
    """
    found = []
    for name, about in (header.get("keys") or {}).items():
        theirs = about.get("property")
        form = about.get("form", PLAIN)
        iri = expand(str(name), prefixes)
        if iri is None or not theirs or form not in _FORMS:
            raise InputError(f"{where}: the key '{name}' has no known prefix, property or form")
        listed = (theirs,) if isinstance(theirs, str) else tuple(theirs)
        found.append(Key(iri, listed, form, unique=bool(about.get("unique"))))
    return sorted(found, key=lambda key: not key.unique)


def values_of(
    book: Book, keys: Sequence[Key], things: Iterable[str]
) -> dict[str, dict[Key, list[str]]]:
    """Return the values of the keys that the graph has for each of some things."""
    wanted = set(things)
    by_property = {key.ours: key for key in keys}
    names = " ".join(f"<{iri}>" for iri in by_property)
    query = (
        f"SELECT DISTINCT ?s ?p ?o WHERE {{ VALUES ?p {{ {names} }} ?s ?p ?o }} ORDER BY ?s ?p ?o"
    )
    found: dict[str, dict[Key, list[str]]] = {}
    for thing, name, value in select(book.engine, query):
        if isinstance(thing, NamedNode) and isinstance(name, NamedNode) and thing.value in wanted:
            key = by_property[name.value]
            found.setdefault(thing.value, {}).setdefault(key, []).append(plain(value))
    return found


def plain(term: Term | None) -> str:
    """Return the text of a term."""
    return term.value if isinstance(term, NamedNode | Literal) else ""


def _numbers(value: str) -> set[str]:
    bare = value.strip().lstrip("0")
    return {value.strip(), bare, bare.zfill(10)}


def _sites(value: str) -> list[str]:
    parts = urlsplit(value.strip())
    host = parts.netloc.removeprefix("www.")
    path = parts.path.rstrip("/")
    return [
        f"{scheme}://{www}{host}{path}{end}"
        for scheme in ("https", "http")
        for www in ("", "www.")
        for end in ("", "/")
    ]
