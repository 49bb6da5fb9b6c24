"""Write the small notes that stand beside the snapshots."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path


def write_note(path: str, document: object) -> None:
    """Write a document as JSON, whole or not at all; where that cannot be, nothing is kept."""
    target = Path(path)
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(document), encoding="utf-8")
        temporary.replace(target)
