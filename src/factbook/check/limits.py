"""Choose the findings to report: those not accepted before, and the first of each kind."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from factbook.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from factbook.check.findings import Finding

T = TypeVar("T")
Kind = tuple[str, str, str]
"""The rule, the severity and the property of findings."""

FINGERPRINT = "fault/v1"


@dataclass(frozen=True)
class Limits:
    """The number of findings to report, and the accepted ones; by default all are reported."""

    top: int | None = None
    """The maximum number of findings of one rule and property."""
    above: int = 0
    """`top` counts only if there are more findings than this."""
    places: bool = True
    """Whether to find lines and columns."""
    known: Mapping[str, int] = field(default_factory=dict)
    """The fingerprints of accepted findings, with their counts."""

    def drop_known(self, found: Iterable[T], identity: Callable[[T], str]) -> list[T]:
        """Return the findings that are not accepted."""
        if not self.known:
            return list(found)
        left = Counter(self.known)
        new = []
        for each in found:
            name = fingerprint(identity(each))
            if left[name] > 0:
                left[name] -= 1
            else:
                new.append(each)
        return new

    def keep_first(
        self, found: list[T], kind: Callable[[T], Kind]
    ) -> tuple[list[T], Counter[Kind]]:
        """Return the first findings of each kind, and the number of the others."""
        hidden: Counter[Kind] = Counter()
        if self.top is None or len(found) <= self.above:
            return found, hidden
        seen: Counter[Kind] = Counter()
        kept = []
        for each in found:
            own = kind(each)
            seen[own] += 1
            if seen[own] <= self.top:
                kept.append(each)
            else:
                hidden[own] += 1
        return kept, hidden


EVERY_FINDING = Limits()


def fingerprint(identity: str) -> str:
    """Return the fingerprint of a finding in logs, which does not depend on its line."""
    return hashlib.blake2b(identity.encode(), digest_size=16).hexdigest()


def identity_of(finding: Finding) -> str:
    """Return what a finding is about."""
    return f"{finding.rule} {finding.focus} {finding.property} {finding.value}"


def unique_fingerprints(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield a fingerprint for each finding; those about the same thing are numbered."""
    seen: Counter[str] = Counter()
    for finding in findings:
        identity = identity_of(finding)
        number = seen[identity]
        seen[identity] += 1
        yield fingerprint(f"{identity} {number}" if number else identity)


def read_baseline(path: Path) -> Counter[str]:
    """Return the fingerprints of the findings in a SARIF log that `check -f sarif` wrote.

    Raises:
        InputError: The file cannot be read, or is no such log.
    """
    try:
        document: Any = json.loads(path.read_bytes())
        results = [result for run in document["runs"] for result in run["results"]]
        return Counter(result["properties"]["kind"] for result in results)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InputError(
            f"{path}: is not a log of findings; write one with: factbook check -f sarif -o {path}"
        ) from None
