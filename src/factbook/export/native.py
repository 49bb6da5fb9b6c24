"""Tell which literals JSON has values of its own for: strings, integers and booleans."""

from __future__ import annotations

import re

from factbook.rdf.terms import XSD

STRING, _INTEGER, _BOOLEAN = f"{XSD}string", f"{XSD}integer", f"{XSD}boolean"
_CANONICAL_INTEGER = re.compile(r"0|-?[1-9][0-9]*", re.ASCII)
_LARGEST_EXACT = 2**53  # beyond it a reader in JavaScript would round
_MOST_DIGITS = len(str(-_LARGEST_EXACT))


def is_native(text: str, datatype: str) -> bool:
    """Tell whether a value of JSON means this literal, which has no language."""
    if datatype == _INTEGER:
        fits = len(text) <= _MOST_DIGITS and _CANONICAL_INTEGER.fullmatch(text) is not None
        return fits and abs(int(text)) <= _LARGEST_EXACT
    return datatype == STRING or (datatype == _BOOLEAN and text in {"true", "false"})
