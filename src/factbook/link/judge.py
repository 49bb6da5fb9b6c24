"""Judge candidates: by key where one and only one agrees and nothing contradicts, else by label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from factbook.link.keys import Key

KEY, LABEL, AMBIGUOUS = "key", "label", "ambiguous"
_BY_UNIQUE_KEY, _BY_KEY, _SEVERAL = 0.95, 0.9, 0.3
_SAME_NAME, _LIKE_NAME = 0.7, 0.4


@dataclass(frozen=True)
class Candidate:
    """What the target has: an item, what it is called, and its identifiers by our keys."""

    iri: str
    name: str
    values: Mapping[Key, Sequence[str]]


@dataclass(frozen=True)
class Verdict:
    """A candidate that is worth a look, on what ground, and how sure it is."""

    candidate: Candidate
    ground: str
    confidence: float
    key: Key | None = None
    match: str = ""
    """The value or name that both have."""
    note: str = ""


def by_key(ours: Mapping[Key, Sequence[str]], candidates: Sequence[Candidate]) -> list[Verdict]:
    """Return what the keys say: one verdict, or several of which none is sure.

    A unique key, such as a register's number, outweighs one that others may share, such as a site.
    """
    agreeing: list[tuple[int, Candidate, Key, str]] = []
    for candidate in candidates:
        shared = [pair for key in ours if (pair := _shared(key, ours, candidate)) is not None]
        if shared and not contradicts(ours, candidate):
            best = min(shared, key=lambda pair: not pair[0].unique)
            strength = 2 * any(key.unique for key, _ in shared) + (len(shared) > 1)
            agreeing.append((strength, candidate, *best))
    if not agreeing:
        return []
    strongest = max(strength for strength, *_ in agreeing)
    top = [each for each in agreeing if each[0] == strongest]
    if len(top) > 1:
        note = f"ambiguous: {len(top)} items carry this key"
        return [Verdict(c, AMBIGUOUS, _SEVERAL, key, match, note) for _, c, key, match in top]
    _, candidate, key, match = top[0]
    return [Verdict(candidate, KEY, _BY_UNIQUE_KEY if key.unique else _BY_KEY, key, match)]


def by_label(
    ours: Mapping[Key, Sequence[str]],
    names: Sequence[str],
    candidates: Sequence[tuple[Candidate, str]],
) -> list[Verdict]:
    """Return what the names say, in two bands: the same name of one item only, or less than that.

    Args:
        ours: Our identifiers, which rule out items with others.
        names: What our thing is called, the best name first.
        candidates: Items, each with the name by which it was found.
    """
    fitting = [(c, name) for c, name in candidates if not contradicts(ours, c)]
    same = {c.iri for c, name in fitting if c.name == name and name in names}
    verdicts: dict[str, Verdict] = {}
    for candidate, name in fitting:
        sure = same == {candidate.iri}
        note = "" if sure else f"{len({c.iri for c, _ in fitting})} items by this or a like name"
        verdicts.setdefault(
            candidate.iri,
            Verdict(candidate, LABEL, _SAME_NAME if sure else _LIKE_NAME, match=name, note=note),
        )
    return list(verdicts.values())


def contradicts(ours: Mapping[Key, Sequence[str]], candidate: Candidate) -> bool:
    """Tell whether a unique key has values on both sides that have nothing in common."""
    return any(
        key.unique and candidate.values.get(key) and _shared(key, ours, candidate) is None
        for key in ours
    )


def _shared(
    key: Key, ours: Mapping[Key, Sequence[str]], candidate: Candidate
) -> tuple[Key, str] | None:
    theirs = {key.folded(value) for value in candidate.values.get(key, ())}
    return next(((key, value) for value in ours[key] if key.folded(value) in theirs), None)
