"""Where the parts of a book stand: ontology, data and queries in one folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from factbook import files
from factbook.errors import InputError


@dataclass(frozen=True)
class Layout:
    """A folder that holds a book."""

    root: Path

    @property
    def queries(self) -> Path:
        """The folder of stored queries."""
        return self.root / files.QUERIES

    @property
    def context(self) -> Path:
        """The JSON-LD context, which is also the one prefix map."""
        return self.root / files.CONTEXT

    @property
    def endpoints(self) -> Path:
        """The endpoints of others that queries may ask by name."""
        return self.root / "ontology" / "endpoints.ttl"

    @property
    def examples(self) -> Path:
        """The folder of graphs that show what each rule finds and what it lets pass."""
        return self.root / files.EXAMPLES

    def ontology_files(self) -> list[Path]:
        """Return the Turtle files that say what terms mean, shapes included, in order."""
        return [Path(name) for name in files.ontology_files(self._folder)]

    def data_files(self, *, leads: bool) -> list[Path]:
        """Return the Turtle files of the register and the sources, with the leads on request."""
        return [Path(name) for name in files.data_files(self._folder, leads=leads)]

    @property
    def _folder(self) -> str:
        return str(self.root)


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


def bundled() -> Path:
    """Return the book that comes with the package; see `files.bundled`.

    Raises:
        InputError: There is none.
    """
    return Path(files.bundled())
