"""Review predicted mappings: accept, reject or park them; the row moves to the matching file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from factbook.errors import UsageError, did_you_mean
from factbook.rdf.mapping_files import NEGATIVE, POSITIVE, PREDICTED, UNSURE, MappingFiles
from factbook.rdf.sssom import MANUAL, NOT

if TYPE_CHECKING:
    from factbook.rdf.sssom import MappingRow

ACCEPT, REJECT, PARK = "accept", "reject", "park"
ROLE_OF = {ACCEPT: POSITIVE, REJECT: NEGATIVE, PARK: UNSURE}
_REVIEWED_CONFIDENCE = "0.95"


@dataclass(frozen=True)
class Decision:
    """A reviewer's decision on a candidate."""

    verdict: str
    reviewer: str
    note: str = ""


def find_candidate(
    files: MappingFiles, subject: str, obj: str, *, role: str = PREDICTED
) -> MappingRow:
    """Return the candidate with this subject and object, each a CURIE or an IRI.

    Raises:
        UsageError: There is no such candidate.
    """
    waiting = files[role]
    pair = (waiting.expand(subject), waiting.expand(obj))
    for row in waiting.rows:
        if waiting.expand_pair(row) == pair:
            return row
    pairs = [" ".join(row.pair) for row in waiting.rows]
    raise UsageError(
        f"no candidate {subject} {obj} in {waiting.path.name}."
        f"{did_you_mean(f'{subject} {obj}', pairs)} See: factbook link review"
    )


def apply_decision(
    files: MappingFiles, row: MappingRow, decision: Decision, *, role: str = PREDICTED
) -> MappingFiles:
    """Return the mappings with a candidate moved to the file that a decision selects.

    A pair that is already accepted, rejected or parked must be removed there first.

    Raises:
        UsageError: Another file has the pair already, or the reviewer is missing.
    """
    if not decision.reviewer.strip():
        raise UsageError("name the reviewer: --by NAME, or FACTBOOK_REVIEWER")
    source = files[role]
    target = ROLE_OF[decision.verdict]
    for other in (POSITIVE, NEGATIVE, UNSURE):
        if other != role and source.expand_pair(row) in files.pairs(other):
            raise UsageError(
                f"{' '.join(row.pair)} is already in {other}.sssom.tsv; remove it there first"
            )
    files = files.with_rows(role, [other for other in source.rows if other is not row])
    moved = _record_decision(row, decision, target)
    return files.with_rows(target, [*files[target].rows, moved]).copy_prefixes(role, target)


def _record_decision(row: MappingRow, decision: Decision, target: str) -> MappingRow:
    justification = row["mapping_justification"]
    notes = [decision.note, row["comment"]]
    if justification != MANUAL:
        tool = row["mapping_tool"] or "a tool"
        notes.append(f"Proposed by {tool} ({justification}, confidence {row.confidence:g}).")
    values = {
        "predicate_modifier": NOT if target == NEGATIVE else "",
        "reviewer_label": decision.reviewer,
        "mapping_date": datetime.now(UTC).date().isoformat(),
        "comment": " ".join(note for note in notes if note),
    }
    if decision.verdict != PARK:
        values["mapping_justification"] = MANUAL
        values["author_label"] = decision.reviewer
        values["confidence"] = _REVIEWED_CONFIDENCE
    return row.with_values(**values)
