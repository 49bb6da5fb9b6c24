"""Read a command line that asks a stored query and wants nothing else."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_FORMAT = ("-f", "--format")
_WIDE = ("-w", "--wide")


class Line:
    """What a plain command line says.

    A class by hand: a dataclass takes ten milliseconds to import.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.book: str | None = None
        self.data: list[str] = []
        self.format: str | None = None
        self.wide = False
        self.given: dict[str, str] = {}
        """The values of the query's parameters, by name."""


def read(arguments: Sequence[str]) -> Line | None:
    """Return what a command line says, or None where it may mean more than this knows.

    Args:
        arguments: The words behind the program's name.
    """
    if "query" not in arguments:
        return None
    place = arguments.index("query")
    before = _options(arguments[:place])
    after = _options(arguments[place + 2 :])
    name = arguments[place + 1] if len(arguments) > place + 1 else "-"
    if before is None or after is None or name.startswith("-"):
        return None
    line = Line(name)
    for option, value in before:
        if option == "--data":
            line.data.append(_plain(value))
        elif option == "--book" and line.book is None:
            line.book = _plain(value)
        else:
            return None
    for option, value in after:
        if option in _WIDE and not value:
            line.wide = True
        elif option in _FORMAT and line.format is None:
            line.format = value
        elif option.startswith("--") and option not in _FORMAT and option[2:] not in line.given:
            line.given[option[2:]] = value
        else:
            return None
    return line


def _options(words: Sequence[str]) -> list[tuple[str, str]] | None:
    """Return options with their values, or None where a word is neither."""
    found = []
    rest = iter(words)
    for word in rest:
        if word in _WIDE:
            found.append((word, ""))
            continue
        option, equals, value = word.partition("=")
        if not equals or not word.startswith("--"):
            option, value = word, next(rest, "")
        if not option.startswith("-") or not value or value.startswith("-"):
            return None
        found.append((option, value))
    return found


def _plain(path: str) -> str:
    """Return a path as pathlib writes it, which is not imported where nothing is to be done."""
    if path.startswith(".") or path.endswith(os.sep) or "//" in path or "/." in path:
        from pathlib import Path

        return str(Path(path))
    return path
