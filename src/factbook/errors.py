"""The errors that Factbook raises, each with the exit code of the command line, and its notes.

    FactbookError
        UsageError             2  a wrong option, query name, parameter or label
        InputError             3  a file that cannot be read or understood
        EndpointError          4  a remote endpoint that failed or answered nonsense

Exit codes: DESIGN.md, section 6. A message says what is wrong, where, and what to do.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import ClassVar

DONE = 0
FOUND = 1
USAGE = 2
UNREADABLE = 3
ENDPOINT = 4
INTERNAL = 70

_SIMILAR = 60  # of 100


class FactbookError(Exception):
    """The base of all errors: what went wrong, where, and what to do about it."""

    exit_code: ClassVar[int] = INTERNAL


class UsageError(FactbookError):
    """The request cannot be understood: a wrong name, value or combination."""

    exit_code = USAGE


class InputError(FactbookError):
    """A file cannot be read, parsed or written."""

    exit_code = UNREADABLE


class EndpointError(FactbookError):
    """A remote endpoint cannot be reached, refused, or answered with something unusable."""

    exit_code = ENDPOINT


def log_note(message: str) -> None:
    """Log a note about an answer; the command line prints it on stderr."""
    import logging  # most answers need no note, and it takes a twentieth of their time

    logging.getLogger("factbook").warning("note: %s", message)


def did_you_mean(name: str, names: Iterable[str], *, most: int = 3) -> str:
    """Return a sentence that suggests the names most similar to a wrong one; empty if none is."""
    from rapidfuzz import fuzz, process

    by_folded = {candidate.casefold(): candidate for candidate in names}
    near = process.extract(
        name.casefold(), by_folded.keys(), scorer=fuzz.ratio, limit=most, score_cutoff=_SIMILAR
    )
    if not near:
        return ""
    quoted = [f"'{by_folded[folded]}'" for folded, _, _ in near]
    return f" Did you mean {' or '.join(quoted)}?"


def without_dashes(message: str) -> str:
    """Return a message with option names replaced by parameter names, for forms and APIs."""
    return re.sub(r"--(?=[a-z])", "", message)
