"""Suggest mappings: look for our things in another data set, and write what may be them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.errors import InputError
from factbook.link.judge import AMBIGUOUS, KEY, LABEL, Candidate, Verdict, by_key, by_label
from factbook.link.keys import Key, keys_of, plain, values_of
from factbook.link.sets import NEGATIVE, POSITIVE, PREDICTED, UNSURE, links_of
from factbook.link.sssom import Link
from factbook.link.words import BY_KEY, BY_LABEL, EXACT
from factbook.query.names import NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from factbook.book import Book
    from factbook.link.asking import Target
    from factbook.link.journal import Journal
    from factbook.link.sets import Links
    from factbook.link.sssom import LinkSet

LABEL_OF = "http://www.w3.org/2000/01/rdf-schema#label"
_JUSTIFIED = {KEY: BY_KEY, AMBIGUOUS: BY_KEY, LABEL: BY_LABEL}
BATCH = 20


@dataclass
class Report:
    """What a run has found."""

    things: int = 0
    resumed: int = 0
    """How many of the things were done by a run before."""
    by_ground: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_JUSTIFIED, 0))
    known: int = 0
    """Candidates that somebody has decided on already, or that were suggested before."""


def suggest(  # noqa: PLR0913 - each says how the run goes
    book: Book,
    target: Target,
    things: Sequence[str],
    journal: Journal,
    *,
    batch: int = BATCH,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Report:
    """Look for things in a target, and add what is found to the predicted mappings.

    After each batch the file is written, then the journal: an interrupted run loses nothing that is
    done, and what it did twice is not written twice.

    Args:
        book: Whose things and mappings they are.
        target: Where to look.
        things: The IRIs of what to look for.
        journal: What a run before has done.
        batch: How many things to ask for at once.
        progress: Called with how many things are done, of how many.

    Raises:
        EndpointError: The endpoint failed; what was done before is kept.
        InputError: A file of mappings has a fault or cannot be written.
    """
    keys = keys_of(target.header, book.prefixes, where=str(target.queries["by-key"].path))
    left = [thing for thing in things if thing not in journal.done]
    report = Report(things=len(things), resumed=len(things) - len(left))
    names = _names(book)
    values = values_of(book, keys, things)
    for start in range(0, len(left), batch):
        part = left[start : start + batch]
        progress(report.resumed + start, len(things))
        verdicts = _batch(target, keys, part, values, names)
        _write(book, target, verdicts, names, report)
        journal.add(part)
    progress(len(things), len(things))
    journal.close()
    return report


def _batch(
    target: Target,
    keys: Sequence[Key],
    things: Sequence[str],
    values: dict[str, dict[Key, list[str]]],
    names: dict[str, list[str]],
) -> dict[str, list[Verdict]]:
    """Return what a target has for some things: asked by key first, by name what is left."""
    asked: dict[tuple[str, str], set[str]] = {}
    rows = []
    for thing in things:
        for key, own in values.get(thing, {}).items():
            for term in (term for value in own for term in key.spellings(value)):
                for theirs in key.theirs:
                    asked.setdefault((theirs, term.value), set()).add(thing)
                    rows.append((NamedNode(theirs), term))
    found: dict[str, set[str]] = {}
    carried: dict[str, list[tuple[str, str]]] = {}
    for row in target.ask("by-key", ("key", "value"), dict.fromkeys(rows)):
        key_iri, value, iri = (plain(row[column]) for column in ("key", "value", "candidate"))
        for thing in asked.get((key_iri, value), ()):
            found.setdefault(thing, set()).add(iri)
            # An item that another was merged into may not carry the key itself
            carried.setdefault(iri, []).append((key_iri, value))
    facts = _facts(target, keys, {iri for iris in found.values() for iri in iris}, carried)
    verdicts = {
        thing: by_key(values[thing], [facts[iri] for iri in sorted(iris)])
        for thing, iris in found.items()
    }
    rest = [thing for thing in things if not verdicts.get(thing)]
    return verdicts | _by_label(target, keys, rest, values, names)


def _by_label(
    target: Target,
    keys: Sequence[Key],
    things: Sequence[str],
    values: dict[str, dict[Key, list[str]]],
    names: dict[str, list[str]],
) -> dict[str, list[Verdict]]:
    asked: dict[str, set[str]] = {}
    rows = []
    for thing in things:
        for name in names.get(thing, ()):
            for spelling in dict.fromkeys((name, name.lower(), name.upper(), name.title())):
                asked.setdefault(spelling, set()).add(thing)
                rows += [(Literal(spelling, language="en"),), (Literal(spelling),)]
    found: dict[str, list[tuple[str, str]]] = {}
    for row in target.ask("by-label", ("name",), dict.fromkeys(rows)):
        name = plain(row["name"])
        for thing in asked.get(name, ()):
            found.setdefault(thing, []).append((plain(row["candidate"]), name))
    facts = _facts(target, keys, {iri for pairs in found.values() for iri, _ in pairs})
    return {
        thing: by_label(
            values.get(thing, {}), names[thing], [(facts[iri], name) for iri, name in pairs]
        )
        for thing, pairs in found.items()
    }


def _facts(
    target: Target,
    keys: Sequence[Key],
    iris: set[str],
    carried: dict[str, list[tuple[str, str]]] | None = None,
) -> dict[str, Candidate]:
    """Return what candidates are called and which of the keys they carry."""
    by_property = {theirs: key for key in keys for theirs in key.theirs}
    rows = [
        (NamedNode(iri), NamedNode(name))
        for iri in sorted(iris)
        for name in (LABEL_OF, *by_property)
    ]
    names: dict[str, str] = {}
    values: dict[str, dict[Key, list[str]]] = {}
    for iri, pairs in (carried or {}).items():
        for name, value in pairs:
            values.setdefault(iri, {}).setdefault(by_property[name], []).append(value)
    for row in target.ask("facts", ("candidate", "key"), rows):
        iri, name, value = (plain(row[column]) for column in ("candidate", "key", "value"))
        if name == LABEL_OF:
            names.setdefault(iri, value)
        else:
            values.setdefault(iri, {}).setdefault(by_property[name], []).append(value)
    return {iri: Candidate(iri, names.get(iri, ""), values.get(iri, {})) for iri in iris}


def _names(book: Book) -> dict[str, list[str]]:
    """Return what each thing of the graph is called, the best name first."""
    from factbook.store.answers import select

    order = {name: rank for rank, name in enumerate(NAMES)}
    listed = " ".join(f"<{name}>" for name in NAMES)
    query = f"SELECT DISTINCT ?s ?p ?o WHERE {{ VALUES ?p {{ {listed} }} ?s ?p ?o }}"
    found: dict[str, list[tuple[int, str]]] = {}
    for thing, name, value in select(book.engine, query):
        if isinstance(thing, NamedNode):
            found.setdefault(thing.value, []).append((order[plain(name)], plain(value)))
    return {
        thing: list(dict.fromkeys(value for _, value in sorted(pairs)))
        for thing, pairs in found.items()
    }


def _write(
    book: Book,
    target: Target,
    verdicts: dict[str, list[Verdict]],
    names: dict[str, list[str]],
    report: Report,
) -> None:
    links = links_of(book.layout)
    known = links.pairs(POSITIVE, NEGATIVE, UNSURE, PREDICTED)
    fresh = []
    for thing, found in sorted(verdicts.items()):
        for verdict in found:
            if (thing, verdict.candidate.iri) in known:
                report.known += 1
                continue
            fresh.append(_link(links, target, thing, verdict, (names.get(thing) or [""])[0]))
            report.by_ground[verdict.ground] += 1
    if fresh:
        added: Links = links.with_set(PREDICTED, [*links[PREDICTED].links, *fresh])
        added.save(PREDICTED)


def _link(links: Links, target: Target, thing: str, verdict: Verdict, name: str) -> Link:
    predicted = links[PREDICTED]
    candidate = verdict.candidate
    fields = {
        "subject_id": _curie(predicted, thing),
        "subject_label": name,
        "predicate_id": EXACT,
        "predicate_modifier": "",
        "object_id": _curie(predicted, candidate.iri),
        "object_label": candidate.name,
        "mapping_justification": _JUSTIFIED[verdict.ground],
        "mapping_tool": f"factbook link suggest --target {target.name}",
        "mapping_date": datetime.now(UTC).date().isoformat(),
        "confidence": f"{verdict.confidence:g}",
        "match_string": verdict.match,
        "comment": verdict.note,
    }
    if verdict.key is not None:
        fields["subject_match_field"] = _curie(predicted, verdict.key.ours)
        fields["object_match_field"] = predicted.shortened(verdict.key.theirs[0]) or ""
    return Link(fields)


def _curie(links: LinkSet, iri: str) -> str:
    short = links.shortened(iri)
    if short is None:
        raise InputError(f"{links.path}: the curie_map has no prefix for <{iri}>: add one")
    return short
