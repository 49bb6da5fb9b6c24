"""Write texts into XML so that every character comes back, or refuse them in words."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from factbook.errors import UsageError

# XML 1.0, section 2.2
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# A parser turns these into other white space unless they are written as references
_KEPT = {"\r": "&#13;"}
_KEPT_IN_ATTRIBUTES = {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}


def text(value: str) -> str:
    """Return a text as the content of an element.

    Raises:
        UsageError: XML has no form for a character of it.
    """
    return escape(_checked(value), _KEPT)


def quoted(value: str) -> str:
    """Return a text as the value of an attribute, in its quotes; see `text`."""
    return quoteattr(_checked(value), _KEPT_IN_ATTRIBUTES)


def _checked(value: str) -> str:
    found = _FORBIDDEN.search(value)
    if found is not None:
        raise UsageError(
            f"XML has no form for the character U+{ord(found.group()):04X} in {value[:40]!r}; "
            "choose another format"
        )
    return value
