"""The verdicts on the numbers of a text as JSON."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from factbook.mcp.cells import describe_observations
from factbook.verify.verify_text import Verdict

if TYPE_CHECKING:
    from factbook.verify.verify_text import VerifiedNumber, Verifier


def describe_verified(verifier: Verifier, text: str) -> dict[str, Any]:
    """Return for each number of a text the observations that state it, or what there is instead."""
    found = verifier.verify(text)
    counted = Counter(checked.verdict for checked in found)
    return {
        "numbers": [_describe(checked, verifier) for checked in found],
        "summary": {str(verdict): counted[verdict] for verdict in Verdict if counted[verdict]},
        "allStated": set(counted) <= {Verdict.STATED, Verdict.A_DATE},
        "cut": False,
    }


def _describe(found: VerifiedNumber, verifier: Verifier) -> dict[str, Any]:
    labels = verifier.labels
    described: dict[str, Any] = {
        "text": found.number.text,
        "start": found.number.start,
        "end": found.number.end,
        "verdict": str(found.verdict),
        "unit": found.number.unit_text,
        "subjects": [{"iri": iri, "label": labels.of(iri)} for iri in found.subjects],
    }
    if found.statements:
        described["observations"] = describe_observations(
            [statement.observation for statement in found.statements], labels
        )
        described["rounded"] = all(statement.is_rounded for statement in found.statements)
    if found.instead:
        described["instead"] = describe_observations(found.instead, labels)
    return described
