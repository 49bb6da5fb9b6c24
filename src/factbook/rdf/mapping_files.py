"""The four mapping files of a book: positive, negative, unsure and predicted mappings."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from factbook.errors import InputError
from factbook.rdf.sssom import (
    EXACT_MATCH,
    SAME_AS,
    MappingRow,
    MappingSet,
    Problem,
    parse_mapping_set,
    read_mapping_set,
    serialize_mapping_set,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from factbook.layout import Layout

POSITIVE, NEGATIVE, UNSURE, PREDICTED = "positive", "negative", "unsure", "predicted"
ROLES = (POSITIVE, NEGATIVE, UNSURE, PREDICTED)
SCHEMA_SAME_AS = "https://schema.org/sameAs"


@dataclass(frozen=True)
class MappingCount:
    """The number of mappings of one kind in a file."""

    role: str
    target: str
    predicate: str
    justification: str
    mappings: int


@dataclass(frozen=True)
class MappingFiles:
    """The mapping sets of a book by role."""

    sets: dict[str, MappingSet]

    def __getitem__(self, role: str) -> MappingSet:
        return self.sets[role]

    def pairs(self, *roles: str) -> set[tuple[str, str]]:
        """Return the pairs of subject and object IRIs of some roles."""
        return {self[role].expand_pair(row) for role in roles for row in self[role].rows}

    def effective(self) -> Iterator[MappingRow]:
        """Yield the positive mappings that no negative mapping denies."""
        denied = self.pairs(NEGATIVE)
        positive = self[POSITIVE]
        return (row for row in positive.rows if positive.expand_pair(row) not in denied)

    def triple(self, row: MappingRow) -> tuple[str, str, str]:
        """Return the triple of a positive mapping; an exact match of a thing is schema:sameAs."""
        positive = self[POSITIVE]
        subject, obj = positive.expand_pair(row)
        predicate = row["predicate_id"]
        if predicate == SAME_AS or (predicate == EXACT_MATCH and not self.is_term(row)):
            return subject, SCHEMA_SAME_AS, obj
        return subject, positive.expand(predicate), obj

    def is_term(self, row: MappingRow) -> bool:
        """Tell whether the subject is a term: `other` in the metadata lists the term prefixes."""
        about = str(self[POSITIVE].metadata.get("other") or "")
        prefixes = tuple(f"{prefix}:" for prefix in about.partition("term prefixes:")[2].split())
        return row["subject_id"].startswith(prefixes)

    def unmapped(self, things: Iterable[str]) -> list[str]:
        """Return the things that are the subject of no effective mapping."""
        mapped = {self[POSITIVE].expand(row["subject_id"]) for row in self.effective()}
        return [thing for thing in things if thing not in mapped]

    def counts(self) -> Iterator[MappingCount]:
        """Yield the number of mappings by file, target, predicate and justification."""
        for role in ROLES:
            found = Counter(
                (
                    row["object_id"].partition(":")[0],
                    row["predicate_id"],
                    row["mapping_justification"].partition(":")[2],
                )
                for row in self[role].rows
            )
            for (target, predicate, justification), number in sorted(found.items()):
                yield MappingCount(role, target, predicate, justification, number)

    def with_rows(self, role: str, rows: Iterable[MappingRow]) -> MappingFiles:
        """Return a copy with other rows in the file of a role."""
        return replace(self, sets={**self.sets, role: self[role].with_rows(rows)})

    def copy_prefixes(self, source: str, target: str) -> MappingFiles:
        """Return a copy in which the target file declares the source's prefixes that it uses."""
        own = self[target]
        used = {
            row[column].partition(":")[0]
            for row in own.rows
            for column in ("subject_id", "object_id", "subject_match_field", "object_match_field")
        }
        theirs = self[source].metadata.get("curie_map") or {}
        missing = {name: iri for name, iri in theirs.items() if name in used}
        merged = dict(sorted({**missing, **(own.metadata.get("curie_map") or {})}.items()))
        changed = replace(own, metadata={**own.metadata, "curie_map": merged})
        return replace(self, sets={**self.sets, target: changed})

    def save(self, *roles: str) -> None:
        """Write the files of some roles atomically.

        Raises:
            InputError: A file cannot be written.
        """
        from factbook.atomic_write import atomic_write

        for role in roles:
            with atomic_write(self[role].path) as file:
                file.write(serialize_mapping_set(self[role]).encode())


def mapping_path(layout: Layout, role: str) -> Path:
    """Return the path of the mapping file of a role."""
    return layout.root / "data" / "links" / f"{role}.sssom.tsv"


def read_mapping_files(layout: Layout) -> MappingFiles:
    """Read the mappings of a book.

    Raises:
        InputError: A file is missing or has a fault.
    """
    return MappingFiles({role: read_mapping_set(mapping_path(layout, role)) for role in ROLES})


def find_problems(layout: Layout) -> list[Problem]:
    """Return all faults of the mapping files of a book, including conflicts between files.

    Raises:
        InputError: A file is missing or cannot be read.
    """
    found: list[Problem] = []
    first: dict[tuple[str, str], Problem] = {}
    for role in ROLES:
        path = mapping_path(layout, role)
        if not path.is_file():
            raise InputError(
                f"{path}: no such file; create it with a metadata header like the other files"
            )
        mappings = parse_mapping_set(path)
        found += mappings.problems
        for row in mappings.rows:
            place = Problem(path, row.line, 1, "")
            if row.is_negated != (role == NEGATIVE):
                message = (
                    "must be Not in this file"
                    if role == NEGATIVE
                    else f"Not is allowed only in {NEGATIVE}.sssom.tsv"
                )
                found.append(replace(place, message=f"predicate_modifier: {message}"))
            before = first.setdefault(mappings.expand_pair(row), place)
            if before is not place:
                message = (
                    f"{' and '.join(row.pair)} are already mapped in "
                    f"{before.path.name}:{before.line}; remove one of the two rows"
                )
                found.append(replace(place, message=message))
    return found
