"""Suggest mappings: find things of the book in another data set."""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.atomic_write import atomic_write, lock_folder
from factbook.errors import InputError
from factbook.link.scoring import (
    AMBIGUOUS,
    KEY,
    LABEL,
    Candidate,
    KeyProperty,
    Match,
    match_by_key,
    match_by_label,
    read_key_values,
    read_keys,
)
from factbook.query.entities import read_names
from factbook.rdf.mapping_files import (
    NEGATIVE,
    POSITIVE,
    PREDICTED,
    UNSURE,
    MappingFiles,
    mapping_path,
    read_mapping_files,
)
from factbook.rdf.parse import read_rdf
from factbook.rdf.sssom import BACKGROUND_KNOWLEDGE, EXACT_MATCH, LEXICAL, MappingRow, MappingSet
from factbook.rdf.terms import value_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from factbook.book import Book
    from factbook.link.client import TargetClient

_RDFS_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
_JUSTIFICATIONS = {KEY: BACKGROUND_KNOWLEDGE, AMBIGUOUS: BACKGROUND_KNOWLEDGE, LABEL: LEXICAL}
_BATCH_SIZE = 20

KeysByThing = dict[str, dict[KeyProperty, list[str]]]
NamesByThing = dict[str, tuple[str, ...]]


@dataclass
class Report:
    """The result of a run."""

    things: int = 0
    resumed: int = 0
    """Number of things that an earlier run had already done."""
    by_basis: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_JUSTIFICATIONS, 0))
    known: int = 0
    """Number of candidates that were already decided on or suggested."""


