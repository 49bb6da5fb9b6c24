"""Read RDF files of any size quad by quad, in bounded memory."""

from __future__ import annotations

import gzip
import io
import itertools
from dataclasses import dataclass
from time import monotonic
from typing import IO, TYPE_CHECKING, cast

from pyoxigraph import NamedNode, Quad, parse

from factbook.rdf.parse import (
    BOM,
    GZIP,
    RdfFile,
    graph_for,
    in_graph,
    read_rdf,
    reading,
    syntax_for_reading,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from factbook.rdf.formats import Syntax

_LARGE = 16 << 20
_LARGE_PACKED = 2 << 20


@dataclass(frozen=True)
class RdfStream:
    """What one large file says; its quads can be read once. See `RdfFile`."""

    path: Path
    syntax: Syntax
    graph: NamedNode
    has_base: bool
    prefixes: dict[str, str]
    """Those that it declares before its first statement."""
    quads: Iterator[Quad]

    def named_quads(self) -> Iterator[Quad]:
        """Yield each quad in its named graph: the one it gives itself, or else the file's."""
        return in_graph(self.quads, self.graph)


def read_any(path: Path) -> RdfFile | RdfStream:
    """Read a file as a whole, or quad by quad where it is large.

    Raises:
        InputError: The file is missing, unreadable or breaks its grammar.
    """
    return open_rdf(path) if is_large(path) else read_rdf(path)


def is_large(path: Path, size: int | None = None) -> bool:
    """Tell whether a file is better not read as a whole; its size may be known already."""
    if size is None:
        try:
            size = path.stat().st_size
        except OSError:
            return False  # reading it will say what is wrong
    return size > (_LARGE_PACKED if path.suffix == ".gz" else _LARGE)


def open_rdf(
    path: Path, *, progress: Callable[[float], None] | None = None, rename: bool = True
) -> RdfStream:
    """Begin to read a file.

    The name of its graph is the base that it declares before its first statement.

    Args:
        path: The file, packed or not.
        progress: Called with the part of the file that is read, from 0 to 1.
        rename: Whether its blank nodes get names that no other file's have. Otherwise they are
            called as in the file, where it names them.

    Raises:
        InputError: The file is missing, unreadable or breaks its grammar; also while its quads
            are being read.
    """
    syntax = syntax_for_reading(path)
    with reading(path):
        source = _Counted(path, progress)
        parser = parse(cast("IO[bytes]", source), syntax.parser, rename_blank_nodes=rename)
        first = list(itertools.islice(parser, 1))
        base = parser.base_iri
    return RdfStream(
        path=path,
        syntax=syntax,
        graph=NamedNode(base) if base else graph_for(path),
        has_base=base is not None,
        prefixes=dict(parser.prefixes),
        quads=_guarded(path, itertools.chain(first, parser)),
    )


def _guarded(path: Path, quads: Iterator[Quad]) -> Iterator[Quad]:
    with reading(path):
        yield from quads


def open_unpacked(path: Path) -> IO[bytes]:
    """Open a file to be read by lines, unpacked and without a byte order mark.

    Raises:
        InputError: The file is missing or cannot be read.
    """
    with reading(path):
        with path.open("rb") as file:
            is_packed = file.read(len(GZIP)) == GZIP
        lines: IO[bytes] = cast("IO[bytes]", gzip.open(path)) if is_packed else path.open("rb")  # noqa: SIM115 - whoever asked for it closes it
        if lines.read(len(BOM)) != BOM:
            lines.seek(0)
    return lines


class Progress:
    """Announces now and then how far the reading of a file has come; see `open_rdf`.

    Args:
        doing: What the file is read for, as a word to begin with.
        path: The file.
        announce: Called with the line.
        every: Seconds from one line to the next.
    """

    def __init__(
        self, doing: str, path: Path, announce: Callable[[str], None], *, every: float
    ) -> None:
        self._what = f"{doing} {path.name}"
        self._announce = announce
        self._every = every
        self._next = monotonic() + every

    def __call__(self, part: float) -> None:
        """Announce the part that is read, from 0 to 1, if it is time to."""
        if monotonic() >= self._next:
            self._next = monotonic() + self._every
            self._announce(f"{self._what}: {part:.0%}")


class _Counted(io.RawIOBase):
    """A file's bytes, unpacked and without a byte order mark, counted as they go by."""

    def __init__(self, path: Path, progress: Callable[[float], None] | None) -> None:
        self._packed = path.open("rb")
        self._size = path.stat().st_size or 1
        self._progress = progress
        self._file: IO[bytes] = self._packed
        if self._packed.peek(2).startswith(GZIP):
            self._file = cast("IO[bytes]", gzip.GzipFile(fileobj=self._packed))
        start = self._file.read(len(BOM))
        self._start = start.removeprefix(BOM)

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes."""
        if self._start:
            start, self._start = self._start, b""
            return start
        if self._progress is not None:
            self._progress(self._packed.tell() / self._size)
        return self._file.read(size)

    def close(self) -> None:
        """Close the file."""
        self._packed.close()
        super().close()
