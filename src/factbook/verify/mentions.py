"""Find the names of things in a text."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_WORD = re.compile(r"[^\W_]+")
_SHORTEST = 2


@dataclass(frozen=True)
class Mention:
    """A span of a text that names things; several things may have the name."""

    start: int
    end: int
    things: tuple[str, ...]


class NameIndex:
    """Finds names in texts, the longest first."""

    def __init__(self, names: Iterable[tuple[str, str]], *, any_case: bool = False) -> None:
        """Index pairs of an IRI and a name.

        Args:
            names: The pairs.
            any_case: Whether a name of one word may begin with a small letter instead of a capital.
        """
        self._any_case = any_case
        self._by_words: dict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
        self._lengths: dict[str, set[int]] = defaultdict(set)
        for iri, name in names:
            words = tuple(word.casefold() for word in _WORD.findall(name))
            if words and len("".join(words)) >= _SHORTEST:
                self._by_words[words].setdefault(iri, name)
                self._lengths[words[0]].add(len(words))

    def find(self, text: str) -> list[Mention]:
        """Return the names in a text in order, without overlaps."""
        matches = list(_WORD.finditer(text))
        words = [match[0].casefold() for match in matches]
        mentions = []
        place = 0
        while place < len(words):
            mention, length = self._longest(text, matches, words, place)
            if mention is not None:
                mentions.append(mention)
            place += length
        return mentions

    def _longest(
        self, text: str, matches: list[re.Match[str]], words: list[str], place: int
    ) -> tuple[Mention | None, int]:
        for length in sorted(self._lengths.get(words[place], ()), reverse=True):
            named = self._by_words.get(tuple(words[place : place + length]))
            if named is None or place + length > len(words):
                continue
            start, end = matches[place].start(), matches[place + length - 1].end()
            things = tuple(sorted(self._fitting(named, text[start:end])))
            if things:
                return Mention(start, end, things), length
        return None, 1

    def _fitting(self, named: dict[str, str], spelling: str) -> Iterator[str]:
        """Yield the things with a name; one-word names need their capital: Modal, not modal."""
        for iri, name in named.items():
            capital = name[:1].isupper() and not spelling[:1].isupper()
            if self._any_case or not capital or " " in spelling:
                yield iri
