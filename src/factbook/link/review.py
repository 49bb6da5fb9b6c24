"""Review predicted mappings: accept, reject or park them; the row moves to the file of its role."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from factbook.errors import UsageError, did_you_mean
from factbook.link.sets import NEGATIVE, POSITIVE, PREDICTED, UNSURE, Links
from factbook.link.words import BY_HAND, NOT

if TYPE_CHECKING:
    from factbook.link.sssom import Link

ACCEPT, REJECT, PARK = "accept", "reject", "park"
ROLE_OF = {ACCEPT: POSITIVE, REJECT: NEGATIVE, PARK: UNSURE}


@dataclass(frozen=True)
class Decision:
    """What somebody decided of a candidate."""

    verdict: str
    by: str
    note: str = ""


def candidate(links: Links, subject: str, obj: str, *, role: str = PREDICTED) -> Link:
    """Return the candidate of a subject and an object, each a CURIE or an IRI.

    Raises:
        UsageError: There is none.
    """
    waiting = links[role]
    wanted = (waiting.expanded(subject), waiting.expanded(obj))
    for link in waiting.links:
        if (waiting.expanded(link.pair[0]), waiting.expanded(link.pair[1])) == wanted:
            return link
    known = [" ".join(link.pair) for link in waiting.links]
    raise UsageError(
        f"no candidate {subject} {obj} in {waiting.path.name}."
        f"{did_you_mean(f'{subject} {obj}', known)} See: factbook link review"
    )


def decided(links: Links, link: Link, decision: Decision, *, role: str = PREDICTED) -> Links:
    """Return the mappings with a candidate moved to where a decision puts it.

    Accepting a candidate that would contradict a refusal, or refusing a mapping that stands, is an
    error: the other row must be taken back first.

    Raises:
        UsageError: The pair stands in another file already, or nobody is named.
    """
    if not decision.by.strip():
        raise UsageError("say who decides: --by NAME, or FACTBOOK_REVIEWER")
    source = links[role]
    target = ROLE_OF[decision.verdict]
    pair = (source.expanded(link.pair[0]), source.expanded(link.pair[1]))
    for other in (POSITIVE, NEGATIVE, UNSURE):
        if other != role and pair in links.pairs(other):
            raise UsageError(
                f"{' '.join(link.pair)} stands in {other}.sssom.tsv: take it out there first"
            )
    row = _moved(link, decision, target)
    rest = [each for each in source.links if each is not link]
    return with_prefixes(
        links.with_set(role, rest).with_set(target, [*links[target].links, row])
        if target != role
        else links.with_set(role, [*rest, row]),
        source_role=role,
        target=target,
    )


def _moved(link: Link, decision: Decision, target: str) -> Link:
    ground = link["mapping_justification"]
    notes = [decision.note, link["comment"]]
    if ground != BY_HAND:
        tool = link["mapping_tool"] or "a tool"
        notes.append(f"Proposed by {tool} ({ground}, confidence {link.confidence:g}).")
    confidence = link["confidence"] if decision.verdict == PARK else "0.95"
    return link.having(
        predicate_modifier=NOT if target == NEGATIVE else "",
        mapping_justification=BY_HAND if decision.verdict != PARK else ground,
        author_label=decision.by if decision.verdict != PARK else link["author_label"],
        reviewer_label=decision.by,
        mapping_date=datetime.now(UTC).date().isoformat(),
        confidence=confidence,
        comment=" ".join(note for note in notes if note),
    )


def with_prefixes(links: Links, *, source_role: str, target: str) -> Links:
    """Give the target file those prefixes of the source file that its new rows need."""
    own = links[target]
    used = {
        link[column].partition(":")[0]
        for link in own.links
        for column in ("subject_id", "object_id", "subject_match_field", "object_match_field")
    }
    theirs = links[source_role].about.get("curie_map") or {}
    missing = {name: iri for name, iri in theirs.items() if name in used}
    merged = dict(sorted({**missing, **(own.about.get("curie_map") or {})}.items()))
    about = {**own.about, "curie_map": merged}
    return Links({**links.sets, target: replace(own, about=about)})
