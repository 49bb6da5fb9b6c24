"""Count mappings: by file, target, predicate and ground, and which things have none."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from factbook.link.sets import ROLES, Links

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True)
class Count:
    """How many mappings of one kind there are."""

    role: str
    target: str
    predicate: str
    ground: str
    mappings: int


def counts(links: Links) -> Iterator[Count]:
    """Yield how many mappings each file has, by target, predicate and ground."""
    for role in ROLES:
        found = Counter(
            (
                link["object_id"].partition(":")[0],
                link["predicate_id"],
                link["mapping_justification"].partition(":")[2],
            )
            for link in links[role].links
        )
        for (target, predicate, ground), number in sorted(found.items()):
            yield Count(role, target, predicate, ground, number)


def unlinked(links: Links, things: Iterable[str]) -> list[str]:
    """Return those of some things that no positive mapping has as its subject."""
    positive = links["positive"]
    linked = {positive.expanded(link["subject_id"]) for link in links.standing()}
    return [thing for thing in things if thing not in linked]
