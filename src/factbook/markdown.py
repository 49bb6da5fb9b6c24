"""Write texts into Markdown so that nothing in them means anything there."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~$])")


def plain(text: str) -> str:
    """Return a text as Markdown that shows just that text, in a paragraph or in a table."""
    # '<' and '>' are better taken by backslashes; '&' alone could begin a character's name
    return _SPECIAL.sub(r"\\\1", text.replace("&", "&amp;"))
