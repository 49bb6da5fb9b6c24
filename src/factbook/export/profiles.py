"""Find the profiles of a book: the stored queries whose front matter names one.

    #+ profile: {name: NAME, …}

A profile is the union of what its queries construct; one of them gives its other settings.
`vocabulary` is the namespace without a prefix in JSON-LD. `nested` maps a class to the property
that points to the thing to nest its instances in, as CURIEs. With --rdf12, the triples of an
`asserted` profile are stated beside the observations that reify them.
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
    """A mapping of the graph to other terms."""

    name: str
    queries: tuple[StoredQuery, ...]
    vocabulary: str | None
    nested: Mapping[str, str]
    """Properties by class."""
    asserted: bool


def find_profile(book: Book, name: str) -> Profile:
    """Return the profile of a book with a name.

    Raises:
        UsageError: There is no such profile.
        InputError: The front matter is not valid.
    """
    profiles = profiles_of(book)
    if name not in profiles:
        names = [FULL, *profiles]
        raise UsageError(
            f"No profile '{name}'.{did_you_mean(name, names)} Known: {', '.join(names)}"
        )
    return profiles[name]


def profiles_of(book: Book) -> dict[str, Profile]:
    """Return the profiles of a book by name.

    Raises:
        InputError: The front matter of a query is not valid.
    """
    profiles: dict[str, Profile] = {}
    for query in all_queries(book.layout.queries):
        if "profile" not in query.front_matter:
            continue
        profile = _read_profile(query, book.prefixes)
        earlier = profiles.get(profile.name)
        profiles[profile.name] = profile if earlier is None else _merge_profiles(earlier, profile)
    return dict(sorted(profiles.items()))


def _merge_profiles(profile: Profile, other: Profile) -> Profile:
    """Merge two parts of a profile: the queries of both, and the settings that either has."""
    return Profile(
        name=profile.name,
        queries=(*profile.queries, *other.queries),
        vocabulary=profile.vocabulary or other.vocabulary,
        nested={**profile.nested, **other.nested},
        asserted=profile.asserted or other.asserted,
    )


def _read_profile(query: StoredQuery, prefixes: Mapping[str, str]) -> Profile:
    description = query.front_matter["profile"]
    optional = ", ".join(sorted(_KEYS - {"name"}))
    if (
        not isinstance(description, dict)
        or "name" not in description
        or not set(description) <= _KEYS
    ):
        raise InputError(f"{query.path}: profile: write {{name: NAME}}, and {optional} if needed")
    if query.form != "CONSTRUCT":
        raise InputError(f"{query.path}: profile: only a CONSTRUCT can be one")
    pairs = description.get("nested") or {}
    if not isinstance(pairs, dict):
        raise InputError(f"{query.path}: profile: nested: write {{CLASS: PROPERTY}}")
    nested = {}
    for pair in pairs.items():
        class_, through = (expand(str(part), prefixes) for part in pair)
        if class_ is None or through is None:
            raise InputError(f"{query.path}: profile: nested: not two CURIEs: {pair[0]}, {pair[1]}")
        nested[class_] = through
    return Profile(
        name=str(description["name"]),
        queries=(query,),
        vocabulary=str(description["vocabulary"]) if description.get("vocabulary") else None,
        nested=nested,
        asserted=description.get("asserted") is True,
    )
