"""Write N-Triples and N-Quads of any size, sorted and each line once, in bounded memory."""

from __future__ import annotations

import heapq
import itertools
import tempfile
from typing import IO, TYPE_CHECKING, Protocol

import pyoxigraph

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Quad, RdfFormat

_AT_ONCE = 250_000


class Lines(Protocol):
    """What lines can be written to."""

    def writelines(self, lines: Iterable[bytes], /) -> None:
        """Write lines."""
        ...


def write_lines(
    quads: Iterable[Quad], syntax: RdfFormat, out: Lines, *, at_once: int = _AT_ONCE
) -> None:
    """Write quads as sorted lines.

    Args:
        quads: The quads, in any order, repeated or not.
        syntax: N-Triples or N-Quads.
        out: Where to.
        at_once: How many lines are sorted in memory; more go through temporary files.
    """
    runs: list[IO[bytes]] = []
    remaining = iter(quads)
    try:
        while chunk := tuple(itertools.islice(remaining, at_once)):
            text = pyoxigraph.serialize(chunk, format=syntax) or b""
            lines = sorted(set(text.splitlines(keepends=True)))
            if len(chunk) < at_once and not runs:
                out.writelines(lines)
                return
            runs.append(_kept(lines))
        out.writelines(_once(heapq.merge(*runs)))
    finally:
        for run in runs:
            run.close()


def _kept(lines: list[bytes]) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `write_lines`
    file.writelines(lines)
    file.seek(0)
    return file


def _once(lines: Iterable[bytes]) -> Iterator[bytes]:
    previous = b""
    for line in lines:
        if line != previous:
            yield line
        previous = line
