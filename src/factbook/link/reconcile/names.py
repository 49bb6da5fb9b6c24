"""Compare names as people write them: case, accents, punctuation and legal forms aside."""

from __future__ import annotations

import difflib
import re
import unicodedata

EXACT, SAME, ALIKE = 100.0, 95.0, 90.0
"""The same text; the same but for case, accents, punctuation or a legal form; the most else."""
_FORMS = (
    "ab ag bv co company corp corporation gmbh inc incorporated kg kgaa limited llc llp ltd nv oy "
    "plc pte pty sa sarl sas se spa srl"
)
_LEGAL_FORMS = frozenset(_FORMS.split())
# N.V. or S.p.A, but not 3.1
_DOTTED = re.compile(r"\b[^\W\d_](?:\.[^\W\d_])+\b\.?")
_WORD = re.compile(r"\w+")
_LEAST, _BEGINS = 0.6, 2


def words(name: str) -> tuple[str, ...]:
    """Return the words of a name, folded: no case, no accents, no punctuation."""
    bare = unicodedata.normalize("NFKD", name.casefold().replace("&", " and "))
    kept = "".join(c for c in bare if not unicodedata.combining(c))
    return tuple(_WORD.findall(_DOTTED.sub(lambda dotted: dotted[0].replace(".", ""), kept)))


def core(folded: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words without the legal form at their end."""
    end = len(folded)
    while end > 1 and folded[end - 1] in _LEGAL_FORMS:
        end -= 1
    return folded[:end]


def similarity(asked: str, name: str) -> float:
    """Return how alike two names are, from 0 to 100."""
    if asked == name:
        return EXACT
    first, second = core(words(asked)), core(words(name))
    if not first or not second:
        return 0.0
    if first == second or "".join(first) == "".join(second):
        return SAME
    ratio = difflib.SequenceMatcher(None, " ".join(first), " ".join(second)).ratio()
    shared = len(set(first) & set(second)) / len(set(first) | set(second))
    best = max(ratio, (ratio + shared) / 2)
    shorter, longer = sorted((first, second), key=len)
    if longer[: len(shorter)] == shorter:  # a short form of the same name, perhaps
        best = max(best, (_BEGINS + ratio) / (_BEGINS + 1))
    return round(ALIKE * best, 2) if best >= _LEAST else 0.0
