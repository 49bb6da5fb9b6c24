"""The folders and files of a book: ontology, data and queries below one root."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from factbook.errors import InputError


@dataclass(frozen=True)
class Layout:
    """A folder that holds a book."""

    root: Path

    @property
    def ontology(self) -> Path:
        """The folder of the ontology, its schemes and its shapes."""
        return self.root / "ontology"

    @property
    def queries(self) -> Path:
        """The folder of stored queries."""
        return self.root / "queries"

    def rules(self) -> list[Path]:
        """Return the CONSTRUCT queries that derive triples, in the order in which they run."""
        return sorted((self.queries / "rules").glob("*.rq"))

    @property
    def context(self) -> Path:
        """The JSON-LD context, which is also the one prefix map."""
        return self.ontology / "context.jsonld"

    @property
    def endpoints(self) -> Path:
        """The file that registers the remote endpoints that queries may use by name."""
        return self.ontology / "endpoints.ttl"

    @property
    def shapes(self) -> Path:
        """The folder of the SHACL shapes."""
        return self.ontology / "shapes"

    @property
    def examples(self) -> Path:
        """The folder of the bad and good examples of each rule."""
        return self.shapes / "examples"

    def ontology_files(self) -> list[Path]:
        """Return the Turtle files of the ontology, shapes included, in order."""
        return _turtle_below(self.ontology, without=self.examples)

    def data_files(self, *, leads: bool) -> list[Path]:
        """Return the Turtle files of the register and the sources, with the leads on request."""
        parts = ["register", "sources", *(["leads"] if leads else [])]
        return [file for part in parts for file in _turtle_below(self.root / "data" / part)]


EMPTY = Layout(Path(os.devnull))
"""The layout of a book without files: there are none below the null device."""


def layout_of(folder: str | Path | None) -> Layout:
    """Return the layout of a folder, or of the bundled book.

    Raises:
        InputError: The folder holds no book.
    """
    if folder is None:
        return Layout(bundled())
    root = Path(folder)
    if not (root / "ontology").is_dir() and not (root / "data").is_dir():
        raise InputError(
            f"{root}: not a book: it has neither a folder ontology/ nor a folder data/"
        )
    return Layout(root)


def find_book(start: Path) -> Path | None:
    """Return the book that a folder is or is part of, if any.

    A book is known by its prefix map, its register or its sources.
    """
    for folder in (start, *start.parents):
        marks = (folder / "data" / "register", folder / "data" / "sources")
        if Layout(folder).context.is_file() or any(mark.is_dir() for mark in marks):
            return folder
    return None


def bundled() -> Path:
    """Return the book inside the installed package, or else the checkout around the source.

    Raises:
        InputError: Neither is there.
    """
    package = Path(__file__).resolve().parent
    inside = package / "_resources"
    if inside.is_dir():
        return inside
    checkout = package.parents[1]
    if (checkout / "ontology").is_dir():
        return checkout
    raise InputError(f"no book found: neither {inside} nor {checkout / 'ontology'} is a folder")


def _turtle_below(folder: Path, *, without: Path | None = None) -> list[Path]:
    """Return the Turtle files below a folder, sorted by path, without hidden ones."""
    files = []
    pending = [str(folder)] if folder.is_dir() else []
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.name.endswith(".ttl"):
                    files.append(entry.path)
                elif entry.is_dir(follow_symlinks=False) and entry.path != str(without):
                    pending.append(entry.path)
    return list(map(Path, sorted(files)))
