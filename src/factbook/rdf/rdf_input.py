"""A file to read, with everything besides its text on which its statements depend."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RdfInput:
    """A file to read.

    A path alone stands for a file of a book, whose `@base` names the graph of its statements.
    """

    path: Path
    base: str | None = None
    """What relative IRIs are resolved against, instead of the file's own address."""
    in_book: bool = False
    """Whether the file's `@base` names its graph; otherwise its address does."""

    @property
    def address(self) -> str:
        """What relative IRIs are resolved against until the file declares a base."""
        return self.base or address_of(self.path)


def address_of(path: Path) -> str:
    """Return the address of a file as an IRI, percent-encoded."""
    return Path(os.path.abspath(path)).as_uri()  # noqa: PTH100 - resolve() would follow links


def as_input(file: Path | RdfInput) -> RdfInput:
    """Return a file to read; a path alone is one of a book."""
    return file if isinstance(file, RdfInput) else RdfInput(file, in_book=True)
