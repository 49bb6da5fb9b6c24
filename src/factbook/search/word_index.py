"""Rank documents by the words that they share with a text, tolerant of spelling and endings.

A word of the text matches a word of a document that is equal, has the same stem or begins with it,
or, if no document has such a word, is spelled similarly. The weight of a match depends on the field
of the word and on its rarity.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from math import log, sqrt
from typing import TYPE_CHECKING

from factbook.query.entities import fold_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_STOP_TEXT = (
    "a about all an and any are as at be been between biggest by can define definition describe "
    "did do does each everything find for from get give greatest had happened has have highest "
    "how i in info information is it its know known largest latest list many me mean meaning "
    "means most much my now of offer on one or our out over overview per please profile s show "
    "stand stands tell than that the their there these they this those to under was were what "
    "when where which who whom whose why will with would you"
)
_STOP_WORDS = frozenset(_STOP_TEXT.split())
_ENDINGS = ("ations", "ation", "ors", "ers", "ies", "ing", "est", "ed", "or", "er", "es", "s")
_BRITISH = re.compile(r"tre(s?)$")  # metres
LENGTH_COUNTS = 9.0
"""In a field of at least this weight a word counts less, the more words stand beside it."""
_SHORTEST_STEM = 3
_SHORTEST_BEGINNING = 3
_SHORTEST_MISSPELT = 4
_LEAST_SIMILAR = 0.78
_SAME, _STEM, _BEGINS, _SIMILAR = 1.0, 0.9, 0.6, 0.7
_LONGER = 0.3
"""For a longer word where the word itself occurs."""
_NEAR_WORDS = 5


@dataclass
class WordIndex:
    """Documents, by number, under the words in them."""

    size: int = 0
    _by_word: dict[str, dict[int, float]] = field(default_factory=lambda: defaultdict(dict))
    _by_stem: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _sorted: list[str] = field(default_factory=list)

    def add(self, fields: Iterable[tuple[str, float]]) -> int:
        """Add a document and return its number.

        Args:
            fields: Texts, each with its weight.
        """
        number = self.size
        self.size += 1
        for text, weight in fields:
            words = split_words(text)
            for word in words:
                documents = self._by_word[word]
                score = weight / sqrt(len(words)) if weight >= LENGTH_COUNTS else weight
                documents[number] = max(score, documents.get(number, 0.0))
        return number

    def finish(self) -> None:
        """Prepare for questions, after the last document."""
        self._sorted = sorted(self._by_word)
        for word in self._sorted:
            self._by_stem[stem(word)].add(word)

    def match(self, text: str) -> dict[int, dict[str, float]]:
        """Return for each document that has any word of a text how well it has which."""
        scores: dict[int, dict[str, float]] = defaultdict(dict)
        for query_word in dict.fromkeys(content_words(text)):
            for word, likeness in self._like(query_word).items():
                holders = self._by_word[word]
                rarity = log(1 + self.size / len(holders))
                for number, weight in holders.items():
                    score = likeness * weight * rarity
                    scores[number][query_word] = max(score, scores[number].get(query_word, 0.0))
        return scores

    def knows(self, word: str) -> bool:
        """Tell whether a document has a word, or one with the same stem."""
        return word in self._by_word or stem(word) in self._by_stem

    def _like(self, query_word: str) -> Mapping[str, float]:
        """Return the words of documents that match a word, with how well."""
        similar: dict[str, float] = {}
        if len(query_word) >= _SHORTEST_BEGINNING:
            start = bisect_left(self._sorted, query_word)
            for word in self._sorted[start:]:
                if not word.startswith(query_word):
                    break
                similar[word] = _LONGER if query_word in self._by_word else _BEGINS
        for word in self._by_stem.get(stem(query_word), ()):
            similar[word] = _STEM
        if query_word in self._by_word:
            similar[query_word] = _SAME
        return similar or self._misspelt(query_word)

    def _misspelt(self, query_word: str) -> Mapping[str, float]:
        if len(query_word) < _SHORTEST_MISSPELT:
            return {}
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        near = process.extract(
            query_word,
            self._sorted,
            scorer=OSA.normalized_similarity,
            limit=_NEAR_WORDS,
            score_cutoff=_LEAST_SIMILAR,
        )
        return {word: _SIMILAR * score for word, score, _ in near}


def split_words(text: str) -> list[str]:
    """Return the words of a text, and neighbours with a digit as one word too: X 100 as X100."""
    words = list(fold_words(text))
    joined = (f"{first}{second}" for first, second in pairwise(words))
    return [*words, *(word for word in joined if any(c.isdigit() for c in word))]


def content_words(text: str) -> list[str]:
    """Return the words of a text that say what it is about; all words if none does."""
    words = fold_words(text)
    return [word for word in words if word not in _STOP_WORDS] or list(words)


def stem(word: str) -> str:
    """Return a word without its English ending, spelled as in American English."""
    word = _BRITISH.sub(r"ter\1", word)
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            base = word[: -len(ending)]
            is_y = ending == "ies" or base.endswith("i")  # suppliers, supplies
            return f"{base.removesuffix('i')}y" if is_y else base.rstrip("e")
    return word.rstrip("e") if len(word) > _SHORTEST_STEM else word
