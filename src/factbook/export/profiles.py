"""Find the profiles of a book: the stored queries whose front matter names one.

    #+ profile: {name: NAME, …}

A profile is what its queries construct: each query that names it is a part of it, and one of them
has the rest. `vocabulary` is the namespace that has no prefix in its JSON-LD; `nested` maps a class
to the property whose value its instances are nested in, as CURIEs. --rdf12 states the triples of an
`asserted` profile beside the observations of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from factbook.errors import InputError, UsageError, did_you_mean
from factbook.query.stored_queries import all_queries
from factbook.rdf.terms import expand

if TYPE_CHECKING:
    from collections.abc import Mapping

    from factbook.book import Book
    from factbook.query.stored_queries import StoredQuery

FULL = "full"
_KEYS = {"name", "vocabulary", "nested", "asserted"}


@dataclass(frozen=True)
class Profile:
    """A way to write the graph in other terms."""

    name: str
    queries: tuple[StoredQuery, ...]
    vocabulary: str | None
    nested: Mapping[str, str]
    """Properties by class."""
    asserted: bool


def profile_named(book: Book, name: str) -> Profile:
    """Return a profile of a book.

    Raises:
        UsageError: It has none of that name.
        InputError: The front matter is not what it should be.
    """
    known = profiles_of(book)
    if name not in known:
        names = [FULL, *known]
        raise UsageError(
            f"No profile '{name}'.{did_you_mean(name, names)} Known: {', '.join(names)}"
        )
    return known[name]


def profiles_of(book: Book) -> dict[str, Profile]:
    """Return the profiles of a book by name.

    Raises:
        InputError: The front matter of a query is not what it should be.
    """
    found: dict[str, Profile] = {}
    for query in all_queries(book.layout.queries):
        if "profile" not in query.front_matter:
            continue
        profile = _read_profile(query, book.prefixes)
        known = found.get(profile.name)
        found[profile.name] = profile if known is None else _joined(known, profile)
    return dict(sorted(found.items()))


def _joined(one: Profile, other: Profile) -> Profile:
    """Return a profile of the queries of both; what one does not say the other does."""
    return Profile(
        name=one.name,
        queries=(*one.queries, *other.queries),
        vocabulary=one.vocabulary or other.vocabulary,
        nested={**one.nested, **other.nested},
        asserted=one.asserted or other.asserted,
    )


def _read_profile(query: StoredQuery, prefixes: Mapping[str, str]) -> Profile:
    given = query.front_matter["profile"]
    optional = ", ".join(sorted(_KEYS - {"name"}))
    if not isinstance(given, dict) or "name" not in given or not set(given) <= _KEYS:
        raise InputError(f"{query.path}: profile: write {{name: NAME}}, and {optional} if needed")
    if query.form != "CONSTRUCT":
        raise InputError(f"{query.path}: profile: only a CONSTRUCT can be one")
    pairs = given.get("nested") or {}
    if not isinstance(pairs, dict):
        raise InputError(f"{query.path}: profile: nested: write {{CLASS: PROPERTY}}")
    nested = {}
    for pair in pairs.items():
        class_, through = (expand(str(part), prefixes) for part in pair)
        if class_ is None or through is None:
            raise InputError(f"{query.path}: profile: nested: not two CURIEs: {pair[0]}, {pair[1]}")
        nested[class_] = through
    return Profile(
        name=str(given["name"]),
        queries=(query,),
        vocabulary=str(given["vocabulary"]) if given.get("vocabulary") else None,
        nested=nested,
        asserted=given.get("asserted") is True,
    )
