"""The error for a file that breaks the grammar of its format, with the place in the file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from factbook.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

_PLACE = re.compile(r"^(?:Parser error )?(?:at|between) line .*?: ", re.DOTALL)
_HINTS = (
    ("buffer maximal size", "a text or a statement of more than 16 MB"),
    ("No scheme found", "relative IRI: write it in full, or name a base with --base"),
    ("prefix has not been declared", "declare the prefix at the top of the file"),
    ("Unexpected end of file", "a statement, string or bracket is not closed"),
)


_START_BYTES = 1 << 20
_HTML = re.compile(rb"\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_CONFLICT = re.compile(rb"(?:<{7}|={7}|>{7}|\|{7})(?: |$)")


class RdfSyntaxError(InputError):
    """A file that breaks the grammar of its format."""

    exit_code: ClassVar[int] = InputError.exit_code

    def __init__(self, message: str, *, line: int | None, column: int | None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


def syntax_error(path: Path, error: SyntaxError, *, line: int | None = None) -> RdfSyntaxError:
    """Return the error message, which begins with file, line and column.

    Args:
        path: The file.
        error: What the parser says.
        line: The line, where the parser does not know it.
    """
    column = error.offset if line is None else None
    line = error.lineno if line is None else line
    said = _PLACE.sub("", error.msg or str(error)).strip().rstrip(".")
    place = ":".join(str(part) for part in (path, line, column) if part is not None)
    return RdfSyntaxError(f"{place}: {with_hint(said, path, line)}", line=line, column=column)


def with_hint(said: str, path: Path, line: int | None = None) -> str:
    """Return a parser's message about a file, with a hint for fixing it."""
    hint = _recognize(path, line) or next((hint for words, hint in _HINTS if words in said), None)
    return f"{said} ({hint})" if hint else said


def _recognize(path: Path, line: int | None) -> str | None:
    """Return what a file that is not RDF looks like, or None."""
    try:
        if not path.is_file():
            return None  # a pipe says nothing twice
        with path.open("rb") as file:
            start = file.read(_START_BYTES)
    except OSError:
        return None
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "it is UTF-16: save it as UTF-8"
    if _HTML.match(start):
        return "it is an HTML page"
    lines = start.splitlines()
    if line is not None and line <= len(lines) and _CONFLICT.match(lines[line - 1]):
        return "a merge conflict that is not resolved"
    return None
