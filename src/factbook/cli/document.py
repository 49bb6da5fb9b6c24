"""Answers that are no table: documents to read (text, Markdown, JSON), and names of files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from factbook.cli.output import opened
from factbook.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from factbook.cli.options import Wanted

FORMATS = ("text", "md", "json")
_ENDINGS = {".txt": "text", ".md": "md", ".json": "json"}


def document_format(wanted: Wanted) -> str:
    """Return the chosen format, or that of the file's ending, or text.

    Raises:
        UsageError: There is no such format.
    """
    if wanted.format is None:
        return _ENDINGS.get(wanted.output.suffix.lower(), "text") if wanted.output else "text"
    if wanted.format not in FORMATS:
        raise UsageError(
            f"-f {wanted.format}: no such format.{did_you_mean(wanted.format, FORMATS)} "
            f"Known: {', '.join(FORMATS)}"
        )
    return wanted.format


def write_document(text: str, form: str, wanted: Wanted) -> None:
    """Write a document where it is wanted; JSON and files are UTF-8, stdout what it takes.

    Raises:
        InputError: The file cannot be written.
    """
    ours = wanted.output is not None or form == "json"
    encoding = "utf-8" if ours else sys.stdout.encoding or "utf-8"
    with opened(wanted.output) as out:
        out.write(text.encode(encoding, "replace"))


def file_name(path: Path) -> str:
    """Return what to call a file: from here where it is below, so that it can be typed again."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return str(path)
