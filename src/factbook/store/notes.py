"""Write the small notes that stand beside the snapshots, and tell which times can be trusted."""

from __future__ import annotations

import contextlib
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# Some file systems tell times only to two seconds
_YOUNG_NS = 2_000_000_000


def write_note(path: str, document: object) -> None:
    """Write a document as JSON, whole or not at all; where that cannot be, nothing is kept."""
    target = Path(path)
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(document), encoding="utf-8")
        temporary.replace(target)


def is_young(times: Iterable[int]) -> bool:
    """Tell whether a change could have escaped one of these times, in nanoseconds since 1970."""
    young = time.time_ns() - _YOUNG_NS
    return any(each > young for each in times)
