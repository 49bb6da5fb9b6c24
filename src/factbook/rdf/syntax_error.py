"""The error for a file that breaks the grammar of its format, with the place in the file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from factbook.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

_PLACE = re.compile(r"^(?:Parser error )?(?:at|between) line .*?: ", re.DOTALL)
_HINTS = (
    ("No scheme found", "relative IRI: write it in full, or name a base with --base"),
    ("prefix has not been declared", "declare the prefix at the top of the file"),
    ("Unexpected end of file", "a statement, string or bracket is not closed"),
)


class RdfSyntaxError(InputError):
    """A file that breaks the grammar of its format."""

    exit_code: ClassVar[int] = InputError.exit_code

    def __init__(self, message: str, *, line: int | None, column: int | None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


def syntax_error(path: Path, error: SyntaxError, *, line: int | None = None) -> RdfSyntaxError:
    """Return the error for people, which begins with file, line and column.

    Args:
        path: The file.
        error: What the parser says.
        line: The line, where the parser does not know it.
    """
    column = error.offset if line is None else None
    line = error.lineno if line is None else line
    said = _PLACE.sub("", error.msg or str(error)).strip().rstrip(".")
    hint = next((hint for words, hint in _HINTS if words in said), None)
    place = ":".join(str(part) for part in (path, line, column) if part is not None)
    return RdfSyntaxError(
        f"{place}: {said}" + (f" ({hint})" if hint else ""), line=line, column=column
    )