@dataclass
class Checkpoint:
    """The things that a run has finished, stored on disk until the run is complete."""

    path: Path
    done: set[str] = field(default_factory=set)

    def add(self, things: list[str]) -> None:
        """Record things as done; a folder that cannot be written is ignored."""
        self.done.update(things)
        with contextlib.suppress(OSError, InputError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(self.path) as file:
                file.write(json.dumps(sorted(self.done)).encode())

    def remove(self) -> None:
        """Delete the checkpoint after a complete run."""
        self.path.unlink(missing_ok=True)


def load_checkpoint(folder: Path, *identity: str) -> Checkpoint:
    """Return the checkpoint of the run with this identity: target, file and list of things."""
    name = hashlib.blake2b("\n".join(identity).encode(), digest_size=8).hexdigest()
    path = folder / "links" / f"{name}.json"
    try:
        return Checkpoint(path, set(json.loads(path.read_bytes())))
    except (OSError, ValueError, TypeError):
        return Checkpoint(path)


def register_things(book: Book) -> list[str]:
    """Return the IRIs of all things that the register declares."""
    folder = book.layout.root / "data" / "register"
    declared = {
        quad.subject.value
        for path in book.layout.data_files(leads=False)
        if path.is_relative_to(folder)
        for quad in read_rdf(path).quads
        if isinstance(quad.subject, NamedNode)
    }
    return sorted(declared)


def suggest_mappings(  # noqa: PLR0913 - the last two only control the run
    book: Book,
    target: TargetClient,
    things: Sequence[str],
    checkpoint: Checkpoint,
    *,
    batch_size: int = _BATCH_SIZE,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Report:
    """Look for things in a target, and add the candidates to the predicted mappings.

    After each batch the mapping file is written, then the checkpoint: an interrupted run loses
    nothing, and a batch that is repeated adds no row twice.

    Args:
        book: The book that has the things and the mappings.
        target: The endpoint to search.
        things: The IRIs of the things to look for.
        checkpoint: What an earlier run has done.
        batch_size: How many things to look up per query.
        progress: Called with the number of things done and the total.

    Raises:
        EndpointError: The endpoint failed; finished batches are kept.
        InputError: A mapping file has a fault or cannot be written.
    """
    keys = read_keys(target.metadata, book.prefixes, where=str(target.queries["by-key"].path))
    remaining = [thing for thing in things if thing not in checkpoint.done]
    report = Report(things=len(things), resumed=len(things) - len(remaining))
    names = read_names(book.engine)
    key_values = read_key_values(book, keys, things)
    for start in range(0, len(remaining), batch_size):
        batch = remaining[start : start + batch_size]
        progress(report.resumed + start, len(things))
        matches = _match_by_key(target, keys, batch, key_values)
        rest = [thing for thing in batch if not matches.get(thing)]
        matches |= _match_by_label(target, keys, rest, key_values, names)
        _add_predicted(book, target, matches, names, report)
        checkpoint.add(batch)
    progress(len(things), len(things))
    checkpoint.remove()
    return report


def _match_by_key(
    target: TargetClient,
    keys: Sequence[KeyProperty],
    things: Sequence[str],
    key_values: KeysByThing,
) -> dict[str, list[Match]]:
    things_by_key: dict[tuple[str, str], set[str]] = {}
    rows = []
    for thing in things:
        for key, values in key_values.get(thing, {}).items():
            for term in (term for value in values for term in key.spellings(value)):
                for theirs in key.target_properties:
                    things_by_key.setdefault((theirs, term.value), set()).add(thing)
                    rows.append((NamedNode(theirs), term))
    iris_by_thing: dict[str, set[str]] = {}
    matched_keys: dict[str, list[tuple[str, str]]] = {}
    for row in target.run("by-key", ("key", "value"), dict.fromkeys(rows)):
        key_iri, value, iri = (value_of(row[column]) for column in ("key", "value", "candidate"))
        for thing in things_by_key.get((key_iri, value), ()):
            iris_by_thing.setdefault(thing, set()).add(iri)
            # An item that another was merged into may not have the key itself
            matched_keys.setdefault(iri, []).append((key_iri, value))
    candidates = _read_candidates(
        target, keys, {iri for iris in iris_by_thing.values() for iri in iris}, matched_keys
    )
    return {
        thing: match_by_key(key_values[thing], [candidates[iri] for iri in sorted(iris)])
        for thing, iris in iris_by_thing.items()
    }


def _match_by_label(
    target: TargetClient,
    keys: Sequence[KeyProperty],
    things: Sequence[str],
    key_values: KeysByThing,
    names: NamesByThing,
) -> dict[str, list[Match]]:
    things_by_name: dict[str, set[str]] = {}
    rows = []
    for thing in things:
        for name in names.get(thing, ()):
            for spelling in dict.fromkeys((name, name.lower(), name.upper(), name.title())):
                things_by_name.setdefault(spelling, set()).add(thing)
                rows += [(Literal(spelling, language="en"),), (Literal(spelling),)]
    names_by_thing: dict[str, list[tuple[str, str]]] = {}
    for row in target.run("by-label", ("name",), dict.fromkeys(rows)):
        name = value_of(row["name"])
        for thing in things_by_name.get(name, ()):
            names_by_thing.setdefault(thing, []).append((value_of(row["candidate"]), name))
    candidates = _read_candidates(
        target, keys, {iri for pair in names_by_thing.values() for iri, _ in pair}
    )
    return {
        thing: match_by_label(
            key_values.get(thing, {}),
            names[thing],
            [(candidates[iri], name) for iri, name in pairs],
        )
        for thing, pairs in names_by_thing.items()
    }


def _read_candidates(
    target: TargetClient,
    keys: Sequence[KeyProperty],
    iris: set[str],
    matched_keys: dict[str, list[tuple[str, str]]] | None = None,
) -> dict[str, Candidate]:
    """Return the names and the key values of candidates."""
    by_property = {theirs: key for key in keys for theirs in key.target_properties}
    rows = [
        (NamedNode(iri), NamedNode(name))
        for iri in sorted(iris)
        for name in (_RDFS_LABEL, *by_property)
    ]
    names: dict[str, str] = {}
    values: KeysByThing = {}
    for iri, pairs in (matched_keys or {}).items():
        for name, value in pairs:
            values.setdefault(iri, {}).setdefault(by_property[name], []).append(value)
    for row in target.run("facts", ("candidate", "key"), rows):
        iri, name, value = (value_of(row[column]) for column in ("candidate", "key", "value"))
        if name == _RDFS_LABEL:
            names.setdefault(iri, value)
        else:
            values.setdefault(iri, {}).setdefault(by_property[name], []).append(value)
    return {iri: Candidate(iri, names.get(iri, ""), values.get(iri, {})) for iri in iris}


def _add_predicted(
    book: Book,
    target: TargetClient,
    matches: dict[str, list[Match]],
    names: NamesByThing,
    report: Report,
) -> None:
    with lock_folder(mapping_path(book.layout, PREDICTED).parent):
        _add_rows(book, target, matches, names, report)


def _add_rows(
    book: Book,
    target: TargetClient,
    matches: dict[str, list[Match]],
    names: NamesByThing,
    report: Report,
) -> None:
    files = read_mapping_files(book.layout)
    known_pairs = files.pairs(POSITIVE, NEGATIVE, UNSURE, PREDICTED)
    iris = [match.candidate.iri for thing_matches in matches.values() for match in thing_matches]
    declared = files[PREDICTED].with_prefixes_for([*matches, *iris], book.prefixes)
    files = replace(files, sets={**files.sets, PREDICTED: declared})
    added = []
    for thing, thing_matches in sorted(matches.items()):
        for match in thing_matches:
            if (thing, match.candidate.iri) in known_pairs:
                report.known += 1
                continue
            added.append(_make_row(files, target, thing, match, (names.get(thing) or ("",))[0]))
            report.by_basis[match.basis] += 1
    if added:
        files.with_rows(PREDICTED, [*files[PREDICTED].rows, *added]).save(PREDICTED)


def _make_row(
    files: MappingFiles, target: TargetClient, thing: str, match: Match, name: str
) -> MappingRow:
    predicted = files[PREDICTED]
    values = {
        "subject_id": _compress(predicted, thing),
        "subject_label": name,
        "predicate_id": EXACT_MATCH,
        "predicate_modifier": "",
        "object_id": _compress(predicted, match.candidate.iri),
        "object_label": match.candidate.name,
        "mapping_justification": _JUSTIFICATIONS[match.basis],
        "mapping_tool": f"factbook link suggest --target {target.name}",
        "mapping_date": datetime.now(UTC).date().isoformat(),
        "confidence": f"{match.confidence:g}",
        "match_string": match.shared,
        "comment": match.note,
    }
    if match.key is not None:
        values["subject_match_field"] = _compress(predicted, match.key.iri)
        values["object_match_field"] = predicted.compress(match.key.target_properties[0]) or ""
    return MappingRow(values)


def _compress(mappings: MappingSet, iri: str) -> str:
    curie = mappings.compress(iri)
    if curie is None:
        raise InputError(
            f"{mappings.path}: no prefix in the curie_map fits <{iri}>; add one to the header"
        )
    return curie
