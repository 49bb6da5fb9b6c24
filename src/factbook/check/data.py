"""The files that are checked: held whole or, where they are too large for that, read in passing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from factbook.rdf.parse import Progress, RdfFile, is_large, open_rdf, read_rdf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pyoxigraph import Quad

    from factbook.check.faults import Fault
    from factbook.rdf.parse import RdfStream
    from factbook.rdf.positions.excerpt import Excerpt
    from factbook.rdf.terms import Term

_HELD_BYTES = 16 << 20
"""As much text as is held at most: parsed, it takes ten times the room."""
_EVERY_SECONDS = 0.5


class Data:
    """Files of any size, read once for what they say and once more for where they say it.

    Args:
        files: The files, some perhaps parsed already.
        announce: Called now and then with how far the reading has come, and at last with nothing.

    Raises:
        InputError: A file cannot be read or breaks its grammar; also while its quads are read.
    """

    def __init__(
        self, files: Sequence[Path | RdfFile], *, announce: Callable[[str], None] = lambda _: None
    ) -> None:
        self._announce = announce
        self._files: list[RdfFile | RdfStream] = []
        room = _HELD_BYTES
        for file in files:
            if isinstance(file, Path):
                held = self._opened(file, room)
                if isinstance(held, RdfFile):
                    room -= file.stat().st_size
                self._files.append(held)
            else:
                self._files.append(file)
        # Blank nodes of several files must not meet; those of one keep their names, to be found by
        self._rename = len(files) > 1

    @staticmethod
    def _opened(path: Path, room: int) -> RdfFile | RdfStream:
        if is_large(path):
            return open_rdf(path)
        size = path.stat().st_size if path.exists() else 0
        return read_rdf(path) if size <= room else open_rdf(path)

    @property
    def paths(self) -> list[Path]:
        """The files."""
        return [file.path for file in self._files]

    @property
    def is_large(self) -> bool:
        """Whether some of it is not held."""
        return not all(isinstance(file, RdfFile) for file in self._files)

    @property
    def prefixes(self) -> dict[str, str]:
        """The prefixes that the files declare; the last one to do so has its way."""
        return {name: iri for file in self._files for name, iri in file.prefixes.items()}

    @property
    def graphs(self) -> dict[str, Path]:
        """The files by the names of their graphs."""
        return {file.graph.value: file.path for file in self._files}

    def quads(self) -> Iterator[Quad]:
        """Yield what the files say."""
        for file in self._files:
            if isinstance(file, RdfFile):
                yield from file.quads
                continue
            progress = Progress("Reading", file.path, self._announce, every=_EVERY_SECONDS)
            try:
                yield from open_rdf(file.path, progress=progress, rename=self._rename).quads
            finally:
                self._announce("")

    def telling(self, faults: Iterable[Fault]) -> list[RdfFile | Excerpt]:
        """Return the files or, of those that are not held, what they say of some faults.

        Raises:
            InputError: A file cannot be read any more.
        """
        if not self.is_large:
            return [file for file in self._files if isinstance(file, RdfFile)]
        known = list(faults)
        if not known:
            return []
        from factbook.check.locate import subjects_of

        self._announce("Looking for the places of what was found")
        wanted = subjects_of(known)
        found = self._telling(wanted, frozenset())
        said = {quad.subject for file in found for quad in file.quads}
        missing = frozenset(fault.focus for fault in known) - said
        if missing:
            found = self._telling(wanted, missing)
        self._announce("")
        return found

    def _telling(
        self, subjects: frozenset[Term], mentions: frozenset[Term]
    ) -> list[RdfFile | Excerpt]:
        from factbook.rdf.positions.excerpt import excerpt

        return [
            file if isinstance(file, RdfFile) else excerpt(file, subjects, mentions)
            for file in self._files
        ]
