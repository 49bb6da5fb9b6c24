"""Write differences as JSON, whole and for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from factbook.diff.changes import Differences


def as_json(found: Differences, *, old: str, new: str) -> str:
    """Return differences as a JSON document with the parts things, facts, terms and queries."""
    parts = asdict(found)
    document = {
        "old": old,
        "new": new,
        "different": bool(found),
        "things": _filled(parts["things"]),
        "facts": _filled(parts["facts"]),
        "terms": _filled(parts["terms"]),
        "queries": _filled(parts["answers"]),
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _filled(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return a document without the empty parts of its objects, `is_` taken off its names."""
    if isinstance(value, dict):
        return {
            key.removeprefix("is_"): _filled(inner)
            for key, inner in value.items()
            if inner not in ("", (), [], None)
        }
    return [_filled(each) for each in value] if isinstance(value, list | tuple) else value
