"""Record how files spell language tags, which the parser returns in lower case."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from factbook.rdf.unpack import STDIN, open_unpacked

if TYPE_CHECKING:
    from pathlib import Path

_PIECE = 1 << 20
_OVERLAP = 128
_CAPITAL = rb"([A-Za-z0-9-]*[A-Z][A-Za-z0-9-]*)"
# Each begins with a fixed text, which is found several times as fast
_WITH_CAPITAL = (
    re.compile(rb"""@(?:(?<=["']@)|language"\s*:\s*")""" + _CAPITAL),
    re.compile(rb"""xml:lang\s*=\s*["']""" + _CAPITAL),
)


class LanguageTags:
    """Collects the spellings of language tags with capitals from the text of files."""

    def __init__(self) -> None:
        self._spelled: dict[str, set[str]] = {}

    def read(self, path: Path) -> None:
        """Record the tags of a file."""
        if path != STDIN and not path.is_file():
            return  # a pipe has been read, and says nothing twice
        with open_unpacked(path) as file:
            before = b""
            while piece := file.read(_PIECE):
                text = before + piece
                for match in {tag for each in _WITH_CAPITAL for tag in each.findall(text)}:
                    spelled = match.decode()
                    ways = self._spelled.setdefault(spelled.lower(), set())
                    ways.add(spelled)
                    if re.search(rb"[\"'@]" + re.escape(match.lower()) + rb"(?![\w-])", text):
                        ways.add(spelled.lower())
                before = piece[-_OVERLAP:]

    @property
    def clear(self) -> dict[str, str]:
        """By their form in lower case, the tags that all files spell in one way."""
        return {tag: next(iter(ways)) for tag, ways in self._spelled.items() if len(ways) == 1}

    @property
    def mixed(self) -> frozenset[str]:
        """The tags, in lower case, that are spelled in several ways."""
        return frozenset(tag for tag, ways in self._spelled.items() if len(ways) > 1)
