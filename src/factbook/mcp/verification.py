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
    checked_numbers = verifier.verify(text)
    counted = Counter(checked.verdict for checked in checked_numbers)
    return {
        "numbers": [_describe(checked, verifier) for checked in checked_numbers],
        "summary": {str(verdict): counted[verdict] for verdict in Verdict if counted[verdict]},
        "allStated": set(counted) <= {Verdict.STATED, Verdict.A_DATE},
        "cut": False,
    }


def _describe(checked: VerifiedNumber, verifier: Verifier) -> dict[str, Any]:
    labels = verifier.labels
    described: dict[str, Any] = {
        "text": checked.number.text,
        "start": checked.number.start,
        "end": checked.number.end,
        "verdict": str(checked.verdict),
        "unit": checked.number.unit_text,
        "subjects": [{"iri": iri, "label": labels.of(iri)} for iri in checked.subjects],
    }
    if checked.statements:
        described["observations"] = describe_observations(
            [statement.observation for statement in checked.statements], labels
        )
        described["rounded"] = all(statement.is_rounded for statement in checked.statements)
    if checked.instead:
        described["instead"] = describe_observations(checked.instead, labels)
    return described
