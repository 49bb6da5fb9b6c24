"""The four files of mappings of a book: what holds, what does not, what is open or a guess."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from factbook.errors import InputError
from factbook.link.sssom import Link, LinkSet, Problem, examine, read_links, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from factbook.layout import Layout

POSITIVE, NEGATIVE, UNSURE, PREDICTED = "positive", "negative", "unsure", "predicted"
ROLES = (POSITIVE, NEGATIVE, UNSURE, PREDICTED)


@dataclass(frozen=True)
class Links:
    """The mappings of a book by role."""

    sets: dict[str, LinkSet]

    def __getitem__(self, role: str) -> LinkSet:
        return self.sets[role]

    def pairs(self, *roles: str) -> set[tuple[str, str]]:
        """Return the pairs of subject and object, as IRIs, of some roles."""
        return {pair for role in roles for pair in expanded_pairs(self.sets[role])}

    def standing(self) -> Iterator[Link]:
        """Yield the positive mappings that no negative one denies."""
        denied = self.pairs(NEGATIVE)
        positive = self.sets[POSITIVE]
        for link in positive.links:
            if (positive.expanded(link.pair[0]), positive.expanded(link.pair[1])) not in denied:
                yield link

    def with_set(self, role: str, links: Iterable[Link]) -> Links:
        """Return the mappings with other rows of a role."""
        return replace(self, sets={**self.sets, role: self.sets[role].with_links(links)})

    def save(self, *roles: str) -> None:
        """Write the files of some roles, each whole or not at all."""
        for role in roles:
            write_links(self.sets[role])


def expanded_pairs(links: LinkSet) -> Iterator[tuple[str, str]]:
    """Yield subject and object of each mapping as IRIs."""
    return ((links.expanded(s), links.expanded(o)) for s, o in (link.pair for link in links.links))


def file_of(layout: Layout, role: str) -> Path:
    """Return where the mappings of a role stand."""
    return layout.root / "data" / "links" / f"{role}.sssom.tsv"


def links_of(layout: Layout) -> Links:
    """Return the mappings of a book.

    Raises:
        InputError: A file is missing or has a fault.
    """
    return Links({role: read_links(file_of(layout, role)) for role in ROLES})


def write_links(links: LinkSet) -> None:
    """Write a file of mappings, whole or not at all.

    Raises:
        InputError: It cannot be written.
    """
    from factbook.atomic_write import atomic_write

    with atomic_write(links.path) as file:
        file.write(text_of(links).encode())


def problems_of(layout: Layout) -> list[Problem]:
    """Return all faults of the files of a book, also those that take two files to see."""
    found: list[Problem] = []
    first: dict[tuple[str, str], Problem] = {}
    for role in ROLES:
        path = file_of(layout, role)
        if not path.is_file():
            raise InputError(f"{path}: no such file: begin it with a header, as the others have")
        links = examine(path)
        found += links.problems
        for link in links.links:
            place = Problem(path, link.line, 1, "")
            if link.denied != (role == NEGATIVE):
                said = "must be Not here" if role == NEGATIVE else "Not belongs to negative"
                found.append(replace(place, said=f"predicate_modifier: {said}"))
            pair = (links.expanded(link.pair[0]), links.expanded(link.pair[1]))
            before = first.setdefault(pair, place)
            if before is not place:
                where = f"{before.path.name}:{before.line}"
                said = f"{' and '.join(link.pair)} stand in {where} already: decide for one"
                found.append(replace(place, said=said))
    return found
